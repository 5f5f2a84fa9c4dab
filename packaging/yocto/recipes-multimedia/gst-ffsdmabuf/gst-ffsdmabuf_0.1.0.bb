# SPDX-License-Identifier: LGPL-2.1-or-later
SUMMARY = "GStreamer sink that turns a board into a USB camera, and its tools"
LICENSE = "LGPL-2.1-or-later"
LIC_FILES_CHKSUM = "file://LICENSES/LGPL-2.1-or-later.txt;md5=4fbd65380cdd255951079008b364516c"

# The tarball of "meson dist", in a folder of FILESEXTRAPATHS or in DL_DIR.
SRC_URI = "file://gst-ffsdmabuf-${PV}.tar.xz"

DEPENDS = "glib-2.0 gstreamer1.0 gstreamer1.0-plugins-base"

inherit meson pkgconfig systemd useradd

PACKAGECONFIG ??= "aio tools"
PACKAGECONFIG[aio] = "-Daio=enabled,-Daio=disabled,libaio"
PACKAGECONFIG[tools] = "-Dexamples=enabled,-Dexamples=disabled,libusb1"
EXTRA_OEMESON = "-Dtests=disabled -Dman=disabled"

PACKAGES =+ "${PN}-tools"
FILES:${PN} = "${libdir}/gstreamer-1.0/*.so"
FILES:${PN}-tools = "${bindir} ${systemd_system_unitdir} \
    ${nonarch_base_libdir}/udev/rules.d ${nonarch_libdir}/udev/rules.d \
    ${nonarch_libdir}/sysusers.d"
RDEPENDS:${PN}-tools = "bash gstreamer1.0"
RRECOMMENDS:${PN} = "${PN}-tools kernel-module-libcomposite kernel-module-usb-f-fs"

# A template: the image's own recipe runs "systemctl enable ffs-camera@cam".
SYSTEMD_PACKAGES = "${PN}-tools"
SYSTEMD_AUTO_ENABLE = "disable"
USERADD_PACKAGES = "${PN}-tools"
USERADD_PARAM:${PN}-tools = "--system --no-create-home --shell /sbin/nologin --groups video camera"
