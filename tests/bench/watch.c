/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Observes a sink from outside: a program's ioctl() and malloc() override
 * those of libraries.
 *
 * Delays: from a buffer's entry to its TRANSFER, and from the end of the
 * transfer to the buffer's release. Starved: TRANSFERs after the previous one
 * had already ended, so that the wire was idle.
 *
 * Buffers are identified by the inode of their dmabuf, since a sink may
 * duplicate the descriptor.
 *
 * Locking: one thread calls entry and TRANSFER, another the release; only one
 * of them uses a buffer at a time.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fence.h"
#include "transport/gstffsuapi.h"
#include "watch.h"

#define MAX_BUFFERS 64

typedef struct
{
  ino_t inode;
  guint64 entered;
  guint64 queued;
  int fence;
} Slot;

static gboolean watching, patches_hidden;
static Slot slots[MAX_BUFFERS];
static guint n_slots, n_starved, n_transfers;
static int last_dmabuf = -1;
static Delays to_transfer, to_pool;
static gint n_allocations;

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *data, size_t size);
extern void *__libc_memalign (size_t alignment, size_t size);

void *
malloc (size_t size)
{
  g_atomic_int_inc (&n_allocations);
  return __libc_malloc (size);
}

void *
calloc (size_t n, size_t size)
{
  g_atomic_int_inc (&n_allocations);
  return __libc_calloc (n, size);
}

void *
realloc (void *data, size_t size)
{
  g_atomic_int_inc (&n_allocations);
  return __libc_realloc (data, size);
}

int
posix_memalign (void **data, size_t alignment, size_t size)
{
  g_atomic_int_inc (&n_allocations);
  *data = __libc_memalign (alignment, size);
  return *data ? 0 : ENOMEM;
}

/* Returns: the number of all threads since the program's start */
guint64
watch_allocations (void)
{
  return (guint) g_atomic_int_get (&n_allocations);
}

static Slot *
find_slot (gint dmabuf)
{
  struct stat st;
  guint i;

  if (fstat (dmabuf, &st) < 0)
    return NULL;
  for (i = 0; i < n_slots; i++) {
    if (slots[i].inode == st.st_ino)
      return &slots[i];
  }
  if (n_slots == MAX_BUFFERS)
    return NULL;
  slots[n_slots].inode = st.st_ino;
  slots[n_slots].fence = -1;
  return &slots[n_slots++];
}

static void
on_transfer (gint dmabuf, guint64 now)
{
  Slot *slot = find_slot (dmabuf);

  if (slot == NULL)
    return;
  n_transfers++;
  if (slot->entered > 0)
    delays_add (&to_transfer, now - slot->entered);
  slot->entered = 0;
  slot->queued = now;
  if (slot->fence >= 0)
    close (slot->fence);
  slot->fence = fence_export (dmabuf);
  last_dmabuf = dmabuf;
}

/* Returns: the last dmabuf of the transfer, which stands for all of them */
static gint
get_dmabuf (gulong request, gpointer arg)
{
  struct usb_ffs_dmabuf_submit *submit = arg;
  struct usb_ffs_dmabuf_segment *segments;

  if (request == FUNCTIONFS_DMABUF_TRANSFER)
    return *(gint *) arg;
  segments = (struct usb_ffs_dmabuf_segment *) (gsize) submit->segments;
  return segments[submit->num_segments - 1].fd;
}

/* Hides the ioctls that mainline lacks. */
void
watch_hide_patches (void)
{
  patches_hidden = TRUE;
}

int
ioctl (int fd, unsigned long request, ...)
{
  gboolean is_transfer;
  guint64 now = 0;
  gpointer arg;
  va_list args;
  int ret;

  va_start (args, request);
  arg = va_arg (args, gpointer);
  va_end (args);

  if (patches_hidden && request == FUNCTIONFS_FEATURES) {
    errno = ENOTTY;
    return -1;
  }
  is_transfer = watching && (request == FUNCTIONFS_DMABUF_TRANSFER
      || request == FUNCTIONFS_DMABUF_SUBMIT);
  if (is_transfer) {
    if (last_dmabuf >= 0 && !fence_is_pending (last_dmabuf))
      n_starved++;
    now = meter_now ();
  }
  ret = syscall (SYS_ioctl, fd, request, arg);
  if (is_transfer && ret >= 0)
    on_transfer (get_dmabuf (request, arg), now);
  return ret;
}

/* Starts watching @frames frames. */
void
watch_start (guint frames)
{
  delays_init (&to_transfer, frames);
  delays_init (&to_pool, frames);
  n_slots = n_starved = n_transfers = 0;
  last_dmabuf = -1;
  watching = TRUE;
}

/* Call before the frame is pushed. */
void
watch_enter (gint dmabuf)
{
  Slot *slot = find_slot (dmabuf);

  if (slot)
    slot->entered = meter_now ();
}

/* Call when the frame is released. */
void
watch_release (gint dmabuf)
{
  guint64 now = meter_now ();
  Slot *slot = find_slot (dmabuf);
  guint64 end;

  if (slot == NULL || slot->fence < 0)
    return;
  end = fence_time (slot->fence);
  /* A fence that had signalled before the export has another timestamp. */
  if (end > slot->queued && end < now)
    delays_add (&to_pool, now - end);
  close (slot->fence);
  slot->fence = -1;
}

void
watch_report (void)
{
  watching = FALSE;
  report_delays ("to_transfer", &to_transfer);
  report_delays ("to_pool", &to_pool);
  report_number ("starved", n_starved);
  delays_clear (&to_transfer);
  delays_clear (&to_pool);
}
