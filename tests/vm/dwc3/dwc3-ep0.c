/*
 * DesignWare USB 3 controller in device mode: control transfers.
 *
 * The host's request goes through the driver's TRBs stage by stage. QEMU hands
 * a request over as a whole, with its data, and wants it back at the end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "dwc3.h"

static uint16_t data_length(Dwc3Udc *s)
{
    return s->now.setup[6] | s->now.setup[7] << 8;
}

static bool is_in(Dwc3Udc *s)
{
    return s->now.setup[0] & USB_DIR_IN;
}

/* End Transfer waits for this to be over, see dwc3_ep_end_transfers(). */
bool dwc3_ep0_setup_waits(Dwc3Udc *s)
{
    return s->stage == STAGE_SETUP && !s->ep[0].active;
}

static void finish(Dwc3Udc *s, int status)
{
    USBPacket *p = s->now.packet;

    s->now.packet = NULL;
    s->stage = STAGE_NONE;
    s->given_up = false;
    if (p) {
        p->status = status;
        usb_generic_async_ctrl_complete(USB_DEVICE(s->wire), p);
    }
    dwc3_kick(s);
}

/* The driver refuses the request, or puts itself right after a reset. */
void dwc3_ep0_stall(Dwc3Udc *s)
{
    if (s->stage >= STAGE_DATA) {
        finish(s, USB_RET_STALL);
    }
    s->ep[0].active = false;
    s->ep[1].active = false;
}

/* The host is gone, or has reset the device. */
void dwc3_ep0_forget(Dwc3Udc *s)
{
    s->has_next = false;
    s->next.packet = NULL;
    s->now.packet = NULL;
    /* The driver ends what it has begun by a stall. */
    if (s->stage <= STAGE_SETUP) {
        s->stage = STAGE_NONE;
        s->given_up = false;
    } else {
        s->given_up = true;
    }
}

/* True: P was a control transfer and is no more. */
bool dwc3_ep0_cancel(Dwc3Udc *s, USBPacket *p)
{
    if (s->has_next && p == s->next.packet) {
        s->next.packet = NULL;
        s->has_next = false;
        return true;
    }
    if (p != s->now.packet) {
        return false;
    }
    s->now.packet = NULL;
    if (s->stage <= STAGE_SETUP) {
        s->stage = STAGE_NONE;
    } else {
        s->given_up = true;
    }
    return true;
}

static bool setup_stage(Dwc3Udc *s)
{
    Dwc3Ep *e = &s->ep[0];
    Dwc3Trb t;

    if (!e->active || !dwc3_trb_read(s, e, &t) ||
        TRB_TYPE(t.ctrl) != TRB_SETUP) {
        return false;
    }
    dwc3_trace(s, "setup %02x %02x value %02x%02x index %02x%02x len %u\n",
               s->now.setup[0], s->now.setup[1], s->now.setup[3],
               s->now.setup[2], s->now.setup[5], s->now.setup[4],
               data_length(s));
    e->stalled = false;
    dwc3_dma(s, t.addr, s->now.setup, sizeof(s->now.setup), false);
    s->stage = data_length(s) ? STAGE_DATA : STAGE_STATUS;
    s->told_not_ready = false;
    dwc3_trb_finish(s, 0, &t, 0, 0);
    dwc3_ep_end_transfers(s);
    return true;
}

static bool data_stage(Dwc3Udc *s)
{
    bool in = is_in(s), last = false, good = true;
    uint32_t done = 0, len = data_length(s);
    int n = in ? 1 : 0;
    Dwc3Ep *e = &s->ep[n];
    Dwc3Trb t;

    if (!e->active || !dwc3_trb_read(s, e, &t) ||
        TRB_TYPE(t.ctrl) != TRB_DATA) {
        return false;
    }
    if (s->given_up && !s->has_next) {
        return false;
    }
    if (s->given_up) {
        /* The next Setup packet came in place of the data. */
        dwc3_trb_write(s, e->trb, t.size | TRB_STATUS(TRBSTS_SETUP_PENDING),
                       t.ctrl & ~TRB_HWO);
        e->active = false;
        dwc3_ep_event(s, n, EP_COMPLETE, ST_LAST, 0);
        s->stage = STAGE_STATUS;
        return true;
    }
    while (!last && dwc3_trb_read(s, e, &t)) {
        uint32_t size = t.size & TRB_LENGTH;
        uint32_t part = MIN(size, len - done);

        good &= dwc3_dma(s, t.addr, s->now.data + done, part, in);
        done += part;
        last = !(t.ctrl & TRB_CHN);
        dwc3_trb_write(s, e->trb, size - part, t.ctrl & ~TRB_HWO);
        e->trb += TRB_BYTES;
    }
    e->active = false;
    if (s->now.packet) {
        s->now.packet->actual_length = done;
    }
    s->stage = STAGE_STATUS;
    dwc3_ep_event(s, n, EP_COMPLETE, ST_LAST | ST_IOC |
                  (done < len ? ST_SHORT : 0) | (good ? 0 : ST_BUS_ERROR), 0);
    return true;
}

static bool status_stage(Dwc3Udc *s)
{
    int n = data_length(s) && is_in(s) ? 0 : 1;
    Dwc3Ep *e = &s->ep[n];
    Dwc3Trb t;

    if (s->given_up && !s->has_next) {
        return false;
    }
    if (!s->told_not_ready) {
        s->told_not_ready = true;
        dwc3_ep_event(s, n, EP_NOT_READY, 2, 0);
        return false;
    }
    if (!e->active || !dwc3_trb_read(s, e, &t) ||
        (TRB_TYPE(t.ctrl) != TRB_STATUS2 &&
         TRB_TYPE(t.ctrl) != TRB_STATUS3)) {
        return false;
    }
    dwc3_trb_finish(s, n, &t, 0, 0);
    finish(s, USB_RET_SUCCESS);
    return true;
}

/* True: there may be more to do. */
static bool step(Dwc3Udc *s)
{
    switch (s->stage) {
    case STAGE_NONE:
        if (!s->has_next) {
            return false;
        }
        s->now = s->next;
        s->next.packet = NULL;
        s->has_next = false;
        s->given_up = false;
        s->stage = STAGE_SETUP;
        return true;
    case STAGE_SETUP:
        return setup_stage(s);
    case STAGE_DATA:
        return data_stage(s);
    case STAGE_STATUS:
        return status_stage(s);
    }
    return false;
}

void dwc3_ep0_work(Dwc3Udc *s)
{
    while (step(s)) {
    }
    dwc3_ep_end_transfers(s);
}

/*
 * A request of the host. P is NULL for SET_ADDRESS, which the host controller
 * sends by itself and does not wait for; the request behind it may be here
 * before the driver has seen it.
 */
void dwc3_ep0_request(Dwc3Udc *s, const uint8_t *setup, uint8_t *data,
                      USBPacket *p)
{
    while (s->has_next && step(s)) {
    }
    if (s->has_next) {
        dwc3_trace(s, "a control request takes the place of another\n");
        s->given_up = false;
    }
    memcpy(s->next.setup, setup, sizeof(s->next.setup));
    s->next.data = data;
    s->next.packet = p;
    s->has_next = true;
    dwc3_kick(s);
}
