# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The source is the repository around this file, or the unpacked tarball of
# "meson dist".

GST1_FFSDMABUF_VERSION = 0.1.0
GST1_FFSDMABUF_SITE = $(realpath $(BR2_EXTERNAL_FFSDMABUF_PATH)/../..)
GST1_FFSDMABUF_SITE_METHOD = local
GST1_FFSDMABUF_LICENSE = LGPL-2.1-or-later
GST1_FFSDMABUF_LICENSE_FILES = LICENSE LICENSES/LGPL-2.1-or-later.txt
GST1_FFSDMABUF_DEPENDENCIES = host-pkgconf gstreamer1 gst1-plugins-base
GST1_FFSDMABUF_CONF_OPTS = -Dtests=disabled -Dman=disabled

ifeq ($(BR2_PACKAGE_GST1_FFSDMABUF_AIO),y)
GST1_FFSDMABUF_DEPENDENCIES += libaio
GST1_FFSDMABUF_CONF_OPTS += -Daio=enabled
else
GST1_FFSDMABUF_CONF_OPTS += -Daio=disabled
endif

ifeq ($(BR2_PACKAGE_GST1_FFSDMABUF_TOOLS),y)
GST1_FFSDMABUF_DEPENDENCIES += libusb
GST1_FFSDMABUF_CONF_OPTS += -Dexamples=enabled
else
GST1_FFSDMABUF_CONF_OPTS += -Dexamples=disabled
endif

ifeq ($(BR2_PACKAGE_GST1_FFSDMABUF_MODULES),y)
GST1_FFSDMABUF_LICENSE += , GPL-2.0 (kernel modules)
GST1_FFSDMABUF_LICENSE_FILES += LICENSES/GPL-2.0-only.txt
GST1_FFSDMABUF_MODULES_SOURCE ?= $(firstword $(wildcard \
	$(GST1_FFSDMABUF_SITE)/build/dkms/ffs-dmabuf-*/))

define GST1_FFSDMABUF_COPY_MODULES
	test -n "$(GST1_FFSDMABUF_MODULES_SOURCE)"
	rm -rf $(@D)/modules
	cp -a $(GST1_FFSDMABUF_MODULES_SOURCE) $(@D)/modules
endef
GST1_FFSDMABUF_POST_RSYNC_HOOKS += GST1_FFSDMABUF_COPY_MODULES
GST1_FFSDMABUF_MODULE_SUBDIRS = modules

define GST1_FFSDMABUF_LINUX_CONFIG_FIXUPS
	$(call KCONFIG_ENABLE_OPT,CONFIG_USB_CONFIGFS_F_FS)
	$(call KCONFIG_ENABLE_OPT,CONFIG_SYNC_FILE)
	$(call KCONFIG_ENABLE_OPT,CONFIG_UDMABUF)
endef

$(eval $(kernel-module))
endif

$(eval $(meson-package))
