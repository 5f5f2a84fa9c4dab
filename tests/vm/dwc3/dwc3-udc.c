/*
 * DesignWare USB 3 controller in device mode, as a PCI function.
 *
 *   -device qemu-xhci,id=host -device dwc3-udc,id=udc
 *   -device dwc3-wire,bus=host.0,udc=udc[,speed=high]
 *
 * Written from the use that Linux's drivers/usb/dwc3 makes of the registers.
 * Control, bulk and interrupt transfers at SuperSpeed, high and full speed; link
 * suspend, resume and remote wakeup. No isochronous transfers, no streams, no
 * hibernation, no migration.
 *
 * What the controller cannot do goes wrong here as well: a TRB holds 24 bits of
 * length, a packet is made of no more TRBs than the TRB cache holds
 * (trb-cache=), an OUT buffer ends with a packet. A driver that breaks such a
 * rule has an endpoint that hangs, and a line in QEMU's log says why.
 *
 * This file has the registers, the events and the PCI function.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "qemu/module.h"
#include "qemu/timer.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "dwc3.h"

/* ---- interrupt and event buffer ---- */

static void update_irq(Dwc3Udc *s)
{
    pci_set_irq(&s->parent, R(s, GEVNTCOUNT) != 0 &&
                !(R(s, GEVNTSIZ) & EVNTSIZ_MASKED));
}

static uint32_t event_room(Dwc3Udc *s)
{
    return (R(s, GEVNTSIZ) & 0xffff) - R(s, GEVNTCOUNT);
}

static void store_event(Dwc3Udc *s, uint32_t event)
{
    uint64_t base = R(s, GEVNTADRLO) | (uint64_t)R(s, GEVNTADRHI) << 32;
    uint32_t le = cpu_to_le32(event);

    dwc3_dma(s, base + s->event_pos, &le, 4, false);
    s->event_pos = (s->event_pos + 4) % (R(s, GEVNTSIZ) & 0xffff);
    R(s, GEVNTCOUNT) += 4;
}

static void put_event(Dwc3Udc *s, uint32_t event)
{
    if (!(R(s, GEVNTSIZ) & 0xffff)) {
        return;
    }
    if (event_room(s) < 4 || !g_queue_is_empty(s->events)) {
        g_queue_push_tail(s->events, GUINT_TO_POINTER(event));
    } else {
        store_event(s, event);
    }
    update_irq(s);
}

static void take_events(Dwc3Udc *s, uint32_t bytes)
{
    R(s, GEVNTCOUNT) -= MIN(bytes, R(s, GEVNTCOUNT));
    while (!g_queue_is_empty(s->events) && event_room(s) >= 4) {
        store_event(s, GPOINTER_TO_UINT(g_queue_pop_head(s->events)));
    }
    update_irq(s);
}

void dwc3_device_event(Dwc3Udc *s, int type, int info)
{
    bool on = R(s, DEVTEN) & BIT(type);

    dwc3_trace(s, "event %d info %x%s\n", type, info, on ? "" : " (off)");
    if (on) {
        put_event(s, 1 | type << 8 | info << 16);
    }
}

void dwc3_ep_event(Dwc3Udc *s, int n, int type, int status, int parameters)
{
    dwc3_trace(s, "ep%d event %d status %x parameters %x\n", n, type, status,
               parameters);
    put_event(s, n << 1 | type << 6 | status << 12 |
              (uint32_t)parameters << 16);
}

void dwc3_broken(Dwc3Udc *s, int n, const char *rule)
{
    R(s, BENCH_BROKEN)++;
    qemu_log("dwc3: ep%d: %s\n", n, rule);
}

/* ---- work ---- */

static void work(void *opaque)
{
    Dwc3Udc *s = opaque;

    dwc3_ep0_work(s);
    dwc3_ep_work(s);
}

void dwc3_kick(Dwc3Udc *s)
{
    qemu_bh_schedule(s->bh);
}

/* ---- registers ---- */

static void soft_reset(Dwc3Udc *s)
{
    timer_del(s->rate_timer);
    timer_del(s->end_timer);
    memset(s->ep, 0, sizeof(s->ep));
    g_queue_clear(s->events);
    s->event_pos = 0;
    s->stage = STAGE_NONE;
    memset(&s->now, 0, sizeof(s->now));
    memset(&s->next, 0, sizeof(s->next));
    s->has_next = false;
    s->given_up = false;
    R(s, GEVNTCOUNT) = 0;
    R(s, DEVTEN) = 0;
    R(s, DALEPENA) = 0;
    update_irq(s);
}

static void write_dctl(Dwc3Udc *s, uint32_t v)
{
    uint32_t old = R(s, DCTL);

    dwc3_trace(s, "DCTL %08x\n", v);
    if (v & DCTL_CSFTRST) {
        R(s, DCTL) = 0;
        dwc3_wire_disconnect(s, false);
        soft_reset(s);
        return;
    }
    R(s, DCTL) = v & ~DCTL_LINK_MASK;
    if ((v & DCTL_LINK_MASK) >> DCTL_LINK_SHIFT == LINK_RECOVERY) {
        dwc3_wire_wake_host(s);
    }
    if (v & DCTL_RUN && !(old & DCTL_RUN)) {
        dwc3_wire_connect(s);
    } else if (!(v & DCTL_RUN) && old & DCTL_RUN) {
        dwc3_wire_disconnect(s, false);
    }
}

static void write_bench(Dwc3Udc *s, hwaddr a, uint32_t v)
{
    dwc3_trace(s, "bench %x: %x\n", (unsigned)a, v);
    switch (a) {
    case BENCH_PLUG:
        R(s, a) = v & 1;
        if (v & 1) {
            dwc3_wire_connect(s);
        } else {
            dwc3_wire_disconnect(s, true);
        }
        break;
    case BENCH_FAULT:
        if ((v >> 8 & 0xff) < NUM_FAULTS) {
            s->ep[v & (DWC3_NUM_EPS - 1)].faults[v >> 8 & 0xff] = v >> 16;
        }
        break;
    case BENCH_RATE:
    case BENCH_END_DELAY:
        R(s, a) = v;
        break;
    }
    dwc3_kick(s);
}

static uint64_t bar_read(void *opaque, hwaddr a, unsigned size)
{
    Dwc3Udc *s = opaque;
    uint32_t v = R(s, a);

    if (a >= DEP_FIRST && a <= DEP_LAST) {
        Dwc3Ep *e = &s->ep[(a - DEP_FIRST) / 16];

        return a % 16 == 12 ? e->cmd : e->par[2 - a % 16 / 4];
    }
    if (a == DSTS) {
        uint64_t frame = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) / 125000;

        v &= DSTS_SPEED_MASK;
        v |= (frame & 0x3fff) << 3 | DSTS_RXEMPTY;
        v |= R(s, BENCH_LINK) << DSTS_LINK_SHIFT;
        if (!(R(s, DCTL) & DCTL_RUN)) {
            v |= DSTS_HALTED;
        }
    }
    return v;
}

static void bar_write(void *opaque, hwaddr a, uint64_t v, unsigned size)
{
    Dwc3Udc *s = opaque;

    if (a >= DEP_FIRST && a <= DEP_LAST) {
        int n = (a - DEP_FIRST) / 16;

        if (a % 16 == 12) {
            dwc3_ep_command(s, n, v);
        } else {
            s->ep[n].par[2 - a % 16 / 4] = v;
        }
        return;
    }
    switch (a) {
    case GSNPSID:
    case GHWPARAMS0 ... GHWPARAMS7:
    case VER_NUMBER:
    case DSTS:
        break;
    case GEVNTADRLO:
    case GEVNTADRHI:
        R(s, a) = v;
        s->event_pos = 0;
        break;
    case GEVNTSIZ:
        R(s, a) = v;
        update_irq(s);
        break;
    case GEVNTCOUNT:
        take_events(s, v & 0xfffc);
        break;
    case DCTL:
        write_dctl(s, v);
        break;
    case DGCMD:
        R(s, a) = v & ~(CMD_ACT | 0xf000);
        break;
    case DALEPENA:
        R(s, a) = v;
        dwc3_kick(s);
        break;
    case BENCH_PLUG ... BENCH_TRBS:
        write_bench(s, a, v);
        break;
    default:
        R(s, a) = v;
    }
}

static const MemoryRegionOps bar_ops = {
    .read = bar_read,
    .write = bar_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .impl.min_access_size = 4,
    .impl.max_access_size = 4,
    .valid.min_access_size = 4,
    .valid.max_access_size = 4,
};

/* ---- the device ---- */

static void rate_timer(void *opaque)
{
    dwc3_kick(opaque);
}

static void end_timer(void *opaque)
{
    dwc3_ep_end_transfers(opaque);
    dwc3_kick(opaque);
}

static void udc_reset(DeviceState *dev)
{
    Dwc3Udc *s = DWC3_UDC(dev);
    int i;

    dwc3_wire_disconnect(s, false);
    memset(s->reg, 0, sizeof(s->reg));
    soft_reset(s);
    R(s, GSNPSID) = s->snpsid;
    R(s, VER_NUMBER) = 0x3139302a;
    /* Device only, AXI, 64 bits of address. */
    R(s, GHWPARAMS0) = 64u << 24 | 32 << 16 | 64 << 8 | 1 << 3 | 0;
    R(s, GHWPARAMS1) = 1 << 15;
    R(s, GHWPARAMS3) = 16 << 18 | DWC3_NUM_EPS << 12 | 1 << 2 | 1;
    R(s, GHWPARAMS4) = s->trb_cache;
    R(s, GHWPARAMS6) = 0x1000u << 16;
    R(s, GHWPARAMS7) = 0x0c00 << 16 | 0x4000;
    R(s, GSTS) = BIT(6);
    R(s, DCFG) = DCFG_SUPER_SPEED;
    R(s, DSTS) = DCFG_SUPER_SPEED;
    for (i = 0; i < 16; i++) {
        R(s, GTXFIFOSIZ(i)) = (i * 0x400u) << 16 | 0x400;
    }
    R(s, GRXFIFOSIZ(0)) = 0xc00;
    R(s, BENCH_PLUG) = 1;
}

static void udc_realize(PCIDevice *d, Error **errp)
{
    Dwc3Udc *s = DWC3_UDC(d);

    pci_config_set_device_id(d->config, s->device_id);
    pci_config_set_prog_interface(d->config, 0xfe);
    pci_config_set_interrupt_pin(d->config, 1);
    s->events = g_queue_new();
    s->bh = qemu_bh_new(work, s);
    s->rate_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, rate_timer, s);
    s->end_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, end_timer, s);
    memory_region_init_io(&s->bar, OBJECT(s), &bar_ops, s, "dwc3-udc",
                          DWC3_BAR_SIZE);
    pci_register_bar(d, 0, PCI_BASE_ADDRESS_SPACE_MEMORY, &s->bar);
}

static Property udc_properties[] = {
    DEFINE_PROP_UINT32("device-id", Dwc3Udc, device_id, 0xabcd),
    DEFINE_PROP_UINT32("snpsid", Dwc3Udc, snpsid, 0x5533330a),
    DEFINE_PROP_UINT32("trb-cache", Dwc3Udc, trb_cache, 4),
    DEFINE_PROP_BOOL("trace", Dwc3Udc, trace, false),
    DEFINE_PROP_END_OF_LIST(),
};

static void udc_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    PCIDeviceClass *k = PCI_DEVICE_CLASS(klass);

    k->realize = udc_realize;
    k->vendor_id = 0x16c3;
    k->device_id = 0xabcd;
    k->class_id = PCI_CLASS_SERIAL_USB;
    dc->reset = udc_reset;
    dc->desc = "DesignWare USB 3 device controller";
    dc->hotpluggable = false;
    device_class_set_props(dc, udc_properties);
    set_bit(DEVICE_CATEGORY_USB, dc->categories);
}

static const TypeInfo udc_info = {
    .name = TYPE_DWC3_UDC,
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(Dwc3Udc),
    .class_init = udc_class_init,
    .interfaces = (InterfaceInfo[]) {
        { INTERFACE_CONVENTIONAL_PCI_DEVICE },
        { },
    },
};

static void register_types(void)
{
    type_register_static(&udc_info);
}

type_init(register_types)
