#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# smtp-relayd(8): what it announces is true, what it is asked it answers, and what it writes
# into Received is what it knows.

bats_require_minimum_version 1.5.0

load helpers/relayd
load helpers/nameserver

setup() { sponts_setup; }
teardown() { sponts_teardown; }

# -- words --------------------------------------------------------------------------------

@test "LIMITS (RFC 9422) says how many recipients and messages there may be, and means it" {
    relayd_config 'recipients = 3' 'messages = 2'
    relayd_start
    one() {
        printf 'C: MAIL FROM:<a@remote.test>\nS: 250 *\n'
        printf 'C: RCPT TO:<%s@dest.test>\nS: 250 *\n' 1 2 3
        printf 'C: RCPT TO:<4@dest.test>\nS: 452 4.5.3 *\n'
        printf 'C: DATA\nS: 354 *\nC: Subject: x\nC:\nC: .\nS: 250 *\n'
    }
    {
        printf 'S: 220 *\nC: EHLO c.test\nS: 250 *\n'
        one
        one
        printf 'C: MAIL FROM:<a@remote.test>\nS: 421 4.5.3 *\n'
    } | converse "$SMTP_PORT"
    grep -qx '250-LIMITS RCPTMAX=3 MAILMAX=2' "$TMP/heard"
    [ "$(stored)" -eq 2 ]
}

@test "without a limit of messages LIMITS names none" {
    relayd_config
    relayd_start
    printf 'EHLO c.test\r\nQUIT\r\n' | speak "$SMTP_PORT" | tr -d '\r' |
        grep -qx '250-LIMITS RCPTMAX=1000'
}

@test "VRFY, EXPN, HELP and NOOP are answered, before a message and within one" {
    relayd_config
    relayd_start
    asked() {
        cat <<'END'
C: VRFY bob
S: 252 2.0.0 *
C: VRFY <bob@dest.test>
S: 252 2.0.0 *
C: VRFY
S: 501 5.5.4 *
C: EXPN staff
S: 502 5.5.1 *
C: HELP
S: 214 2.0.0 *
C: HELP MAIL
S: 214 2.0.0 *
C: NOOP
S: 250 2.0.0 *
C: NOOP and some words
S: 250 2.0.0 *
END
    }
    {
        printf 'S: 220 *\n'
        asked # RFC 5321 4.1.4: all of these before EHLO too
        printf 'C: EHLO c.test\nS: 250 *\nC: MAIL FROM:<a@remote.test>\nS: 250 *\n'
        printf 'C: RCPT TO:<bob@dest.test>\nS: 250 *\n'
        asked
        printf 'C: DATA\nS: 354 *\nC: Subject: x\nC:\nC: .\nS: 250 *\n'
    } | converse "$SMTP_PORT"
    grep -qx '250-VRFY' "$TMP/heard"
    grep -qx '250 HELP' "$TMP/heard"
    run ! grep -q '^250.EXPN' "$TMP/heard"
    # Nobody learns who exists: the answer is the same for everybody.
    [ "$(grep -c '^252 ' "$TMP/heard")" -eq 4 ]
    [ "$(grep '^252 ' "$TMP/heard" | sort -u | wc -l)" -eq 1 ]
}

@test "where login or TLS come first VRFY says nothing before" {
    relayd_config
    relayd_start
    printf 'EHLO c.test\r\nVRFY bob\r\nQUIT\r\n' | speak "$SUBMISSION_PORT" |
        grep -q '^530 5.7.0 '
}

# -- sizes and rates ----------------------------------------------------------------------

@test "SIZE: announced, refused at MAIL, in a chunk and in a body, each with a log line" {
    relayd_config 'message-size = 10k'
    relayd_start
    {
        cat <<'END'
S: 220 *
C: EHLO c.test
S: 250 *
C: MAIL FROM:<declared@remote.test> SIZE=10241
S: 552 5.3.4 *
C: MAIL FROM:<exact@remote.test> SIZE=10240
S: 250 *
C: RCPT TO:<bob@dest.test>
S: 250 *
C: BDAT 10241 LAST
END
        printf 'C\\ %s' "$(head -c 10241 /dev/zero | tr '\0' x)"
        cat <<'END'

S: 552 5.3.4 *
C: MAIL FROM:<understated@remote.test> SIZE=10
S: 250 *
C: RCPT TO:<bob@dest.test>
S: 250 *
C: DATA
S: 354 *
END
        for _ in {1..160}; do printf 'C: %s\n' "$(printf 'y%.0s' {1..70})"; done
        printf 'C: .\nS: 552 5.3.4 *\nC: NOOP\nS: 250 *\n'
    } | converse "$SMTP_PORT"
    grep -qx '250-SIZE 10240' "$TMP/heard"
    [ "$(stored)" -eq 0 ]
    logged 'message-refused .*sender=declared@remote.test .*size=10241 reply="552 5.3.4'
    logged 'message-refused .*size=10241 reply="552 5.3.4'
    logged 'message-refused .*sender=understated@remote.test recipients=1 .*reply="552 5.3.4'
    [ "$(grep -c message-refused "$TMP/relayd.log")" -eq 3 ]
}

@test "a message of exactly the size is taken" {
    relayd_config 'message-size = 10k'
    relayd_start
    {
        printf 'EHLO c\r\nMAIL FROM:<a@remote.test>\r\nRCPT TO:<bob@dest.test>\r\nDATA\r\n\r\n'
        for _ in {1..102}; do printf '%s\r\n' "$(printf 'z%.0s' {1..98})"; done # 10200
        printf '%s\r\n.\r\nQUIT\r\n' "$(printf 'z%.0s' {1..36})"
    } | speak "$SMTP_PORT" | grep -q '^250 2.0.0 queued'
    [ "$(stored)" -eq 1 ]
}

# The time for a message is a second; only what comes in at min-rate buys more.
@test "min-rate: a steady client gets the time it pays for, a slow one does not" {
    relayd_config 'message-timeout = 1s' 'min-rate = 1000'
    relayd_start
    drip() { # BYTES, every twentieth of a second
        printf 'EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<bob@dest.test>\r\nDATA\r\n'
        for _ in {1..60}; do
            printf '%s\r\n' "$(printf "y%.0s" $(seq "$1"))" || return 0
            pause
        done
        printf '.\r\nQUIT\r\n' || true
    }
    run -0 speak "$SMTP_PORT" < <(drip 200)
    [[ $output == *'250 2.0.0 queued'* ]]
    run -0 speak "$SMTP_PORT" < <(drip 2)
    [[ $output == *'421 4.4.2'* ]]
    [ "$(stored)" -eq 1 ]
}

# -- Received -----------------------------------------------------------------------------

# proxied ADDRESS - a message of a client behind a balancer.
proxied() {
    printf 'PROXY TCP4 %s 127.0.0.1 4711 25\r\nEHLO c.test\r\nMAIL FROM:<a@remote.test>\r\nRCPT TO:<bob@dest.test>\r\nDATA\r\n\r\nx\r\n.\r\nQUIT\r\n' "$1" |
        speak "$SMTP_PORT" | grep -q '^250 2.0.0 queued'
}

@test "Received has the client's name if it leads back to its address, and only if asked for" {
    nameserver_start <<'END'
honest.test.               A    192.0.2.77
77.2.0.192.in-addr.arpa.   PTR  honest.test.
78.2.0.192.in-addr.arpa.   PTR  liar.test.
liar.test.                 A    192.0.2.1
79.2.0.192.in-addr.arpa.   PTR  evil\032name\(x\).test.
END
    LISTENER_LINES='trust-proxy = 127.0.0.0/8' relayd_config \
        '[smtp-sendd]' "resolvers = $DNS_SERVER"
    sed -i 's/lookup-client-name = no/lookup-client-name = yes/' "$CONF"
    relayd_start
    proxied 192.0.2.77
    stored_has 'from c.test (honest.test [192.0.2.77])'
    for address in 192.0.2.78 192.0.2.79 192.0.2.80; do
        proxied "$address"
        stored_has "from c.test (unknown [$address])"
    done

    sed -i 's/lookup-client-name = yes/lookup-client-name = no/' "$CONF"
    kill -HUP "$RELAYD_PID"
    wait_for 5 logged ' reloaded '
    proxied 192.0.2.77
    stored_has 'from c.test (unknown [192.0.2.77])'
}

@test "a name server that does not answer delays a message by two seconds at most" {
    silent=$(free_port)
    start silent socat -u "UDP-RECV:$silent,bind=127.0.0.1" /dev/null
    LISTENER_LINES='trust-proxy = 127.0.0.0/8' relayd_config \
        '[smtp-sendd]' "resolvers = 127.0.0.1@$silent"
    sed -i 's/lookup-client-name = no/lookup-client-name = yes/' "$CONF"
    relayd_start
    proxied 192.0.2.77
    stored_has 'from c.test (unknown [192.0.2.77])'
    logged 'session-ended client=192.0.2.77 .* ms=[12][0-9]{3} '
}

@test "IPv6: a client is its address literal, and its network may relay" {
    LISTENER_LINES='relay-from = ::1' relayd_config
    sed -i "s/^address = 127.0.0.1:$SMTP_PORT/address = [::1]:$SMTP_PORT/" "$CONF"
    start relayd smtp-relayd --config "$CONF"
    wait_for 20 logged ' ready '
    printf 'Subject: x\r\n\r\nx\r\n' |
        curl -sS "smtp://[::1]:$SMTP_PORT/%5BIPv6:2001:db8::7%5D" \
            --mail-from alice@remote.test --mail-rcpt any@elsewhere.test --upload-file -
    stored_has 'from [IPv6:2001:db8::7] (unknown [IPv6:::1])'
    logged 'message-accepted .*client=::1 '
}

# What one message says, with an X-UIDL field of its own.
message_with_uidl() {
    printf '%s\n' 'S: 220 *' 'C: EHLO client.test' 'S: 250 *' \
        'C: MAIL FROM:<alice@remote.test>' 'S: 250 *' 'C: RCPT TO:<bob@dest.test>' 'S: 250 *' \
        'C: DATA' 'S: 354 *' 'C: X-UIDL: theirs' 'C: Subject: hello' 'C:' 'C: text' 'C: .' \
        'S: 250 2.0.0 queued as *'
}

@test "with [ums] a message has its id in an X-UIDL field, above any that came with it" {
    relayd_config '[ums]' 'enabled = yes'
    relayd_start
    message_with_uidl | converse "$SMTP_PORT"
    id=$(sed -n 's/^250 2.0.0 queued as //p' "$TMP/heard")
    stored_has "with ESMTP id $id"
    run -0 grep -haE '^(X-UIDL|Received):' "$RELAY"/spool/log/*.seg
    [ "${lines[0]%%: *}" = Received ]
    [ "${lines[1]}" = "X-UIDL: $id"$'\r' ]
    [ "${lines[2]}" = $'X-UIDL: theirs\r' ]
}

@test "without [ums] a message has no field of ours but Received" {
    relayd_config
    relayd_start
    message_with_uidl | converse "$SMTP_PORT"
    run -0 grep -haE '^[A-Za-z-]+: ' "$RELAY"/spool/log/*.seg
    [ "${lines[0]%%: *}" = Received ]
    [ "${lines[1]}" = $'X-UIDL: theirs\r' ]
    [ "${lines[2]}" = $'Subject: hello\r' ]
    [ "${#lines[@]}" -eq 3 ]
}
