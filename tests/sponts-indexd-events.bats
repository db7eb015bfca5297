#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the servers report to sponts-indexd(8): refusals and logins, and the whole gateway.

setup() {
    load helpers/common
    load helpers/answers
    sponts_setup
    JOURNAL=$TMP/journal.db
}
teardown() { sponts_teardown; }

journal_lines() { printf '%s\n' '[journal]' 'enabled = yes' "database = $JOURNAL"; }
make_journal() { sponts db migrate --journal --database "$JOURNAL" 2>/dev/null; }

@test "what the relay refuses, and who logs in there" {
    load helpers/relayd
    make_journal
    relayd_config "$(journal_lines)" '[log]' 'level = error'
    printf 'secret\n' | sponts user add anna@dest.test --config "$CONF" 2>/dev/null
    relayd_start
    to '<nobody@list.test>' >/dev/null
    to '<x@elsewhere.test>' >/dev/null
    send_mail --to x@dest.test --tls >/dev/null
    TO=$SUBMISSION_PORT send_mail --to x@dest.test --tls --auth PLAIN \
        --auth-user anna@dest.test --auth-password secret >/dev/null
    TO=$SUBMISSION_PORT run send_mail --to x@dest.test --tls --auth PLAIN \
        --auth-user anna@dest.test --auth-password wrong
    sponts-indexd --config "$CONF" --once
    answers "SELECT recipient, code, enhanced, reason, client FROM journal_refusals ORDER BY recipient" \
        $'nobody@list.test|550|5.1.1|unknown-recipient|127.0.0.1\nx@elsewhere.test|554|5.7.1|not-permitted|127.0.0.1'
    answers "SELECT DISTINCT listener, protocol, tls, login FROM journal_refusals" 'in|ESMTP||'
    run -0 journalq list --refused --listener in --count --config "$CONF"
    [ "$output" = 2 ]
    answers "SELECT service, listener, login, result, mechanism, tls, backend FROM journal_logins ORDER BY key" \
        $'smtp|submission|anna@dest.test|accepted|PLAIN|TLSv1.3|users\nsmtp|submission|anna@dest.test|refused|PLAIN|TLSv1.3|users'
    run -0 journalq logins --result refused --config "$CONF"
    [[ $output == *' anna@dest.test 127.0.0.1 PLAIN TLSv1.3 users: wrong password' ]]
    answers "SELECT listener, protocol, tls, login FROM journal_messages ORDER BY key" \
        $'in|ESMTPS|TLSv1.3|\nsubmission|ESMTPSA|TLSv1.3|anna@dest.test'
    # Nothing of what is filed is left, though its file is still written.
    [ -n "$(ls "$RELAY/spool/events")" ]
    run -1 grep -raE 'nobody@|anna@' "$RELAY/spool/events"
    # What is filed, and nobody writes, is gone.
    kill -TERM "$RELAYD_PID"
    wait_for 20 gone "$RELAYD_PID"
    sponts-indexd --config "$CONF" --once
    [ -z "$(ls "$RELAY/spool/events")" ]
}

@test "who reads mail through the proxies, and a session is not in need of the journal" {
    load helpers/proxy
    proxy_setup
    make_journal
    mailbox_server one
    proxy_config imap-proxy "backend = 127.0.0.1:${PORT[one-imap]}" "backend-verify = none"
    journal_lines >>"$CONF"
    proxy_start # without a spool
    lines 'a LOGIN anna secret' 'b LOGOUT' | speak "$PLAIN_PORT" | grep -q '^a OK'
    proxy_logged 'events-not-reported directory='
    kill -TERM "$PROXY_PID"
    wait_for 20 gone "$PROXY_PID"
    mkdir -p "$PROXY/spool"
    proxy_start
    lines 'a LOGIN anna secret' 'b LOGOUT' | speak "$PLAIN_PORT" | grep -q '^a OK'
    lines 'a LOGIN anna wrong' 'b LOGOUT' | speak "$PLAIN_PORT" | grep -q '^a NO'
    sponts-indexd --config "$CONF" --once
    answers "SELECT service, login, result, tls, backend FROM journal_logins ORDER BY key" \
        "imap|anna|accepted||127.0.0.1:${PORT[one-imap]}
imap|anna|refused||127.0.0.1:${PORT[one-imap]}"
}

@test "sponts init makes the journal, sponts run keeps it" {
    load helpers/gateway
    mkdir -p "$TMP/mx"
    next=$(free_port)
    start mx /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/fake_mx.py" "$next" "$TMP/mx"
    wait_for 10 listens "$next"
    gateway_config "$(journal_lines)"
    gateway_route dest.test "$next"
    gateway_start
    printf 'Subject: hello\r\n\r\nhello\r\n' >"$TMP/mail"
    wait_for 20 /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/submit.py" "127.0.0.1:$SMTP_PORT" \
        "$TMP/mail" a@sender.test b@dest.test
    wait_for 20 answers "SELECT sender, subject, state FROM journal_messages" 'a@sender.test|hello|done'
    sed -i "s/^enabled = yes/enabled = no/" "$CONF"
    pid=$(sed -n 's/.*program-started name=sponts-indexd pid=\([0-9]*\).*/\1/p' "$TMP/gateway.log")
    kill -HUP "$PID"
    wait_for 20 gone "$pid"
    grep -q indexd-stopped "$TMP/gateway.log"
}
