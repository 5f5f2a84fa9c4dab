/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A function that answers control requests of all kinds and lengths, in a
 * gadget that is created and removed: own mode without a camera.  Reads
 * commands from the standard input, one per line, and answers with "COMMAND ok"
 * or "COMMAND: ERROR".
 *
 *   gadget NAME      create it, mount FunctionFS
 *   mounted DIR      use this FunctionFS instead
 *   open             write the descriptors and serve ep0
 *   bind [UDC]
 *   go               send the answer to request SLOW
 *   unbind, close, free
 */

#include <stdio.h>
#include <string.h>

#include "function/gstffsfunction.h"
#include "function/gstffsfunctiondebug.h"
#include "function/gstffsgadget.h"

/* bRequest */
enum
{
  FILL = 1,                     /* IN: wValue bytes of wIndex's high byte */
  STORE,                        /* OUT: stored */
  RECALL,                       /* IN: the stored data */
  REFUSE,                       /* either: stalled */
  ECHO,                         /* IN: the request itself */
  SLOW                          /* IN: answered after "go" */
};

static const GstFfsFunctionDesc descs[] = {
  {
        .n_interfaces = 1,
        .interfaces = {{0xff, 0x10, 0x20, "echo", "i"}},
        .stream_endpoint = 1,
        .compatible_id = "WINUSB",
        .interface_guid = "{01234567-89ab-cdef-0123-456789abcdef}",
      },
  {
        .device_class = {0xef, 0x02, 0x01},
        .association = {0xef, 0x05, 0x00},
        .n_interfaces = 2,
        .interfaces = {
              {0xef, 0x05, 0x00, "left", "oi"},
              {0xef, 0x05, 0x02, "right", "i"},
            },
        .stream_endpoint = 3,
      },
};

G_DECLARE_FINAL_TYPE (EchoProfile, echo_profile, ECHO, PROFILE, GstFfsProfile);
struct _EchoProfile
{
  GstFfsProfile parent;
  const GstFfsFunctionDesc *desc;
  GByteArray *stored;
  GMutex lock;
  GCond cond;
  gboolean go;
};
G_DEFINE_TYPE (EchoProfile, echo_profile, GST_TYPE_FFS_PROFILE);

static const GstFfsFunctionDesc *
describe (GstFfsProfile * profile)
{
  return ECHO_PROFILE (profile)->desc;
}

static gint
start (GstFfsProfile * profile G_GNUC_UNUSED, const gchar * directory,
    GstAllocator * allocator G_GNUC_UNUSED)
{
  printf ("start %s\n", directory);
  return 0;
}

static void
stop (GstFfsProfile * profile G_GNUC_UNUSED)
{
  puts ("stop");
}

static void
set_enabled (GstFfsProfile * profile G_GNUC_UNUSED, gboolean enabled)
{
  puts (enabled ? "enabled" : "disabled");
}

static void
wait_go (EchoProfile * self)
{
  g_mutex_lock (&self->lock);
  puts ("slow");
  while (!self->go)
    g_cond_wait (&self->cond, &self->lock);
  self->go = FALSE;
  g_mutex_unlock (&self->lock);
}

static gboolean
control (GstFfsProfile * profile, const GstFfsSetup * setup,
    const guint8 * data, GByteArray * reply)
{
  EchoProfile *self = ECHO_PROFILE (profile);

  switch (setup->request) {
    case FILL:
      g_byte_array_set_size (reply, setup->value);
      memset (reply->data, 0x77, setup->value);
      return TRUE;
    case STORE:
      g_byte_array_set_size (self->stored, 0);
      if (data)
        g_byte_array_append (self->stored, data, setup->length);
      return TRUE;
    case RECALL:
      g_byte_array_append (reply, self->stored->data, self->stored->len);
      return TRUE;
    case ECHO:
      g_byte_array_append (reply, (const guint8 *) setup, sizeof (*setup));
      return TRUE;
    case SLOW:
      wait_go (self);
      g_byte_array_append (reply, (const guint8 *) "late", 4);
      return TRUE;
    default:
      return FALSE;
  }
}

static void
echo_profile_finalize (GObject * object)
{
  EchoProfile *self = ECHO_PROFILE (object);

  g_byte_array_unref (self->stored);
  G_OBJECT_CLASS (echo_profile_parent_class)->finalize (object);
}

static void
echo_profile_class_init (EchoProfileClass * klass)
{
  GstFfsProfileClass *profile_class = GST_FFS_PROFILE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = echo_profile_finalize;
  profile_class->describe = describe;
  profile_class->start = start;
  profile_class->stop = stop;
  profile_class->set_enabled = set_enabled;
  profile_class->control = control;
}

static void
echo_profile_init (EchoProfile * self)
{
  self->stored = g_byte_array_new ();
}

static void
answer (const gchar * command, gboolean ok, GError ** error)
{
  if (ok)
    printf ("%s ok\n", command);
  else
    printf ("%s: %s\n", command, (*error)->message);
  g_clear_error (error);
}

int
main (int argc, char **argv)
{
  const GstFfsIdentity identity = { 0x1209, 0x0001, "Echo & Co", "an echo",
    "echo-1"
  };
  GstFfsGadget *gadget = NULL;
  GstFfsFunction *function = NULL;
  EchoProfile *echo;
  GstFfsProfile *profile;
  gchar line[256], *argument;
  g_autofree gchar *directory = NULL;
  GError *error = NULL;

  gst_init (&argc, &argv);
  GST_DEBUG_CATEGORY_INIT (gst_ffs_function_debug, "ffsfunction", 0, "");
  setvbuf (stdout, NULL, _IOLBF, 0);
  echo = g_object_new (echo_profile_get_type (), NULL);
  echo->desc = &descs[argc > 1 && strcmp (argv[1], "pair") == 0];
  profile = GST_FFS_PROFILE (echo);

  while (fgets (line, sizeof (line), stdin)) {
    g_strchomp (line);
    argument = strchr (line, ' ');
    if (argument)
      *argument++ = '\0';
    if (strcmp (line, "gadget") == 0) {
      const GstFfsPlace place = { argument, NULL, 1 };

      gadget = gst_ffs_gadget_new (&place, directory, &identity, echo->desc,
          &error);
      answer (line, gadget != NULL, &error);
      if (gadget) {
        g_free (directory);
        directory = g_strdup (gst_ffs_gadget_get_directory (gadget));
      }
    } else if (strcmp (line, "mounted") == 0) {
      g_free (directory);
      directory = g_strdup (argument);
    } else if (strcmp (line, "open") == 0) {
      function = gst_ffs_function_new (directory, profile, TRUE, NULL, &error);
      answer (line, function != NULL, &error);
    } else if (strcmp (line, "bind") == 0) {
      answer (line, gst_ffs_gadget_bind (gadget, argument, &error), &error);
    } else if (strcmp (line, "go") == 0) {
      g_mutex_lock (&echo->lock);
      echo->go = TRUE;
      g_cond_signal (&echo->cond);
      g_mutex_unlock (&echo->lock);
    } else if (strcmp (line, "unbind") == 0) {
      gst_ffs_gadget_unbind (gadget);
      puts ("unbind ok");
    } else if (strcmp (line, "close") == 0) {
      g_clear_pointer (&function, gst_ffs_function_free);
      puts ("close ok");
    } else if (strcmp (line, "free") == 0) {
      g_clear_pointer (&gadget, gst_ffs_gadget_free);
      g_clear_pointer (&directory, g_free);
      puts ("free ok");
    }
  }

  g_clear_pointer (&function, gst_ffs_function_free);
  g_clear_pointer (&gadget, gst_ffs_gadget_free);
  gst_object_unref (profile);
  return 0;
}
