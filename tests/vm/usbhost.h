/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __TEST_USB_HOST_H__
#define __TEST_USB_HOST_H__

#include <glib.h>

G_BEGIN_DECLS

typedef struct _UsbHost UsbHost;

typedef void (*UsbHostFunc) (const guint8 * data, gsize size,
    gpointer user_data);

UsbHost *usb_host_new (const gchar * serial, gsize urb_size, guint n_urbs,
    UsbHostFunc func, gpointer user_data);
void usb_host_set_endpoint (UsbHost * host, guint interface, guint8 endpoint);
void usb_host_free (UsbHost * host);

gboolean usb_host_wait_device (UsbHost * host);
gboolean usb_host_open (UsbHost * host);
void usb_host_close (UsbHost * host);

gboolean usb_host_start (UsbHost * host);
void usb_host_stop (UsbHost * host);
gboolean usb_host_is_gone (UsbHost * host);

gboolean usb_host_find_out (UsbHost * host);
gssize usb_host_write (UsbHost * host, gconstpointer data, gsize size,
    guint timeout_ms);

gboolean usb_host_reset (UsbHost * host);
gboolean usb_host_set_interface (UsbHost * host);
gboolean usb_host_clear_halt (UsbHost * host);
gboolean usb_host_set_port (UsbHost * host, gboolean on);
gboolean usb_host_write_attr (UsbHost * host, const gchar * attr,
    const gchar * value);
gchar *usb_host_read_attr (UsbHost * host, const gchar * attr);

gint usb_host_open_node (UsbHost * host);
void usb_host_read_for_ever (gint fd, gsize size);

G_END_DECLS

#endif /* __TEST_USB_HOST_H__ */
