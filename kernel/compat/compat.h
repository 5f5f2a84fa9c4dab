/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Definitions for building the sources of a newer kernel for an older one.
 * Included first in each file of the modules. The features script detects what
 * the kernel provides.
 */
#ifndef FFS_COMPAT_H
#define FFS_COMPAT_H

#include <linux/module.h>
#include <linux/slab.h>
#include <linux/overflow.h>
#include <linux/string.h>

/* check-kernel explains these before the build. */
#ifndef FFS_HAVE_SG_WAS_MAPPED
#error "struct usb_request has no sg_was_mapped: needs 6.1.192, 6.9 or a patch"
#endif
#ifndef CONFIG_SYNC_FILE
#error "the kernel is configured without CONFIG_SYNC_FILE"
#endif

/* ---- memory ---- */

#define FFS_GFP(dummy, gfp, ...)	gfp
#define ffs_gfp(...)			FFS_GFP(, ##__VA_ARGS__, GFP_KERNEL)

#ifndef kmalloc_obj
#define kmalloc_obj(what, ...) \
	((typeof(what) *)kmalloc(sizeof(what), ffs_gfp(__VA_ARGS__)))
#endif

#ifndef kzalloc_obj
#define kzalloc_obj(what, ...) \
	((typeof(what) *)kzalloc(sizeof(what), ffs_gfp(__VA_ARGS__)))
#endif

#ifndef kzalloc_objs
#define kzalloc_objs(what, n, ...) \
	((typeof(what) *)kcalloc(n, sizeof(what), ffs_gfp(__VA_ARGS__)))
#endif

#ifndef kvmalloc_objs
#define kvmalloc_objs(what, n, ...) \
	((typeof(what) *)kvmalloc_array(n, sizeof(what), ffs_gfp(__VA_ARGS__)))
#endif

#ifndef kmalloc_flex
#define kmalloc_flex(what, member, n, ...) \
	((typeof(what) *)kmalloc(struct_size((typeof(what) *)NULL, member, n), \
				 ffs_gfp(__VA_ARGS__)))
#endif

#ifndef kzalloc_flex
#define kzalloc_flex(what, member, n, ...) \
	((typeof(what) *)kzalloc(struct_size((typeof(what) *)NULL, member, n), \
				 ffs_gfp(__VA_ARGS__)))
#endif

#ifndef __counted_by
#define __counted_by(member)
#endif

/* ---- modules ---- */

#ifndef FFS_HAVE_NS_IS_STRING
#undef MODULE_IMPORT_NS
#define MODULE_IMPORT_NS(ns)	MODULE_INFO(import_ns, ns)
#endif

#ifdef FFS_MODULE_VERSION
MODULE_VERSION(FFS_MODULE_VERSION);
#endif

#endif /* FFS_COMPAT_H */
