/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __TEST_DWC3_BENCH_H__
#define __TEST_DWC3_BENCH_H__

#include <stdint.h>

/* Registers of the bench: tests/vm/dwc3/dwc3.h. */
enum
{
  PLUG = 0x8000,
  FAULT = 0x8004,
  RATE = 0x8008,
  END_DELAY = 0x800c,
  LINK = 0x8010,
  BUS_ERRORS = 0x8014,
  BROKEN = 0x8018,
  TRBS = 0x801c,
};

volatile uint32_t *dwc3_bench_map (void);

#endif /* __TEST_DWC3_BENCH_H__ */
