#!/usr/bin/env bash
# debriefctl against a daemon on a socket of its own: what contrib/demo does not come across.
#   ctl_test.sh DEBRIEFD DEBRIEFCTL DEMO_DATA SOURCE
set -euo pipefail
debriefd=$1
debriefctl=$2
demo_data=$3
instruments=$4/contrib/instruments/benchmarking
# shellcheck source=tests/ctl/daemon.sh
. "$(dirname "$0")/daemon.sh"

ctl() {
    "$debriefctl" --key-file "$work/key" "$@"
}

make_key() { # ROLE FILE
    (umask 077 && "$debriefctl" --key-file "$work/operator" --programme Trips keys create "$1" test --field key >"$2")
}

set_up() {
    "$debriefctl" --key-file "$work/operator" programmes create "Trips abroad" >/dev/null
    make_key organiser "$work/key"
    ctl instruments draft "$instruments/post.json" >/dev/null
    ctl instruments publish benchmarking-post >/dev/null
    ctl studies create "Helsinki 2010" >/dev/null
    ctl studies create "Helsingborg 2011" >/dev/null
    "$demo_data" delegation helsinki >"$work/delegation.csv"
    ctl delegates import "Helsinki" "$work/delegation.csv" >/dev/null
    wave=$(ctl waves create "Helsinki" post benchmarking-post --field id)
    ctl invitations create "Helsinki/post" >/dev/null
    ctl delegates list Helsinki --json >"$work/delegates.json"
    ctl invitations list Helsinki/post --tokens --json >"$work/invitations.json"
    "$demo_data" answers helsinki post "$work/delegates.json" "$work/invitations.json" >"$work/tokens.ndjson"
}

test_names() {
    check "an exact name" 0 "$(code_of ctl studies show "Helsinki 2010")"
    check "a beginning in another case" 0 "$(code_of ctl studies show helsinki)"
    check "two studies begin so" 1 "$(code_of ctl studies show Helsin)"
    check "why" "debriefctl: the names of 2 studies begin with Helsin" "$(cat "$work/err")"
    check "no such name" 1 "$(code_of ctl studies show Paris)"
    check "no such wave" 1 "$(code_of ctl waves show Helsinki/fu)"
    check "a wave by name" "$wave" "$(ctl waves show Helsinki/post --field id)"
}

test_interviews() {
    make_key coder "$work/coder"
    check "themes" 2 "$(ctl codes import <(printf 'code,label\nfood,Food\ntrust,Trust\n') --field added)"
    check "an interview" 1 "$(ctl interviews import \
        <(printf 'interview,email,sector,sequence,trips\nI1,i1@example.org,politics,1,Helsinki 2010\n') --field added)"
    { echo "segment,interview"; seq 1 12000 | sed 's/.*/s&,I1/'; } >"$work/segments.csv"
    check "a file in parts" 12000 "$(ctl segments import "$work/segments.csv" --field added)"
    check "the same again" 12000 "$(ctl segments import "$work/segments.csv" --field unchanged)"
    seq 1 12000 | sed 's/.*/{"coder":"A","segment":"s&","code":"food","sentiment":1}/' >"$work/codings.ndjson"
    check "lines of JSON" 12000 "$(ctl codings import "$work/codings.ndjson" --field added)"
    check "codings are the coders' to see" 1 "$(code_of ctl codings list)"
    check "a page after another" 12000 "$("$debriefctl" --key-file "$work/coder" codings list --field segment | wc -l)"
    sed -i '11000s/food/wood/' "$work/codings.ndjson"
    check "a fault in a later part" 1 "$(code_of ctl codings import "$work/codings.ndjson")"
    offset=$(sed -n 's/.*add \([0-9]*\) to the lines above/\1/p' "$work/err")
    line=$(sed -n 's/^  \/\([0-9]*\): there is no code "wood"/\1/p' "$work/err")
    check "its line" 11000 "$((offset + line))"
    printf 'quote,interview,code,approval\nq1,I1,food,pending\n' >"$work/quotes.csv"
    check "a quote" 1 "$(ctl quotes import - --field added <"$work/quotes.csv")"
    check "a theme that few raised" yes "$(ctl codes approve food --field approved)"
    check "the adjudicator" judge "$(ctl interviews change --adjudicator judge --field adjudicator)"
    check "and later" judge "$(ctl interviews show --field adjudicator)"
    check "a quote that is not approved" 1 "$(code_of ctl interviews close)"
    check "is left out on purpose" 27 "$(ctl interviews close --without-pending --field closed_at | tr -d '\n' | wc -c)"
    check "then nothing changes" 1 "$(code_of ctl interviews change --adjudicator A)"
    check "it is said why" 1 "$(grep -c 'the interviews are closed' "$work/err")"
    check "and what of them is told" 1 "$(ctl interviews explain --item food --json | grep -c '"items"')"
}

test_exit_codes() {
    check "usage" 2 "$(code_of ctl studies show)"
    check "no file" 2 "$(code_of ctl delegates import Helsinki "$work/none")"
    check "nobody listens" 3 "$(code_of "$debriefctl" --server "unix:$work/none" health)"
    check "no key" 1 "$(code_of env HOME="$work" "$debriefctl" studies list)"
    printf 'name,email,sector,organisation\nA,a@example.org,clergy,X\n' >"$work/bad.csv"
    check "a fault in a file" 1 "$(code_of ctl delegates import Helsinki "$work/bad.csv")"
    check "its line" "  /2: sector \"clergy\" is not one of: politics, business, academia, state" "$(tail -n 1 "$work/err")"
    cp "$work/key" "$work/open_key"
    chmod 0644 "$work/open_key"
    check "a key others can read" 2 "$(code_of "$debriefctl" --key-file "$work/open_key" studies list)"
}

test_keys() {
    make_key dashboard "$work/dashboard"
    check "a dashboard may read" 0 "$(code_of "$debriefctl" --key-file "$work/dashboard" studies list)"
    check "a dashboard may not write" 1 "$(code_of "$debriefctl" --key-file "$work/dashboard" studies create X)"
    local id
    id=$(ctl keys list --json | grep -o '{[^}]*dashboard[^}]*}' | sed 's/.*"id": *"\([^"]*\)".*/\1/')
    (umask 077 && ctl keys rotate "$id" --field key >"$work/rotated")
    check "the old secret has stopped" 1 "$(code_of "$debriefctl" --key-file "$work/dashboard" studies list)"
    check "the new one works" 0 "$(code_of "$debriefctl" --key-file "$work/rotated" studies list)"
    ctl keys revoke "$id" >/dev/null
    check "a revoked key has stopped" 1 "$(code_of "$debriefctl" --key-file "$work/rotated" studies list)"
}

test_submission() {
    head -n 10 "$work/tokens.ndjson" >"$work/ten.ndjson"
    check "ten are recorded" 0 "$(code_of "$debriefctl" evaluations submit "$wave" "$work/ten.ndjson")"
    check "a line each" 10 "$(grep -c ' recorded ' "$work/out")"
    check "again" 0 "$(code_of "$debriefctl" evaluations submit "$wave" "$work/ten.ndjson" --from 4)"
    check "what was recorded is known" 7 "$(grep -c ' known ' "$work/out")"
    { echo '{"id":'; sed 's/"OVERALL":[0-9]/"OVERALL":9/;11!d' "$work/tokens.ndjson"; } >"$work/bad.ndjson"
    check "bad lines" 1 "$(code_of "$debriefctl" evaluations submit "$wave" "$work/bad.ndjson")"
    check "the first is no JSON" 1 "$(grep -c '^1 malformed' "$work/out")"
    check "the second names its item" 1 "$(grep -c '^  /answers/OVERALL: ' "$work/out")"
}

# The same evaluations on behalf of their participants, many times over: several requests, nothing twice.
test_import() {
    python3 - "$work" >"$work/import.ndjson" <<'END'
import json, sys
participants = {i["token"]: i["participant"] for i in json.load(open(sys.argv[1] + "/invitations.json"))["invitations"]}
lines = [json.loads(line) for line in open(sys.argv[1] + "/tokens.ndjson")][10:]
for _ in range(60):
    for line in lines:
        print(json.dumps({"id": line["id"], "participant": participants[line["token"]], "evaluation": line["evaluation"]}))
END
    local people lines
    people=$(($(wc -l <"$work/tokens.ndjson") - 10))
    lines=$(wc -l <"$work/import.ndjson")
    check "an import" 0 "$(code_of ctl evaluations import Helsinki/post "$work/import.ndjson")"
    check "each is recorded once" "$people recorded, $((lines - people)) recorded before, 0 refused" "$(tail -n 1 "$work/err")"
    check "a line each, in order" "$(seq "$lines" | cksum)" "$(cut -d ' ' -f 1 "$work/out" | cksum)"
    sed -n '3{s/"OVERALL": [0-9]/"OVERALL": 9/;p}' "$work/import.ndjson" >"$work/bad.ndjson"
    check "a bad line" 1 "$(code_of ctl evaluations import Helsinki/post "$work/bad.ndjson")"
    check "its item" 1 "$(grep -c 'OVERALL: ' "$work/out")"
    check "raw outcomes" 0 "$(code_of ctl evaluations import Helsinki/post - --json <"$work/import.ndjson")"
    check "keep the file's numbers" "$lines" "$(tail -n 1 "$work/out" | python3 -c 'import json, sys; print(json.load(sys.stdin)["line"])')"
}

test_receipts() {
    local id
    id=$(sed -n '1s/.*"id":"\([^"]*\)".*/\1/p' "$work/tokens.ndjson")
    ctl receipts show "$id" >"$work/receipt"
    check "a receipt holds" 0 "$(code_of ctl receipts verify "$work/receipt")"
    python3 - "$DEBRIEFCTL_SERVER" >"$work/keys.json" <<'END'
import http.client, socket, sys
connection = http.client.HTTPConnection("localhost")
connection.sock = socket.socket(socket.AF_UNIX)
connection.sock.connect(sys.argv[1][5:])
connection.request("GET", "/v1/receipt_keys")
print(connection.getresponse().read().decode())
END
    local offline=("$debriefctl" --server "unix:$work/none" receipts verify)
    check "also offline" 0 "$(code_of "${offline[@]}" "$work/receipt" --keys "$work/keys.json")"
    sed 's/"received_at":"2/"received_at":"3/' "$work/receipt" >"$work/forged"
    check "a forged one does not" 1 "$(code_of "${offline[@]}" "$work/forged" --keys "$work/keys.json")"
    check "an unknown id" "no" "$(ctl receipts show "$wave" --field recorded)"
}

test_invitations() {
    local id token
    id=$(ctl invitations list Helsinki/post --field id | tail -n 1)
    token=$(ctl invitations list Helsinki/post --tokens --field token | tail -n 1)
    tail -n 1 "$work/tokens.ndjson" | python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin)["evaluation"]))' \
        >"$work/one.json"
    ctl invitations rotate "$id" >/dev/null
    check "an old link has ended" 1 \
        "$(code_of "$debriefctl" evaluations submit "$wave" "$work/one.json" --token "$token")"
    check "everybody is on one page or the next" 36 "$(ctl invitations list Helsinki/post --field id | sort -u | wc -l)"
    local participant
    participant=$(ctl delegates list Helsinki --field id | head -n 1)
    check "a disposition" NE "$(ctl dispositions set Helsinki/post "$participant" NE --field code)"
    check "a wave gets an end" 1 \
        "$(ctl waves change Helsinki/post --closes-at 2100-01-01T00:00:00Z | grep -cE '^closes_at +2100-01-01 00:00:00Z$')"
    check "and loses it" "" "$(ctl waves change Helsinki/post --closes-at none --field closes_at)"
    check "a study gets a note" "Cold." "$(ctl studies change Helsinki --note "Cold." --field note)"
    check "an instrument is shown" published "$(ctl instruments show benchmarking-post --field status)"
    check "and retired" retired "$(ctl instruments retire benchmarking-post/1 --field status)"
    check "a new wave cannot have it" 1 "$(code_of ctl waves create Helsingborg post benchmarking-post)"
    check "a delegate changes" no "$(ctl delegates change Helsinki "$participant" --travelled no --field travelled)"
}

test_release() {
    ctl events --count 1 --json >"$work/event" &
    local listener=$! deadline=$((SECONDS + 60))
    ctl waves close Helsinki/post >/dev/null
    until [ -n "$(ctl releases list Helsinki --field number)" ]; do
        [ "$SECONDS" -lt "$deadline" ] || { echo "no release"; exit 1; }
        sleep 0.1
    done
    wait "$listener"
    check "an event tells of it" 1 "$(grep -c '"release"' "$work/event")"
    check "a mean is released" 1 "$(ctl metrics Helsinki --item OVERALL --slice all --metric mean | grep -c '^post .* mean ')"
    check "the same as CSV" 1 "$(ctl metrics Helsinki --item OVERALL --slice all --csv | grep -c ',"mean",')"
    check "side by side" 1 "$(ctl programme-metrics --item OVERALL --slice all --metric mean | grep -c 'Helsinki 2010')"
    check "the other trip has nothing" "Nothing is released yet." "$(ctl metrics Helsingborg)"
    check "rates" 1 "$(ctl rates Helsinki | grep -cE '^post +all +[0-9]+ %')"
    local job
    job=$(ctl jobs list --field id | head -n 1)
    check "a job runs" 0 "$(code_of ctl jobs run "$job")"
    check "its runs are listed" 0 "$(code_of ctl jobs runs "$job" --limit 1)"
}

# After test_release: its one release is explained, read in every form, withdrawn and released again.
test_withdrawal() {
    make_key dashboard "$work/reader"
    make_key analyst "$work/analyst"
    local reader=("$debriefctl" --key-file "$work/reader")
    check "why a question is shown" 1 "$(ctl release explain Helsinki --item OVERALL | grep -cE '^post +OVERALL +shown ')"
    check "in which groups" 1 "$(ctl release explain Helsinki --item OVERALL | grep -cE '^post +OVERALL .* merged to reach 5: ')"
    check "a text is not" 1 "$(ctl release explain Helsinki --item BEST | grep -c 'held back  free text is never released')"
    check "another wave has nothing" 0 "$(ctl release explain Helsinki --wave pre | grep -c OVERALL || true)"
    check "an organiser is not told what was coded" 0 "$(ctl releases explain Helsinki | grep -c 'coded: ' || true)"
    check "an analyst is" 0 "$(code_of "$debriefctl" --key-file "$work/analyst" release explain Helsinki --json)"
    check "as JSON" 1 "$(grep -c '"moved" *: *[0-9]' "$work/out")"
    check "a dashboard is told nothing" 1 "$(code_of "${reader[@]}" release explain Helsinki)"
    check "a column a metric" 1 "$("${reader[@]}" metrics Helsinki --item OVERALL --slice all --metric mean,sd --wide |
        head -n 1 | tr -d '\r"' | grep -cx 'family,wave,item,slice,mean,sd,null_reasons')"
    local number
    number=$(ctl releases list Helsinki --field number | tail -n 1)
    check "a reason is wanted" 1 "$(code_of ctl release withdraw Helsinki "$number")"
    check "that is" "  /reason: is required" "$(tail -n 1 "$work/err")"
    check "a number is wanted" 2 "$(code_of ctl release withdraw Helsinki first --reason x)"
    check "of a release" 1 "$(code_of ctl release withdraw Helsinki 999 --reason x)"
    check "a dashboard withdraws nothing" 1 "$(code_of "${reader[@]}" release withdraw Helsinki "$number" --reason x)"
    check "a release is withdrawn" yes "$(ctl release withdraw Helsinki "$number" --reason "Räknad två gånger" --field on_hold)"
    until "${reader[@]}" metrics Helsinki | grep -q withdrawn; do sleep 0.1; done
    check "its reason is shown" 1 "$("${reader[@]}" metrics Helsinki | grep -c "^Release $number was withdrawn on .*: Räknad två gånger")"
    check "side by side too" 1 "$("${reader[@]}" programme-metrics | grep -c "^Release $number of Helsinki 2010 was withdrawn")"
    check "a table of it fails" 1 "$(code_of "${reader[@]}" metrics Helsinki --csv)"
    check "with the reason" 1 "$(grep -c "release $number was withdrawn: Räknad två gånger" "$work/err")"
    check "it is explained" 1 "$(ctl release explain Helsinki | grep -c '^Nothing is published until releases resume.')"
    check "the list has it" 1 "$("${reader[@]}" releases list Helsinki | grep -cE "^ *$number .*Räknad två gånger")"
    check "publishing goes on" no "$(ctl release resume Helsinki --field on_hold)"
    local deadline=$((SECONDS + 60))
    until [ "$(ctl releases list Helsinki --field number | tail -n 1)" -gt "$number" ]; do
        [ "$SECONDS" -lt "$deadline" ] || { echo "no release after the withdrawn one"; exit 1; }
        sleep 0.1
    done
}

# A daemon that falls is brought up again, which a patient client does not notice.
test_steadiness() {
    check "no process of the daemon fell" 0 "$(grep -c child_ended "$work/log" || true)"
}

command -v python3 >/dev/null || exit 77
start_daemon
set_up
test_names
test_exit_codes
test_keys
test_interviews
test_submission
test_import
test_receipts
test_invitations
test_release
test_withdrawal
test_steadiness
conclude
