#!/usr/bin/env bash
# debriefctl import and verify: an invented dataset whose expected values are computed by its generator, and the one
# that DEBRIEFD_TINY names.
#   verify_test.sh DEBRIEFD DEBRIEFCTL SOURCE
set -euo pipefail
debriefd=$1
debriefctl=$2
generator=$3/contrib/bench/tidy_data.py
# shellcheck source=tests/ctl/daemon.sh
. "$(dirname "$0")/daemon.sh"

ctl() {
    "$debriefctl" --key-file "$work/operator" "$@"
}

counted() { # FAMILY WHAT: of the verify that ran last
    sed -n "s/^$1 .* \([0-9]*\) $2.*/\1/p" "$work/out"
}

test_equal() {
    python3 "$generator" "$work/data" --seed 7 2>/dev/null
    check "an invented dataset" 0 "$(code_of ctl verify "$work/data")"
    cat "$work/out"
    check "nothing is different" "0 0" "$(counted all different) $(counted all missing)"
    check "values are compared" yes "$([ "$(counted all equal)" -gt 2000 ] && echo yes)"
    check "its two keys have ended" 2 "$(ctl --programme verify keys list --json | grep -oE '"revoked_at" *: *"' | wc -l)"
}

# In expected.json: one value is off by twice its tolerance, one by half of it, one is null, one has no metric.
test_differences() {
    python3 - "$work/data/expected.json" <<'END'
import json, sys
document = json.load(open(sys.argv[1]))
metrics = document["metrics"]
means = [one for one in metrics if one["metric"] == "mean" and one["value"]]
means[0]["value"] += 2e-8
means[1]["value"] += 0.5e-8
means[2]["value"] = None
means[3]["metric"] = "no_such"
json.dump({"metrics": metrics[::-1], "alpha": 0.05}, open(sys.argv[1], "w"))
END
    check "an altered file" 1 "$(code_of ctl verify "$work/data")"
    check "what differs" "2 1" "$(counted all different) $(counted all missing)"
    check "is told with both values" 1 "$(grep -cE 'mean expected [0-9.]+, got [0-9.]+, tolerance 1e-08$' "$work/out")"
    check "also a null" 1 "$(grep -c 'mean expected null, got ' "$work/out")"
    check "also what is not computed" 1 "$(grep -c 'no_such expected .*, there is no such metric$' "$work/out")"
    check "as JSON" 1 "$(code_of ctl verify "$work/data" --json)"
    check "each line is" "3 differences, 1 not computed" "$(python3 - "$work/out" <<'END'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
differences = [line for line in lines if "trip" in line]
print(f"{len(differences)} differences, {sum(not line['computed'] for line in differences)} not computed")
END
)"
}

test_import() {
    check "an import" 0 "$(code_of ctl import --layout tidy "$work/data" --name Kept)"
    check "says what came" 1 "$(grep -c ': 5 studies, 120 participants, 0 evaluations refused' "$work/out")"
    (umask 077 && ctl --programme Kept keys create organiser test --field key >"$work/organiser")
    local kept=("$debriefctl" --key-file "$work/organiser")
    "${kept[@]}" studies list --json >"$work/studies"
    check "again, by an organiser" 0 "$(code_of "${kept[@]}" import --layout tidy "$work/data")"
    check "nothing is added" "$(cksum <"$work/studies")" "$("${kept[@]}" studies list --json | cksum)"
    check "an organiser cannot verify" 2 "$(code_of "${kept[@]}" verify "$work/data")"
    check "a layout is wanted" 2 "$(code_of ctl import "$work/data")"
    "$debriefctl" --key-file "$work/organiser" delegates list 'Trip "trip1", invented' --json >"$work/delegates"
    check "people are told apart by their names there" 1 "$(grep -c '"trip1,7"' "$work/delegates")"
}

refuses() { # FILE SED MESSAGE: the dataset with that change
    rm -rf "$work/bad"
    cp -r "$work/data" "$work/bad"
    sed -i "$2" "$work/bad/$1"
    check "$1 with $2" 2 "$(code_of ctl import --layout tidy "$work/bad")"
    check "$1 with $2" "debriefctl: $1, $3" "$(cat "$work/err")"
}

test_faults() {
    refuses participants.csv '2s/,0,1$/,2,1/' 'line 2: "2" is not an integer from 0 to 1'
    refuses participants.csv '3s/^trip1/trip9/' 'line 3: there is no trip "trip9"'
    refuses participants.csv '1s/sector/sektor/' 'line 1: the column sector is missing'
    refuses responses.csv '2s/$/,1/' 'line 2: there are too many fields'
    refuses ties.csv '2s/,[0-4]*$/,7/' 'line 2: "7" is not an integer from 0 to 4'
    refuses dispositions.csv '2s/,[A-Z]*$/,X/' 'line 2: "X" is no disposition'
    refuses items.csv '2s/,0$/,0"/' 'line 2: error parsing data while strict checking enabled'
    rm "$work/bad/trips.csv"
    check "no trips" 2 "$(code_of ctl import --layout tidy "$work/bad")"
    echo '{"metrics":[{"trip":"a"}]}' >"$work/data/expected.json"
    check "a bad expectation" 2 "$(code_of ctl verify "$work/data")"
}

test_reference_data() {
    if [ -z "${DEBRIEFD_TINY:-}" ]; then
        echo "the reference data is skipped: DEBRIEFD_TINY names no directory"
        return
    fi
    code_of ctl verify "$DEBRIEFD_TINY" >/dev/null
    grep " values: " "$work/out"
    check "no value is different" "0 0" "$(counted all different) $(counted all missing)"
}

command -v python3 >/dev/null || exit 77
start_daemon
test_equal
test_reference_data
test_differences
test_import
test_faults
conclude
