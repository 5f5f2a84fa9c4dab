/*
 * DesignWare USB 3 controller in device mode: TRBs, data endpoints and the
 * endpoint commands.
 *
 * A transfer of the host's (a USBPacket) may be many USB packets, and so may a
 * chain of TRBs (a transfer descriptor of the controller). Neither has to end
 * where the other does, only where a USB packet is short.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "dwc3.h"

/* ---- memory ---- */

/* False: the access failed; what was to be read are zeros then. */
bool dwc3_dma(Dwc3Udc *s, uint64_t addr, void *buf, uint32_t len, bool read)
{
    MemTxResult r;

    r = read ? pci_dma_read(&s->parent, addr, buf, len)
             : pci_dma_write(&s->parent, addr, buf, len);
    if (r == MEMTX_OK) {
        return true;
    }
    R(s, BENCH_BUS_ERRS)++;
    qemu_log("dwc3: bus error, %s %u bytes at %" PRIx64 "\n",
             read ? "reading" : "writing", len, addr);
    if (read) {
        memset(buf, 0, len);
    }
    return false;
}

/*
 * Moves bytes between the host's transfer and the device's memory. Where the
 * memory fails (BROKEN: because the bench says so) the host gets zeros.
 */
static bool move(Dwc3Udc *s, USBPacket *p, uint64_t addr, uint32_t len,
                 bool broken)
{
    uint8_t buf[16384];
    bool in = p->pid == USB_TOKEN_IN;
    bool good = !broken;

    if (broken) {
        R(s, BENCH_BUS_ERRS)++;
        memset(buf, 0, sizeof(buf));
    }
    while (len) {
        uint32_t n = MIN(len, sizeof(buf));

        if (broken) {
            usb_packet_copy(p, buf, n);
        } else if (in) {
            good &= dwc3_dma(s, addr, buf, n, true);
            usb_packet_copy(p, buf, n);
        } else {
            usb_packet_copy(p, buf, n);
            good &= dwc3_dma(s, addr, buf, n, false);
        }
        addr += n;
        len -= n;
    }
    return good;
}

/* ---- TRBs ---- */

/* The endpoint's current TRB; false: the driver has not given it yet. */
bool dwc3_trb_read(Dwc3Udc *s, Dwc3Ep *e, Dwc3Trb *t)
{
    uint32_t w[4];
    int links = 0;

    for (;;) {
        if (!dwc3_dma(s, e->trb, w, sizeof(w), true)) {
            return false;
        }
        t->addr = le32_to_cpu(w[0]) | (uint64_t)le32_to_cpu(w[1]) << 32;
        t->size = le32_to_cpu(w[2]);
        t->ctrl = le32_to_cpu(w[3]);
        if (!(t->ctrl & TRB_HWO)) {
            return false;
        }
        if (TRB_TYPE(t->ctrl) != TRB_LINK) {
            return true;
        }
        if (links++) {
            return false;
        }
        e->trb = t->addr;
    }
}

/*
 * The second half only: the first half of a Setup TRB is where the Setup packet
 * went, as Linux has both in the same place.
 */
void dwc3_trb_write(Dwc3Udc *s, uint64_t at, uint32_t size, uint32_t ctrl)
{
    uint32_t w[2] = { cpu_to_le32(size), cpu_to_le32(ctrl) };

    dwc3_dma(s, at + 8, w, sizeof(w), false);
}

/* Gives the current TRB back, with LEFT bytes not transferred. */
void dwc3_trb_finish(Dwc3Udc *s, int n, Dwc3Trb *t, uint32_t left, int status)
{
    Dwc3Ep *e = &s->ep[n];
    bool last = t->ctrl & TRB_LST && !(t->ctrl & TRB_CHN);
    bool wanted = t->ctrl & TRB_IOC ||
                  (status & ST_SHORT && t->ctrl & TRB_ISP);

    dwc3_trb_write(s, e->trb, left, t->ctrl & ~TRB_HWO);
    e->trb += TRB_BYTES;
    e->done = 0;
    R(s, BENCH_TRBS)++;
    if (!last && !wanted) {
        return;
    }
    /* An event tells of all TRBs since the one before it. */
    status |= e->error;
    e->error = 0;
    if (t->ctrl & TRB_IOC) {
        status |= ST_IOC;
    }
    if (last) {
        e->active = false;
        dwc3_ep_event(s, n, EP_COMPLETE, status | ST_LAST, 0);
    } else if (e->cfg1 & BIT(9)) {
        dwc3_ep_event(s, n, EP_IN_PROGRESS, status, 0);
    }
}

/* ---- data ---- */

static int max_packet(Dwc3Ep *e)
{
    int m = e->cfg0 >> 3 & 0x7ff;

    return m ? m : 1024;
}

static void hang(Dwc3Udc *s, int n, const char *rule)
{
    s->ep[n].hung = true;
    dwc3_broken(s, n, rule);
}

/*
 * LEN bytes of the next TRB are about to be transferred. The controller holds
 * a few TRBs of a transfer at a time, and a packet has to be in these.
 */
static bool fits_cache(Dwc3Udc *s, int n, uint32_t len)
{
    Dwc3Ep *e = &s->ep[n];
    int maxp = max_packet(e);

    if (e->done) {
        if (e->td % maxp == 0) {
            e->packet_trbs = 1;
        }
    } else {
        if (e->td % maxp == 0) {
            e->packet_trbs = 0;
        }
        if (++e->packet_trbs > s->trb_cache) {
            hang(s, n, "a packet of more TRBs than the cache holds");
            return false;
        }
    }
    /* The TRB ends in a later packet than it began in. */
    if (e->td % maxp + len > maxp) {
        e->packet_trbs = 1;
    }
    return true;
}

/* Bytes that the wire can take now; 0: a timer will tell. */
static uint64_t wire_room(Dwc3Udc *s)
{
    int64_t now;

    if (!R(s, BENCH_RATE)) {
        return UINT64_MAX;
    }
    now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    if (now < s->wire_free) {
        timer_mod(s->rate_timer, s->wire_free);
        return 0;
    }
    /* A quarter of a millisecond's worth at a time. */
    return MAX(R(s, BENCH_RATE) / 4, 1024);
}

static void wire_used(Dwc3Udc *s, uint64_t len)
{
    if (R(s, BENCH_RATE)) {
        s->wire_free = MAX(s->wire_free, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL))
                       + len * 1000000 / R(s, BENCH_RATE);
    }
}

/* A short packet has ended the chain: what is left of it is passed over. */
static void end_chain_short(Dwc3Udc *s, int n, Dwc3Trb *t)
{
    Dwc3Ep *e = &s->ep[n];
    uint32_t left = (t->size & TRB_LENGTH) - e->done;

    if (t->ctrl & TRB_CHN) {
        dwc3_trb_write(s, e->trb, left, t->ctrl & ~TRB_HWO);
        do {
            e->trb += TRB_BYTES;
            e->done = 0;
            if (!dwc3_trb_read(s, e, t)) {
                hang(s, n, "a chain that ends in a TRB without HWO");
                return;
            }
            left = t->size & TRB_LENGTH;
        } while (t->ctrl & TRB_CHN);
    }
    e->td = 0;
    dwc3_trb_finish(s, n, t, left, ST_SHORT);
}

/*
 * Goes on with the host's transfer as far as there are TRBs for it. True: it is
 * finished, its status says how.
 */
bool dwc3_ep_serve(Dwc3Udc *s, int n)
{
    Dwc3Ep *e = &s->ep[n];
    USBPacket *p = e->packet;
    int maxp = max_packet(e);
    size_t size = usb_packet_size(p);
    bool in = p->pid == USB_TOKEN_IN;

    p->status = USB_RET_SUCCESS;
    if (e->stalled) {
        p->status = USB_RET_STALL;
        return true;
    }
    if (R(s, BENCH_LINK) == LINK_U3) {
        return false;
    }
    if (e->active && e->faults[FAULT_WIRE]) {
        e->faults[FAULT_WIRE]--;
        dwc3_trace(s, "ep%d: transaction error, %u more\n", n,
                   e->faults[FAULT_WIRE]);
        p->status = USB_RET_IOERROR;
        return true;
    }
    while (e->active && !e->hung) {
        uint64_t room = wire_room(s);
        uint32_t len, now;
        bool over, last, broken;
        Dwc3Trb t;

        if (in && p->actual_length == size) {
            /* The device's packet may not fit into the host's buffer. */
            if (e->td % maxp) {
                p->status = USB_RET_BABBLE;
            }
            return true;
        }
        if (!room || !dwc3_trb_read(s, e, &t)) {
            return false;
        }
        len = t.size & TRB_LENGTH;
        now = MIN(MIN(len - e->done, size - p->actual_length), room);
        if (!fits_cache(s, n, now)) {
            return false;
        }
        broken = !e->done && e->faults[FAULT_BUS];
        e->faults[FAULT_BUS] -= broken;
        if (!move(s, p, t.addr + e->done, now, broken)) {
            e->error |= ST_BUS_ERROR;
        }
        wire_used(s, now);
        e->done += now;
        e->td += now;
        last = !(t.ctrl & TRB_CHN);
        over = p->actual_length == size;

        if (in) {
            bool is_short = last && (len == 0 || e->td % maxp);

            if (e->done < len) {
                continue;
            }
            if (last) {
                e->td = 0;
            }
            dwc3_trb_finish(s, n, &t, 0, 0);
            if (is_short) {
                return true;
            }
        } else if (over && (size == 0 || size % maxp)) {
            end_chain_short(s, n, &t);
            return true;
        } else {
            if (e->done == len) {
                if (last && e->td % maxp) {
                    hang(s, n, "an OUT buffer that ends within a packet");
                    return false;
                }
                if (last) {
                    e->td = 0;
                }
                dwc3_trb_finish(s, n, &t, 0, 0);
            }
            if (over) {
                return true;
            }
        }
    }
    return false;
}

void dwc3_ep_work(Dwc3Udc *s)
{
    int n;

    for (n = 2; n < DWC3_NUM_EPS && s->wire; n++) {
        Dwc3Ep *e = &s->ep[n];
        USBDevice *d = USB_DEVICE(s->wire);
        USBEndpoint *ue = usb_ep_get(d, n & 1 ? USB_TOKEN_IN : USB_TOKEN_OUT,
                                     n / 2);

        if (ue->type == USB_ENDPOINT_XFER_INT && (e->active || e->stalled)) {
            usb_wakeup(ue, 0);
        }
        while (e->packet && dwc3_ep_serve(s, n)) {
            USBPacket *p = e->packet;

            e->packet = NULL;
            /* This may bring the next one. */
            usb_packet_complete(d, p);
        }
    }
}

/* ---- commands ---- */

static void command_done(Dwc3Udc *s, int n, uint32_t value, int status,
                         int index)
{
    int cmd = value & 0xf;

    s->ep[n].cmd = (value & ~(0xffff0000 | 0xf000 | CMD_ACT)) |
                   status << 12 | (index & 0x7f) << 16;
    if (value & CMD_IOC && cmd != DEP_UPDATE) {
        dwc3_ep_event(s, n, EP_COMMAND, status, cmd << 8);
    }
}

static void end_transfer(Dwc3Udc *s, int n)
{
    Dwc3Ep *e = &s->ep[n];
    uint32_t value = e->ending;
    Dwc3Trb t;

    /* Without ForceRM the TRB that was begun is given back. */
    if (n > 1 && e->active && !(value & BIT(11)) && e->done &&
        dwc3_trb_read(s, e, &t)) {
        dwc3_trb_write(s, e->trb, ((t.size & TRB_LENGTH) - e->done) |
                       TRB_STATUS(TRBSTS_IN_PROGRESS), t.ctrl & ~TRB_HWO);
    }
    e->active = false;
    e->hung = false;
    e->done = 0;
    e->td = 0;
    e->error = 0;
    e->ending = 0;
    command_done(s, n, value, 0, value >> 16);
}

/*
 * Ends the transfers that were told to. The controller does not get to it
 * while a Setup packet waits for its TRB; BENCH_END_DELAY makes it slow as well.
 */
void dwc3_ep_end_transfers(Dwc3Udc *s)
{
    int n;

    if (timer_pending(s->end_timer) || dwc3_ep0_setup_waits(s)) {
        return;
    }
    for (n = 0; n < DWC3_NUM_EPS; n++) {
        if (s->ep[n].ending) {
            end_transfer(s, n);
        }
    }
}

void dwc3_ep_command(Dwc3Udc *s, int n, uint32_t value)
{
    Dwc3Ep *e = &s->ep[n];
    int cmd = value & 0xf, status = 0, index = value >> 16;

    dwc3_trace(s, "ep%d command %x: %08x %08x %08x\n", n, value, e->par[0],
               e->par[1], e->par[2]);
    switch (cmd) {
    case DEP_SET_CONFIG:
        e->cfg0 = e->par[0];
        e->cfg1 = e->par[1];
        if (!(e->par[0] >> 30)) {
            e->stalled = false;
        }
        dwc3_wire_configure_ep(s, n);
        break;
    case DEP_SET_RESOURCE:
    case DEP_START_CONFIG:
        break;
    case DEP_SET_STALL:
        if (n == 0) {
            dwc3_ep0_stall(s);
        } else {
            e->stalled = true;
        }
        break;
    case DEP_CLEAR_STALL:
        e->stalled = false;
        break;
    case DEP_START:
        if (e->active) {
            status = DEP_NO_RESOURCE;
            break;
        }
        e->trb = (uint64_t)e->par[0] << 32 | e->par[1];
        e->done = 0;
        e->td = 0;
        e->error = 0;
        e->hung = false;
        e->active = true;
        index = n;
        break;
    case DEP_UPDATE:
        break;
    case DEP_END:
        e->ending = value | CMD_ACT;
        e->cmd = value | CMD_ACT;
        if (n > 1 && R(s, BENCH_END_DELAY)) {
            timer_mod(s->end_timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) +
                      R(s, BENCH_END_DELAY) * SCALE_MS);
        }
        dwc3_ep_end_transfers(s);
        dwc3_kick(s);
        return;
    default:
        dwc3_broken(s, n, "an endpoint command that does not exist");
    }
    command_done(s, n, value, status, index);
    dwc3_kick(s);
}
