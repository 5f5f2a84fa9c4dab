/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The registers of the camera and the contents of the constant ones: identity,
 * capabilities, pointers and the description.
 *
 * No state, no locks.
 */

#include <string.h>

#include "gstffsu3vlayout.h"
#include "gstffsu3vmap.h"

#define READ GST_FFS_U3V_READ
#define WRITE GST_FFS_U3V_WRITE
#define BOTH (GST_FFS_U3V_READ | GST_FFS_U3V_WRITE)
#define CONFIG (BOTH | GST_FFS_U3V_LOCKABLE)

static const struct
{
  guint64 address;
  guint length;
  GstFfsU3vAccess access;
} writable[] = {
  {ABRM + ABRM_USER_NAME, ABRM_STRING_LENGTH, BOTH | GST_FFS_U3V_PARTS},
  {ABRM + ABRM_CONFIGURATION, 8, BOTH},
  /* Reads as 0, so that a host can read all registers at once. */
  {ABRM + ABRM_TIMESTAMP_LATCH, 4, BOTH},
  {SBRM + SBRM_CONFIGURATION, 8, BOTH},
  {SIRM + SI_CONTROL, 4, BOTH},
  {SIRM + SI_MAX_LEADER, 4, BOTH},
  {SIRM + SI_PAYLOAD_SIZE, 4, BOTH},
  {SIRM + SI_PAYLOAD_COUNT, 4, BOTH},
  {SIRM + SI_FINAL1_SIZE, 4, BOTH},
  {SIRM + SI_FINAL2_SIZE, 4, BOTH},
  {SIRM + SI_MAX_TRAILER, 4, BOTH},
  {FEATURES + FEATURE_WIDTH, 4, CONFIG},
  {FEATURES + FEATURE_HEIGHT, 4, CONFIG},
  {FEATURES + FEATURE_PIXEL_FORMAT, 4, CONFIG},
  {FEATURES + FEATURE_ACQUISITION_MODE, 4, BOTH},
  {FEATURES + FEATURE_ACQUISITION_START, 4, WRITE},
  {FEATURES + FEATURE_ACQUISITION_STOP, 4, WRITE},
  {FEATURES + FEATURE_PARAMS_LOCKED, 4, BOTH},
  {FEATURES + FEATURE_OFFSET_X, 4, CONFIG},
  {FEATURES + FEATURE_OFFSET_Y, 4, CONFIG},
};

static const struct
{
  guint64 address;
  GstFfsU3vAccess access;
} behind_rate[] = {
  {FEATURES + FEATURE_FRAME_COUNT, BOTH},
  {FEATURES + FEATURE_TRIGGER_MODE, BOTH},
  {FEATURES + FEATURE_TRIGGER_SOFTWARE, WRITE},
  {FEATURES + FEATURE_ONLY_CHOICE, BOTH},
  {FEATURES + FEATURE_USER_SET_LOAD, WRITE},
  {FEATURES + FEATURE_DEVICE_RESET, WRITE},
  {FEATURES + FEATURE_BINNING_X, CONFIG},
  {FEATURES + FEATURE_BINNING_Y, CONFIG},
};

static void
add_registers (GstFfsU3vRegisters * r, gboolean has_rate, guint n_controls)
{
  guint i;

  gst_ffs_u3v_registers_add_block (r, ABRM, ABRM_LENGTH);
  gst_ffs_u3v_registers_add_block (r, SBRM, SBRM_LENGTH);
  gst_ffs_u3v_registers_add_block (r, SIRM, SIRM_LENGTH);
  gst_ffs_u3v_registers_add_block (r, MANIFEST, MANIFEST_LENGTH);
  gst_ffs_u3v_registers_add_block (r, FEATURES, FEATURES_LENGTH);
  if (n_controls > 0)
    gst_ffs_u3v_registers_add_block (r, CONTROLS, n_controls * CONTROL_LENGTH);

  for (i = 0; i < G_N_ELEMENTS (writable); i++)
    gst_ffs_u3v_registers_add (r, writable[i].address, writable[i].length,
        writable[i].access);
  if (has_rate)
    gst_ffs_u3v_registers_add (r, FEATURES + FEATURE_FRAME_RATE, 8, BOTH);
  for (i = 0; i < G_N_ELEMENTS (behind_rate); i++)
    gst_ffs_u3v_registers_add (r, behind_rate[i].address, 4,
        behind_rate[i].access);
  for (i = 0; i < n_controls; i++)
    gst_ffs_u3v_registers_add (r, CONTROLS + i * CONTROL_LENGTH,
        CONTROL_LENGTH, BOTH);
}

static void
fill_abrm (GstFfsU3vRegisters * r, const GstFfsIdentity * identity)
{
  const struct
  {
    guint offset;
    const gchar *text;
  } texts[] = {
    {ABRM_MANUFACTURER, identity->manufacturer},
    {ABRM_MODEL, identity->product},
    {ABRM_FAMILY, U3V_FAMILY},
    {ABRM_DEVICE_VERSION, U3V_DEVICE_VERSION},
    {ABRM_MANUFACTURER_INFO, U3V_MANUFACTURER_INFO},
    {ABRM_SERIAL, identity->serial},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    gst_ffs_u3v_registers_set_string (r, ABRM + texts[i].offset,
        texts[i].text, ABRM_STRING_LENGTH);
  gst_ffs_u3v_registers_set_u32 (r, ABRM + ABRM_GENCP_VERSION, U3V_VERSION_1_0);
  gst_ffs_u3v_registers_set_u64 (r, ABRM + ABRM_CAPABILITY,
      CAPABILITY_USER_NAME | CAPABILITY_TIMESTAMP | CAPABILITY_UTF8
      | CAPABILITY_FAMILY | CAPABILITY_SBRM | CAPABILITY_WRITTEN_LENGTH);
  /* ns, like the timestamps of frames. */
  gst_ffs_u3v_registers_set_u64 (r, ABRM + ABRM_TIMESTAMP_INCREMENT, 1);
  /* ms.  Large, so that a host does not give up a camera under load. */
  gst_ffs_u3v_registers_set_u32 (r, ABRM + ABRM_RESPONSE_TIME, 1000);
  gst_ffs_u3v_registers_set_u64 (r, ABRM + ABRM_MANIFEST, MANIFEST);
  gst_ffs_u3v_registers_set_u64 (r, ABRM + ABRM_SBRM, SBRM);
}

static void
fill_sbrm (GstFfsU3vRegisters * r)
{
  gst_ffs_u3v_registers_set_u32 (r, SBRM + SBRM_VERSION, U3V_VERSION_1_0);
  /* SIRM available, no event channel. */
  gst_ffs_u3v_registers_set_u64 (r, SBRM + SBRM_CAPABILITY, 1);
  gst_ffs_u3v_registers_set_u32 (r, SBRM + SBRM_MAX_COMMAND, U3V_MAX_COMMAND);
  gst_ffs_u3v_registers_set_u32 (r, SBRM + SBRM_MAX_ANSWER, U3V_MAX_ANSWER);
  gst_ffs_u3v_registers_set_u32 (r, SBRM + SBRM_N_STREAMS, 1);
  gst_ffs_u3v_registers_set_u64 (r, SBRM + SBRM_SIRM, SIRM);
  gst_ffs_u3v_registers_set_u32 (r, SBRM + SBRM_SIRM_LENGTH, SIRM_LENGTH);

  gst_ffs_u3v_registers_set_u32 (r, SIRM + SI_INFO,
      (guint32) SI_ALIGNMENT_EXPONENT << 24);
  gst_ffs_u3v_registers_set_u32 (r, SIRM + SI_REQUIRED_LEADER, LEADER_LENGTH);
  gst_ffs_u3v_registers_set_u32 (r, SIRM + SI_REQUIRED_TRAILER, TRAILER_LENGTH);
}

/* One uncompressed file of schema 1.1.  Hosts cache it by its checksum. */
static void
fill_manifest (GstFfsU3vRegisters * r, const gchar * xml, gsize length)
{
  GChecksum *checksum = g_checksum_new (G_CHECKSUM_SHA1);
  guint64 entry = MANIFEST + 8;
  gsize n = 20;
  guint8 sha1[20];

  g_checksum_update (checksum, (const guchar *) xml, length);
  g_checksum_get_digest (checksum, sha1, &n);
  g_checksum_free (checksum);

  gst_ffs_u3v_registers_set_u64 (r, MANIFEST, 1);
  gst_ffs_u3v_registers_set_u32 (r, entry, 0x01000000);
  gst_ffs_u3v_registers_set_u32 (r, entry + 4, 0x01010000);
  gst_ffs_u3v_registers_set_u64 (r, entry + 8, XML);
  gst_ffs_u3v_registers_set_u64 (r, entry + 16, length);
  gst_ffs_u3v_registers_set (r, entry + 24, sha1, sizeof (sha1));
}

/**
 * gst_ffs_u3v_layout_new:
 * @identity: identity of the camera
 * @xml: its description
 * @has_rate: whether the host may set a frame rate
 * @n_controls: number of controls of the source, at most MAX_CONTROLS
 *
 * Returns: (transfer full): the registers; those that are not constant are 0
 */
GstFfsU3vRegisters *
gst_ffs_u3v_layout_new (const GstFfsIdentity * identity, const gchar * xml,
    gboolean has_rate, guint n_controls)
{
  GstFfsU3vRegisters *r = gst_ffs_u3v_registers_new ();
  gsize length = strlen (xml);

  add_registers (r, has_rate, n_controls);
  fill_abrm (r, identity);
  fill_sbrm (r);
  fill_manifest (r, xml, length);
  gst_ffs_u3v_registers_add_block (r, XML, length);
  gst_ffs_u3v_registers_set (r, XML, xml, length);
  return r;
}
