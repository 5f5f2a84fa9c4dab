/* SPDX-License-Identifier: GPL-2.0-only */
/* Definitions for dummy_hcd.c only. */
#ifndef FFS_COMPAT_DUMMY_HCD_H
#define FFS_COMPAT_DUMMY_HCD_H

#include "compat.h"
#include "gadget.h"

#include <linux/hrtimer.h>
#include <linux/platform_device.h>
#include <linux/timer.h>

#ifndef FFS_HAVE_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

#ifndef timer_container_of
#define timer_container_of(var, timer, member) \
	container_of(timer, typeof(*(var)), member)
#endif

/* The head of a remove function, which returns int before 6.11. */
#ifdef FFS_HAVE_REMOVE_IS_VOID
#define FFS_REMOVE(name)						\
	static void name(struct platform_device *pdev)
#else
#define FFS_REMOVE(name)						\
	static void name##_void(struct platform_device *pdev);		\
	static int name(struct platform_device *pdev)			\
	{								\
		name##_void(pdev);					\
		return 0;						\
	}								\
	static void name##_void(struct platform_device *pdev)
#endif

#endif /* FFS_COMPAT_DUMMY_HCD_H */
