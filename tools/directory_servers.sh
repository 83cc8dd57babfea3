#!/usr/bin/env bash
# Gets the two slow directory servers from Debian that `make test-directories` tries us against, and only what is
# missing: 389 Directory Server, and Samba as an Active Directory domain controller. Neither is started: each test starts
# a private one.
# Usage: tools/directory_servers.sh
# Does nothing, in silence, where both are there; says so where one is missing and cannot be installed.
set -euo pipefail

missing=()
[ -x /usr/sbin/ns-slapd ] && [ -x /usr/sbin/dscreate ] || missing+=(389-ds-base)
[ -x /usr/sbin/samba ] && [ -e /usr/share/samba/setup/provision.ldif ] ||
    missing+=(samba samba-ad-dc samba-ad-provision samba-dsdb-modules samba-vfs-modules winbind)

[ "${#missing[@]}" -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "missing, and only root can install it with apt-get: ${missing[*]}" >&2
    exit 1
fi

# The packages would start what they bring.
no_start=/usr/sbin/policy-rc.d
[ -e "$no_start" ] && no_start='' || { printf '#!/bin/sh\nexit 101\n' >"$no_start" && chmod 755 "$no_start"; }

echo "installing from Debian: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt_get=(apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
log="$(mktemp)"
trap 'rm -f "$log" ${no_start:+"$no_start"}' EXIT
if ! {
    dpkg --configure -a && # an installation that was interrupted before
        "${apt_get[@]}" update &&
        "${apt_get[@]}" install --yes --no-install-recommends "${missing[@]}"
} >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    echo "could not install from Debian: ${missing[*]}" >&2
    exit 1
fi
