/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The address map of the camera and the status codes of GenCP and USB3 Vision.
 * The standards define the offsets in ABRM, SBRM and SIRM.  The other addresses
 * are the camera's choice; the host learns them from pointers or from the
 * description.
 */

#ifndef __GST_FFS_U3V_MAP_H__
#define __GST_FFS_U3V_MAP_H__

#define U3V_SUCCESS 0x0000
#define U3V_NOT_IMPLEMENTED 0x8001
#define U3V_INVALID_PARAMETER 0x8002
#define U3V_INVALID_ADDRESS 0x8003
#define U3V_WRITE_PROTECT 0x8004
#define U3V_BAD_ALIGNMENT 0x8005
#define U3V_ACCESS_DENIED 0x8006
#define U3V_BUSY 0x8007
#define U3V_INVALID_HEADER 0x800e
#define U3V_WRONG_CONFIG 0x800f
#define U3V_SI_NOT_ALIGNED 0xa003
#define U3V_SI_INCONSISTENT 0xa004
#define U3V_DATA_DISCARDED 0xa100

/* Maximum packet sizes of the control channel.  The largest answer ends in a
 * short packet at high speed and at SuperSpeed, so it ends the transfer. */
#define U3V_MAX_COMMAND 1024
#define U3V_MAX_ANSWER 512

/* In registers and in the device info descriptor. */
#define U3V_VERSION_1_0 0x00010000
#define U3V_FAMILY "gst-ffsdmabuf"
#define U3V_DEVICE_VERSION "1"
#define U3V_MANUFACTURER_INFO "not certified"

/* Technology agnostic bootstrap registers. */
#define ABRM 0x00000
#define ABRM_LENGTH 0x210
#define ABRM_GENCP_VERSION 0x000
#define ABRM_MANUFACTURER 0x004
#define ABRM_MODEL 0x044
#define ABRM_FAMILY 0x084
#define ABRM_DEVICE_VERSION 0x0c4
#define ABRM_MANUFACTURER_INFO 0x104
#define ABRM_SERIAL 0x144
#define ABRM_USER_NAME 0x184
#define ABRM_CAPABILITY 0x1c4
#define ABRM_RESPONSE_TIME 0x1cc
#define ABRM_MANIFEST 0x1d0
#define ABRM_SBRM 0x1d8
#define ABRM_CONFIGURATION 0x1e0
#define ABRM_TIMESTAMP 0x1f0
#define ABRM_TIMESTAMP_LATCH 0x1f8
#define ABRM_TIMESTAMP_INCREMENT 0x1fc
#define ABRM_STRING_LENGTH 64

#define CAPABILITY_USER_NAME (1 << 0)
#define CAPABILITY_TIMESTAMP (1 << 3)
#define CAPABILITY_UTF8 (1 << 4)
#define CAPABILITY_FAMILY (1 << 8)
#define CAPABILITY_SBRM (1 << 9)
#define CAPABILITY_WRITTEN_LENGTH (1 << 11)

/* Registers of USB3 Vision. */
#define SBRM 0x10000
#define SBRM_LENGTH 0x44
#define SBRM_VERSION 0x00
#define SBRM_CAPABILITY 0x04
#define SBRM_CONFIGURATION 0x0c
#define SBRM_MAX_COMMAND 0x14
#define SBRM_MAX_ANSWER 0x18
#define SBRM_N_STREAMS 0x1c
#define SBRM_SIRM 0x20
#define SBRM_SIRM_LENGTH 0x28

/* Registers of the streaming interface. */
#define SIRM 0x20000
#define SIRM_LENGTH 0x30
#define SI_INFO 0x00
#define SI_CONTROL 0x04
#define SI_REQUIRED_PAYLOAD 0x08
#define SI_REQUIRED_LEADER 0x10
#define SI_REQUIRED_TRAILER 0x14
#define SI_MAX_LEADER 0x18
#define SI_PAYLOAD_SIZE 0x1c
#define SI_PAYLOAD_COUNT 0x20
#define SI_FINAL1_SIZE 0x24
#define SI_FINAL2_SIZE 0x28
#define SI_MAX_TRAILER 0x2c

#define SI_CONTROL_ENABLE 1
/* wMaxPacketSize at SuperSpeed, the largest of all speeds.  With it the last
 * transfer of a payload is full or ends in a short packet. */
#define SI_ALIGNMENT_EXPONENT 10
#define SI_ALIGNMENT (1 << SI_ALIGNMENT_EXPONENT)

/* The manifest, which points to the description. */
#define MANIFEST 0x30000
#define MANIFEST_LENGTH (8 + 64)

/* The registers of the features in the description. */
#define FEATURES 0x40000
#define FEATURES_LENGTH 0x70
#define FEATURE_WIDTH 0x00
#define FEATURE_HEIGHT 0x04
#define FEATURE_PIXEL_FORMAT 0x08
#define FEATURE_ACQUISITION_MODE 0x0c
#define FEATURE_ACQUISITION_START 0x10
#define FEATURE_ACQUISITION_STOP 0x14
#define FEATURE_PARAMS_LOCKED 0x18
#define FEATURE_OFFSET_X 0x1c
#define FEATURE_OFFSET_Y 0x20
#define FEATURE_WIDTH_MAX 0x24
#define FEATURE_HEIGHT_MAX 0x28
#define FEATURE_PAYLOAD_SIZE 0x30
#define FEATURE_FRAME_RATE 0x38
#define FEATURE_FRAME_COUNT 0x40
#define FEATURE_TRIGGER_MODE 0x44
#define FEATURE_TRIGGER_SOFTWARE 0x48
/* Reads as 0; shared by all enumerations of one entry. */
#define FEATURE_ONLY_CHOICE 0x4c
#define FEATURE_USER_SET_LOAD 0x50
#define FEATURE_DEVICE_RESET 0x54
/* Maxima for the current values of the rest of the region. */
#define FEATURE_WIDTH_LIMIT 0x58
#define FEATURE_HEIGHT_LIMIT 0x5c
#define FEATURE_OFFSET_X_LIMIT 0x60
#define FEATURE_OFFSET_Y_LIMIT 0x64
#define FEATURE_BINNING_X 0x68
#define FEATURE_BINNING_Y 0x6c
#define MAX_BINNING 8

/* A multiple of the pixel group of every format. */
#define REGION_STEP_X 4
#define REGION_STEP_Y 2

#define MODE_CONTINUOUS 0
#define MODE_SINGLE_FRAME 1
#define MODE_MULTI_FRAME 2

#define MAX_FRAME_COUNT G_MAXINT32

/* One register of eight bytes for each control of the source. */
#define CONTROLS 0x50000
#define CONTROL_LENGTH 8
#define MAX_CONTROLS 32

#define XML 0x100000

/* Leader and trailer of a frame on the streaming interface. */
#define LEADER_LENGTH 52
#define TRAILER_LENGTH 32

#endif /* __GST_FFS_U3V_MAP_H__ */
