# shellcheck shell=bash
# Sourced by the scripts beside it: lets pip and uv reach whatever package registry this machine is set up for.
#
# pip reads its own configuration (PIP_* variables, pip.conf); uv reads neither. What pip has been told is handed to uv
# here, unless uv has been told something itself. Nothing is changed on the machine, and no host is named.
#
# Only the main index is handed over, not `extra-index-url`: with more than one index uv and pip choose differently, and
# every package of ours is on the main one.

export UV_PYTHON_DOWNLOADS=never  # the interpreter is the machine's
export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}"  # a company's proxy is trusted by the system, not by a bundle of Mozilla's
export UV_NO_PROGRESS="${UV_NO_PROGRESS:-1}"
export PIP_DISABLE_PIP_VERSION_CHECK=1

# pip_setting NAME, given `pip config list` on standard input: what `pip install` would use, in pip's own order. Empty if
# unset. (`pip config get` overlooks the file that PIP_CONFIG_FILE names.)
pip_setting() {
    local settings section
    settings="$(cat)"
    for section in :env: install global; do
        if grep -q "^$section\.$1=" <<<"$settings"; then
            sed -n "s/^$section\.$1='\(.*\)'\$/\1/p" <<<"$settings"
            return
        fi
    done
}

# prepare_registry_environment PYTHON: PYTHON must have pip.
prepare_registry_environment() {
    local certificates=/etc/ssl/certs/ca-certificates.crt settings value links
    settings="$("$1" -m pip config list)"

    # pip's certificates: what it has been told, else the system's (Debian's pip does so by itself, others do not).
    value="$(pip_setting cert <<<"$settings")"
    if [ -n "$value" ]; then
        export SSL_CERT_FILE="${SSL_CERT_FILE:-$value}"
    elif [ -e "$certificates" ]; then
        export PIP_CERT="$certificates"
    fi

    value="$(pip_setting proxy <<<"$settings")"
    if [ -n "$value" ]; then
        export HTTPS_PROXY="${HTTPS_PROXY:-$value}" HTTP_PROXY="${HTTP_PROXY:-$value}"
    fi

    if [ -n "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}${UV_INDEX:-}${UV_CONFIG_FILE:-}${UV_NO_INDEX:-}" ] ||
        [ -e /etc/uv/uv.toml ] || [ -e "${XDG_CONFIG_HOME:-${HOME:-/root}/.config}/uv/uv.toml" ]; then
        return 0
    fi
    value="$(pip_setting index-url <<<"$settings")"
    if [ -n "$value" ]; then
        export UV_DEFAULT_INDEX="$value"
    fi
    case "$(pip_setting no-index <<<"$settings")" in
        1 | true | True | yes | on) export UV_NO_INDEX=1 ;;
    esac
    value="$(pip_setting find-links <<<"$settings")"
    if [ -n "${UV_NO_INDEX:-}" ] && [ -n "$value" ]; then
        read -ra links <<<"${value//\\n/ }" # one to a line in a file, in one line in the environment
        UV_FIND_LINKS="$(IFS=, && echo "${links[*]}")"
        export UV_FIND_LINKS
    fi
}
