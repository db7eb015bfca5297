#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Mail that replayctl(8) sends again, where there is a measure.

setup() {
    load helpers/common
    load helpers/gateway
    load helpers/tkuev
    load helpers/exportd
    load helpers/neighbours
    sponts_setup
}
teardown() { exportd_teardown; }

# to WHOM NUMBER - mail of 3 kB.
to() {
    mail_of 3000 "$2" >"$TMP/mail.$2"
    submit "$TMP/mail.$2" a@test "$1"
}
nothing_waits() { [ "$(queuectl list --config "$CONF" --json | wc -l)" -eq 0 ]; }
# sent_again NUMBER - so many are, by all runs.
sent_again() {
    [ "$(replayctl runs --config "$CONF" --json | jq -s 'map(.sent) | add')" -eq "$1" ]
}

@test "mail that is sent again comes to a target once more, and to nobody else" {
    lemf_start lemf
    RETENTION=1d interception
    recorder "$MX_PORT"
    tapped
    to anna@example.org 1
    to other@example.org 2
    wait_for 20 lemf_has lemf '.iri == 2 and .cc == 1'
    wait_for 20 nothing_waits

    replayctl resend --all --config "$CONF"
    wait_for 20 sent_again 2
    wait_for 20 nothing_waits
    wait_for 20 lemf_has lemf '.iri == 4 and .cc == 2'
    to anna@example.org 3 # behind it: nothing else was under way
    wait_for 20 lemf_has lemf '.iri == 6 and .cc == 3'
    lemf_check lemf
    jq -e '[.events[] | .[3]] == ["mail_received", "mail_forwarded", "mail_received",
        "mail_forwarded", "mail_received", "mail_forwarded"]' <<<"$output"
    jq -e '.contents | length == 3 and (unique | length) == 3' <<<"$output" # the mark

    # Nor after its end, when somebody else is a target.
    ctl end "$MEASURE" --reason over
    armed "${GOES[@]}" 'Kennung = bob@example.org' 'Mailbox = bob' 'Referenz-Id = LKA-18'
    list_is_renewed
    list_is_renewed
    replayctl resend --all --again --config "$CONF"
    wait_for 20 sent_again 5
    wait_for 20 nothing_waits
    to bob@example.org 4 # behind it, again
    wait_for 20 lemf_has lemf '.iri >= 8 and .cc >= 4'
    lemf_check lemf
    jq -e '.iri == 8 and .cc == 4' <<<"$output"
}

@test "what an operator sends to another server comes to a target like all that is sent again" {
    lemf_start lemf
    RETENTION=1d interception
    recorder "$MX_PORT"
    tapped
    to anna@example.org 1
    wait_for 20 lemf_has lemf '.iri == 2 and .cc == 1'
    wait_for 20 nothing_waits
    gateway_table routes <<<"pattern,host,port,tls"$'\n'"restored.example,127.0.0.1,$MX_PORT,none"
    replayctl resend --all --route restored.example --config "$CONF"
    wait_for 20 lemf_has lemf '.iri == 4 and .cc == 2'
    wait_for 20 nothing_waits
    lemf_check lemf
    jq -e '[.events[] | .[3]] == ["mail_received", "mail_forwarded", "mail_received",
        "mail_forwarded"]' <<<"$output"
}

@test "mail that the target has sent is not the target's when an operator sends it again" {
    lemf_start lemf
    RETENTION=1d interception
    recorder "$MX_PORT"
    gateway_table addresses <<<$'address,kind,target\nlist@example.org,forward,other@example.net'
    tapped
    mail_of 3000 1 >"$TMP/mail.1"
    submit "$TMP/mail.1" anna@example.org list@example.org other@example.org
    wait_for 20 lemf_has lemf '.iri >= 3 and .cc == 1' # sent, and a leg each
    wait_for 20 nothing_waits
    lemf_check lemf
    told=$(jq .iri <<<"$output")

    replayctl resend --all --config "$CONF"
    replayctl resend --all --to stranger@example.net --config "$CONF"
    wait_for 20 sent_again 2
    wait_for 20 nothing_waits
    has_recorded 5
    to anna@example.org 2 # behind it
    wait_for 20 lemf_has lemf ".iri >= $told + 2 and .cc >= 2"
    lemf_check lemf
    jq -e ".iri == $told + 2 and .cc == 2" <<<"$output"
    jq -e '[.events[] | .[3]][-2:] == ["mail_received", "mail_forwarded"]' <<<"$output"
}

# as USER COMMAND... - of replayctl(8), as a user of the system.
as() {
    setpriv --reuid "$1" --regid nogroup --clear-groups replayctl "${@:2}" --config "$CONF"
}

@test "mail that users send again to themselves is told once, and their lists tell nothing" {
    only_root "may become other users"
    lemf_start lemf
    RETENTION=1d interception '[replay]' 'users = yes'
    recorder "$MX_PORT"
    gateway_table system_users <<<$'name,address\ngames,anna@example.org\nsys,other@example.org'
    rundir=$(sed -n 's/^run-directory = //p' "$CONF")
    others_may_enter "$rundir"
    to anna@example.org 0 # nobody is told of it
    to other@example.org 0
    wait_for 20 has_recorded 2
    wait_for 20 nothing_waits
    as games list --json | jq -S 'keys' >"$TMP/keys.before"
    as games list >"$TMP/list.before"
    tapped
    as games list | diff "$TMP/list.before" -
    to anna@example.org 1
    to other@example.org 2
    wait_for 20 lemf_has lemf '.iri == 2 and .cc == 1'
    wait_for 20 nothing_waits

    # The target and somebody else do the same, and it looks the same to them.
    for user in games sys; do
        as "$user" list --since today --json | jq -S 'keys' >"$TMP/keys.$user"
        as "$user" plan --all --json | jq 'del(.run, .addresses, .bytes)' >"$TMP/plan.$user"
        as "$user" list --ids | tail -n 1 | as "$user" resend - |
            grep -oE '[0-9]+ sent,.*|^(messages|recipients|left out|duration):.*' >"$TMP/sent.$user"
    done
    diff "$TMP/keys.games" "$TMP/keys.sys"
    diff <(head -n 7 "$TMP/keys.games") <(head -n 7 "$TMP/keys.before")
    diff "$TMP/plan.games" "$TMP/plan.sys"
    diff "$TMP/sent.games" "$TMP/sent.sys"
    wait_for 20 nothing_waits
    wait_for 20 lemf_has lemf '.iri == 4 and .cc == 2'
    to anna@example.org 3 # behind it: nothing else was under way
    wait_for 20 lemf_has lemf '.iri == 6 and .cc == 3'
    lemf_check lemf
    jq -e '.iri == 6 and .cc == 3' <<<"$output"
    jq -e '[.events[] | .[3]] == ["mail_received", "mail_forwarded", "mail_received",
        "mail_forwarded", "mail_received", "mail_forwarded"]' <<<"$output"
    jq -e '.contents | length == 3 and (unique | length) == 3' <<<"$output" # the mark

    # Nor does the end of the measure change what they see.
    as games list >"$TMP/list.during"
    ctl end "$MEASURE" --reason over
    list_is_renewed
    as games list | diff "$TMP/list.during" -
}
