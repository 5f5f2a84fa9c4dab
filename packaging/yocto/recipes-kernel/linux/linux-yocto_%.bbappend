# SPDX-License-Identifier: GPL-2.0-only
# For another kernel recipe, copy this file under its name. A 6.6 kernel also
# needs kernel/compat/sg_was_mapped.patch in SRC_URI.
FILESEXTRAPATHS:prepend := "${THISDIR}/files:"
SRC_URI += "file://ffs-dmabuf.cfg"
