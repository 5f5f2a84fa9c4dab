# SPDX-License-Identifier: GPL-2.0-only
SUMMARY = "FunctionFS with dependable DMA buffer transfers"
LICENSE = "GPL-2.0-only"
LIC_FILES_CHKSUM = "file://drivers/usb/gadget/function/f_fs.c;beginline=1;endline=1;md5=7d4861d978ff5ba7cb2b319ed1d4afe3"

# The folder ffs-dmabuf-VERSION of kernel/dkms/make-package, renamed.
SRC_URI = "file://ffs-dmabuf"
S = "${@d.getVar('UNPACKDIR') or d.getVar('WORKDIR')}/ffs-dmabuf"

inherit module

# The kernel's own module has the same name; modprobe prefers updates/.
EXTRA_OEMAKE += "CONFIG_DEBUG_INFO_BTF_MODULES="
MODULES_MODULE_SYMVERS_LOCATION = "."
MODULES_INSTALL_TARGET = "INSTALL_MOD_DIR=updates modules_install"
RPROVIDES:${PN} += "kernel-module-usb-f-fs-dmabuf"
