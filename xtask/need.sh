#!/bin/sh
# Installs what a target of the Makefile lacks, from Debian's packages, crates.io or PyPI, and says
# so.
# What is here already is left alone: a second run installs nothing and asks no network.
#
#   sh xtask/need.sh cc node chromium …
set -eu

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "tribune: needs '$*', and you are neither root nor is sudo here" >&2
        exit 1
    fi
}

# Installs Debian packages without starting the services that come with them.
install() {
    echo "tribune: installing with apt-get: $*"
    command -v apt-get >/dev/null || {
        echo "tribune: this is not Debian; install the counterparts of: $*" >&2
        exit 1
    }
    policy=/usr/sbin/policy-rc.d
    ours=""
    if [ ! -e $policy ]; then
        ours=yes
        trap 'as_root rm -f $policy' EXIT
        printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
        as_root chmod 755 $policy
    fi
    tries=0
    until as_root apt-get -qq update &&
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get -qq install --yes --no-install-recommends "$@" >/dev/null; do
        tries=$((tries + 1))
        [ $tries -lt 3 ] || exit 1
        echo "tribune: apt-get failed; trying again"
    done
    if [ "$ours" ]; then
        as_root rm -f $policy
        trap - EXIT
    fi
}

has() {
    command -v "$1" >/dev/null
}

has_font() {
    has fc-list && [ -n "$(fc-list)" ]
}

# The Rust tools are built for this checkout alone, without optimisation: they are used briefly.
tool() {
    has "$1" || [ -x "target/tools/bin/$1" ] || {
        echo "tribune: installing with cargo: $1 (a few minutes, once)"
        cargo install --quiet --locked --debug --root target/tools \
            --target-dir target/tools/build "$1"
        rm -rf target/tools/build
    }
}

# What Python programs are built with, some of whose parts are C.
has_python() {
    has python3 && python3 -c 'import ensurepip, os, sysconfig, venv
os.stat(sysconfig.get_paths()["include"] + "/Python.h")' 2>/dev/null
}

# A peer, in a place of its own, with the server that its documentation runs it under.
isso() {
    echo "tribune: installing from PyPI: isso"
    rm -rf target/tools/isso
    python3 -m venv target/tools/isso
    target/tools/isso/bin/pip install --quiet --disable-pip-version-check isso gunicorn
}

packages=""
tools=""
postgresql=""
isso=""
for need in "$@"; do
    case $need in
    cc) has cc && has pkg-config || packages="$packages build-essential pkg-config" ;;
    node) has node && has npm || packages="$packages nodejs npm" ;;
    chromium)
        has chromium || packages="$packages chromium"
        has_font || packages="$packages fontconfig fonts-liberation fonts-noto-core"
        ;;
    java) has java || packages="$packages default-jre-headless" ;;
    postgresql) ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || postgresql="postgresql" ;;
    ffmpeg) has ffmpeg && has ffprobe || packages="$packages ffmpeg" ;;
    nginx-rtmp)
        [ -e /usr/lib/nginx/modules/ngx_rtmp_module.so ] || packages="$packages libnginx-mod-rtmp"
        ;;
    nginx) has nginx || [ -x /usr/sbin/nginx ] || packages="$packages nginx-light" ;;
    janus) has janus || packages="$packages janus" ;;
    ip) has ip || packages="$packages iproute2" ;;
    wrk) has wrk || packages="$packages wrk" ;;
    openssl) has openssl || packages="$packages openssl" ;;
    nasm) has nasm || packages="$packages nasm" ;;
    isso)
        [ -x target/tools/isso/bin/gunicorn ] || {
            isso=yes
            has_python && has cc || packages="$packages python3-venv python3-dev build-essential"
        }
        ;;
    cargo-*) tools="$tools $need" ;;
    *)
        echo "tribune: nobody told need.sh how to install $need" >&2
        exit 1
        ;;
    esac
done

if [ -n "$postgresql" ]; then
    # Only its programs are needed: Debian would make a cluster of its own as well.
    settings=/etc/postgresql-common/createcluster.conf
    if [ ! -e $settings ]; then
        as_root mkdir -p /etc/postgresql-common
        echo "create_main_cluster = false" | as_root tee $settings >/dev/null
    fi
    packages="$packages postgresql"
fi
# shellcheck disable=SC2086 # One word for each package.
[ -z "$packages" ] || install $packages
[ -z "$isso" ] || isso
for name in $tools; do
    tool "$name"
done
