#!/usr/bin/env bash
# Makes .venv: exactly what requirements-dev.lock says, by hash, and this project itself, editable.
#
# .venv/.installed holds the fingerprint of what was installed. Same fingerprint: nothing to do. Another: brought up to
# date in place. None (first run, or a run that was interrupted half-way): made anew.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec 9<tools/setup.sh && flock 9 # two makes at once take turns

# shellcheck source=tools/registry_environment.sh
. tools/registry_environment.sh

supported='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))'
stamp=.venv/.installed

# Of pyproject.toml, only what an installation depends on: a new lint rule is no reason to install again.
identity='
import sys, tomllib
house = tomllib.load(open("pyproject.toml", "rb"))
print(sys.version, house["build-system"], house["project"], house["tool"]["hatch"])
'

fingerprint() {
    {
        pwd # scripts in .venv know where they are: a checkout that was moved needs new ones
        .venv/bin/python -c "$identity"
        cat requirements-build.lock requirements-dev.lock tools/setup.sh
    } | sha256sum
}

if [ -e "$stamp" ] && .venv/bin/python -c "$supported" 2>/dev/null && [ -x .venv/bin/authz ]; then
    if [ "$(fingerprint)" = "$(cat "$stamp")" ]; then
        exit 0
    fi
    rm -f "$stamp"
else
    bash tools/debian.sh python
    for python in /usr/bin/python3 python3 python3.12 python3.11 ''; do
        if [ -z "$python" ]; then
            echo "setup: needs Python 3.11 or 3.12 with venv (on Debian: python3-venv)" >&2
            exit 1
        fi
        if "$python" -c "import ensurepip, venv; $supported" 2>/dev/null; then
            break
        fi
    done
    echo "making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
fi

prepare_registry_environment .venv/bin/python

# pip brings uv and the build backend, uv brings the rest. `uv pip sync` installs what the lock lists and asks nothing
# more, so oso's cap on cffi (see [tool.uv] in pyproject.toml) cannot stop it; wheels only, so nothing is compiled.
.venv/bin/python -m pip install -qq --require-hashes --only-binary :all: --no-deps -r requirements-build.lock
uv=(.venv/bin/uv pip)
where=(--python .venv/bin/python)
"${uv[@]}" sync --quiet "${where[@]}" --require-hashes --no-build requirements-dev.lock
"${uv[@]}" install --quiet "${where[@]}" --no-deps --no-build-isolation --editable .

fingerprint >"$stamp.new"
mv "$stamp.new" "$stamp"
echo "ready: .venv/bin/authz"
