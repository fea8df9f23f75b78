# Sourced by the tests that need a daemon: a directory of their own in $work, and checks that are counted.
# shellcheck shell=bash
# shellcheck disable=SC2154 # debriefd and debriefctl are of who sources this
work=$(mktemp -d)
faults=0
checks=0
daemon=

finish() {
    local status=$?
    trap - EXIT
    if [ -n "$daemon" ]; then
        kill -s TERM "$daemon" 2>/dev/null || true
        wait "$daemon" || true
    fi
    [ "$status" = 0 ] || tail -n 20 "$work/log" || true
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
trap 'exit 143' INT TERM

check() { # WHAT EXPECTED ACTUAL
    checks=$((checks + 1))
    [ "$2" = "$3" ] || {
        printf '%s\n  expected %s\n  got      %s\n' "$1" "$2" "$3"
        faults=$((faults + 1))
    }
}

code_of() { # COMMAND...
    local code=0
    "$@" >"$work/out" 2>"$work/err" || code=$?
    echo "$code"
}

# On a socket of its own; its operator's key is in $work/operator.
start_daemon() {
    chmod 0711 "$work"
    mkdir -m 0755 "$work/run"
    [ "$(id -u)" != 0 ] || chown postgres "$work/run"
    cat >"$work/conf" <<END
state_directory = $work/state
user = postgres
listen = unix:$work/run/http
END
    chmod 0644 "$work/conf"
    "$debriefd" run --config "$work/conf" >"$work/log" 2>&1 &
    daemon=$!
    export DEBRIEFCTL_SERVER=unix:$work/run/http
    local deadline=$((SECONDS + 60))
    until "$debriefctl" health >/dev/null 2>&1; do
        if ! kill -0 "$daemon" || [ "$SECONDS" -ge "$deadline" ]; then
            echo "the daemon is not ready"
            exit 1
        fi
        sleep 0.1
    done
    (umask 077 && "$debriefd" bootstrap --config "$work/conf" 2>>"$work/log" |
        sed -n 's/.*"key":"\([^"]*\)".*/\1/p' >"$work/operator")
}

conclude() {
    [ "$faults" = 0 ] || { echo "$faults of $checks checks failed"; exit 1; }
    echo "$checks checks passed"
}
