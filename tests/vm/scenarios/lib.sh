# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Functions of all scenarios. A scenario is a script that runs in the guest of
# tests/vm/run, prints TAP on its standard output and exits with 0 if all checks
# passed. Lines of its head say what it needs:
#   # packages: Debian packages, beyond those of the build
#   # vm: options of tests/vm/run
# It starts with ". lib.sh" and ends with "done_testing".

set -eu

top=$(cd "${0%/*}/../../.." && pwd)
examples=$FFS_BUILD/examples
# shellcheck disable=SC2034
programs=$FFS_BUILD/tests/vm
scenario=${0##*/}
# On the guest's own tmpfs; copied to the host when something failed.
work=$(mktemp -d /tmp/scenario.XXXXXX)
cd "$work"

n_checks=0
n_failed=0
gadgets=()
ep0_options=()
# Seconds until a command counts as hanging; nothing is measured by it.
hang=120
# The host, to be started as "${host[@]}" OPTIONS...
# shellcheck disable=SC2034
host=("$examples/ffs-host" --serial cam --wait-timeout "$hang"
  --idle-timeout "$hang")

ok ()
{
  n_checks=$((n_checks + 1))
  printf 'ok %d - %s\n' "$n_checks" "$*"
}

not_ok ()
{
  n_checks=$((n_checks + 1))
  n_failed=$((n_failed + 1))
  printf 'not ok %d - %s\n' "$n_checks" "$*"
}

# check DESCRIPTION COMMAND...
check ()
{
  local description=$1

  shift
  if "$@"; then
    ok "$description"
  else
    not_ok "$description"
  fi
}

# check_equal DESCRIPTION WANTED GOT
check_equal ()
{
  if [ "$2" = "$3" ]; then
    ok "$1"
  else
    not_ok "$1"
    comment "wanted '$2', got '$3'"
  fi
}

comment ()
{
  printf '%s\n' "$*" | sed 's/^/# /'
}

# Shows log files, so that a failed run can be read without them.
show ()
{
  local file

  for file; do
    [ -s "$file" ] || continue
    comment "--- $file"
    tail -n 40 "$file" | sed 's/^/# /'
  done
}

skip_all ()
{
  printf '1..0 # SKIP %s\n' "$*"
  trap - EXIT
  clean_up
  exit 0
}

bail_out ()
{
  printf 'Bail out! %s\n' "$*"
  exit 1
}

done_testing ()
{
  # A broken rule hangs an endpoint of a real controller.
  [ "$FFS_CONTROLLER" != dwc3 ] || check_equal \
    "the controller's driver has broken no rule" 0 \
    "$("$programs/dwc3-bench" broken)"
  printf '1..%d\n' "$n_checks"
  [ "$n_failed" = 0 ] || exit 1
  exit 0
}

# gadget_up NAME [options of ffs-gadget up]: makes a gadget, describes and binds
# it, and waits until the host has configured it. Its endpoint is
# /dev/ffs-NAME/ep1, its serial number NAME.
gadget_up ()
{
  local name=$1

  gadgets+=("$name")
  "$top/examples/ffs-gadget" up "$@" > /dev/null ||
    bail_out "no gadget"
  "$examples/ffs-ep0" "${ep0_options[@]}" --background --log "$work/ep0-$name.log" \
    --pid-file "$work/ep0-$name.pid" "/dev/ffs-$name" ||
    bail_out "no descriptors"
  "$top/examples/ffs-gadget" bind "$name" > /dev/null ||
    bail_out "not bound"
  # A live source does not wait for a host, it drops frames.
  wait_until grep -q ENABLE "$work/ep0-$name.log" || bail_out "no host"
}

gadget_down ()
{
  local name=$1 pid_file=$work/ep0-$1.pid

  "$top/examples/ffs-gadget" unbind "$name" || :
  if [ -s "$pid_file" ]; then
    kill "$(cat "$pid_file")" 2>/dev/null || :
    wait_until test ! -e "$pid_file" || :
  fi
  "$top/examples/ffs-gadget" down "$name"
}

clean_up ()
{
  local pid name

  jobs -p > jobs.list
  while read -r pid; do
    kill -9 "$pid" 2>/dev/null || :
  done < jobs.list
  for name in "${gadgets[@]}"; do
    gadget_down "$name" 2> /dev/null || :
  done
  gadgets=()
}

on_exit ()
{
  local status=$?

  trap - EXIT
  clean_up
  if [ "$status" -ne 0 ]; then
    show "$work"/*.log
    # For a closer look after the guest is gone.
    mkdir -p "$FFS_EXCHANGE/$scenario"
    cp "$work"/*.log "$work"/*.sums "$work"/*.json "$work"/*.strace \
      "$FFS_EXCHANGE/$scenario" 2>/dev/null || :
  fi
  exit "$status"
}
trap on_exit EXIT

# wait_until COMMAND...: until it succeeds; fails after $hang seconds
wait_until ()
{
  local end=$((SECONDS + hang))

  until "$@" 2>/dev/null; do
    [ "$SECONDS" -lt "$end" ] || return 1
    pause
  done
}

# A short sleep without a fork, which takes long in an emulated machine.
exec {pause_fd}<> <(:)
pause ()
{
  read -r -t 0.05 -u "$pause_fd" || :
}

# shellcheck disable=SC2317
has_ended ()
{
  local stat

  { read -r stat < "/proc/$1/stat"; } 2>/dev/null || return 0
  [[ $stat == *") Z "* ]]
}

# wait_pid PID: waits for a background process and returns its exit status; one
# that hangs is killed and returns 124.
wait_pid ()
{
  local pid=$1 status=0

  if ! wait_until has_ended "$pid"; then
    kill -9 "$pid"
    wait "$pid" || :
    return 124
  fi
  wait "$pid" 2>/dev/null || status=$?
  return "$status"
}

# camera [single|multi]: prints the device of a vivid camera with the single-
# or the multi-planar interface.
camera ()
{
  local wanted=${1:-single} path name

  for path in /sys/class/video4linux/video*; do
    [ -e "$path/name" ] || continue
    read -r name < "$path/name"
    case $wanted-$name in
      single-vivid-000-vid-cap | multi-vivid-001-vid-cap)
        printf '/dev/%s\n' "${path##*/}"
        return 0
        ;;
    esac
  done
  return 1
}

# stat LOG FIELD: a field of the statistics that ffsdmabufsink logs when it
# stops, with GST_DEBUG=ffsdmabufsink:4.
stat ()
{
  sed 's/\x1b\[[0-9;]*m//g' "$1" |
    sed -n "s/.*final stats:.*[, ]$2=([a-z0-9]*)\([^,;]*\).*/\1/p" | tail -n 1
}

# open_root SUITE: sets root, and within to a command that runs a program with that
# suite's files in $work (see with-roots of tests/run)
open_root ()
{
  local place

  root=$FFSDMABUF_CACHE/root/$1
  [ -d "$root/usr" ] || bail_out "no root: run tests/vm/make-root $1"
  for place in /proc /sys /dev "$top" "$FFS_BUILD" "$work"; do
    mkdir -p "$root$place"
    mount --bind "$place" "$root$place"
  done
  # shellcheck disable=SC2034
  within=(chroot "$root" env -C "$work")
}

# complaints: what lsusb finds wrong with the descriptors of the gadget
complaints ()
{
  lsusb -v -d 1209: > lsusb.log 2>&1 || show lsusb.log
  grep -q bInterfaceClass lsusb.log || echo "lsusb does not show the gadget"
  grep -iE 'warning|invalid|junk|unrecognized|too short|unexpected' \
    lsusb.log || :
}

# json FILE FIELD: a number or string of the host's report.
json ()
{
  sed -n "s/.*\"$2\": \"\{0,1\}\([^\",}]*\).*/\1/p" "$1" 2>/dev/null
}

# same_frames SENT RECEIVED: checksumsink's output against the host's.
same_frames ()
{
  local frames

  awk '{ print $2 }' "$1" > "$work/sent.sums"
  frames=$(wc -l < "$work/sent.sums")
  if [ "$frames" -gt 0 ] && cmp -s "$work/sent.sums" "$2"; then
    return 0
  fi
  comment "$frames frames sent, $(wc -l < "$2") received, first difference:"
  diff "$work/sent.sums" "$2" | head -n 5 | sed 's/^/# /'
  return 1
}

# received_is_sent: each frame in u3v-host.py's received.log is one of
# checksumsink's in sent.log, with the same timestamp and the same bytes.
received_is_sent ()
{
  awk '
    NR == FNR {
      split($1, t, /[:.]/)
      time = ((t[1] * 60 + t[2]) * 60 + t[3]) t[4]
      sub(/^0+/, "", time)
      sums[time, $2] = 1
      next
    }
    !(($2, $3) in sums) { bad++; if (bad < 4) print "# not sent:", $0 }
    { n++ }
    END { print "#", n, "frames compared"; exit bad > 0 || n == 0 }
  ' sent.log received.log
}

# in_order SENT RECEIVED [SWAPS]: each received frame is one of checksumsink's,
# and later than the frame before it. SWAPS frames may come just after their
# successor. A live source may lose frames in between.
in_order ()
{
  awk -v swaps="${3:-0}" '
    FILENAME == ARGV[1] {
      if (NF == 2 && length($2) == 40)
        sent[++n] = $2
      next
    }
    {
      received++
      low = last
      last = at
      while (++at <= n && sent[at] != $1);
      if (at > n && swaps > 0) {
        while (++low < last && sent[low] != $1);
        if (low < last) {
          print "# frame", FNR, "came after the next one"
          swaps--
          at = last
          next
        }
      }
      if (at > n) {
        print "# frame", FNR, "was not sent, or before the one ahead of it"
        exit 1
      }
    }
    END { if (!received) exit 1 }
  ' "$1" "$2"
}
