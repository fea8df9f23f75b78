#!/usr/bin/env bash
# The manual page and the completion say what the table of commands says.
#   pages_test.sh DEBRIEFCTL SOURCE
set -euo pipefail
debriefctl=$1
page=$2/contrib/man/debriefctl.1.scd
completion=$2/contrib/completion/debriefctl
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0

fault() {
    echo "$*"
    faults=$((faults + 1))
}

options_in() { # the first words of a block of help
    sed -n 's/^  \(--[a-z-]*\).*/\1/p'
}

"$debriefctl" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z].*\)/\1/p' | sed 's/   *.*//' >"$work/usages"
[ "$(wc -l <"$work/usages")" -ge 40 ] || fault "--help lists too few commands"

# COMMAND ARGUMENT... as the page writes it: *studies show* _STUDY_
sed -E 's/^([a-z][a-z -]*[a-z])/*\1*/; s/ ([A-Z]+)/ _\1_/g' "$work/usages" | sort >"$work/expected"
sed -n '/^# COMMANDS/,/^# REPETITION/p' "$page" | grep -E '^\*[a-z]' | sort >"$work/documented"
diff "$work/expected" "$work/documented" || fault "the page's commands differ from the table's"

# shellcheck source=/dev/null
source "$completion"

complete_words() { # WORD...: completes the last one
    COMP_WORDS=(debriefctl "$@")
    COMP_CWORD=$#
    COMPREPLY=()
    _debriefctl
}

offers() { # WORD
    local word
    for word in "${COMPREPLY[@]}"; do
        [ "$word" != "$1" ] || return 0
    done
    return 1
}

while read -r usage; do
    read -r -a words <<<"${usage%% [A-Z]*}"
    complete_words ""
    offers "${words[0]}" || fault "completion does not offer ${words[0]}"
    if [ "${#words[@]}" = 2 ]; then
        complete_words "${words[0]}" ""
        offers "${words[1]}" || fault "completion does not offer ${words[*]}"
    fi
    "$debriefctl" "${words[@]}" --help >"$work/help"
    sed -n '/^Options:/,/^$/p' "$work/help" | options_in >"$work/own"
    sed -n "/^\\*${words[*]}\\*/,/^\\*/p" "$page" | sed -n 's/^\t\*\(--[a-z-]*\)\*.*/\1/p' >"$work/own_documented"
    diff "$work/own" "$work/own_documented" || fault "the page's options of ${words[*]} differ"
    complete_words "${words[@]}" argument --
    while read -r option; do
        offers "$option" || fault "completion does not offer ${words[*]} $option"
    done < <(options_in <"$work/help")
done <"$work/usages"

# Nothing is offered that the table does not have.
complete_words ""
for word in "${COMPREPLY[@]}"; do
    [[ $word == --* ]] || grep -qE "^$word( |\$)" "$work/usages" || fault "there is no $word"
done

[ "$faults" = 0 ] || { echo "$faults faults"; exit 1; }
echo "$(wc -l <"$work/usages") commands are documented and completed"
