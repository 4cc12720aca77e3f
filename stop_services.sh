#!/usr/bin/env bash
# Stops what start_services.sh has started: the server first, which answers what is under way, then the workers.
#
#   ./stop_services.sh             waits for SHUTDOWN_GRACE_SECONDS and STOP_MARGIN_SECONDS more, then says what still runs
#   ./stop_services.sh --force     ends by kill -9 what has not ended by then; nothing that was acknowledged is lost
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
# shellcheck source=services.sh
. ./services.sh

is_forced=false
case ${1-} in
    '') ;;
    --force) is_forced=true ;;
    *) die "usage: $0 [--force]" ;;
esac

# The grace period of the process itself, which may have been started with other settings than ours.
grace_seconds() {
    local variable
    mapfile -d '' -t flags <"/proc/$pid/cmdline"
    variable=$(tr '\0' '\n' <"/proc/$pid/environ" | sed -n 's/^SHUTDOWN_GRACE_SECONDS=//p')
    SHUTDOWN_GRACE_SECONDS=$variable setting SHUTDOWN_GRACE_SECONDS 25
}

# has_ended SECONDS NAME COMMAND...
has_ended() {
    local deadline=$((SECONDS + $1))
    while is_running "${@:2}"; do
        ((SECONDS <= deadline)) || return 1
        sleep 0.1
    done
}

# stop NAME COMMAND...
stop() {
    local seconds
    if ! is_running "$@"; then
        say "$1 does not run"
        rm -f "$1.pid"
        return 0
    fi
    seconds=$(($(grace_seconds) + margin))
    say "stopping $1 (pid $pid)"
    kill -TERM "$pid"
    if ! has_ended "$seconds" "$@"; then
        [ "$is_forced" = true ] || die "$1 (pid $pid) still runs after $seconds seconds; run this again, with --force to kill it"
        say "$1 (pid $pid) still runs after $seconds seconds: killing it"
        kill -KILL "$pid"
        has_ended 10 "$@" || die "$1 (pid $pid) can't be killed"
    fi
    rm -f "$1.pid"
    say "$1 has stopped"
}

margin=$(setting STOP_MARGIN_SECONDS 10)
[[ $margin =~ ^[0-9]+$ ]] || die "STOP_MARGIN_SECONDS=$margin: expected a whole number of seconds"
stop server serve api
stop worker_1 worker
