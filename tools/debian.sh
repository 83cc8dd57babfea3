#!/usr/bin/env bash
# Gets what this project needs from Debian, and only what is missing:
#   python      python3-venv, ca-certificates
#   postgresql  the PostgreSQL server programs (the tests start a private cluster with them)
#   pgbouncer   the pooler of PostgreSQL's connections (the tests start one of their own)
#   slapd       the OpenLDAP server and its tools (the tests start private servers with them)
#   curl        for the tests that call the service as its users do
#   wrk         the generator of load of the benchmark, and npm, which fetches what it is measured against
# Usage: tools/debian.sh python|postgresql|pgbouncer|slapd|curl|wrk...
# Does nothing, in silence, where everything is there, where we are not root or where there is no apt.
set -euo pipefail

has_python() {
    local python
    for python in /usr/bin/python3 python3; do
        if "$python" -c 'import ensurepip, venv' 2>/dev/null; then return 0; fi
    done
    return 1
}

has_postgresql() {
    command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

missing=()
for need in "$@"; do
    case "$need" in
        python)
            has_python || missing+=(python3-venv)
            [ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)
            ;;
        postgresql)
            has_postgresql || missing+=(postgresql)
            ;;
        pgbouncer)
            [ -x /usr/sbin/pgbouncer ] || missing+=(pgbouncer)
            ;;
        slapd)
            [ -x /usr/sbin/slapd ] || missing+=(slapd)
            command -v ldapsearch >/dev/null || missing+=(ldap-utils)
            ;;
        curl)
            command -v curl >/dev/null || missing+=(curl)
            ;;
        wrk)
            command -v wrk >/dev/null || missing+=(wrk)
            command -v npm >/dev/null || missing+=(npm)
            ;;
        *)
            echo "usage: tools/debian.sh python|postgresql|pgbouncer|slapd|curl|wrk..." >&2
            exit 2
            ;;
    esac
done

if [ "${#missing[@]}" -eq 0 ] || [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    exit 0
fi

# Debian's PostgreSQL package makes and starts a cluster of its own. We want the programs, not a server on this machine,
# and say so for as long as the installation lasts (longer, if it fails half-way).
no_cluster=/etc/postgresql-common/createcluster.d/authz-no-main-cluster.conf
if ! has_postgresql; then
    mkdir -p "${no_cluster%/*}"
    echo 'create_main_cluster = false' >"$no_cluster"
fi

# Nor does a directory server or a pooler start here by itself.
no_start=/usr/sbin/policy-rc.d
[ -e "$no_start" ] && no_start='' || { printf '#!/bin/sh\nexit 101\n' >"$no_start" && chmod 755 "$no_start"; }

echo "installing from Debian: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt_get=(apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
log="$(mktemp)"
if ! {
    dpkg --configure -a && # an installation that was interrupted before
        "${apt_get[@]}" update &&
        "${apt_get[@]}" install --yes --no-install-recommends "${missing[@]}"
} >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    rm -f "$log" ${no_start:+"$no_start"}
    echo "could not install from Debian: ${missing[*]}" >&2
    exit 1
fi
rm -f "$log" "$no_cluster" ${no_start:+"$no_start"}
