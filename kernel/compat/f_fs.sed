# SPDX-License-Identifier: GPL-2.0-only
# Changes to f_fs.c that a definition in f_fs.h cannot make.
s/^static const struct configfs_item_operations /static FFS_ITEM_OPS /
/^static struct dma_fence \*ffs_dmabuf_fence_new(/,/^}/ {
	s/kmalloc_obj(\*fence)/ffs_compat_fence_alloc()/
}
/^static const struct dma_fence_ops ffs_dmabuf_fence_ops /,/^}/ {
	s/^}/\tFFS_FENCE_RELEASE\n}/
}
