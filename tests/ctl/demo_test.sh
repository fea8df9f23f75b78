#!/usr/bin/env bash
# contrib/demo --once with what is built: each trip is released with counts that can be, and nothing stays.
#   demo_test.sh BUILD SOURCE
set -euo pipefail
base=$(mktemp -d)
chmod 0711 "$base"
trap 'rm -rf "$base"' EXIT
trap 'exit 143' INT TERM
export DEBRIEFD_DEMO_BUILD=$1 DEBRIEFD_DEMO_DIRECTORY=$base/demo
DEBRIEFD_DEMO_PORT=$(shuf -i 20000-29999 -n 1) # not the one of a demonstration started at the same moment
export DEBRIEFD_DEMO_PORT
demo=$2/contrib/demo
faults=0

fault() {
    echo "$*"
    faults=$((faults + 1))
}

"$demo" --once >"$base/out" 2>&1 || { cat "$base/out"; exit 1; }
cat "$base/out"

while read -r trip size; do
    line=$(grep "^$trip " "$base/out") || fault "$trip has no line"
    read -r delegates pre post fu <<<"${line//[!0-9 ]/}"
    [ "$delegates" = "$size" ] || fault "$trip has $delegates delegates, not $size"
    for answers in "$pre" "$post" "$fu"; do
        # A seeded demonstration: 70 to 90 % answer.
        ((answers * 10 >= size * 7 && answers * 10 <= size * 9)) || fault "$trip: $answers of $size is not 70 to 90 %"
    done
done <<'END'
seattle 33
dublin 52
singapore 41
helsinki 36
END

row() { # LABEL: its four cells, intervals taken off
    grep "^$1" "$base/out" | sed -E "s/^$1//; s/\([^)]*\)//g; s/%//g"
}

in_range() { # LABEL LOW HIGH: every trip's value is there and within
    local cells cell
    read -r -a cells <<<"$(row "$1")"
    [ "${#cells[@]}" = 4 ] || fault "$1 has ${#cells[@]} values, not 4"
    for cell in "${cells[@]}"; do
        awk -v x="$cell" -v low="$2" -v high="$3" 'BEGIN { exit !(x ~ /^[0-9.]+$/ && x >= low && x <= high) }' ||
            fault "$1: $cell is not from $2 to $3"
    done
}

in_range "Answered after the trip" 70 90
in_range "Satisfied overall, 1 to 5" 3.8 4.9
in_range "Programme, 0 to 100" 65 90
in_range "Follow-up, 0 to 100" 30 65
in_range "Customer index, NKI" 70 90
in_range "Use to people, 0 to 100" 65 90
in_range "Use to organisations" 20 55
in_range "Business in the delegation" 10 33
in_range "  felt, topic 1: improved" 60 100
in_range "  commitments completed" 15 60
in_range "  density before" 5 40
in_range "  density after" 20 60
in_range "  new ties per person" 3 20
in_range "  interviewees" 1 14
in_range "  programme, shrunken" 65 90
grep -Eq '^learning_own +1[0-4] ' "$base/out" || fault "no theme is told of"
grep -Eq '^ties_home +12 of 14 +en övervägande del +0\.[0-9]+ +0\.[0-9]+ *$' "$base/out" || fault "no theme is released"
[ "$(grep -c '^marketing ' "$base/out")" = 1 ] || fault "a theme that one raised is released"
grep -q '^Stopped; everything the demonstration made is removed\.$' "$base/out" || fault "it did not stop"
[ ! -e "$base/demo" ] || fault "the directory stays"
! pgrep -f "$base/demo" >/dev/null || fault "a process stays"

# Interrupted half-way it leaves nothing either.
"$demo" >"$base/out" 2>&1 &
interrupted=$!
until grep -q '^Making the programme' "$base/out"; do
    if ! kill -0 "$interrupted" 2>/dev/null; then
        cat "$base/out"
        fault "it ended early"
        break
    fi
    sleep 0.1
done
kill -s TERM "$interrupted" 2>/dev/null || true
wait "$interrupted" || true
grep -q '^Stopped; everything' "$base/out" || { cat "$base/out"; fault "an interruption is not cleaned up after"; }
[ ! -e "$base/demo" ] || fault "the directory stays after an interruption"
! pgrep -f "$base/demo" >/dev/null || fault "a process stays after an interruption"

[ "$faults" = 0 ] || { echo "$faults faults"; exit 1; }
