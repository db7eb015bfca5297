#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# smtp-sendd(8): whatever the next hop does, mail is delivered once, waits with a reason, or
# is reported.  Messages are put into the spool by smtp-relayd; the next hop is fake_mx.py.

# shellcheck disable=SC2154  # run sets output, stderr and their lines
# shellcheck disable=SC2034  # ROUTE and ROUTE_VALUES are for `sending`
# shellcheck disable=SC2016  # what wait_for evaluates is expanded there

setup() {
    load helpers/common
    load helpers/sendd
    sendd_setup
}
teardown() { sponts_teardown; }

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
    fake
    sending
    run -0 smtp-sendd --check --config "$CONF"
    run -0 smtp-sendd --dump-config --config "$CONF"
    [[ $output == *"dead-for = 1s"* || $output == *"dead-for = 1"* ]]
    run -69 --separate-stderr smtp-sendd --config "$CONF"
    [ "${#stderr_lines[@]}" -eq 1 ]
}

@test "SIGHUP: takes over what is new, and names what needs a restart" {
    fake
    sending
    sed -i 's/^retry = .*/retry = 2s/' "$CONF"
    kill -HUP "$SENDD_PID"
    wait_for 5 logged ' sendd-reloaded '
    run ! logged restart-needed
    sed -i 's/^free-inodes = 0/&\nretention = 1d/; s/^retry = .*/&\ndns-timeout = 3s/' "$CONF"
    kill -HUP "$SENDD_PID"
    wait_for 5 logged ' restart-needed keys="\[queue\] retention, \[smtp-sendd\] dns-timeout"'
    echo 'nonsense = yes' >>"$CONF"
    kill -HUP "$SENDD_PID"
    wait_for 5 logged ' sendd-reload-failed .*nonsense'
}

@test "delivers byte for byte, dots and all" {
    fake
    sending
    printf 'Subject: dots\r\n\r\n.\r\n..\r\n.x\r\nend\r\n' >"$TMP/dots.eml"
    spool-tool put "$SPOOL" s@dest.test r@dest.test <"$TMP/dots.eml" >/dev/null
    wait_for 10 got 1
    cmp "$(last_eml)" "$TMP/dots.eml"
    wait_for 5 queue_is_empty
}

@test "messages of many sizes over one connection arrive byte for byte" {
    fake
    sending 'idle-connection = 5s' 'connections-per-destination = 1'
    mkdir "$TMP/sent"
    for size in 1 29 40 3000 50000 60000 900 131072 140000 3000000 7; do
        {
            printf 'Subject: %s\r\n\r\n' "$size"
            head -c "$size" /dev/zero | tr '\0' y
            printf '\r\n'
        } >"$TMP/sent/$size"
        spool-tool put "$SPOOL" s@dest.test r@dest.test <"$TMP/sent/$size" >/dev/null
    done
    wait_for 20 got 11
    [ "$(sha256sum "$MX"/*.eml | cut -c -64 | sort)" = \
        "$(sha256sum "$TMP"/sent/* | cut -c -64 | sort)" ]
    heard_times 1 'EHLO gw.test'
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
    fake
    sending
    number=0
    for trouble in "${troubles[@]}"; do
        number=$((number + 1))
        reason=${trouble#*|}
        script "${trouble%%|*}"
        marks=$(wc -l <"$TMP/sendd.log")
        put $number s@dest.test r@dest.test
        wait_for 15 logged_since "$marks" "deferred .*r@dest.test.*$reason" || {
            echo "at: $trouble"
            return 1
        }
        queue_holds 1
        recovers
        wait_for 15 queue_is_empty || { echo "at: $trouble"; return 1; }
        grep -qa "Subject: message $number" "$(last_eml)"
    done
}

@test "a refused connection is a dead destination, and one probe brings all mail back" {
    sending
    for number in 1 2 3 4 5; do
        put $number s@dest.test r@dest.test
    done
    wait_for 10 logged 'destination-dead .*Connection refused'
    queue_holds 5
    fake
    wait_for 20 queue_is_empty
    got 5
    logged destination-alive
}

@test "an outage with reloads and a kill: when the server is back all mail goes at once" {
    sending
    for number in 1 2 3 4 5; do
        put $number s@dest.test r@dest.test
    done
    wait_for 10 logged 'destination-dead .*Connection refused'
    for _ in 1 2 3 4 5 6 7 8; do # each probes, and each probe that fails doubles the pause
        marks=$(wc -l <"$TMP/sendd.log")
        kill -HUP "$SENDD_PID"
        wait_for 10 logged_since "$marks" 'deferred .*Connection refused'
    done
    all_wait_for_it() {
        [ "$(queue list --ids | queue show - | grep -c '^next: *when the destination is back')" -eq 5 ]
    }
    wait_for 10 all_wait_for_it
    kill -KILL "$SENDD_PID"
    wait_for 10 gone "$SENDD_PID"
    launch
    wait_for 10 logged destination-dead
    fake
    wait_for 20 queue_is_empty
    got 5
}

@test "one bad recipient never fails the others" {
    fake
    sending
    script 'rcpt=bad@dest.test say 550 5.1.1 no such user' \
        'rcpt=later@dest.test say 451 4.2.1 later'
    put 1 s@dest.test good@dest.test bad@dest.test later@dest.test
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
    fake
    sending
    script 'rcpt=bad@dest.test say 550 5.1.1 no such user'
    put 7 s@dest.test bad@dest.test
    wait_for 10 got 1
    report=$(last_eml)
    for line in 'Action: failed' 'Status: 5.1.1' 'Remote-MTA: dns; 127.0.0.1' \
        'Diagnostic-Code: smtp; 550 5.1.1 no such user' 'Reporting-MTA: dns; gw.test' \
        'Auto-Submitted: auto-replied' 'Content-Type: message/rfc822' 'Subject: message 7'; do
        grep -qF "$line" "$report" || { echo "missing: $line"; return 1; }
    done
    head -n 1 "$MX/1.env" | grep -q '^MAIL FROM:<>'
    wait_for 10 queue_is_empty
    put 8 '' bad@dest.test
    wait_for 10 logged bounce-dropped
    wait_for 10 queue_is_empty
    got 1
}

@test "a bounce that comes back goes to the postmaster if that is wished, and no further" {
    fake
    script 'rcpt say 550 5.1.1 nobody is here'
    sending 'double-bounce-to-postmaster = yes'
    table routes <<<$'pattern,host,port,tls\ngw.test,127.0.0.1,'"$MX_PORT,none"
    id=$(message 1 | spool-tool put "$SPOOL" s@dest.test r@dest.test)
    wait_for 10 logged bounce-dropped
    wait_for 10 queue_is_empty
    first=$(sed -n "s/.* $id report action=failed to=s@dest.test as=\([^ ]*\).*/\1/p" "$TMP/sendd.log")
    second=$(sed -n "s/.* $first report action=failed to=postmaster@gw.test as=\([^ ]*\).*/\1/p" "$TMP/sendd.log")
    logged " $second bounce-dropped"
    [ "$(grep -c ' report ' "$TMP/sendd.log")" -eq 2 ]
    heard_times 1 'RCPT TO:<postmaster@gw.test>'
    recovers
    put 2 '' postmaster@gw.test # what the postmaster gets arrives like any other mail
    wait_for 10 got 1
}

@test "what cannot be delivered for a while is announced, then returned" {
    fake
    sending 'delay-notice = 2s' 'lifetime = 6s'
    script 'rcpt=slow@dest.test say 451 4.2.1 not today'
    put 1 s@dest.test slow@dest.test
    wait_for 10 logged 'report action=delayed'
    wait_for 15 logged 'expired .*to=slow@dest.test'
    wait_for 10 queue_is_empty
    got 2
    grep -qa 'Action: delayed' "$MX/1.eml"
    grep -qa 'Will-Retry-Until: ' "$MX/1.eml"
    grep -qa 'Status: 4.4.7' "$MX/2.eml"
}

@test "mail for a dead destination is announced and returned without a try" {
    sending 'delay-notice = 3s' 'lifetime = 7s' 'dead-for = 600s'
    table routes <<<$'pattern,host,port,tls\nsender.test,127.0.0.1,'"$(free_port)"',none'
    put 1 s@sender.test r@dest.test
    put 2 s@sender.test r@dest.test
    wait_for 10 logged 'destination-dead'
    wait_for 15 logged 'report action=delayed'
    wait_for 15 logged 'expired .*to=r@dest.test.*Connection refused'
    [ "$(grep -c 'deferred .*to=r@dest.test' "$TMP/sendd.log")" -le 2 ]
}

@test "parameters of DSN go on, and a next hop without it is reported as relayed" {
    fake
    sending
    put 1 s@dest.test r@dest.test
    wait_for 10 got 1
    run ! heard 'NOTIFY='
    message 2 | spool-tool put-dsn "$SPOOL" s@dest.test r@dest.test 6
    wait_for 10 heard 'RCPT TO:<r@dest.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;orig@dest.test'
    heard 'MAIL FROM:<s@dest.test> .*RET=HDRS ENVID=QQ314'
    wait_for 10 queue_is_empty
    got 2
    script 'ehlo offer PIPELINING,SIZE 10000000'
    message 3 | spool-tool put-dsn "$SPOOL" s@dest.test r@dest.test 6
    wait_for 10 got 4
    grep -qa 'Action: relayed' "$MX"/*.eml
    grep -qa 'Original-Envelope-Id: QQ314' "$MX"/*.eml
    grep -qa 'Original-Recipient: rfc822; orig@dest.test' "$MX"/*.eml
}

@test "LMTP answers for each recipient" {
    ROUTE=tls,protocol ROUTE_VALUES=none,lmtp
    fake --lmtp
    sending
    script 'dot=full@dest.test say 452 4.2.2 mailbox full'
    put 1 s@dest.test a@dest.test full@dest.test b@dest.test
    wait_for 10 logged 'deferred .*to=full@dest.test.*mailbox full'
    wait_for 10 got 1
    recovers
    wait_for 10 queue_is_empty
    got 2
    [ "$(grep -ac 'RCPT TO:<a@dest.test>' "$MX/log")" -eq 1 ]
    heard '^LHLO'
}

@test "many recipients share a transaction, and too many go in the next" {
    fake
    sending 'recipients-per-transaction = 3'
    put 1 s@dest.test {a,b,c,d,e,f,g}@dest.test
    wait_for 10 queue_is_empty
    got 3
    for name in a b c d e f g; do
        [ "$(grep -ac "RCPT TO:<$name@dest.test>" "$MX/log")" -eq 1 ]
    done
}

@test "a server with CHUNKING gets its mail in chunks, one without PIPELINING step by step" {
    fake
    script 'ehlo offer PIPELINING,CHUNKING,8BITMIME'
    sending 'messages-per-connection = 1'
    put 1 s@dest.test r@dest.test
    wait_for 10 heard '^BDAT [0-9]+ LAST'
    wait_for 10 got 1
    script 'ehlo offer -'
    put 2 s@dest.test r@dest.test
    wait_for 10 got 2
    script 'ehlo say 502 5.5.1 what' # and one that knows HELO only
    put 3 s@dest.test r@dest.test
    wait_for 10 got 3
    heard '^HELO'
    for number in 1 2 3; do
        message $number | cmp - "$MX/$number.eml"
    done
}

@test "TLS that is demanded and not offered is never done without" {
    ROUTE=tls ROUTE_VALUES=encrypt
    fake
    sending
    put 1 s@dest.test r@dest.test
    wait_for 10 logged 'TLS is demanded but not offered'
    queue_holds 1
    run ! heard '^MAIL'
}

@test "a next hop with TLS is verified by its fingerprint, and a wrong one gets nothing" {
    self_signed "$TMP"
    print=$(openssl x509 -in "$TMP/cert.pem" -outform DER | sha256sum | cut -d' ' -f1)
    ROUTE=tls,fingerprint ROUTE_VALUES=fingerprint,$print
    fake --tls "$TMP/cert.pem" "$TMP/key.pem"
    sending
    put 1 s@dest.test r@dest.test
    wait_for 15 logged 'delivered .*tls=TLSv1.3'
    wrong=$(tr 0-9a-f 1-9a-f0 <<<"$print")
    table routes --replace <<<$'pattern,host,port,tls,fingerprint\ndest.test,127.0.0.1,'"$MX_PORT,fingerprint,$wrong"
    halt && launch # the tables are looked at again after half a second, or at the start
    put 2 s@dest.test r@dest.test
    wait_for 20 logged 'deferred .*to=r@dest.test'
    queue_holds 1
    got 1
    table routes --replace <<<$'pattern,host,port,tls,tls_name,ca_file,fingerprint\ndest.test,127.0.0.1,'"$MX_PORT,verify,mx.test,$TMP/cert.pem,"
    wait_for 20 queue_is_empty
    got 2
}

@test "opportunistic TLS falls back to plain with a log line, and text before TLS is refused" {
    ROUTE_VALUES=may
    fake
    sending
    script 'ehlo offer PIPELINING,STARTTLS' 'starttls say 220 go\n250 injected'
    put 1 s@dest.test r@dest.test
    wait_for 15 logged 'tls-fallback .*plaintext after the answer to STARTTLS'
    wait_for 15 got 1
    wait_for 15 queue_is_empty
}

@test "a stop does not wait for servers that say nothing" {
    fake
    script 'greeting hang'
    sending 'greeting-timeout = 60s' 'connect-timeout = 60s'
    for number in 1 2 3; do
        put $number s@dest.test r@dest.test
    done
    wait_for 10 eval '[ "$(sed -n "/:$(printf %04X "$MX_PORT") 01 /p" /proc/net/tcp | wc -l)" -ge 2 ]'
    before=$EPOCHREALTIME
    halt
    [ $((${EPOCHREALTIME/./} - ${before/./})) -lt 2000000 ]
    logged 'sendd-stopped queued=3'
    recovers
    launch
    wait_for 20 queue_is_empty
    got 3
}

@test "a stop finishes what is in flight and a start sends nothing twice" {
    fake
    sending
    for number in {1..40}; do
        put "$number" s@dest.test r@dest.test
    done &
    feeder=$!
    wait_for 10 got_at_least 5
    halt
    logged sendd-stopped
    wait "$feeder"
    launch
    wait_for 20 queue_is_empty
    got 40
    [ "$(cat "$MX"/*.eml | grep -ac '^Subject: ')" -eq 40 ]
    [ "$(cat "$MX"/*.eml | grep -a '^Subject: ' | sort -u | wc -l)" -eq 40 ]
}
