/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Serves ep0 of a FunctionFS instance with one vendor class interface and one
 * bulk endpoint, IN or OUT: writes the descriptors, prints events and stalls
 * control requests. The function exists while ep0 is open, so keep this running
 * while streaming.
 */

#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/usb/functionfs.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef FUNCTIONFS_DMABUF_ATTACH
#define FUNCTIONFS_DMABUF_ATTACH _IOW ('g', 131, int)
#endif
/* Of the patches in kernel/ */
#ifndef FUNCTIONFS_FEATURES
#define FUNCTIONFS_FEATURES _IOR ('g', 192, uint64_t)
#endif

#define PACKED __attribute__ ((packed))

#define FS_PACKET 64
#define HS_PACKET 512
#define SS_PACKET 1024
#define SS_MAX_BURST 15

/* The kernel queues at most this many events. */
#define MAX_EVENTS 4

struct speed_descs
{
  struct usb_interface_descriptor interface;
  struct usb_endpoint_descriptor_no_audio endpoint;
} PACKED;

struct super_speed_descs
{
  struct usb_interface_descriptor interface;
  struct usb_endpoint_descriptor_no_audio endpoint;
  struct usb_ss_ep_comp_descriptor companion;
} PACKED;

/* Full speed descriptors are needed although 12 Mbit/s are of no use: without
 * them some kernels crash when the gadget is bound. */
struct function_descs
{
  struct usb_functionfs_descs_head_v2 head;
  uint32_t fs_count;
  uint32_t hs_count;
  uint32_t ss_count;
  struct speed_descs fs;
  struct speed_descs hs;
  struct super_speed_descs ss;
} PACKED;

static const struct option long_options[] = {
  {"ask", required_argument, NULL, 'a'},
  {"background", no_argument, NULL, 'b'},
  {"burst", required_argument, NULL, 'u'},
  {"help", no_argument, NULL, 'h'},
  {"log", required_argument, NULL, 'l'},
  {"name", required_argument, NULL, 'n'},
  {"out", no_argument, NULL, 'o'},
  {"pid-file", required_argument, NULL, 'p'},
  {"ready-fd", required_argument, NULL, 'r'},
  {NULL, 0, NULL, 0}
};

static volatile sig_atomic_t stop_signal;

static void
usage (FILE * out)
{
  fputs ("usage: ffs-ep0 [options] DIR\n"
      "       ffs-ep0 --ask FILE\n"
      "\n"
      "Opens DIR/ep0 (DIR: where FunctionFS is mounted), describes a vendor\n"
      "class interface with one bulk IN endpoint, which appears as DIR/ep1,\n"
      "and prints one line for each event until SIGINT or SIGTERM.\n"
      "\n"
      "  -b, --background     return when the descriptors are in the kernel\n"
      "                       and go on in the background\n"
      "  -l, --log FILE       events go to FILE (with --background the\n"
      "                       default is to print none)\n"
      "  -n, --name TEXT      name of the interface (default: camera stream)\n"
      "  -o, --out            the endpoint is bulk OUT, for ffsdmabufsrc\n"
      "  -p, --pid-file FILE  process id goes to FILE, removed at the end\n"
      "  -r, --ready-fd N     'ready' goes to file descriptor N as well\n"
      "  -u, --burst N        SuperSpeed packets a burst, 1 to 16 (default "
      "16)\n"
      "\n"
      "Without --background the first line on the standard output is 'ready';\n"
      "from then on the gadget can be bound to a controller.\n"
      "\n"
      "  -a, --ask FILE       says what the kernel can do with dmabufs on the\n"
      "                       data endpoint FILE: 'dmabuf=yes gather=yes\n"
      "                       features=0x2f'. gather is no as long as the\n"
      "                       gadget is not bound; without the patches\n"
      "                       features is 0.\n", out);
}

static void __attribute__((format (printf, 1, 2)))
    complain (const char *format, ...)
{
  va_list args;

  fputs ("ffs-ep0: ", stderr);
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
}

static void
on_signal (int number)
{
  stop_signal = number;
}

static void
fill_interface (struct usb_interface_descriptor *desc)
{
  desc->bLength = sizeof (*desc);
  desc->bDescriptorType = USB_DT_INTERFACE;
  desc->bNumEndpoints = 1;
  desc->bInterfaceClass = USB_CLASS_VENDOR_SPEC;
  desc->iInterface = 1;
}

static void
fill_endpoint (struct usb_endpoint_descriptor_no_audio *desc, uint16_t packet,
    bool out)
{
  desc->bLength = sizeof (*desc);
  desc->bDescriptorType = USB_DT_ENDPOINT;
  desc->bEndpointAddress = (out ? USB_DIR_OUT : USB_DIR_IN) | 1;
  desc->bmAttributes = USB_ENDPOINT_XFER_BULK;
  desc->wMaxPacketSize = htole16 (packet);
}

static bool
write_all (int fd, const void *data, size_t size, const char *what)
{
  ssize_t done = write (fd, data, size);

  if (done == (ssize_t) size)
    return true;
  /* ep0 is open, but the function already has descriptors. */
  if (done < 0 && errno == ESRCH)
    complain ("another process has described this function already and still "
        "holds it");
  else
    complain ("the kernel rejected the %s: %s", what,
        done < 0 ? strerror (errno) : "short write");
  return false;
}

static bool
write_descriptors (int ep0, unsigned int burst, bool out)
{
  struct function_descs descs;

  memset (&descs, 0, sizeof (descs));
  descs.head.magic = htole32 (FUNCTIONFS_DESCRIPTORS_MAGIC_V2);
  descs.head.length = htole32 (sizeof (descs));
  descs.head.flags = htole32 (FUNCTIONFS_HAS_FS_DESC |
      FUNCTIONFS_HAS_HS_DESC | FUNCTIONFS_HAS_SS_DESC);
  descs.fs_count = htole32 (2);
  descs.hs_count = htole32 (2);
  descs.ss_count = htole32 (3);

  fill_interface (&descs.fs.interface);
  fill_endpoint (&descs.fs.endpoint, FS_PACKET, out);
  fill_interface (&descs.hs.interface);
  fill_endpoint (&descs.hs.endpoint, HS_PACKET, out);
  fill_interface (&descs.ss.interface);
  fill_endpoint (&descs.ss.endpoint, SS_PACKET, out);
  descs.ss.companion.bLength = sizeof (descs.ss.companion);
  descs.ss.companion.bDescriptorType = USB_DT_SS_ENDPOINT_COMP;
  descs.ss.companion.bMaxBurst = burst;

  return write_all (ep0, &descs, sizeof (descs), "descriptors");
}

static bool
write_strings (int ep0, const char *name)
{
  struct usb_functionfs_strings_head head;
  const uint16_t language = htole16 (0x0409);
  size_t name_size = strlen (name) + 1;
  size_t size = sizeof (head) + sizeof (language) + name_size;
  unsigned char *data = malloc (size);
  bool ok;

  if (data == NULL) {
    complain ("out of memory");
    return false;
  }
  head.magic = htole32 (FUNCTIONFS_STRINGS_MAGIC);
  head.length = htole32 (size);
  head.str_count = htole32 (1);
  head.lang_count = htole32 (1);
  memcpy (data, &head, sizeof (head));
  memcpy (data + sizeof (head), &language, sizeof (language));
  memcpy (data + sizeof (head) + sizeof (language), name, name_size);
  ok = write_all (ep0, data, size, "strings");
  free (data);
  return ok;
}

static int
open_ep0 (const char *dir)
{
  char path[4096];
  int fd;

  if (snprintf (path, sizeof (path), "%s/ep0", dir) >= (int) sizeof (path)) {
    complain ("%s: name too long", dir);
    return -1;
  }
  /* Never block in read(): in 6.12 it holds a mutex that unbinding the
   * controller needs, which deadlocks. */
  fd = open (path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd >= 0)
    return fd;

  switch (errno) {
    case ENOENT:
      complain ("%s is missing; is FunctionFS mounted there? "
          "(ffs-gadget up NAME)", path);
      break;
    case EBUSY:
      complain ("another process has %s open", path);
      break;
    case EACCES:
      complain ("no permission for %s; give it to this user with "
          "'ffs-gadget up NAME --user UID:GID'", path);
      break;
    default:
      complain ("%s: %s", path, strerror (errno));
  }
  return -1;
}

/* To stall a request, FunctionFS expects an access in the wrong direction. */
static const char *
refuse (int ep0, const struct usb_ctrlrequest *request)
{
  ssize_t done;

  if (request->bRequestType & USB_DIR_IN)
    done = read (ep0, NULL, 0);
  else
    done = write (ep0, NULL, 0);

  if (done < 0 && errno == EL2HLT)
    return "stalled";
  if (done < 0 && errno == EIDRM)
    return "cancelled by the host";
  return done < 0 ? strerror (errno) : "answered";
}

static void
report (int ep0, const struct usb_functionfs_event *event)
{
  const struct usb_ctrlrequest *setup = &event->u.setup;

  switch (event->type) {
    case FUNCTIONFS_BIND:
      puts ("BIND");
      break;
    case FUNCTIONFS_UNBIND:
      puts ("UNBIND");
      break;
    case FUNCTIONFS_ENABLE:
      puts ("ENABLE");
      break;
    case FUNCTIONFS_DISABLE:
      puts ("DISABLE");
      break;
    case FUNCTIONFS_SUSPEND:
      puts ("SUSPEND");
      break;
    case FUNCTIONFS_RESUME:
      puts ("RESUME");
      break;
    case FUNCTIONFS_SETUP:
      printf ("SETUP type 0x%02x request 0x%02x value 0x%04x index 0x%04x "
          "length %u: ", setup->bRequestType, setup->bRequest,
          le16toh (setup->wValue), le16toh (setup->wIndex),
          le16toh (setup->wLength));
      puts (refuse (ep0, setup));
      break;
    default:
      printf ("event %u\n", event->type);
  }
  fflush (stdout);
}

/* Reads pending events. Returns false when ep0 is no longer usable. */
static bool
handle_events (int ep0)
{
  struct usb_functionfs_event events[MAX_EVENTS];
  ssize_t size, i;

  size = read (ep0, events, sizeof (events));
  if (size < 0) {
    /* EIDRM: the host aborted a control request before it was read. */
    if (errno == EAGAIN || errno == EINTR || errno == EIDRM)
      return true;
    complain ("reading events: %s", strerror (errno));
    return false;
  }
  for (i = 0; i < size / (ssize_t) sizeof (events[0]); i++)
    report (ep0, &events[i]);
  return true;
}

/* SIGINT and SIGTERM are unblocked in ppoll() only, so none is lost between
 * the check and the wait. */
static void
catch_signals (sigset_t * unblocked)
{
  static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
  struct sigaction action;
  sigset_t blocked;
  size_t i;

  memset (&action, 0, sizeof (action));
  action.sa_handler = on_signal;
  sigemptyset (&blocked);
  for (i = 0; i < sizeof (numbers) / sizeof (numbers[0]); i++) {
    sigaction (numbers[i], &action, NULL);
    sigaddset (&blocked, numbers[i]);
  }
  sigprocmask (SIG_BLOCK, &blocked, unblocked);
  for (i = 0; i < sizeof (numbers) / sizeof (numbers[0]); i++)
    sigdelset (unblocked, numbers[i]);
}

static int
run (int ep0, const sigset_t * unblocked)
{
  struct pollfd poll_fd = { ep0, POLLIN, 0 };
  /* On kernels without the patches in kernel/, poll() of a non-blocking ep0
   * misses an event while another task holds the function's mutex. */
  const struct timespec limit = { 0, 200 * 1000 * 1000 };

  while (stop_signal == 0) {
    if (ppoll (&poll_fd, 1, &limit, unblocked) < 0) {
      if (errno == EINTR)
        continue;
      complain ("poll: %s", strerror (errno));
      return EXIT_FAILURE;
    }
    if (!handle_events (ep0))
      return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

/* The parent waits until the child has written the descriptors or has exited,
 * and returns the child's status. */
static int
wait_for_child (pid_t child, int ready)
{
  char byte;
  ssize_t got;
  int status;

  do {
    got = read (ready, &byte, 1);
  } while (got < 0 && errno == EINTR);
  if (got == 1)
    return EXIT_SUCCESS;
  if (waitpid (child, &status, 0) == child && WIFEXITED (status))
    return WEXITSTATUS (status);
  return EXIT_FAILURE;
}

static bool
redirect (int from, const char *path, int flags)
{
  int fd = open (path, flags | O_CLOEXEC, 0644);

  if (fd < 0 || dup2 (fd, from) < 0) {
    complain ("%s: %s", path, strerror (errno));
    return false;
  }
  close (fd);
  return true;
}

static bool
write_pid_file (const char *path)
{
  FILE *file = fopen (path, "we");

  if (file != NULL && fprintf (file, "%ld\n", (long) getpid ()) > 0
      && fclose (file) == 0)
    return true;
  complain ("%s: %s", path, strerror (errno));
  return false;
}

static bool
parse_number (const char *text, long low, long high, long *number)
{
  char *end;

  errno = 0;
  *number = strtol (text, &end, 10);
  return errno == 0 && end != text && *end == '\0' && *number >= low
      && *number <= high;
}

/* Attaches an invalid descriptor: the kernel checks it last, so the error tells
 * which features it has. */
static int
ask (const char *path)
{
  int fd = open (path, O_RDWR | O_NONBLOCK | O_CLOEXEC), nothing = -1;
  uint64_t features = 0;
  int error = 0;

  if (fd < 0) {
    complain ("%s: %s", path, strerror (errno));
    return EXIT_FAILURE;
  }
  if (ioctl (fd, FUNCTIONFS_FEATURES, &features) < 0)
    features = 0;
  if (ioctl (fd, FUNCTIONFS_DMABUF_ATTACH, &nothing) < 0)
    error = errno;
  close (fd);
  /* A kernel that does not know it says EAGAIN on an endpoint without host. */
  printf ("dmabuf=%s gather=%s features=%#llx\n",
      error == EBADF || error == EPERM ? "yes" : "no",
      error == EBADF ? "yes" : "no", (unsigned long long) features);
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  const char *name = "camera stream";
  const char *pid_file = NULL, *log_file = NULL;
  bool background = false, out = false;
  long burst = SS_MAX_BURST + 1, ready_fd = -1;
  int ep0, option, status, ready_pipe[2] = { -1, -1 };
  sigset_t unblocked;
  pid_t child;

  while ((option = getopt_long (argc, argv, "a:bhl:n:op:r:u:", long_options,
              NULL)) != -1) {
    switch (option) {
      case 'a':
        return ask (optarg);
      case 'b':
        background = true;
        break;
      case 'l':
        log_file = optarg;
        break;
      case 'n':
        name = optarg;
        break;
      case 'o':
        out = true;
        break;
      case 'p':
        pid_file = optarg;
        break;
      case 'r':
        if (!parse_number (optarg, 0, 1 << 20, &ready_fd)) {
          complain ("--ready-fd: '%s' is not a file descriptor", optarg);
          return 2;
        }
        break;
      case 'u':
        if (!parse_number (optarg, 1, SS_MAX_BURST + 1, &burst)) {
          complain ("--burst is 1 to %d, not '%s'", SS_MAX_BURST + 1, optarg);
          return 2;
        }
        break;
      case 'h':
        usage (stdout);
        return EXIT_SUCCESS;
      default:
        usage (stderr);
        return 2;
    }
  }
  if (optind + 1 != argc) {
    usage (stderr);
    return 2;
  }

  if (background) {
    if (pipe (ready_pipe) < 0 || (child = fork ()) < 0) {
      complain ("cannot continue in the background: %s", strerror (errno));
      return EXIT_FAILURE;
    }
    if (child > 0) {
      close (ready_pipe[1]);
      return wait_for_child (child, ready_pipe[0]);
    }
    close (ready_pipe[0]);
    fcntl (ready_pipe[1], F_SETFD, FD_CLOEXEC);
    /* Detach from the terminal: Ctrl-C is meant for the pipeline. */
    setsid ();
    if (!redirect (STDIN_FILENO, "/dev/null", O_RDONLY))
      return EXIT_FAILURE;
    if (log_file == NULL)
      log_file = "/dev/null";
  }
  if (log_file != NULL
      && !redirect (STDOUT_FILENO, log_file, O_WRONLY | O_CREAT | O_TRUNC))
    return EXIT_FAILURE;

  catch_signals (&unblocked);
  ep0 = open_ep0 (argv[optind]);
  if (ep0 < 0 || !write_descriptors (ep0, burst - 1, out)
      || !write_strings (ep0, name)
      || (pid_file != NULL && !write_pid_file (pid_file)))
    return EXIT_FAILURE;

  puts ("ready");
  fflush (stdout);
  if (ready_fd >= 0 && !write_all (ready_fd, "ready\n", 6, "ready line"))
    return EXIT_FAILURE;
  if (background) {
    /* Close standard error: the caller may wait for its end. */
    if (write (ready_pipe[1], "", 1) != 1)
      return EXIT_FAILURE;
    close (ready_pipe[1]);
    dup2 (STDOUT_FILENO, STDERR_FILENO);
  }

  status = run (ep0, &unblocked);
  close (ep0);
  if (pid_file != NULL)
    unlink (pid_file);
  return status;
}
