#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# journalq --tenant: what is found for one tenant, alone or with others, and nothing else.

setup() {
    load helpers/common
    load helpers/journal
    journal_setup
}
teardown() { sponts_teardown; }

@test "--tenant shows one tenant's mail and nothing of any other" {
    fill
    run -0 q list --tenant acme --count
    [ "$output" = 1 ]
    run -0 q show --tenant acme "${ID[3]}"
    run -1 q show --tenant acme "${ID[1]}"
    [ "$output" = "journalq: ${ID[1]}: not in the journal" ]
    # Nor what came of it: where a forward went, and what the next hop said there.
    tell message id=2001 origin=forward parent=1003 to=secret@elsewhere.example -- \
        message id=2002 origin=bounce parent=1003 sender= to=dora@example.com tenant=acme \
        >"$TMP/children"
    mapfile -t child <"$TMP/children"
    run -0 q show --tenant acme "${ID[3]}"
    [[ $output != *secret* && $output == *"bounce: "*"${child[1]} "* ]]
    run -0 q show --tenant acme --json "${ID[3]}"
    [ "$(jq -c .children <<<"$output")" = "[\"${child[1]}\"]" ]
    run -0 q show --json "${ID[3]}"
    [ "$(jq -c .children <<<"$output")" = "[\"${child[0]}\",\"${child[1]}\"]" ]
    run -0 q logins --tenant acme
    [ "${#lines[@]}" -eq 1 ]
    for words in list logins follow 'report senders' 'show 0000000000001'; do
        # shellcheck disable=SC2086
        run -64 q $words --tenant ''
    done
}

@test "--tenant finds what concerns several, for each of them" {
    both=$(tell message id=2003 sender=ann@example.net to=bob@example.org tenant=$'acme\tother')
    tell message id=2004 sender=ann@example.net to=bob@example.org tenant='acme gmbh' >/dev/null
    for tenant in acme other; do
        run -0 q list --tenant "$tenant" --ids
        [ "$output" = "$both" ]
        run -0 q show --tenant "$tenant" "$both"
        [[ $output == *$'\n'"tenant:      acme, other"$'\n'* ]]
        run -0 q report tenants --tenant "$tenant" --since 2000-01-01
        [[ ${lines[1]} == *" 1 "*" $tenant" ]]
        [ "${#lines[@]}" -eq 2 ]
    done
    run -1 q show --tenant acm "$both"
    run -0 q show --json "$both"
    [ "$(jq -r .tenant <<<"$output")" = $'acme\tother' ]
    run -0 q list --tenant other --csv
    [[ ${lines[1]} == *'"acme, other"'* ]]
}
