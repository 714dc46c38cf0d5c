#!/usr/bin/env bash
# Installs what building and testing need: Debian packages, and a virtual environment for each public MCP client
# library. Does nothing, in well under a second, when everything is there already.
#
#   Tests/Peers/install.sh            everything
#   Tests/Peers/install.sh --build    only the libraries that the build links
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 DEBIAN_FRONTEND=noninteractive

build_packages=(pkg-config libcurl4-openssl-dev libsqlite3-dev libcmark-dev libidn2-dev)
peer_packages=(postfix dovecot-core dovecot-imapd openssl python3-venv curl chromium chromium-driver)

say() { printf 'install: %s\n' "$*"; }
fail() {
    printf 'install: %s\n' "$@" >&2
    exit 1
}

# Prints those of the named packages that dpkg does not hold as installed.
missing_of() {
    local held
    # dpkg-query answers for those it knows and fails for the rest, which is the question here.
    held=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' || true)
    printf '%s\n' "$@" | grep -vxF -e "$held" || true
}

install_packages() {
    command -v dpkg-query >/dev/null || fail "this is not Debian; install the equivalents of: $*"
    local -a missing as_root=()
    mapfile -t missing < <(missing_of "$@")
    ((${#missing[@]})) || return 0
    if ((EUID != 0)); then
        command -v sudo >/dev/null && sudo -n true 2>/dev/null && as_root=(sudo -n) ||
            fail "these Debian packages are missing, and this user may not install them:" \
                "    sudo apt-get install --no-install-recommends ${missing[*]}"
    fi
    say "installing ${missing[*]}"
    # Postfix asks what kind of system this is; the tests run their own instances, so none is right.
    if [[ " ${missing[*]} " == *" postfix "* ]]; then
        echo "postfix postfix/main_mailer_type select No configuration" |
            ${as_root[@]+"${as_root[@]}"} debconf-set-selections
    fi
    # No service may start because of these tests: Debian's packages ask this script first, if there is one.
    local log policy=/usr/sbin/policy-rc.d own_policy=
    if [[ ! -e $policy ]]; then
        printf '#!/bin/sh\nexit 101\n' | ${as_root[@]+"${as_root[@]}"} install -m 755 /dev/stdin "$policy"
        own_policy=$policy
    fi
    log=$(mktemp)
    local failed=
    if ! { apt_get update && apt_get install --yes --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
        failed=1
        tail -n 20 "$log" >&2
    fi
    rm -f "$log"
    [[ -z $own_policy ]] || ${as_root[@]+"${as_root[@]}"} rm -f "$own_policy"
    [[ -z $failed ]] || fail "apt-get could not install ${missing[*]}; the end of its output is above"
}

apt_get() {
    ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get -q "$@"
}

# Puts packages into an environment, at a tenth of pip's time; pip does it where uv cannot.
put() {
    local folder=$1
    UV_CACHE_DIR=.cache/uv "$tools/bin/uv" pip install --quiet --python "$folder/bin/python" "${@:2}" 2>/dev/null ||
        "$tools/bin/python" -m pip --python "$folder/bin/python" install --quiet --no-compile "${@:2}"
}

# A virtual environment that holds exactly what is named; a stamp with the same names means it is complete.
environment() {
    local folder=$1 wanted="${*:2}"
    [[ -x $folder/bin/python && -f $folder/.complete && $(<"$folder/.complete") == "$wanted" ]] && return 0
    say "making $folder with $wanted"
    rm -rf "$folder"
    if [[ ! -x $tools/bin/uv ]]; then
        rm -rf "$tools"
        python3 -m venv "$tools" || fail "python3 -m venv failed; on Debian it needs the package python3-venv"
        "$tools/bin/python" -m pip install --quiet uv==0.13.9 || fail "pip could not install uv into $tools"
    fi
    python3 -m venv --without-pip "$folder"
    put "$folder" "${@:2}" || fail "$wanted could not be installed into $folder"
    printf '%s' "$wanted" >"$folder/.complete"
}

case ${1-} in
    "") ;;
    --build)
        install_packages "${build_packages[@]}"
        exit
        ;;
    *) fail "usage: ${0##*/} [--build]" ;;
esac
install_packages "${build_packages[@]}" "${peer_packages[@]}"
tools=.venv-tools
# Each library for itself: their versions of mcp exclude each other.
environment .venv-mcp2 mcp==2.3.0 jsonschema
environment .venv-mcp1 mcp==1.30.0
environment .venv-groundtruth mcp-groundtruth==0.3.0
environment .venv-langchain-adapters langchain-mcp-adapters==0.3.2 langchain-core==1.7.2
environment .venv-langchain langchain==1.4.7 langchain-core==1.7.2 'fastmcp-slim[client]==4.2.1'
environment .venv-openai-agents openai-agents==0.24.0 mcp==2.3.0
environment .venv-pydantic-ai 'pydantic-ai-slim[mcp]==2.68.0' fastmcp-slim==4.2.1 mcp==2.3.0
environment .venv-http openapi-spec-validator==0.9.0 schemathesis==4.32.5 prometheus-client==0.26.0
environment .venv-webhooks standardwebhooks==1.1.0
environment .venv-mcpcheck jbt-mcpcheck==0.1.1
# axe-playwright-python carries axe.min.js; playwright itself is not needed.
environment .venv-browser --no-deps selenium==4.51.0 axe-playwright-python==0.1.8 trio==0.35.0 trio-websocket==0.12.2 \
    outcome==1.3.0.post0 sniffio==1.3.1 sortedcontainers==2.4.0 attrs==26.1.0 idna==3.20 wsproto==1.3.2 h11==0.16.0 \
    urllib3==2.8.0 PySocks==1.7.1 certifi==2026.10.18 typing_extensions==4.16.0 websocket-client==1.9.2
