# What the scripts of this folder share. Each sources it, and then calls `begin`.
# shellcheck shell=bash

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$here/../../build/release/prevision
work=

die() {
    echo "bench: $*" >&2
    exit 1
}

# begin OPTIONS TOOLS -- ARGUMENTS...: OPTIONS are words NAME=DEFAULT, each a variable that `--NAME VALUE` sets; another
# argument is the program to measure. TOOLS are what the script needs. Makes the folder $work, which goes at the end, after the
# script's own function `stop`. Nothing of the person's own is used: neither profile nor platform nor proxy.
begin() {
    local option tool
    for option in $1; do declare -g "$option"; done
    for tool in python3 /usr/bin/time $2; do command -v "$tool" >/dev/null || die "$tool is not installed"; done
    local names=" $1 "
    shift 3
    while [ $# -gt 0 ]; do
        option=${1#--}
        if [[ $1 == --* && $names == *" $option="* && $# -gt 1 ]]; then
            declare -g "$option=$2" && shift 2
        elif [[ $1 == -* ]]; then
            sed -n '2,/^set/{/^#/s/^# \?//p}' "$0" >&2 && exit 2
        else
            program=$1 && shift
        fi
    done
    [ -x "$program" ] || die "no program at $program: build it first (cmake --preset release && cmake --build --preset release)"
    program=$(realpath "$program")
    work=$(mktemp -d "${TMPDIR:-/tmp}/prevision-bench-XXXXXX")
    trap 'stop; rm -rf "$work"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    unset "${!PREVISION_@}" "${!PG@}" "${!AWS_@}" "${!RCLONE_@}" http_proxy https_proxy all_proxy HTTPS_PROXY ALL_PROXY
    export PREVISION_HOME=$work/home XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data CI=1
}

# stop: ends what the script has started; a script with a server defines its own.
stop() { :; }

# quietly COMMAND...: shows what it says only when it fails.
quietly() { "$@" >"$work/quiet" 2>&1 || die "$* failed: $(tail -n 5 "$work/quiet")"; }

# until_true SECONDS COMMAND...: tries until it succeeds.
until_true() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >"$work/tries" 2>&1; do
        ((SECONDS < end)) || die "no success of $*: $(tail -n 5 "$work/tries")"
        sleep 0.1
    done
}

# seconds_of COMMAND...: prints how long it takes.
seconds_of() {
    local start=${EPOCHREALTIME/[.,]/}
    quietly "$@"
    awk -v t="$((${EPOCHREALTIME/[.,]/} - start))" 'BEGIN { print t / 1e6 }'
}

# disk_limit MEBIBYTES: the seconds that the disk takes to write and sync so much.
disk_limit() {
    seconds_of dd if=/dev/zero of="$work/limit" bs=1M count="$1" conv=fsync
    rm -f "$work/limit"
}

# Ports of servers are chosen below 32768: above it the kernel gives them to connections.

# loopback_limit MEBIBYTES: the seconds that so much takes through a TCP connection of this machine, read and thrown away.
loopback_limit() { seconds_of python3 "$here/loopback.py" "$1"; }
