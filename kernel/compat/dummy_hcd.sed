# SPDX-License-Identifier: GPL-2.0-only
# The few lines of dummy_hcd.c that no definition in dummy_hcd.h can change.
s/^static void \(dummy_[a-z]*_remove\)(struct platform_device \*pdev)$/FFS_REMOVE(\1)/
