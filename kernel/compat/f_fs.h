/* SPDX-License-Identifier: GPL-2.0-only */
/* Definitions for f_fs.c and the files split off from it. */
#ifndef FFS_COMPAT_F_FS_H
#define FFS_COMPAT_F_FS_H

#include "compat.h"
#include "gadget.h"

#include <linux/configfs.h>
#include <linux/dcache.h>
#include <linux/dma-buf.h>
#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/eventfd.h>
#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/rcupdate.h>
#include <linux/usb/ch9.h>
#include <linux/usb/composite.h>

#ifndef USB_SUBCLASS_DFU
#define USB_SUBCLASS_DFU	1
#endif

#ifndef FFS_HAVE_EVENTFD_SIGNAL_ONE
#define eventfd_signal(ctx)	((eventfd_signal)(ctx, 1))
#endif

#ifdef FFS_HAVE_CONST_ITEM_OPS
#define FFS_ITEM_OPS		const struct configfs_item_operations
#else
#define FFS_ITEM_OPS		struct configfs_item_operations
#endif

/* ---- files of the file system ---- */

#ifndef FFS_HAVE_SET_CTIME
static inline struct timespec64 inode_set_ctime_current(struct inode *inode)
{
	inode->i_ctime = current_time(inode);

	return inode->i_ctime;
}
#endif

#ifndef FFS_HAVE_SET_ATIME
static inline void inode_set_atime_to_ts(struct inode *inode,
					 struct timespec64 ts)
{
	inode->i_atime = ts;
}

static inline void inode_set_mtime_to_ts(struct inode *inode,
					 struct timespec64 ts)
{
	inode->i_mtime = ts;
}
#endif

#ifndef FFS_HAVE_INODE_JUST_DROP
#define inode_just_drop		generic_delete_inode
#endif

#if !defined(FFS_HAVE_START_CREATING) || !defined(FFS_HAVE_REMOVE_BY_NAME)
static inline struct dentry *ffs_compat_lookup(struct dentry *dir,
					       const char *name)
{
	struct qstr str = QSTR_INIT(name, strlen(name));

	/* The default hash: this file system has no d_hash operation. */
	str.hash = full_name_hash(dir, name, str.len);

	return d_lookup(dir, &str);
}
#endif

/*
 * Between simple_start_creating() and simple_done_creating() the directory is
 * locked and the dentry referenced. FunctionFS alone hashes dentries in it, and
 * they stay in the dcache as long as their files exist.
 */
#ifndef FFS_HAVE_START_CREATING
static inline struct dentry *ffs_compat_start_creating(struct dentry *dir,
						       const char *name)
{
	struct dentry *dentry;

	inode_lock_nested(d_inode(dir), I_MUTEX_PARENT);

	dentry = ffs_compat_lookup(dir, name);
	if (dentry) {
		dput(dentry);
		inode_unlock(d_inode(dir));
		return ERR_PTR(-EEXIST);
	}

	dentry = d_alloc_name(dir, name);
	if (!dentry) {
		inode_unlock(d_inode(dir));
		return ERR_PTR(-ENOMEM);
	}

	return dentry;
}

static inline void ffs_compat_done_creating(struct dentry *dentry)
{
	inode_unlock(d_inode(dentry->d_parent));
	dput(dentry);
}

/* Some kernels have simple_start_creating() with other rules. */
#define simple_start_creating	ffs_compat_start_creating
#define simple_done_creating	ffs_compat_done_creating
#endif

/*
 * An ordinary reference makes a dentry persistent here; kill_litter_super()
 * drops it.
 */
#ifndef FFS_HAVE_MAKE_PERSISTENT
static inline void d_make_persistent(struct dentry *dentry,
				     struct inode *inode)
{
	if (d_unhashed(dentry))
		d_add(dentry, inode);
	else
		d_instantiate(dentry, inode);
	dget(dentry);
}

#define kill_anon_super		kill_litter_super
#endif

#ifndef FFS_HAVE_REMOVE_BY_NAME
static inline void simple_remove_by_name(struct dentry *dir, const char *name,
					 void (*callback)(struct dentry *))
{
	struct dentry *dentry = ffs_compat_lookup(dir, name);

	if (!dentry)
		return;

	simple_recursive_removal(dentry, callback);
	dput(dentry);
}
#endif

/* ---- dma-buf ---- */

/*
 * Before 6.2 exporters take the reservation lock themselves if they need it, so
 * the callers of the mapping functions must not hold it. The lock is taken
 * again afterwards because the caller drops it. This may block for a moment
 * even with O_NONBLOCK.
 */
#ifndef FFS_HAVE_UNLOCKED_MAPPING
static inline struct sg_table *
ffs_compat_map_attachment(struct dma_buf_attachment *attach,
			  enum dma_data_direction dir)
{
	struct sg_table *sgt;

	dma_resv_unlock(attach->dmabuf->resv);
	sgt = dma_buf_map_attachment(attach, dir);
	dma_resv_lock(attach->dmabuf->resv, NULL);

	return sgt;
}

#define dma_buf_map_attachment			ffs_compat_map_attachment
#define dma_buf_unmap_attachment_unlocked	dma_buf_unmap_attachment
#endif

/*
 * A fence with an inline lock that detaches from its operations when it signals
 * may outlive this module. On other kernels the lock is beside the fence, and
 * each fence holds a reference to the module.
 */
#ifdef FFS_HAVE_FENCE_ON_ITS_OWN

#define ffs_compat_fence_alloc()	kmalloc_obj(struct dma_fence)
#define FFS_FENCE_RELEASE

#else

struct ffs_compat_fence {
	struct dma_fence base;		/* first, for dma_fence_free() */
	spinlock_t lock;
};

static inline struct dma_fence *ffs_compat_fence_alloc(void)
{
	struct ffs_compat_fence *fence = kmalloc_obj(*fence);

	return fence ? &fence->base : NULL;
}

static inline void ffs_compat_fence_init(struct dma_fence *base,
					 const struct dma_fence_ops *ops,
					 u64 context, u64 seqno)
{
	struct ffs_compat_fence *fence =
		container_of(base, struct ffs_compat_fence, base);

	__module_get(THIS_MODULE);
	spin_lock_init(&fence->lock);
	dma_fence_init(base, ops, &fence->lock, context, seqno);
}

static inline void ffs_compat_fence_release(struct dma_fence *fence)
{
	/* Readers of reservation objects rely on RCU. */
	dma_fence_free(fence);

	/* The module's exit waits for the rest of this function. */
	module_put(THIS_MODULE);
}

#define dma_fence_init(fence, ops, lock, context, seqno) \
	ffs_compat_fence_init(fence, ops, context, seqno)
#define FFS_FENCE_RELEASE	.release = ffs_compat_fence_release,

/*
 * Code of the module drops the last fence's reference to the module. The loader
 * waits for an RCU grace period before it frees this code. That is not enough
 * on a preemptible kernel, where a task may be preempted in it.
 */
#undef DECLARE_USB_FUNCTION_INIT
#define DECLARE_USB_FUNCTION_INIT(name, alloc_inst, alloc_func)		\
	DECLARE_USB_FUNCTION(name, alloc_inst, alloc_func)		\
	static int __init ffs_compat_init(void)				\
	{								\
		return usb_function_register(&name##usb_func);		\
	}								\
	module_init(ffs_compat_init);					\
	static void __exit ffs_compat_exit(void)			\
	{								\
		usb_function_unregister(&name##usb_func);		\
		synchronize_rcu_tasks();				\
	}								\
	module_exit(ffs_compat_exit)

#endif

#endif /* FFS_COMPAT_F_FS_H */
