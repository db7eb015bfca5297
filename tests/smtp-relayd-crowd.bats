#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# smtp-relayd(8) and recipients without end: in one session, and in many together.

bats_require_minimum_version 1.5.0

load helpers/relayd

setup() { sponts_setup; }
teardown() { sponts_teardown; }

memory() { sed -n "s/^$1:[[:space:]]*\([0-9]*\) kB/\1/p" "/proc/$RELAYD_PID/status"; }
said() { [ "$(wc -l <"$TMP/crowd.out")" -ge "$1" ]; }

# crowd SESSIONS RECIPIENTS - in the background, until all are named; `go` lets them go on.
crowd() {
    mkfifo "$TMP/go"
    start crowd /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/many_recipients.py" \
        "$SMTP_PORT" "$@" "$TMP/go"
    wait_for 120 said 2
    cat "$TMP/crowd.out"
}
go() {
    : >"$TMP/go"
    wait_for 30 said 3
}

@test "the recipients of all sessions share envelopes-memory; what ends gives back" {
    relayd_config 'envelopes-memory = 1M' 'commands-without-mail = 1000'
    relayd_start
    crowd 4 200
    accepted=$(sed -n 's/ accepted//p' "$TMP/crowd.out")
    [ "$accepted" -gt 300 ]
    [ "$accepted" -lt 750 ] # each counts more than 1.5 kB: it may be kept three times
    [ "$(grep -c 'envelopes-full client=127.0.0.1 recipients=' "$TMP/relayd.log")" -eq 2 ] # sessions, not recipients
    go
    tail -n 1 "$TMP/crowd.out" | grep -q '^250 2.1.5'
}

# bats test_tags=slow,plain
@test "a thousand sessions with two hundred long recipients each: memory stays bounded" {
    relayd_config 'commands-without-mail = 1000'
    relayd_start
    before=$(memory VmRSS)
    crowd 1000 200
    peak=$(memory VmHWM)
    echo "before $before kB, peak $peak kB"
    [ $((peak - before)) -lt 131072 ]
    grep -q '^[1-9][0-9]* refused$' "$TMP/crowd.out"
    go
    tail -n 1 "$TMP/crowd.out" | grep -q '^250 2.1.5'
}

@test "some hundred recipients too many are no fault, recipients without end are" {
    relayd_config 'recipients = 300'
    relayd_start
    run -0 /usr/bin/python3 - "$SMTP_PORT" <<'END'
import smtplib, sys
def begin():
    s = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=20)
    s.ehlo()
    s.mail("a@remote.test")
    return s
s = begin()
codes = [s.rcpt(f"r{i}@dest.test")[0] for i in range(600)]
print(codes.count(250), codes.count(452), s.data(b"Subject: x\r\n\r\nx\r\n")[0])
s = begin()
codes = []
while not codes or codes[-1] in (250, 452):
    codes.append(s.rcpt("r@dest.test")[0])
print(codes.count(250), codes.count(452), codes[-1])
END
    [ "${lines[0]}" = "300 300 250" ]
    [ "${lines[1]}" = "300 499 421" ] # as many again, and commands-without-mail
}
