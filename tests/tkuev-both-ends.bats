#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the servers capture is what the authorities get, each as its order says: the records in
# the spool, read by tap-tool, and the PDUs at the other end of tkuev-exportd, read by lemf.py.

setup() {
    load helpers/common
    load helpers/gateway
    load helpers/tkuev
    load helpers/exportd
    load helpers/dovecot
    load helpers/neighbours
    sponts_setup
}
teardown() { exportd_teardown; }

# The sessions of mail_sessions.py that this gateway has listeners for.
sessions() {
    local ports
    mapfile -t ports < <(ports_of_gate)
    /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/mail_sessions.py" "${ports[@]}" -- "$@" \
        >"$TMP/said"
}
# In $TMP/records.
records() { tap-tool read "$TMP/li-spool" >"$TMP/records"; }
# Of both measures: what the clients did, and four mails that went on.
are_all_there() { records && [ "$(wc -l <"$TMP/records")" -eq $((2 * (26 + 4))) ]; }
# The number that tap-tool shows for a measure.
number_of() { echo $((16#${1:0:2}${1:30:2})); }
agrees() {
    run /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/both_ends.py" "$TMP/records" \
        "$(number_of "$1")" "$TMP/$2.pdus" "$3"
    echo "# $2: $output" >&3
    [ "$status" -eq 0 ]
}

# A gateway with proxies before Dovecot.
gateway_with_mailboxes() {
    mailbox_server dove
    ports_for_gate imap pop3
    interception "$(mailbox_listener imap 'tls = none')" "$(mailbox_listener pop3 'tls = none')" \
        '[pop-proxy]' 'login-delay = 0s' '[imap-proxy]' 'login-delay = 0s'
    # shellcheck disable=SC2034  # of helpers/dovecot
    GATE[smtp]=$SMTP_PORT
}
killed_servers() {
    /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/killed_servers.py" "$@"
}
nothing_is_missing() { killed_servers check "$TMP/answered" "$TMP/lemf.pdus"; }

@test "two authorities get each event of every protocol, and one of them the contents" {
    lemf_start bka
    bka_port=$LEMF_PORT
    lemf_start lemf
    gateway_with_mailboxes
    recorder "$MX_PORT"
    ctl authority add bka --title BKA
    tapped
    first=$MEASURE
    LEMF_PORT=$bka_port tapped 'Berechtigte Stelle = bka' 'Referenz-Id = BKA-1' 'Umfang = iri'
    second=$MEASURE
    # What it would take away stays where it is while we look.
    wait_for 20 lemf_has lemf '.hi1 == 1'
    wait_for 20 lemf_has bka '.hi1 == 1'
    kill -STOP "$(exportd_pid)"
    sessions deliver bob@remote.test anna@example.org other@example.org
    sessions pipelined bob@remote.test anna+tag@EXAMPLE.org
    sessions chunked bob@remote.test Anna@example.org
    sessions deliver bob@remote.test other@example.org
    sessions international bob@remote.test anna@example.org
    sessions failures bob@remote.test anna@example.org
    for user in bert anna; do
        sessions imap-append "$user" "$user-1"
        sessions imap "$user"
        sessions pop3 "$user"
        sessions refused-login imap "$user"
        sessions refused-login pop3 "$user"
        sessions pop3-user-only "$user"
    done
    mkdir -p "$TMP/li-spool.keys"
    cp -p "$STATE/interception.key" "$TMP/li-spool.keys/own.key"
    cp -p "$STATE/interception.pem" "$TMP/li-spool.keys/own.crt"
    wait_for 20 are_all_there
    kill -CONT "$(exportd_pid)"
    wait_for 40 lemf_has lemf '.iri >= 30'
    wait_for 40 lemf_has bka '.iri >= 30'
    agrees "$first" lemf content
    agrees "$second" bka iri
    [[ $output == '30 events, 0 contents' ]]
    run ! grep -qi "$(printf 'other@' | xxd -p)" "$TMP/lemf.pdus" "$TMP/bka.pdus"
    run ! grep -qi "$(printf 'bert-1' | xxd -p)" "$TMP/lemf.pdus" "$TMP/bka.pdus"
}

@test "servers that are killed: each answer has its event, once" {
    lemf_start lemf
    gateway_with_mailboxes
    tapped
    sessions imap-append anna anna-1
    mapfile -t ports < <(ports_of_gate)
    killed_servers run "$GATEWAY_PID" 3 "${ports[@]}" >"$TMP/answered"
    wait_for 60 nothing_is_missing || nothing_is_missing
    # The test says nothing if no server was ever killed with something in its memory.
    [ "$(sqlite3 "$STATE/handover.db" 'SELECT count(*) FROM recovered')" -ge 1 ]
}
