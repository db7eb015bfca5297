#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The manuals and the code say the same.

setup() {
    load helpers/common
    sponts_setup
}
teardown() { sponts_teardown; }

events_in_code() {
    grep -rhzoE '[^_]log\([^";]*Level::[a-z]+[^";]*,\s*"[a-z0-9-]+"' "$REPO/lib" "$REPO/cmd" \
        --include='*.cc' | tr '\0' '\n' | grep -oE '"[a-z0-9-]+"' | tr -d '"' |
        grep -vE '^(test-.*|event)$' | sort -u
}

events_in_page() { sed -n 's/^\.It Cm \([a-z0-9-]*\)$/\1/p' "$REPO/man/sponts-log.5"; }

@test "every log event is in sponts-log(5), sorted, and every entry is a real event" {
    diff <(events_in_code) <(events_in_page | sort -u)
    diff <(events_in_page) <(events_in_page | sort -u)
    [ "$(events_in_code | wc -l)" -gt 20 ]
}

# Sections, lists, examples and cross references of a page, without its sentences.
skeleton() {
    sed -nE '/^\.(Bd|Bl|It Cm)/p; s/^\.(Sh|Ss|It) .*/.\1/p' "$1" | grep -v column
    sed -nE 's/.*Xr ([^ ]+ [0-9]).*/\1/p' "$1" | sort -u
}

@test "the German handbook says what the English one says" {
    for page in "$REPO"/man/de/*.[1578]; do
        diff <(skeleton "$REPO/man/${page##*/}") <(skeleton "$page")
        diff <(grep -oE '\.(Ql|Cm|Pa) .*[a-z]' "$REPO/man/${page##*/}" | cut -d' ' -f2 | sort -u) \
            <(grep -oE '\.(Ql|Cm|Pa) .*[a-z]' "$page" | cut -d' ' -f2 | sort -u)
    done
}

@test "settings, events and commands that the handbooks name exist" {
    for page in sponts-operating tkuev; do
        while read -r word; do
            grep -qE "^\.(It )?Cm $word( |\$)|^\.Ss \\[$word\\]" "$REPO"/man/*.5 \
                "$REPO/man/tkuev-audit.8" "$REPO/man/tkuev-ctl.8" ||
                { echo "what is $word?"; false; }
        done < <(sed -nE 's/^\.(It )?Cm \[?([a-z0-9-]+)\]?( , [a-z-]+)?.*/\2/p' \
            "$REPO/man/$page.7" | sort -u)
    done
}

@test "every page of ours that is referred to exists" {
    for reference in $(sed -nE 's/.*\.?Xr ((mailq|queuectl|journal[a-z-]*|policy-db|ums-popd|replayctl|sponts[a-z.-]*|smtp-[a-z]+|[a-z]+-proxy|tkuev[a-z-]*) [0-9]).*/\1/p' \
        "$REPO"/man/*.[1578] "$REPO"/man/de/*.7 | tr ' ' . | sort -u); do
        [ -e "$REPO/man/$reference" ] || { echo "no $reference"; false; }
    done
}

@test "the template for the regulator names settings that exist, with their defaults" {
    template=$REPO/contrib/nachweis-vorlage.md
    named=0
    while IFS='|' read -r key value; do
        line=$(grep -E "^\.It Cm $key No = " "$REPO/man/sponts.conf.5") ||
            { echo "what is $key?"; false; }
        [ -z "$value" ] || [[ $line == *"Pq Cm $value" ]] || { echo "$line, not $value"; false; }
        named=$((named + 1))
    done < <(tr '\n\140' ' ~' <"$template" | grep -oE '~[a-z]+-?[a-z]+-?[a-z]*~( = \[\[[^]]*\]\])?' |
        sed -E 's/~([a-z-]+)~( = \[\[([^]]*)\]\])?/\1|\3/' |
        grep -vE '^(smtp|pop|imap|ums|tkuev|sponts)(-[a-z]+)?\|')
    [ "$named" -gt 12 ]
    # What is to be filled in is marked in the same way everywhere.
    [ "$(grep -o '\[\[' "$template" | wc -l)" -eq "$(grep -o '\]\]' "$template" | wc -l)" ]
}

@test "log events always have a literal name" {
    # A call of log( whose second argument is no string literal.
    run -1 grep -rnE 'log\((base::)?Level::[a-z]+, *[^" ]' "$REPO/lib" "$REPO/cmd" \
        --include='*.cc' --exclude='log.cc' --exclude='*_test.cc'
}

@test "every program and subcommand page has EXAMPLES, EXIT STATUS and SECURITY" {
    for program in "$REPO"/cmd/*/; do
        name=$(basename "$program")
        page=$(find "$REPO/man" -name "$name.[18]")
        [ -n "$page" ] || { echo "no page for $name"; false; }
        for section in EXAMPLES 'EXIT STATUS' SECURITY 'SEE ALSO'; do
            grep -q "^\.Sh $section" "$page" || { echo "$page: no $section"; false; }
        done
    done
}

@test "each option that --help shows is in the program's page" {
    for program in "$REPO"/cmd/*/; do
        name=$(basename "$program")
        page=$(find "$REPO/man" -name "$name.[18]")
        for option in $("$name" --help-all 2>/dev/null || "$name" --help); do
            [[ $option =~ ^-?-?(--[a-z-]+) ]] || continue
            option=${BASH_REMATCH[1]}
            case $option in --help | --help-all | --version) continue ;; esac
            mandoc -Tutf8 "$page" | col -bx | grep -q -- "$option" ||
                { echo "$name: $option is not in $page"; false; }
        done
    done
}

@test "--help and --version answer on stdout with 0, nonsense on stderr with 64" {
    for program in "$REPO"/cmd/*/; do
        name=$(basename "$program")
        run -0 --separate-stderr "$name" --help
        [ -n "$output" ] && [ -z "$stderr" ]
        run -0 --separate-stderr "$name" --version
        [[ $output == "$name "[0-9]* ]]
        run -64 --separate-stderr "$name" --no-such-option
        [ -z "$output" ] && [ -n "$stderr" ]
    done
}
