#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The server of the mailboxes goes away and comes back: users read their queued mail meanwhile
# (ums-popd(8), pop-proxy(8)), and everything arrives once.

setup() {
    load helpers/common
    load helpers/gateway
    load helpers/dovecot
    load helpers/neighbours
    load helpers/ums
    sponts_setup
    server_of_mailboxes
    gateway_with_ums
}
teardown() { sponts_teardown; }

@test "the server stops, mail arrives and is read, the server returns: nothing twice, nothing lost" {
    teach anna
    teach bert
    send_real() {
        local mail
        while read -r mail; do
            sed 's/\r*$/\r/' "$mail" | send_to "$@"
        done < <(real_mails | sed -n "$part")
    }
    part=1,10p send_real anna@dest.test
    wait_for 30 has_mails anna 10
    polls pop3s anna "10 of 10"
    wait_for 20 has_listed anna 10

    dove_stops
    part=11,25p send_real anna@dest.test
    part=26,30p send_real team@dest.test
    # What lies in the mailbox is listed as well, behind what is queued.
    wait_for 20 polls pop3s anna "20 of 30"
    wait_for 20 logged 'outage-began'
    # Again, and at the other port: they are known.
    polls pop3s anna "0 of 30"
    polls ums anna "0 of 20"
    polls ums bert "5 of 5"
    cp "$TMP/anna/uidl" "$TMP/uidl-before"

    dove_returns
    wait_for 60 queue_is_empty
    wait_for 30 polls pop3s anna "0 of 30"
    ended() { polls pop3s anna "0 of 30" && logged outage-ended; }
    wait_for 20 ended
    polls pop3s bert "0 of 5"
    cmp "$TMP/anna/uidl" "$TMP/uidl-before"
    [ "$(mailbox_of anna | wc -l)" -eq 30 ]
    [ "$(mailbox_of bert | wc -l)" -eq 5 ]
    # What was read is what arrived.
    keeper digests "$TMP"/anna/*.eml >"$TMP/read"
    [ "$(sort -u "$TMP/read" | wc -l)" -eq 30 ]
    mailbox_of anna | xargs -d '\n' /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/pop_keeper.py" digests |
        cmp "$TMP/read" -
}

@test "while the server is down a wrong password and an unknown user hear that it is down" {
    teach anna
    dove_stops
    send_to anna@dest.test < <(mail_of 100 1)
    wait_for 20 polls pop3s anna "1 of 1"
    run -1 keeper poll "${GATE[pop3s]}" anna wrong "$TMP/other"
    [[ $output == "-ERR [SYS/TEMP] your mailbox cannot be reached now" ]]
    run -1 keeper poll "${GATE[pop3s]}" carl secret "$TMP/other"
    [[ $output == "-ERR [SYS/TEMP] your mailbox cannot be reached now" ]]
    # At the queue's own port a wrong password is one.
    run -1 keeper poll "${GATE[ums]}" anna wrong "$TMP/other"
    [[ $output == "-ERR [AUTH] Authentication failed." ]]
}

@test "whoever guesses waits, whatever he says then" {
    teach anna
    for _ in 1 2 3 4 5; do
        run -1 keeper poll "${GATE[ums]}" anna wrong "$TMP/other"
        [[ $output == "-ERR [AUTH] Authentication failed." ]]
    done
    run -1 poll ums anna
    [[ $output == "-ERR [SYS/TEMP] too many wrong passwords, try again later" ]]
}

@test "fetchmail empties the queue for its user, and everything is delivered all the same" {
    teach anna
    teach bert
    dove_stops
    for number in 1 2 3; do
        send_to anna@dest.test team@dest.test < <(mail_of 300 "$number")
    done
    wait_for 20 polls ums anna "3 of 3"
    cat >"$TMP/fetchmailrc" <<END
poll localhost protocol pop3 port ${GATE[ums]}
user anna password secret
ssl sslcertck sslcertfile $TMP/dove/cert.pem
nokeep fetchall mda "cat >>$TMP/fetched"
END
    chmod 600 "$TMP/fetchmailrc"
    fetches() {
        HOME=$TMP FETCHMAILHOME=$TMP fetchmail --nosyslog -f "$TMP/fetchmailrc" -i "$TMP/ids" \
            --pidfile "$TMP/fetchmail.pid"
    }
    run -0 fetches
    [ "$(grep -c '^Subject: message' "$TMP/fetched")" -eq 3 ]
    run -1 fetches # nothing is there
    polls ums bert "3 of 3"
    dove_returns
    wait_for 60 queue_is_empty
    has_mails anna 3
    has_mails bert 3
}

@test "ums-popd dies and starts again: the same list" {
    teach anna
    dove_stops
    for number in 1 2 3; do
        send_to anna@dest.test < <(mail_of 300 "$number")
    done
    wait_for 20 polls ums anna "3 of 3"
    kill -KILL "$(pgrep -P "$GATEWAY_PID" -x ums-popd)"
    wait_for 20 polls ums anna "0 of 3"
    wait_for 20 polls pop3s anna "0 of 3"
}
