#!/usr/bin/env bash
# Starts the service in the background, in the directory of this script, and waits until it is ready.
#
#   ./start_services.sh --embedded         flags are those of `spillway serve`
#   SPLIT_WORKERS=true ./start_services.sh the API (server.pid) and the workers (worker_1.pid) as processes of their own
#
# What runs already is left as it is. Logs are server.log, server-access.log and worker_1.log. Settings come from flags, the
# environment and .env, also those of this script: SPLIT_WORKERS, SPILLWAY_BINARY, and START_TIMEOUT_SECONDS, after which
# it says what is missing and leaves the service running.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
# shellcheck source=services.sh
. ./services.sh
flags=("$@")
if [[ " $* " =~ ' '(-h|--help|--version)' ' ]]; then
    exec "${binary:-spillway}" serve "$@"
fi

# launch NAME COMMAND: in a session of its own, out of reach of the terminal; sets pid.
launch() {
    touch "$1.log"
    log_start[$1]=$(($(stat -c %s "$1.log") + 1))
    setsid "$binary" "$2" "${flags[@]}" </dev/null >>"$1.log" 2>&1 9<&- &
    pid=$!
    printf '%s\n' "$pid" >"$1.pid"
    started+=("$1")
}

# fail NAME: it has ended. Shows what it said, and ends what else was started.
fail() {
    local name
    say "$1 has ended; the end of $1.log:" >&2
    tail -c "+${log_start[$1]}" "$1.log" | tail -n 10 >&2
    for name in "${started[@]}"; do
        kill -TERM "$(cat "$name.pid")" 2>/dev/null || true
        rm -f "$name.pid"
    done
    exit 1
}

# The answer to GET /ready, with its head; nothing when nobody answers.
ask() {
    (
        exec 3<>"/dev/tcp/$host/$port"
        printf 'GET /ready HTTP/1.0\r\n\r\n' >&3
        timeout 5 cat <&3
    ) 2>/dev/null || true
}

wait_until_ready() {
    local deadline=$((SECONDS + timeout)) answer
    while true; do
        answer=$(ask)
        # Asked afterwards: whoever answered may be another.
        kill -0 "$1" 2>/dev/null || fail server
        [[ $answer != HTTP/1.?' 200 '* ]] || return 0
        if ((SECONDS > deadline)); then
            answer=${answer##*$'\r\n\r\n'}
            die "server runs (pid $1) and is not ready after $timeout seconds: ${answer:-it does not answer}; see server.log"
        fi
        sleep 0.1
    done
}

declare -A log_start=()
started=()
[ -n "$binary" ] || die "there is no spillway: build it with 'make build', or set SPILLWAY_BINARY"
port=$(setting PORT 8080)
host=$(setting HOST 0.0.0.0)
case $host in
    0.0.0.0) host=127.0.0.1 ;;
    ::) host=::1 ;;
esac
timeout=$(setting START_TIMEOUT_SECONDS 60)
[[ $timeout =~ ^[0-9]+$ ]] || die "START_TIMEOUT_SECONDS=$timeout: expected a whole number of seconds"
split=$(setting SPLIT_WORKERS false)
case ${split,,} in
    true | yes | on | 1) command=api ;;
    false | no | off | 0) command=serve ;;
    *) die "SPLIT_WORKERS=$split: expected true or false" ;;
esac
[[ $command = serve || " $* " != *' --embedded '* ]] || die "with --embedded all is one process: leave SPLIT_WORKERS out"

# Two starts at once would both find nothing running. The lock is the directory's; what is launched does not hold it.
exec 9<.
flock --nonblock 9 || die "another start is under way here"

is_server_running=false
if is_running server serve api; then
    is_server_running=true
    say "server runs already (pid $pid)"
elif [ "$port" = 0 ]; then
    die "PORT=0: expected a port, or nobody could find the service"
elif [[ $port =~ ^[0-9]+$ && -n $(ask) ]]; then
    die "somebody else answers on $host:$port already"
fi
if [ "$command" = api ]; then
    if is_running worker_1 worker; then
        say "worker_1 runs already (pid $pid)"
    else
        launch worker_1 worker
    fi
    worker=$pid
fi
if [ "$is_server_running" = false ]; then
    launch server "$command"
    wait_until_ready "$pid"
    say "server is ready on $host:$port (pid $pid)"
fi
if [ "$command" = api ] && [[ " ${started[*]-} " = *' worker_1 '* ]]; then
    # It has no port to ask; what is wrong with its settings it says at once.
    for _ in 1 2 3 4 5; do
        kill -0 "$worker" 2>/dev/null || fail worker_1
        sleep 0.1
    done
    say "worker_1 runs (pid $worker)"
fi
