# SPDX-License-Identifier: GPL-2.0-only
# Changes to dummy_hcd.c that a definition in dummy_hcd.h cannot make.
s/^static void \(dummy_[a-z]*_remove\)(struct platform_device \*pdev)$/FFS_REMOVE(\1)/
