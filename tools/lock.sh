#!/usr/bin/env bash
# Writes the three lock files from pyproject.toml, for every platform and for Python 3.11 and 3.12, by hash, without the
# name of any host:
#   requirements.lock        what the service runs with
#   requirements-dev.lock    that, and what it is built, tested and checked with
#   requirements-build.lock  the part of it that installs and builds (installed first, by pip)
# Versions that are locked stay as they are where pyproject.toml still allows them, unless UPGRADE=1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/registry_environment.sh
. tools/registry_environment.sh

if [ ! -x .venv/bin/uv ]; then # enough of an environment to lock with, even when the locks are what is broken
    bash tools/debian.sh python
    rm -rf .venv
    python3 -m venv .venv
    prepare_registry_environment .venv/bin/python
    .venv/bin/python -m pip install -qq "$(sed -n 's/^build = .*"\(uv[^"]*\)".*/\1/p' pyproject.toml)"
fi
prepare_registry_environment .venv/bin/python

export UV_CUSTOM_COMPILE_COMMAND='make lock'
compile=(.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all:)
compile+=(--no-emit-index-url --no-emit-find-links)
case "${UPGRADE:-}" in '' | 0) ;; *) compile+=(--upgrade) ;; esac

"${compile[@]}" pyproject.toml -o requirements.lock
"${compile[@]}" pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
"${compile[@]}" --group build -c requirements-dev.lock -o requirements-build.lock

if grep -nE '[a-z]+://|index-url|find-links' requirements*.lock; then
    echo "lock: a host or a location got into a lock file (above)" >&2
    exit 1
fi
wc -l requirements*.lock
