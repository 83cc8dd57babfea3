#!/usr/bin/env bash
# For maintainers: does this checkout work on a Debian 12 on which nothing is installed?
#
#   tools/try_in_empty_debian.sh [--keep] [--fresh] [--times N] COMMIT TARGET...
#
#   COMMIT     what to try, or `worktree` for the files as they are (without what .gitignore leaves out)
#   TARGET...  given to make, in one call: `test`, `demo ONCE=1`, `setup check`
#   --times N  how often in a row (default 2: the second run shows that running again works)
#   --keep     leave the root directory for a look; --fresh: fetch the empty Debian anew
#
# Makes a Debian 12 of the smallest kind with debootstrap (as root) plus python3, make and ca-certificates, unpacks the
# commit there, without .git, and runs make in it with an empty environment and no standard input. What this machine
# needs to reach its package registries goes along: extra certificates, settings of apt and pip, the proxy. Processes and
# mounts have a namespace of their own, so nothing is left when it ends. Exit status: that of the first make that fails.
#
# The empty Debian is kept for the next time in $AUTHZ_EMPTY_DEBIAN (default /var/tmp/authz-empty-debian).
set -euo pipefail

if [ -z "${AUTHZ_INSIDE_NAMESPACE:-}" ]; then
    [ "$(id -u)" -eq 0 ] || { echo "must be root" >&2 && exit 2; }
    AUTHZ_INSIDE_NAMESPACE=1 exec unshare --mount --propagation private --pid --fork --kill-child "$0" "$@"
fi

keep='' fresh='' times=2
while [ $# -gt 0 ]; do
    case "$1" in
        --keep) keep=1 ;;
        --fresh) fresh=1 ;;
        --times) times="$2" && shift ;;
        --) shift && break ;;
        -*) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" >&2 && exit 2 ;;
        *) break ;;
    esac
    shift
done
[ $# -ge 2 ] || { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" >&2 && exit 2; }
commit="$1"
shift

suite=bookworm
checkout="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
store="${AUTHZ_EMPTY_DEBIAN:-/var/tmp/authz-empty-debian}"
base="$store/$suite"
mkdir -p "$store"

# 1. An empty Debian, from the mirror this machine uses.
if [ -n "$fresh" ]; then rm -rf "$base"; fi
if [ ! -d "$base" ]; then
    command -v debootstrap >/dev/null || { apt-get update -q && apt-get install -q --yes debootstrap; } >/dev/null
    mirror="$(cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null | awk '
        /^URIs:/ { print $2; exit }
        /^deb / { print ($2 ~ /^\[/ ? $0 : $2); exit }' | sed 's/^deb \[[^]]*\] *//; s/ .*//' || true)"
    echo "== debootstrap ($suite)"
    rm -rf "$base.new"
    debootstrap --variant=minbase --include=python3,make,ca-certificates "$suite" "$base.new" ${mirror:+"$mirror"} \
        >"$store/debootstrap.log" 2>&1 || { tail "$store/debootstrap.log" >&2 && exit 1; }
    mv "$base.new" "$base"
fi

root="$(mktemp -d "$store/try.XXXXXX")"
# The mounts below are gone with our namespace; a directory with mounts in it must not be removed before.
trap 'umount -R "$root"/{proc,dev} 2>/dev/null || true
      if [ -n "$keep" ]; then echo "kept: $root"; elif ! grep -q " $root/" /proc/self/mounts; then rm -rf "$root"; fi' EXIT
cp -a "$base/." "$root/"

# 2. What it takes to reach the registries from here.
copy() { # FILE...: to the same place in the root, if it is there
    local file
    for file in "$@"; do
        if [ -e "$file" ]; then
            mkdir -p "$root$(dirname "$file")"
            cp -L --no-preserve=ownership "$file" "$root$file"
        fi
    done
}
shopt -s nullglob
rm -f "$root"/etc/apt/sources.list
copy /etc/resolv.conf /etc/hosts /etc/pip.conf /root/.config/pip/pip.conf /root/.pip/pip.conf /etc/apt/sources.list \
    /etc/apt/sources.list.d/debian.sources /etc/apt/auth.conf /etc/apt/auth.conf.d/* /usr/local/share/ca-certificates/*.crt
mapfile -t apt_settings < <(grep -lE 'Acquire::' /etc/apt/apt.conf /etc/apt/apt.conf.d/* 2>/dev/null || true)
copy "${apt_settings[@]}"
environment=(HOME=/root LANG=C.UTF-8 TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY PIP_INDEX_URL UV_DEFAULT_INDEX UV_INDEX_URL; do
    if [ -n "${!name:-}" ]; then environment+=("$name=${!name}"); fi
done

mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
mkdir "$root/dev/shm" "$root/dev/pts"
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
env -i "${environment[@]}" chroot "$root" update-ca-certificates >/dev/null 2>&1

# 3. The project, as a visitor gets it.
mkdir -p "$root/srv/project"
if [ "$commit" = worktree ]; then
    (cd "$checkout" && git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
        if [ -e "$file" ]; then printf '%s\0' "$file"; fi
    done | tar --create --null --files-from=-) | tar --extract --no-same-owner --directory "$root/srv/project"
else
    git -C "$checkout" archive "$commit" | tar --extract --directory "$root/srv/project"
fi

# 4. make, again and again.
for ((turn = 1; turn <= times; turn++)); do
    echo "== make $* ($turn of $times)"
    begin=$SECONDS status=0
    env -i "${environment[@]}" chroot "$root" /bin/sh -c 'cd /srv/project && exec make "$@"' make "$@" </dev/null || status=$?
    echo "== exit $status after $((SECONDS - begin)) s"
    if [ "$status" -ne 0 ]; then exit "$status"; fi
done
