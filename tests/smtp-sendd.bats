#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# smtp-sendd(8): whatever the next hop does, mail is delivered once, waits with a reason, or
# is reported.  Messages are put into the spool by smtp-relayd; the next hop is fake_mx.py.

setup() {
    load helpers/common
    load helpers/gateway
    sponts_setup
    MX=$TMP/mx
    mkdir -p "$MX"
    MX_PORT=$(free_port)
}
teardown() { sponts_teardown; }

# sending [LINES_OF_SMTP_SENDD...] - a gateway whose mail for dest.test goes to the fake.
sending() {
    gateway_config "[smtp-sendd]" "retry = 1s" "dead-for = 1s" "command-timeout = 2s" \
        "greeting-timeout = 2s" "data-timeout = 2s" "connect-timeout = 2s" "$@"
    gateway_route dest.test "$MX_PORT" "${ROUTE[@]}"
    gateway_start
}
fake() {
    start fake /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/fake_mx.py" "$MX_PORT" "$MX" "$@"
    wait_for 10 listens "$MX_PORT"
}
script() { printf '%s\n' "$@" >"$MX/script.new" && mv "$MX/script.new" "$MX/script"; }
recovers() { rm -f "$MX/script"; }
heard() { grep -aqE -- "$1" "$MX/log"; }
got() { [ "$(find "$MX" -name '*.eml' | wc -l)" -eq "$1" ]; }
message() {
    mail_of 2000 "${1:-1}" >"$TMP/message.eml"
    echo "$TMP/message.eml"
}
# last_eml - the newest message the fake has.
last_eml() { echo "$MX/$(find "$MX" -name '*.eml' -printf '%f\n' | sort -n | tail -n 1)"; }

@test "says what it is, and refuses what it does not know" {
    run -0 smtp-sendd --version
    [[ $output == smtp-sendd\ * ]]
    run -0 smtp-sendd --help
    [[ $output == *--dump-config* ]]
    run -64 --separate-stderr smtp-sendd --no-such-option
    [ "${#stderr_lines[@]}" -eq 1 ]
    run -78 --separate-stderr smtp-sendd --config "$TMP/nowhere.conf"
    [ "${#stderr_lines[@]}" -eq 1 ]
}

@test "checks its configuration and leaves the queue to its owner" {
    ROUTE=()
    fake
    sending
    run -0 smtp-sendd --check --config "$CONF"
    run -0 smtp-sendd --dump-config --config "$CONF"
    [[ $output == *"dead-for = 1s"* || $output == *"dead-for = 1"* ]]
    run -69 --separate-stderr smtp-sendd --config "$CONF"
    [ "${#stderr_lines[@]}" -eq 1 ]
}

@test "delivers byte for byte, dots and all" {
    ROUTE=()
    fake
    sending
    printf 'Subject: dots\r\n\r\n.\r\n..\r\n.x\r\nend\r\n' >"$TMP/dots.eml"
    submit "$TMP/dots.eml" s@dest.test r@dest.test
    wait_for 10 got 1
    tail -c "$(stat -c %s "$TMP/dots.eml")" "$(last_eml)" | cmp - "$TMP/dots.eml"
    wait_for 5 queue_is_empty
}

# What goes wrong, step by step.  Each time the message must wait with a reason that names
# the step, and arrive once the server recovers.
troubles=(
    "greeting hang|timed out while waiting for the greeting"
    "greeting close|closed by the server while waiting for the greeting"
    "greeting reset|while waiting for the greeting"
    "greeting garbage|no SMTP reply"
    "greeting endless|reply of more than"
    "greeting say 421 4.3.2 not now|421 4.3.2 not now"
    "greeting say 554 5.3.2 go away|554 5.3.2 go away"
    "ehlo hang|timed out while sending EHLO"
    "ehlo say 451 4.3.0 busy|451 4.3.0 busy"
    "ehlo close|while sending EHLO"
    "mail hang|timed out while sending MAIL"
    "mail say 451 4.7.1 later|451 4.7.1 later"
    "mail say 421 4.3.2 closing|421 4.3.2 closing"
    "mail close|while sending MAIL"
    "mail garbage|no SMTP reply"
    "rcpt hang|timed out while sending RCPT"
    "rcpt say 450 4.2.1 greylisted|450 4.2.1 greylisted"
    "rcpt reset|while sending RCPT"
    "data hang|timed out while sending DATA"
    "data say 451 4.3.0 no disk|451 4.3.0 no disk"
    "data close|while sending DATA"
    "body close|"
    "body reset|"
    "dot hang|timed out while waiting for the reply to the message"
    "dot close|while waiting for the reply to the message"
    "dot garbage|no SMTP reply"
    "dot endless|reply of more than"
    "dot say 452 4.3.1 full|452 4.3.1 full"
    "dot say 421 4.3.0 shutting down|421 4.3.0 shutting down"
)

@test "survives every way a server can fail, and says which it was" {
    ROUTE=()
    fake
    sending
    number=0
    for trouble in "${troubles[@]}"; do
        number=$((number + 1))
        reason=${trouble#*|}
        : >"$TMP/gateway.log"
        script "${trouble%%|*}"
        submit "$(message $number)" s@dest.test r@dest.test
        wait_for 15 logged "deferred .*r@dest.test.*$reason" || { echo "at: $trouble"; return 1; }
        queue_holds 1
        recovers
        wait_for 15 queue_is_empty || { echo "at: $trouble"; return 1; }
        grep -qa "Subject: message $number" "$(last_eml)"
    done
}

@test "a refused connection is a dead destination, and one probe brings all mail back" {
    ROUTE=()
    sending
    for number in 1 2 3 4 5; do
        submit "$(message $number)" s@dest.test r@dest.test
    done
    wait_for 10 logged 'destination-dead .*Connection refused'
    queue_holds 5
    fake
    wait_for 20 queue_is_empty
    got 5
    logged destination-alive
}

@test "one bad recipient never fails the others" {
    ROUTE=()
    fake
    sending
    script 'rcpt=bad@dest.test say 550 5.1.1 no such user' \
        'rcpt=later@dest.test say 451 4.2.1 later'
    submit "$(message)" s@dest.test good@dest.test bad@dest.test later@dest.test
    wait_for 10 got 2 # the message, and the report
    grep -qx 'RCPT TO:<good@dest.test>' "$MX/1.env"
    wait_for 10 logged 'failed .*to=bad@dest.test'
    recovers
    wait_for 10 queue_is_empty
    [ "$(grep -ac 'RCPT TO:<good@dest.test>' "$MX/log")" -eq 1 ]
    grep -qa 'Final-Recipient: rfc822; bad@dest.test' "$MX"/*.eml
    run ! grep -qa 'Final-Recipient: rfc822; good@dest.test' "$MX"/*.eml
}

@test "a bounce has what RFC 3464 asks for, and a null sender gets none" {
    ROUTE=()
    fake
    sending
    script 'rcpt=bad@dest.test say 550 5.1.1 no such user'
    submit "$(message 7)" s@dest.test bad@dest.test
    wait_for 10 got 1
    report=$(last_eml)
    for line in 'Action: failed' 'Status: 5.1.1' 'Remote-MTA: dns; 127.0.0.1' \
        'Diagnostic-Code: smtp; 550 5.1.1 no such user' 'Reporting-MTA: dns; gw.test' \
        'Auto-Submitted: auto-replied' 'Content-Type: message/rfc822' 'Subject: message 7'; do
        grep -qF "$line" "$report" || { echo "missing: $line"; return 1; }
    done
    head -n 1 "$MX/1.env" | grep -q '^MAIL FROM:<>'
    wait_for 10 queue_is_empty
    submit "$(message 8)" '' bad@dest.test
    wait_for 10 logged bounce-dropped
    wait_for 10 queue_is_empty
    got 1
}

@test "what cannot be delivered for a while is announced, then returned" {
    ROUTE=()
    fake
    sending 'delay-notice = 2s' 'lifetime = 6s'
    script 'rcpt=slow@dest.test say 451 4.2.1 not today'
    submit "$(message)" s@dest.test slow@dest.test
    wait_for 10 logged 'report action=delayed'
    wait_for 15 logged 'expired .*to=slow@dest.test'
    wait_for 10 queue_is_empty
    got 2
    grep -qa 'Action: delayed' "$MX/1.eml"
    grep -qa 'Will-Retry-Until: ' "$MX/1.eml"
    grep -qa 'Status: 4.4.7' "$MX/2.eml"
}

@test "mail for a dead destination is announced and returned without a try" {
    ROUTE=()
    sending 'delay-notice = 3s' 'lifetime = 7s' 'dead-for = 600s'
    gateway_table routes <<<$'pattern,host,port,tls\nsender.test,127.0.0.1,'"$(free_port)"',none'
    submit "$(message 1)" s@sender.test r@dest.test
    submit "$(message 2)" s@sender.test r@dest.test
    wait_for 10 logged 'destination-dead'
    wait_for 15 logged 'report action=delayed'
    wait_for 15 logged 'expired .*to=r@dest.test.*Connection refused'
    [ "$(grep -c 'deferred .*to=r@dest.test' "$TMP/gateway.log")" -le 2 ]
}

@test "sudden refusals are held with an alarm, and released mail arrives" {
    ROUTE=(hold_5xx=1)
    fake
    sending 'guard-failures = 3'
    submit "$(message 0)" s@dest.test r@dest.test
    wait_for 10 got 1
    script 'rcpt say 550 5.7.1 who are you'
    for number in 1 2 3 4; do
        submit "$(message $number)" s@dest.test r@dest.test
    done
    wait_for 15 logged 'guard-tripped .*messages=3'
    wait_for 15 eval '[ "$(grep -c " held " "$TMP/gateway.log")" -ge 2 ]'
    queue_holds 4
    recovers
    queue release --all
    wait_for 15 queue_is_empty
    got 5
}

@test "a domain on hold keeps its mail until it is released" {
    ROUTE=()
    fake
    sending
    gateway_table domains <<<$'name,hold\ndest.test,1'
    wait_for 5 eval 'sponts export domains --config "$CONF" | grep -q "dest.test.*1"'
    submit "$(message)" s@dest.test r@dest.test
    wait_for 10 logged 'held .*is on hold'
    got 0
    queue release --all
    wait_for 10 got 1
    wait_for 5 queue_is_empty
}

@test "addresses rewrite, copy and forward, once each" {
    ROUTE=()
    fake
    sending
    gateway_table addresses <<'CSV'
address,kind,target
moved@dest.test,rewrite,new@dest.test
boss@dest.test,copy,pa@dest.test
pa@dest.test,copy,boss@dest.test
ring@dest.test,forward,rang@dest.test
CSV
    submit "$(message)" s@dest.test moved@dest.test
    wait_for 10 heard 'RCPT TO:<new@dest.test>.*ORCPT=rfc822;moved@dest.test'
    submit "$(message)" s@dest.test boss@dest.test pa@dest.test
    wait_for 10 heard 'RCPT TO:<pa@dest.test>'
    wait_for 10 queue_is_empty
    [ "$(grep -ac 'RCPT TO:<boss@dest.test>' "$MX/log")" -eq 1 ]
    [ "$(grep -ac 'RCPT TO:<pa@dest.test>' "$MX/log")" -eq 1 ]
    grep -qa '^Delivered-To: boss@dest.test' "$(last_eml)"
}

@test "forwards of strangers to strangers carry a sender of ours, and reports come back" {
    ROUTE=()
    fake
    echo 'a secret of this test' >"$TMP/srs"
    sending "srs-secret-file = $TMP/srs" 'srs-domain = srs.test' "smarthost = 127.0.0.1:$MX_PORT"
    gateway_table addresses <<<$'address,kind,target\nalum@dest.test,forward,me@far.test'
    submit "$(message)" stranger@else.test alum@dest.test
    wait_for 10 heard 'MAIL FROM:<SRS0=[A-Z2-7]{6}=[A-Z2-7]{2}=else.test=stranger@srs.test>'
    srs=$(grep -ao 'SRS0=[^>]*' "$MX/log" | head -n 1)
    submit "$(message)" '' "$srs"
    wait_for 10 heard 'RCPT TO:<stranger@else.test>'
    wait_for 5 queue_is_empty
}

@test "parameters of DSN go on, and a next hop without it is reported as relayed" {
    ROUTE=()
    fake
    sending
    swaks --server "127.0.0.1:$SMTP_PORT" --from s@dest.test --to r@dest.test --silent 3 \
        --helo client.test --hide-all >/dev/null
    wait_for 10 got 1
    run ! heard 'NOTIFY='
    dsn() {
        /usr/bin/python3 - "$SMTP_PORT" <<'END'
import smtplib, sys
with smtplib.SMTP("127.0.0.1", int(sys.argv[1])) as smtp:
    smtp.ehlo("client.test")
    smtp.mail("s@dest.test", ["RET=HDRS", "ENVID=QQ314"])
    smtp.rcpt("r@dest.test", ["NOTIFY=SUCCESS,FAILURE", "ORCPT=rfc822;orig@dest.test"])
    smtp.data(b"Subject: dsn\r\n\r\nbody\r\n")
END
    }
    dsn
    wait_for 10 heard 'RCPT TO:<r@dest.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;orig@dest.test'
    heard 'MAIL FROM:<s@dest.test> .*RET=HDRS ENVID=QQ314'
    wait_for 10 queue_is_empty
    got 2
    script 'ehlo offer PIPELINING,SIZE 10000000'
    pause_until_idle_is_over
    dsn
    wait_for 10 got 4
    grep -qa 'Action: relayed' "$MX"/*.eml
    grep -qa 'Original-Envelope-Id: QQ314' "$MX"/*.eml
    grep -qa 'Original-Recipient: rfc822; orig@dest.test' "$MX"/*.eml
}

# Connections that know the old extensions are closed when they have been idle.
pause_until_idle_is_over() {
    wait_for 20 eval '[ "$(grep -ac "^QUIT" "$MX/log")" -ge "$(grep -ac "^EHLO" "$MX/log")" ]'
}

@test "LMTP answers for each recipient" {
    ROUTE=(protocol=lmtp)
    fake --lmtp
    sending
    script 'dot=full@dest.test say 452 4.2.2 mailbox full'
    submit "$(message)" s@dest.test a@dest.test full@dest.test b@dest.test
    wait_for 10 logged 'deferred .*to=full@dest.test.*mailbox full'
    wait_for 10 got 1
    recovers
    wait_for 10 queue_is_empty
    got 2
    [ "$(grep -ac 'RCPT TO:<a@dest.test>' "$MX/log")" -eq 1 ]
    heard '^LHLO'
}

@test "many recipients share a transaction, and too many go in the next" {
    ROUTE=()
    fake
    sending 'recipients-per-transaction = 3'
    submit "$(message)" s@dest.test {a,b,c,d,e,f,g}@dest.test
    wait_for 10 queue_is_empty
    got 3
    for name in a b c d e f g; do
        [ "$(grep -ac "RCPT TO:<$name@dest.test>" "$MX/log")" -eq 1 ]
    done
}

@test "a server with CHUNKING gets its mail in chunks, one without PIPELINING step by step" {
    ROUTE=()
    fake
    script 'ehlo offer PIPELINING,CHUNKING,8BITMIME'
    sending 'messages-per-connection = 1'
    submit "$(message 1)" s@dest.test r@dest.test
    wait_for 10 heard '^BDAT [0-9]+ LAST'
    wait_for 10 got 1
    script 'ehlo offer -'
    submit "$(message 2)" s@dest.test r@dest.test
    wait_for 10 got 2
    script 'ehlo say 502 5.5.1 what' # and one that knows HELO only
    submit "$(message 3)" s@dest.test r@dest.test
    wait_for 10 got 3
    heard '^HELO'
    for number in 1 2 3; do
        tail -c 2000 "$MX/$number.eml" | tail -n 1 | grep -q x
    done
}

@test "TLS that is demanded and not offered is never done without" {
    ROUTE=(tls=encrypt)
    fake
    sending
    submit "$(message)" s@dest.test r@dest.test
    wait_for 10 logged 'TLS is demanded but not offered'
    queue_holds 1
    run ! heard '^MAIL'
}

@test "a next hop with TLS is verified by its fingerprint, and a wrong one gets nothing" {
    self_signed "$TMP"
    print=$(openssl x509 -in "$TMP/cert.pem" -outform DER | sha256sum | cut -d' ' -f1)
    ROUTE=(tls=fingerprint "fingerprint=$print")
    # A second gateway is the next hop: it keeps the mail in its queue, on hold.
    NEXT=$TMP/next
    mkdir -p "$NEXT"
    cat >"$NEXT/sponts.conf" <<END
[general]
hostname = next.test
spool = $NEXT/spool
database = $NEXT/sponts.db
run-directory = $NEXT/run
[listener in]
address = 127.0.0.1:$MX_PORT
tls = starttls
certificates = $TMP/cert.pem:$TMP/key.pem
[queue]
segment-size = 1M
free-space = 0
free-inodes = 0
END
    sponts init --config "$NEXT/sponts.conf"
    sponts import domains - --config "$NEXT/sponts.conf" <<<$'name,hold\ndest.test,1'
    start next sponts run --config "$NEXT/sponts.conf"
    wait_for 20 listens "$MX_PORT"
    sending
    submit "$(message)" s@x.test r@dest.test
    wait_for 15 logged 'delivered .*tls=TLSv1.3'
    gateway_table routes --replace <<<$'pattern,host,port,tls,fingerprint\ndest.test,127.0.0.1,'"$MX_PORT,fingerprint,${print//[0-9]/0}"
    submit "$(message)" s@x.test r@dest.test
    wait_for 20 logged 'deferred .*to=r@dest.test'
    queue_holds 1
}

@test "a stop finishes what is in flight and a start sends nothing twice" {
    ROUTE=()
    fake
    sending
    for number in {1..30}; do
        submit "$(message "$number")" s@dest.test r@dest.test
    done &
    wait_for 10 got 5
    gateway_stop
    wait || true
    gateway_start
    wait_for 20 queue_is_empty
    total=$(find "$MX" -name '*.eml' | wc -l)
    distinct=$(cat "$MX"/*.eml | grep -a '^Subject: ' | sort -u | wc -l)
    [ "$total" -eq "$distinct" ]
}
