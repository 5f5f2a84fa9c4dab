# SPDX-License-Identifier: GPL-2.0-only
# Helpers shared by the scripts of kernel/ and tests/vm/; sourced, not run.
# shellcheck shell=bash

FFS_CACHE=${FFSDMABUF_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gst-ffsdmabuf}

# The kernel whose source is the base of the modules for all kernels.
FFS_BASE=7.3

say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
	say "$*"
	exit 1
}

# lock NAME: holds the lock of a cache item until this process ends. Prints a
# line if it has to wait, because another build may take minutes.
lock() {
	mkdir -p "$FFS_CACHE/locks"
	exec {lock_fd}>"$FFS_CACHE/locks/$1"
	if ! flock -n "$lock_fd"; then
		say "waiting for another run that uses $1"
		flock "$lock_fd"
	fi
}

# Children that outlive this process must not keep the lock.
unlock() {
	exec {lock_fd}>&-
}

# new_dir DIR: creates a scratch folder beside DIR, for put_dir.
new_dir() {
	local tmp=$1.new

	rm -rf "$tmp"
	mkdir -p "$tmp"
	printf '%s\n' "$tmp"
}

# put_dir TMP DIR: renames TMP to DIR. Readers take no lock, so DIR must never
# be incomplete; an old DIR is moved aside first.
put_dir() {
	rm -rf "$2.old"
	[ ! -e "$2" ] || mv "$2" "$2.old"
	mv "$1" "$2"
	rm -rf "$2.old"
}

# used PATH...: marks these cache items as used. Removes items of the same kind
# (NAME up to the first dash) that were not used for two weeks.
used() {
	local item

	touch -c "$@"
	for item; do
		find "${item%/*}" -mindepth 1 -maxdepth 1 \
			-name "$(n=${item##*/}; echo "${n%%-*}")-*" -mtime +14 \
			-exec rm -rf {} + 2>/dev/null || true
	done
}

# need_tools COMMAND PACKAGE ...: installs the packages of missing commands.
need_tools() {
	local missing=() deps

	while [ $# -gt 0 ]; do
		command -v "$1" >/dev/null 2>&1 || missing+=("$2")
		shift 2
	done
	need_packages "${missing[@]}"
}

need_packages() {
	local deps=${FFS_TOP:?}/tests/lib/deps

	[ $# -gt 0 ] || return 0
	[ -x "$deps" ] || die "please install: $*"
	"$deps" "$@" >&2 || die "could not install: $*"
}

# hash_of TEXT-or-stdin: prints a hash short enough for the name of a folder.
hash_of() {
	sha256sum | cut -c1-16
}

# private_apt [arm64|armhf]: defines apt_get and apt_cache, which use the Debian
# suites of the kernels and ignore the machine's own lists. Kernels of arm64 and
# armhf and the build tools for them come from Debian 13.
private_apt() {
	local dir=$FFS_CACHE/apt${1:+-$1} arch=${1:-amd64} both=${1:+$1,}amd64

	APT_DIR=$dir
	APT_BINARIES=(bookworm bookworm-backports trixie-backports)
	APT_SECURITY=bookworm-security
	APT_SOURCES=bookworm
	if [ -n "${1:-}" ]; then
		APT_BINARIES=(trixie)
		APT_SECURITY=trixie-security
		APT_SOURCES=
	fi
	mkdir -p "$dir/preferences.d"
	APT_OPTS=(
		-o "Dir::State=$dir/state"
		-o "Dir::State::lists=$dir/lists"
		-o "Dir::State::status=$dir/status"
		-o "Dir::Cache=$dir/cache"
		-o "Dir::Etc::sourcelist=$dir/sources.list"
		-o "Dir::Etc::sourceparts=-"
		-o "Dir::Etc::preferences=$dir/preferences"
		-o "Dir::Etc::preferencesparts=$dir/preferences.d"
		-o "APT::Sandbox::User=root"
		-o "APT::Architecture=$arch"
		-o "APT::Architectures=$both"
		-o "Acquire::Languages=none"
		-o "Acquire::Retries=3"
	)
}

apt_get() {
	apt-get -q "${APT_OPTS[@]}" "$@"
}

apt_cache() {
	apt-cache -q "${APT_OPTS[@]}" "$@"
}

# apt_mirror [security]: prints the Debian archive that this machine uses.
apt_mirror() {
	local origin=Debian uris

	[ "${1:-}" != security ] || origin=Debian-Security
	uris=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' \
		2>/dev/null | awk -F'|' -v l="$origin" \
		'$1 == "Debian" && $2 == l { print $3 }')
	# A new container has no package lists: print the URIs of its sources.
	# Only Debian's own archive has these suites.
	[ -n "$uris" ] || uris=$(apt-get --print-uris update 2>/dev/null |
		case ${1:-} in
		security) sed -n "s|^'\(.*/\)dists/[a-z]*-security/.*|\1|p" ;;
		*) sed -n "s|^'\(.*/\)dists/[a-z]*-updates/.*|\1|p" ;;
		esac)
	printf '%s\n' "${uris%%$'\n'*}"
}

# apt_ready: downloads the package lists. Refreshes them with FORCE or after a
# week, because old ones contain packages that the mirror has dropped.
apt_ready() {
	local main security sign='' suite key tmp
	local stamp=$APT_DIR/updated

	if [ -z "${1:-}" ] && [ -e "$stamp" ] &&
	   [ -n "$(find "$stamp" -mtime -7)" ]; then
		return
	fi
	main=${FFSDMABUF_MIRROR:-$(apt_mirror)}
	security=${FFSDMABUF_MIRROR_SECURITY:-$(apt_mirror security)}
	# This machine may not use it. Most mirrors have it beside the archive.
	[ -n "$security" ] || security=${main%/}-security/
	[ -n "$main" ] || die "no Debian mirror in this machine's apt" \
		"configuration (run apt-get update, or set FFSDMABUF_MIRROR)"
	key=/usr/share/keyrings/debian-archive-keyring.gpg
	[ ! -e "$key" ] || sign="[signed-by=$key] "
	mkdir -p "$APT_DIR"/{state,lists/partial,cache/archives/partial}
	: >"$APT_DIR/status"
	tmp=$APT_DIR/sources.list.new
	for suite in "${APT_BINARIES[@]}"; do
		printf 'deb %s%s %s main\n' "$sign" "$main" "$suite"
	done >"$tmp"
	printf 'deb %s%s %s main\n' "$sign" "$security" "$APT_SECURITY" >>"$tmp"
	# For tests/vm/build-qemu.
	[ -z "$APT_SOURCES" ] ||
		printf 'deb-src %s%s %s main\n' "$sign" "$main" \
			"$APT_SOURCES" >>"$tmp"
	mv "$tmp" "$APT_DIR/sources.list"
	say "updating the package lists (private copy)"
	if apt_update; then
		touch "$stamp"
		return
	fi
	# A mirror in the middle of a sync has lists that do not match. Go on
	# with the kernels of the release, and ask again the next time.
	say "apt-get update failed: trying without $APT_SECURITY"
	sed -i "/ $APT_SECURITY /d" "$APT_DIR/sources.list"
	apt_update || die "apt-get update failed"
}

apt_update() {
	apt_get update >"$APT_DIR/update.log" 2>&1 ||
		{ tail -5 "$APT_DIR/update.log" >&2; return 1; }
	! grep -E '^(Err|E):' "$APT_DIR/update.log" >&2
}
