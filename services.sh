# shellcheck shell=bash
# What start_services.sh and stop_services.sh share; they source it when they are in the directory of the service.

# For flags of the service, which win over the environment.
flags=()

say() { printf '%s: %s\n' "${0##*/}" "$1"; }

die() {
    say "$1" >&2
    exit 1
}

# setting NAME DEFAULT: what the service takes for NAME, from its flag, the environment or .env.
setting() {
    local name=$1 value='' flag index
    flag=--${name,,}
    flag=${flag//_/-}
    for ((index = ${#flags[@]} - 1; index >= 0; index--)); do
        case ${flags[index]} in
            "$flag="*) value=${flags[index]#*=} && break ;;
            "$flag") value=${flags[index + 1]-} && break ;;
        esac
    done
    [ -n "$value" ] || value=${!name-}
    [ -n "$value" ] || value=$(from_file "$name")
    printf '%s' "${value:-$2}"
}

# As the service reads its file: the last line counts, in quotes or with a comment behind it.
from_file() {
    local value
    [ -f .env ] || return 0
    value=$(sed -nE "s/^[[:space:]]*(export[[:space:]]+)?$1[[:space:]]*=[[:space:]]*//p" .env | tail -n 1)
    case $value in
        \"*) value=${value#\"} value=${value%%\"*} ;;
        \'*) value=${value#\'} value=${value%%\'*} ;;
        \#*) value='' ;;
        *) value=${value%%[[:space:]]\#*} value=${value%"${value##*[![:space:]]}"} ;;
    esac
    printf '%s' "$value"
}

# The program: SPILLWAY_BINARY, what `make build` has built here, or what is installed.
binary=$(setting SPILLWAY_BINARY '')
if [ -z "$binary" ]; then
    binary=.build/release/spillway
    [ -x "$binary" ] || binary=$(command -v spillway || true)
fi

# is_running NAME COMMAND...: whether the process in NAME.pid is the service of this directory, started with one of these
# commands; sets pid. A number alone proves nothing: after a crash or a reboot it may be somebody else's.
is_running() {
    local program command expected
    pid=''
    [ -f "$1.pid" ] && read -r pid <"$1.pid"
    [[ $pid =~ ^[0-9]+$ ]] || return 1
    if ! program=$(readlink "/proc/$pid/exe"); then
        # It has gone; or only its owner may look.
        [ ! -d "/proc/$pid" ] || [ -O "/proc/$pid" ] || [ "$(id -u)" -eq 0 ] ||
            die "process $pid of $1.pid belongs to $(stat -c %U "/proc/$pid"): run this as that user"
        return 1
    fi
    # A binary that was replaced since is still running.
    expected=$(basename "$(readlink -f "${binary:-spillway}")")
    [ "${program##*/}" = "$expected" ] || [ "${program##*/}" = "$expected (deleted)" ] || return 1
    [ "/proc/$pid/cwd" -ef . ] || return 1
    command=$(tr '\0' '\n' <"/proc/$pid/cmdline" | sed -n 2p)
    for expected in "${@:2}"; do
        if [ "$command" = "$expected" ]; then return 0; fi
    done
    return 1
}
