#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tkuev-ctl rehearse: through a gateway that runs everything of a test account comes out, and
# nothing else; and when something is off, it says so.

bats_require_minimum_version 1.5.0

setup() {
    load helpers/common
    load helpers/gateway
    load helpers/tkuev
    load helpers/exportd
    load helpers/dovecot
    load helpers/rehearsal
    sponts_setup
}
teardown() { sponts_teardown; }

both=('Kennung = anna@example.org' 'identity = anna@example.net')

@test "all of it comes out, and nothing else; nothing is left behind" {
    stage
    test_measure "${both[@]}"
    run -0 --separate-stderr rehearse
    [ "${lines[-1]}" = 'complete, exclusive; seen by the receiver' ]
    [ "$(grep -c ' ok$' <<<"$output")" -eq $((${#lines[@]} - 1)) ]
    for event in login login_failed logout mail_sent mail_received mail_fetched \
        mail_partially_fetched mail_stored mail_forwarded integrity; do
        [[ $output == *" $event "* ]]
    done
    [ "$(mails_in anna)" -eq 0 ]
    [ "$(mails_in bert)" -eq 0 ]
    wait_for 10 queue_is_empty
    [ "$(acts measure-rehearse)" = 'intended done' ]
    [ "$(audit list --json | jq -r 'select(.act == "measure-rehearse") | .test' | sort -u)" = yes ]
    run ! grep -rqs 'Probebetrieb' "$STATE" "$TMP/li-spool"
    audit verify

    # Mail of somebody else to the account meanwhile is no part of it.
    rehearse --json >"$TMP/output" 2>"$TMP/error" &
    pid=$!
    echo "$pid" >>"$STARTED"
    wait_for 20 bound "$DESTINATION"
    mail_of 700 1 >"$TMP/mail"
    submit "$TMP/mail" stranger@test anna@example.org
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 65 ]
    output=$(cat "$TMP/output")
    only_wrong '1 too much content;1 too much mail_forwarded;1 too much mail_received'
    grep -qx 'tkuev-ctl: rehearsal: 3 of [0-9]* checks failed, not exclusive' "$TMP/error"
    [ "$(acts measure-rehearse)" = 'intended done intended failed' ]
    [ "$(mails_in anna)" -eq 1 ] # his, and it stays

    # A proxy that does not look for anybody.
    port=$(free_port)
    sed "s/^address = 127.0.0.1:${GATE[pop3]}/address = 127.0.0.1:$port/; s/^enabled = yes/enabled = no/" \
        "$CONF" >"$TMP/blind.conf"
    start blind pop-proxy --config "$TMP/blind.conf"
    wait_for 10 bound "$port"
    run -65 --separate-stderr rehearse --json --pop3 "127.0.0.1:$port" --patience 10
    [ "$(jq -c '[.complete, .exclusive]' <<<"$output")" = '[false,true]' ]
    [ "$(jq -r '.checks[] | select(.result != "ok") | .result' <<<"$output" | sort -u)" = missing ]
    [[ $(wrong) == *'1 missing login;1 missing login_failed;1 missing logout;2 missing mail_fetched;'* ]]
}

@test "what the measure leaves out is missing: an address of the account, or all content" {
    stage
    test_measure 'Kennung = anna@example.org'
    run -65 --separate-stderr rehearse --json --patience 10
    only_wrong '1 missing mail_forwarded;1 missing mail_received'
    ctl end "$MEASURE"
    DESTINATION=$(free_port) # the first may still have something to say where it went
    test_measure "${both[@]}" 'Referenz-Id = LKA-18' 'scope = iri'
    run -65 --separate-stderr rehearse --json --patience 10
    [ "$(jq -c '[.complete, .exclusive]' <<<"$output")" = '[false,true]' ]
    # Everything that has content, and nothing that has none.
    [ "$(jq -r '.checks[] | select(.result == "differs") | .octets > 0' <<<"$output" | sort -u)" = true ]
    [ "$(jq -r '.checks[] | select(.result == "ok") | .octets' <<<"$output" | sort -u)" = 0 ]
    [ "$(jq -r '.checks[] | .result' <<<"$output" | sort -u)" = $'differs\nok' ]
}

@test "where somebody else receives, the ledger is the witness" {
    stage
    lemf_start lemf
    DESTINATION=$LEMF_PORT
    test_measure "${both[@]}"
    run -0 --separate-stderr rehearse --json
    [ "$(jq -c '[.complete, .exclusive, .witness]' <<<"$output")" = '[true,true,"ledger"]' ]
    [ "$(jq -r '.checks[-1].event' <<<"$output")" = receipts ]
    contents=$(jq '[.checks[] | select(.octets > 0)] | length' <<<"$output")
    lemf_has lemf ".cc == $contents"
    # Nothing is delivered any more: that is told, too.
    kill "$LEMF_PID"
    wait_for 5 gone "$LEMF_PID"
    start deaf /usr/bin/python3 "$LEMF" serve --out "$TMP/deaf" --port-file "$TMP/deaf.port" \
        --port "$LEMF_PORT" --mode stall
    wait_for 10 bound "$LEMF_PORT"
    run -65 --separate-stderr rehearse --json --patience 10
    only_wrong '1 differs receipts'
}

@test "where another measure goes, too, its PDUs are left to the authority" {
    stage
    LEMF_PORT=$DESTINATION
    tapped 'Kennung = carl@example.org' 'Mailbox = carl@example.org' 'Referenz-Id = LKA-18'
    other=$MEASURE
    mail_of 700 1 >"$TMP/mail"
    submit "$TMP/mail" stranger@test carl@example.org
    wait_for 20 queue_is_empty
    receipts_of() { ctl receipts "$1" --json | jq "[.[] | select(.act == \"$2\")] | length"; }
    has() { [ "$(receipts_of "$1" "$2")" -ge 1 ]; }
    wait_for 20 has "$other" attempt
    ctl end "$other"
    test_measure "${both[@]}"
    run -65 --separate-stderr rehearse --json --patience 10
    [ "$(jq -r .witness <<<"$output")" = ledger ]
    only_wrong '1 differs receipts' # nobody was there
    [ "$(receipts_of "$other" receipt)" -eq 0 ]
    lemf_start lemf --port "$DESTINATION"
    wait_for 60 has "$other" receipt
    lemf_check lemf
    jq -e --arg sum "$( { cat "$TMP/mail"; printf '.\r\n'; } | sha256sum | cut -d' ' -f1)" \
        '.contents | index([$sum])' <<<"$output"
}

@test "who and what may not be rehearsed is refused, and that is noted" {
    stage 'file-prefix = TEST'
    refused() {
        run -65 rehearse "${@:2}"
        [ "$output" = "tkuev-ctl: cannot rehearse: $1" ] || { echo "$output"; false; }
    }
    test_measure "${both[@]}"
    ctl suspend "$MEASURE"
    refused 'the measure is suspended'
    ctl resume "$MEASURE"
    first=$MEASURE
    test_measure 'Kennung = bert@example.org' 'Mailbox = bert@example.org' \
        'test-account = bert' 'Referenz-Id = LKA-18'
    second=$MEASURE
    MEASURE=$first
    refused 'the bystander is under a measure, too'
    ctl end "$second"
    ctl test-account remove bert
    refused 'the bystander is no test account'
    armed 'Referenz-Id = LKA-19'
    refused 'the measure is no test measure'
    MEASURE=$first
    printf 'password = secret\nbystander = anna\nbystander-password = secret\n' >"$TMP/form"
    chmod 600 "$TMP/form"
    run -65 ctl rehearse "$MEASURE" --file "$TMP/form"
    [ "$output" = 'tkuev-ctl: cannot rehearse: the bystander is the account itself' ]
    [ "$(acts measure-rehearse)" = "$(printf 'intended refused %.0s' {1..5} | sed 's/ $//')" ]
    # Of a form that is none, and a command line: nothing has begun.
    chmod 640 "$TMP/form"
    run -65 ctl rehearse "$MEASURE" --file "$TMP/form"
    [ "$output" = "tkuev-ctl: $TMP/form: holds passwords and is readable by others" ]
    run -65 ctl rehearse "$MEASURE" --file - <<<'password = secret'
    [ "$output" = 'tkuev-ctl: cannot rehearse: bystander is missing' ]
    run -65 ctl rehearse "$MEASURE" --file - <<<'pasword = secret'
    run -64 ctl rehearse "$MEASURE" --password secret
    # A password that the gateway does not take.
    printf 'identity = bert@example.org\n' | ctl test-account add bert --registration R --file -
    printf 'password = other\nbystander = bert\nbystander-password = secret\n' >"$TMP/form"
    chmod 600 "$TMP/form"
    run -65 ctl rehearse "$MEASURE" --file "$TMP/form"
    [[ $output == 'tkuev-ctl: smtp, submission: the gateway says "535 '* ]]
    [ "$(mails_in bert)" -eq 0 ] # whose password was right
    run -64 ctl rehearse "$MEASURE" --file "$TMP/form" --pop3 nonsense
    run -64 ctl rehearse "$MEASURE" --file "$TMP/form" --patience 0
    # A password goes nowhere else.
    for option in smtp submission pop3 imap; do
        run -64 ctl rehearse "$MEASURE" --file "$TMP/form" "--$option" 198.51.100.7:993
        [ "$output" = "tkuev-ctl: --$option: neither of this machine (127.0.0.1, ::1) nor of a listener" ]
    done
}
