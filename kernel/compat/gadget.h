/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fields that the series adds to struct usb_gadget. The UDC drivers are
 * those of the kernel and do not set them, so their values are derived from the
 * name of the driver.
 */
#ifndef FFS_COMPAT_GADGET_H
#define FFS_COMPAT_GADGET_H

#include <linux/device.h>
#include <linux/property.h>
#include <linux/string.h>
#include <linux/usb/gadget.h>

/*
 * The device that does the DMA. It is the parent of the gadget, unless glue
 * code has created the parent only for the driver to bind to: dwc3 has a
 * property for that, and chipidea always does it.
 */
#ifndef FFS_HAVE_GADGET_DMA_DEVICE
static inline struct device *usb_gadget_dma_device(struct usb_gadget *gadget)
{
	struct device *dev = gadget->dev.parent;

	if (!strcmp(gadget->name, "dwc3-gadget") &&
	    device_property_read_bool(dev, "linux,sysdev_is_parent"))
		return dev->parent;
	if (dev->driver && !strcmp(dev->driver->name, "ci_hdrc"))
		return dev->parent;

	return dev;
}
#endif

/*
 * Scatterlist limits of a controller. Only the dummy_hcd of these modules
 * describes its own; it stores them with its gadget.
 */
#ifndef FFS_HAVE_GADGET_SG_LIMITS
struct usb_gadget_sg_limits {
	unsigned int	max_entry;
	unsigned int	max_entries;
	unsigned int	max_per_packet;
	bool		any_boundary;
};

static inline void
usb_gadget_set_sg_limits(struct usb_gadget *gadget,
			 const struct usb_gadget_sg_limits *limits)
{
	gadget->dev.platform_data = (void *)limits;
}

static inline const struct usb_gadget_sg_limits *
usb_gadget_sg_limits(const struct usb_gadget *gadget)
{
	/* The TRB cache of dwc3 has at least four entries. */
	static const struct usb_gadget_sg_limits dwc3 = {
		.max_entry = 0xfffc00, .max_per_packet = 4, .any_boundary = true,
	};
	static const struct usb_gadget_sg_limits cdns3 = {
		.max_entry = 0x10000, .max_entries = 599,
	};
	static const struct usb_gadget_sg_limits cdns2 = {
		.max_entry = 0x10000, .max_entries = 598,
	};
	static const struct usb_gadget_sg_limits dwc2 = {
		.max_entry = 48 * 1024, .max_entries = 64,
	};
	const struct device_driver *driver = gadget->dev.parent->driver;

	if (!strcmp(gadget->name, "dummy_udc"))
		return dev_get_platdata(&gadget->dev);
	if (!strcmp(gadget->name, "dwc3-gadget"))
		return &dwc3;
	if (!strcmp(gadget->name, "usb-ss-gadget"))
		return &cdns3;
	if (!strcmp(gadget->name, "usbhs-gadget"))
		return &cdns2;
	if (driver && !strcmp(driver->name, "dwc2"))
		return &dwc2;

	return NULL;
}
#endif

#endif /* FFS_COMPAT_GADGET_H */
