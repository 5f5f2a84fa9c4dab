# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Functions of the scenarios with programs for webcams, after lib.sh: a camera that
# shows seven bars, and what a program received of it.

gadgets+=(cam)
modprobe uvcvideo
node=
size=video/x-raw,width=320,height=240,framerate=15/1

# shellcheck disable=SC2317
find_node ()
{
  local path

  for path in /sys/class/video4linux/video*; do
    [[ $(readlink "$path/device/driver") == */uvcvideo ]] || continue
    [ "$(cat "$path/index")" = 0 ] || continue
    node=/dev/${path##*/}
    [ -e "$node" ] && return 0
  done
  return 1
}

# start FORMAT ELEMENT...: a camera whose frames are all the same
start ()
{
  gst-launch-1.0 -e videotestsrc pattern=smpte75 is-live=true ! "$@" \
    ! ffsdmabufsink gadget=cam profile=uvc product=Bars > camera.log 2>&1 &
  camera_pid=$!
  wait_until find_node || not_ok "the host has a node"
}

stop ()
{
  local status=0

  kill -INT "$camera_pid" 2>/dev/null || :
  wait_pid "$camera_pid" || status=$?
  check_equal "$1: the camera ends well" 0 "$status"
}

# program TEXT COMMAND...: must end well; its output is in program.log
program ()
{
  local text=$1 status=0

  shift
  timeout -k 5 "$hang" "$@" > program.log 2>&1 || status=$?
  check_equal "$text: ends well" 0 "$status"
  [ "$status" = 0 ] || show program.log
}

# bars TEXT FILE: a picture of 320x240 in any format shows the bars
bars ()
{
  gst-launch-1.0 -q filesrc "location=$2" ! decodebin ! videoconvert \
    ! video/x-raw,format=RGB,width=320,height=240 \
    ! filesink location=picture.rgb > decode.log 2>&1 || show decode.log
  check "$1: the picture" "$top/tests/vm/same-bars" picture.rgb
}
