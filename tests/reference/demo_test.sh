#!/usr/bin/env bash
# Plays contrib/demo with what is built, reads every internal row as its analyst and has R recompute each from the
# answers that were sent (demo.R). Skipped with 77 when an R package is missing.
#   demo_test.sh BUILD SOURCE RSCRIPT
set -euo pipefail
base=$(mktemp -d)
chmod 0711 "$base"
export DEBRIEFD_DEMO_BUILD=$1 DEBRIEFD_DEMO_DIRECTORY=$base/demo
DEBRIEFD_DEMO_PORT=$(shuf -i 20000-29999 -n 1) # not the one of a demonstration started at the same moment
export DEBRIEFD_DEMO_PORT
source=$2
rscript=$3

finish() {
    "$source/contrib/demo" --stop >/dev/null 2>&1 || true
    rm -rf "$base"
}

trap finish EXIT
trap 'exit 143' INT TERM

"$source/contrib/demo" >"$base/out" 2>&1 || { cat "$base/out"; exit 1; }
server=$(sed -n 's/^debriefd answers on //p' "$base/out")
mkdir "$base/rows"

analyst() {
    "$DEBRIEFD_DEMO_BUILD/contrib/ctl/debriefctl" --server "$server" --key-file "$base/demo/keys/analyst" "$@"
}

for trip in seattle dublin singapore helsinki; do
    analyst metrics "$trip" --internal --csv >"$base/rows/$trip.csv"
done
analyst programme-metrics --internal --csv >"$base/rows/programme.csv"
"$rscript" --vanilla "$source/tests/reference/demo.R" "$base/demo/data" \
    "$source/contrib/instruments/benchmarking" "$base/rows"
