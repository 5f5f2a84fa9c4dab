/*
 * DesignWare USB 3 controller in device mode: the USB device that the host at
 * the other end of the wire sees.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "qemu/timer.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "dwc3.h"
#include "hcd-xhci.h"
#include "hcd-xhci-pci.h"

/* How often the port is asked whether its host has suspended it. */
#define LINK_POLL_NS    (2 * SCALE_MS)

/* What the driver allows and the cable can do. */
static int link_speed(Dwc3Udc *s)
{
    bool usb2 = s->wire->speed && strcmp(s->wire->speed, "high") == 0;

    switch (R(s, DCFG) & DSTS_SPEED_MASK) {
    case DCFG_HIGH_SPEED:
        return USB_SPEED_HIGH;
    case DCFG_FULL_SPEED:
        return USB_SPEED_FULL;
    default:
        return usb2 ? USB_SPEED_HIGH : USB_SPEED_SUPER;
    }
}

void dwc3_wire_connect(Dwc3Udc *s)
{
    USBDevice *d = USB_DEVICE(s->wire);
    Error *err = NULL;

    if (!s->wire || d->attached || !R(s, BENCH_PLUG) ||
        !(R(s, DCTL) & DCTL_RUN)) {
        return;
    }
    d->speed = link_speed(s);
    d->speedmask = 1 << d->speed;
    dwc3_trace(s, "connect at speed %d\n", d->speed);
    usb_device_attach(d, &err);
    if (err) {
        qemu_log("dwc3: %s\n", error_get_pretty(err));
        error_free(err);
        return;
    }
    timer_mod(s->wire->timer,
              qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + LINK_POLL_NS);
}

/* TELL: the cable was pulled, of which the driver learns by an event. */
void dwc3_wire_disconnect(Dwc3Udc *s, bool tell)
{
    USBDevice *d = USB_DEVICE(s->wire);
    int n;

    if (!s->wire || !d->attached) {
        return;
    }
    dwc3_trace(s, "disconnect\n");
    timer_del(s->wire->timer);
    usb_device_detach(d);
    d->remote_wakeup = false;
    dwc3_ep0_forget(s);
    for (n = 2; n < DWC3_NUM_EPS; n++) {
        s->ep[n].packet = NULL;
    }
    R(s, BENCH_LINK) = LINK_U0;
    if (tell) {
        dwc3_device_event(s, EV_DISCONNECT, LINK_DISABLED);
    }
}

void dwc3_wire_configure_ep(Dwc3Udc *s, int n)
{
    static const uint8_t types[] = {
        USB_ENDPOINT_XFER_CONTROL, USB_ENDPOINT_XFER_ISOC,
        USB_ENDPOINT_XFER_BULK, USB_ENDPOINT_XFER_INT,
    };
    Dwc3Ep *e = &s->ep[n];

    if (n > 1 && s->wire) {
        USBEndpoint *ue = usb_ep_get(USB_DEVICE(s->wire),
                                     n & 1 ? USB_TOKEN_IN : USB_TOKEN_OUT,
                                     n / 2);

        ue->type = types[e->cfg0 >> 1 & 3];
        ue->max_packet_size = e->cfg0 >> 3 & 0x7ff;
    }
}

void dwc3_wire_wake_host(Dwc3Udc *s)
{
    if (s->wire && R(s, BENCH_LINK) == LINK_U3) {
        usb_wakeup(usb_ep_get(USB_DEVICE(s->wire), USB_TOKEN_SETUP, 0), 0);
    }
}

/*
 * QEMU's xHCI has the link state that its driver asked for in the port's
 * register and tells no device, so the port is looked at.
 */
static bool host_has_suspended(USBDevice *d)
{
    USBPort *port = d->port;
    Object *host = port ? OBJECT(usb_bus_from_device(d)->qbus.parent) : NULL;
    XHCIState *xhci;
    unsigned i;

    if (!host || !object_dynamic_cast(host, TYPE_XHCI_PCI)) {
        return false;
    }
    xhci = &XHCI_PCI(host)->xhci;
    for (i = 0; i < xhci->numports; i++) {
        if (xhci->ports[i].uport == port &&
            xhci->ports[i].speedmask & d->speedmask) {
            return (xhci->ports[i].portsc >> 5 & 0xf) == LINK_U3;
        }
    }
    return false;
}

static void look_at_link(void *opaque)
{
    Dwc3Wire *w = opaque;
    Dwc3Udc *s = w->udc;
    USBDevice *d = USB_DEVICE(w);
    int link = host_has_suspended(d) ? LINK_U3 : LINK_U0;
    int super = d->speed == USB_SPEED_SUPER ? BIT(4) : 0;

    timer_mod(w->timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + LINK_POLL_NS);
    if (link == R(s, BENCH_LINK)) {
        return;
    }
    dwc3_trace(s, "link state %d\n", link);
    R(s, BENCH_LINK) = link;
    dwc3_device_event(s, link == LINK_U3 ? EV_SUSPEND : EV_WAKEUP,
                      link | super);
    dwc3_device_event(s, EV_LINK_CHANGE, link | super);
    dwc3_kick(s);
}

static void wire_reset(USBDevice *d)
{
    Dwc3Udc *s = DWC3_WIRE(d)->udc;

    dwc3_trace(s, "reset\n");
    dwc3_ep0_forget(s);
    d->remote_wakeup = false;
    R(s, BENCH_LINK) = LINK_U0;
    R(s, DSTS) &= ~DSTS_SPEED_MASK;
    R(s, DSTS) |= d->speed == USB_SPEED_SUPER ? DCFG_SUPER_SPEED :
                  d->speed == USB_SPEED_HIGH ? DCFG_HIGH_SPEED :
                  DCFG_FULL_SPEED;
    dwc3_device_event(s, EV_RESET, 0);
    dwc3_device_event(s, EV_CONNECT_DONE, 0);
}

static void wire_control(USBDevice *d, USBPacket *p, int request, int value,
                         int index, int length, uint8_t *data)
{
    Dwc3Udc *s = DWC3_WIRE(d)->udc;

    if (request == (DeviceOutRequest | USB_REQ_SET_ADDRESS)) {
        const uint8_t setup[8] = { 0, USB_REQ_SET_ADDRESS, value & 0x7f };

        d->addr = value;
        dwc3_ep0_request(s, setup, NULL, NULL);
        p->status = USB_RET_SUCCESS;
        return;
    }
    if (value == USB_DEVICE_REMOTE_WAKEUP) {
        if (request == (DeviceOutRequest | USB_REQ_SET_FEATURE)) {
            d->remote_wakeup = true;
        } else if (request == (DeviceOutRequest | USB_REQ_CLEAR_FEATURE)) {
            d->remote_wakeup = false;
        }
    }
    p->status = USB_RET_ASYNC;
    dwc3_ep0_request(s, d->setup_buf, data, p);
}

static void wire_data(USBDevice *d, USBPacket *p)
{
    Dwc3Udc *s = DWC3_WIRE(d)->udc;
    int n = p->ep->nr * 2 + (p->pid == USB_TOKEN_IN);
    Dwc3Ep *e = &s->ep[n];

    if (!(R(s, DALEPENA) & BIT(n))) {
        p->status = USB_RET_IOERROR;
        return;
    }
    e->packet = p;
    if (dwc3_ep_serve(s, n)) {
        e->packet = NULL;
    } else if (p->ep->type == USB_ENDPOINT_XFER_INT && !p->actual_length) {
        e->packet = NULL;
        p->status = USB_RET_NAK;
    } else {
        p->status = USB_RET_ASYNC;
    }
}

static void wire_cancel(USBDevice *d, USBPacket *p)
{
    Dwc3Udc *s = DWC3_WIRE(d)->udc;
    int n;

    dwc3_trace(s, "the host cancels on endpoint %d\n", p->ep->nr);
    if (dwc3_ep0_cancel(s, p)) {
        return;
    }
    for (n = 2; n < DWC3_NUM_EPS; n++) {
        if (s->ep[n].packet == p) {
            s->ep[n].packet = NULL;
        }
    }
}

static void wire_realize(USBDevice *d, Error **errp)
{
    Dwc3Wire *w = DWC3_WIRE(d);

    if (!w->udc || w->udc->wire) {
        error_setg(errp, "udc= names no dwc3-udc that is free");
        return;
    }
    if (w->speed && strcmp(w->speed, "high") && strcmp(w->speed, "super")) {
        error_setg(errp, "speed= is high or super");
        return;
    }
    w->udc->wire = w;
    w->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, look_at_link, w);
    d->auto_attach = 0;
    d->speedmask = USB_SPEED_MASK_SUPER | USB_SPEED_MASK_HIGH |
                   USB_SPEED_MASK_FULL;
    d->speed = USB_SPEED_SUPER;
}

static void wire_unrealize(USBDevice *d)
{
    Dwc3Wire *w = DWC3_WIRE(d);

    w->udc->wire = NULL;
    timer_free(w->timer);
}

static Property wire_properties[] = {
    DEFINE_PROP_LINK("udc", Dwc3Wire, udc, TYPE_DWC3_UDC, Dwc3Udc *),
    DEFINE_PROP_STRING("speed", Dwc3Wire, speed),
    DEFINE_PROP_END_OF_LIST(),
};

static const VMStateDescription wire_vmstate = {
    .name = "dwc3-wire",
    .unmigratable = 1,
};

static void wire_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    USBDeviceClass *uc = USB_DEVICE_CLASS(klass);

    uc->realize = wire_realize;
    uc->unrealize = wire_unrealize;
    uc->product_desc = "dwc3 gadget";
    uc->handle_reset = wire_reset;
    uc->handle_control = wire_control;
    uc->handle_data = wire_data;
    uc->cancel_packet = wire_cancel;
    dc->vmsd = &wire_vmstate;
    dc->desc = "wire between a dwc3-udc and a USB host controller";
    device_class_set_props(dc, wire_properties);
    set_bit(DEVICE_CATEGORY_USB, dc->categories);
}

static const TypeInfo wire_info = {
    .name = TYPE_DWC3_WIRE,
    .parent = TYPE_USB_DEVICE,
    .instance_size = sizeof(Dwc3Wire),
    .class_init = wire_class_init,
};

static void register_types(void)
{
    type_register_static(&wire_info);
}

type_init(register_types)
