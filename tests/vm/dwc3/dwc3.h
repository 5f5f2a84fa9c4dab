/*
 * DesignWare USB 3 controller in device mode: what the parts of the model
 * share. dwc3-udc.c says how to use it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_USB_DWC3_MODEL_H
#define HW_USB_DWC3_MODEL_H

#include "qemu/log.h"
#include "hw/pci/pci.h"
#include "hw/usb.h"
#include "qom/object.h"

#define TYPE_DWC3_UDC "dwc3-udc"
OBJECT_DECLARE_SIMPLE_TYPE(Dwc3Udc, DWC3_UDC)
#define TYPE_DWC3_WIRE "dwc3-wire"
OBJECT_DECLARE_SIMPLE_TYPE(Dwc3Wire, DWC3_WIRE)

#define DWC3_BAR_SIZE   0x10000
/* Two for each endpoint number; OUT is even. 0 and 1 are the control pipe. */
#define DWC3_NUM_EPS    32

/* Offsets of registers, as in Linux's drivers/usb/dwc3/core.h */
#define GSTS            0xc118
#define GSNPSID         0xc120
#define GHWPARAMS0      0xc140
#define GHWPARAMS1      0xc144
#define GHWPARAMS3      0xc14c
#define GHWPARAMS4      0xc150
#define GHWPARAMS6      0xc158
#define GHWPARAMS7      0xc15c
#define VER_NUMBER      0xc1a0
#define GTXFIFOSIZ(n)   (0xc300 + (n) * 4)
#define GRXFIFOSIZ(n)   (0xc380 + (n) * 4)
#define GEVNTADRLO      0xc400
#define GEVNTADRHI      0xc404
#define GEVNTSIZ        0xc408
#define GEVNTCOUNT      0xc40c
#define DCFG            0xc700
#define DCTL            0xc704
#define DEVTEN          0xc708
#define DSTS            0xc70c
#define DGCMD           0xc714
#define DALEPENA        0xc720
#define DEP_FIRST       0xc800
#define DEP_LAST        (DEP_FIRST + DWC3_NUM_EPS * 0x10 - 1)

#define EVNTSIZ_MASKED  BIT(31)
/* Speeds in DCFG and DSTS */
#define DCFG_HIGH_SPEED 0
#define DCFG_FULL_SPEED 1
#define DCFG_SUPER_SPEED 4
#define DCTL_RUN        BIT(31)
#define DCTL_CSFTRST    BIT(30)
#define DCTL_LINK_SHIFT 5
#define DCTL_LINK_MASK  (0xf << DCTL_LINK_SHIFT)
#define DSTS_HALTED     BIT(22)
#define DSTS_LINK_SHIFT 18
#define DSTS_LINK_MASK  (0xf << DSTS_LINK_SHIFT)
#define DSTS_RXEMPTY    BIT(17)
#define DSTS_SPEED_MASK 7
#define CMD_ACT         BIT(10)
#define CMD_IOC         BIT(8)

/*
 * The bench's own registers, in a part of the BAR that the controller leaves
 * free. tests/vm/dwc3-bench.c writes them from inside the guest.
 */
#define BENCH_PLUG      0x8000  /* rw: 1, the cable is plugged in */
#define BENCH_FAULT     0x8004  /* wo: endpoint | kind << 8 | count << 16 */
#define BENCH_RATE      0x8008  /* rw: bytes in a millisecond, 0: no limit */
#define BENCH_END_DELAY 0x800c  /* rw: ms that an End Transfer takes */
#define BENCH_LINK      0x8010  /* ro: link state, 0 (U0) or 3 (U3) */
#define BENCH_BUS_ERRS  0x8014  /* ro: DMA accesses that failed so far */
#define BENCH_BROKEN    0x8018  /* ro: rules that the driver has broken */
#define BENCH_TRBS      0x801c  /* ro: TRBs that were done */

/* Kinds of BENCH_FAULT */
enum {
    FAULT_BUS,                  /* the controller cannot read or write memory */
    FAULT_WIRE,                 /* the host sees a transaction error */
    NUM_FAULTS
};

/* Device events, also bits of DEVTEN */
enum {
    EV_DISCONNECT = 0,
    EV_RESET = 1,
    EV_CONNECT_DONE = 2,
    EV_LINK_CHANGE = 3,
    EV_WAKEUP = 4,
    EV_SUSPEND = 6,
};

/* Endpoint events, and bits of their status */
enum {
    EP_COMPLETE = 1,
    EP_IN_PROGRESS = 2,
    EP_NOT_READY = 3,
    EP_COMMAND = 7,
};
#define ST_BUS_ERROR    1
#define ST_SHORT        2
#define ST_IOC          4
#define ST_LAST         8

/* Link states */
enum {
    LINK_U0 = 0,
    LINK_U3 = 3,
    LINK_DISABLED = 4,
    LINK_RECOVERY = 8,
};

typedef struct Dwc3Trb {
    uint64_t addr;
    uint32_t size;
    uint32_t ctrl;
} Dwc3Trb;

#define TRB_BYTES       16
#define TRB_LENGTH      0xffffff
#define TRB_STATUS(s)   ((uint32_t)(s) << 28)
#define TRB_HWO         BIT(0)
#define TRB_LST         BIT(1)
#define TRB_CHN         BIT(2)
#define TRB_ISP         BIT(10)
#define TRB_IOC         BIT(11)
#define TRB_TYPE(c)     (((c) >> 4) & 0x3f)
enum {
    TRB_NORMAL = 1,
    TRB_SETUP = 2,
    TRB_STATUS2 = 3,
    TRB_STATUS3 = 4,
    TRB_DATA = 5,
    TRB_LINK = 8,
};
enum {
    TRBSTS_SETUP_PENDING = 2,
    TRBSTS_IN_PROGRESS = 4,
};

/* Commands of DEPCMD */
enum {
    DEP_SET_CONFIG = 1,
    DEP_SET_RESOURCE = 2,
    DEP_SET_STALL = 4,
    DEP_CLEAR_STALL = 5,
    DEP_START = 6,
    DEP_UPDATE = 7,
    DEP_END = 8,
    DEP_START_CONFIG = 9,
};
#define DEP_NO_RESOURCE 1

typedef struct Dwc3Ep {
    uint32_t par[3];            /* DEPCMDPAR0..2 */
    uint32_t cmd;
    uint32_t cfg0, cfg1;
    bool active;                /* between Start and End Transfer */
    bool stalled;
    bool hung;                  /* a rule was broken: until End Transfer */
    uint64_t trb;               /* address of the current TRB */
    uint32_t done;              /* bytes of it that are through */
    uint64_t td;                /* bytes of its chain that are through */
    unsigned packet_trbs;       /* TRBs that the packet at hand is made of */
    int error;                  /* status bits for the next event */
    uint32_t ending;            /* an End Transfer that is not done yet */
    unsigned faults[NUM_FAULTS];
    USBPacket *packet;          /* the host waits */
} Dwc3Ep;

typedef enum Dwc3Stage {
    STAGE_NONE,
    STAGE_SETUP,                /* a Setup packet waits for its TRB */
    STAGE_DATA,
    STAGE_STATUS,
} Dwc3Stage;

typedef struct Dwc3Request {
    uint8_t setup[8];
    uint8_t *data;              /* the USB device's buffer */
    USBPacket *packet;          /* none: the host controller's SET_ADDRESS,
                                 * or a transfer that the host gave up */
} Dwc3Request;

struct Dwc3Wire {
    USBDevice parent;
    Dwc3Udc *udc;
    char *speed;
    QEMUTimer *timer;           /* looks at the port's link state */
};

struct Dwc3Udc {
    PCIDevice parent;
    MemoryRegion bar;
    uint32_t reg[DWC3_BAR_SIZE / 4];
    Dwc3Ep ep[DWC3_NUM_EPS];
    GQueue *events;             /* for which the buffer has no room */
    uint32_t event_pos;
    QEMUBH *bh;
    QEMUTimer *rate_timer;
    QEMUTimer *end_timer;
    int64_t wire_free;          /* when the wire can carry the next bytes */
    Dwc3Wire *wire;

    Dwc3Stage stage;
    Dwc3Request now, next;
    bool has_next;
    bool given_up;              /* the host has ended the current transfer */
    bool told_not_ready;

    /* Properties */
    uint32_t device_id;
    uint32_t snpsid;
    uint32_t trb_cache;
    bool trace;
};

#define R(s, a) ((s)->reg[(a) / 4])
#define dwc3_trace(s, ...) \
    do { \
        if ((s)->trace) { \
            qemu_log("dwc3: " __VA_ARGS__); \
        } \
    } while (0)

/* dwc3-udc.c */
void dwc3_device_event(Dwc3Udc *s, int type, int info);
void dwc3_ep_event(Dwc3Udc *s, int n, int type, int status, int parameters);
void dwc3_broken(Dwc3Udc *s, int n, const char *rule);
/* Looks for work when the caller is done. */
void dwc3_kick(Dwc3Udc *s);

/* dwc3-ep.c */
bool dwc3_trb_read(Dwc3Udc *s, Dwc3Ep *e, Dwc3Trb *t);
void dwc3_trb_write(Dwc3Udc *s, uint64_t at, uint32_t size, uint32_t ctrl);
void dwc3_trb_finish(Dwc3Udc *s, int n, Dwc3Trb *t, uint32_t left, int status);
bool dwc3_dma(Dwc3Udc *s, uint64_t addr, void *buf, uint32_t len, bool read);
bool dwc3_ep_serve(Dwc3Udc *s, int n);
void dwc3_ep_work(Dwc3Udc *s);
void dwc3_ep_command(Dwc3Udc *s, int n, uint32_t value);
void dwc3_ep_end_transfers(Dwc3Udc *s);

/* dwc3-ep0.c */
void dwc3_ep0_request(Dwc3Udc *s, const uint8_t *setup, uint8_t *data,
                      USBPacket *p);
bool dwc3_ep0_cancel(Dwc3Udc *s, USBPacket *p);
void dwc3_ep0_stall(Dwc3Udc *s);
void dwc3_ep0_forget(Dwc3Udc *s);
void dwc3_ep0_work(Dwc3Udc *s);
bool dwc3_ep0_setup_waits(Dwc3Udc *s);

/* dwc3-wire.c */
void dwc3_wire_connect(Dwc3Udc *s);
void dwc3_wire_disconnect(Dwc3Udc *s, bool tell);
void dwc3_wire_configure_ep(Dwc3Udc *s, int n);
void dwc3_wire_wake_host(Dwc3Udc *s);

#endif
