#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# smtp-sendd(8): mail that is held - by the guard of a destination, for a domain - and mail
# whose recipients become others.

# shellcheck disable=SC2154  # run sets output, stderr and their lines
# shellcheck disable=SC2034  # ROUTE and ROUTE_VALUES are for `sending`
# shellcheck disable=SC2016  # what wait_for evaluates is expanded there

setup() {
    load helpers/common
    load helpers/sendd
    sendd_setup
}
teardown() { sponts_teardown; }

@test "sudden refusals are held with an alarm, and released mail arrives" {
    ROUTE=tls,hold_5xx ROUTE_VALUES=none,1
    fake
    sending 'guard-failures = 3'
    put 0 s@dest.test r@dest.test
    wait_for 10 got 1
    script 'rcpt say 550 5.7.1 who are you'
    for number in 1 2 3 4; do
        put $number s@dest.test r@dest.test
    done
    wait_for 15 logged 'guard-tripped .*messages=3'
    wait_for 15 eval '[ "$(grep -c " held " "$TMP/sendd.log")" -ge 2 ]'
    queue_holds 4
    wait_for 10 eval '[ "$(grep -c " deferred .*550 5.7.1" "$TMP/sendd.log")" -eq 4 ]'
    run ! logged ' failed '
    recovers
    queue release --all
    wait_for 15 queue_is_empty
    got 5
}

@test "a held refusal does not stop the other recipients of its message" {
    ROUTE=tls,hold_5xx ROUTE_VALUES=none,1
    fake
    script 'rcpt say 550 5.7.1 who are you'
    sending 'guard-failures = 1'
    other=$(free_port)
    table routes <<<$'pattern,host,port,tls\nother.test,127.0.0.1,'"$other,none"
    put 1 s@sender.test a@dest.test b@other.test
    wait_for 10 logged guard-tripped
    wait_for 10 eval 'queue list | grep -q "(held) .*550 5.7.1 who are you"'
    [ -z "$(queue list --held --ids)" ]
    mkdir "$TMP/other"
    start other /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/fake_mx.py" "$other" "$TMP/other"
    wait_for 15 logged 'delivered .*to=b@other.test'
    wait_for 10 logged ' held .*550 5.7.1 who are you'
    queue_holds 1
    heard_times 1 'RCPT TO:<a@dest.test>' # no second try on its own account
    recovers
    queue release --all
    wait_for 15 queue_is_empty
    got 1
    [ "$(grep -c '^RCPT TO' "$TMP/other/log")" -eq 1 ]
}

@test "who is held back comes along when an operator releases what waits for others" {
    ROUTE=tls,hold_5xx ROUTE_VALUES=none,1
    fake
    script 'rcpt say 550 5.7.1 who are you'
    sending 'guard-failures = 1'
    table routes <<<$'pattern,host,port,tls\nother.test,127.0.0.1,'"$(free_port),none"
    id=$(message 1 | spool-tool put "$SPOOL" s@sender.test a@dest.test b@other.test)
    wait_for 10 eval 'queue list | grep -q "(held) .*550 5.7.1 who are you"'
    recovers
    wait_for 10 queue release "$id" # not while it is being looked at
    wait_for 10 got 1
    queue_holds 1
    halt && launch
    queue_holds 1
    got 1
}

@test "a domain on hold keeps its mail until it is released" {
    fake
    sending
    table domains <<<$'name,hold\ndest.test,1'
    wait_for 5 eval 'sponts export domains --config "$CONF" | grep -q "dest.test.*1"'
    put 1 s@dest.test r@dest.test
    wait_for 10 logged 'held .*is on hold'
    got 0
    queue release --all
    wait_for 10 got 1
    wait_for 5 queue_is_empty
}

@test "one release is enough although an operator held the mail of a domain on hold" {
    fake
    sending
    halt
    put 1 s@dest.test r@dest.test
    queue hold --all # before it is tried
    launch
    table domains <<<$'name,hold\ndest.test,1'
    wait_for 5 eval 'sponts export domains --config "$CONF" | grep -q "dest.test.*1"'
    put 2 s@dest.test r@dest.test
    wait_for 10 logged 'held .*is on hold'
    run queue hold --all
    [ "$output" = "0 messages held" ]
    queue list | grep -q 'domain dest.test is on hold'
    [ "$(queue release --all)" = "2 messages released" ]
    wait_for 10 got 2
    wait_for 5 queue_is_empty
    [ "$(grep -c ' held ' "$TMP/sendd.log")" -eq 1 ]
}

@test "addresses rewrite, copy and forward, once each" {
    fake
    sending
    table addresses <<'CSV'
address,kind,target
moved@dest.test,rewrite,new@dest.test
boss@dest.test,copy,pa@dest.test
pa@dest.test,copy,boss@dest.test
ring@dest.test,forward,rang@dest.test
CSV
    put 1 s@dest.test moved@dest.test
    wait_for 10 heard 'RCPT TO:<new@dest.test>.*ORCPT=rfc822;moved@dest.test'
    put 1 s@dest.test boss@dest.test pa@dest.test
    wait_for 10 heard 'RCPT TO:<pa@dest.test>'
    wait_for 10 queue_is_empty
    [ "$(grep -ac 'RCPT TO:<boss@dest.test>' "$MX/log")" -eq 1 ]
    [ "$(grep -ac 'RCPT TO:<pa@dest.test>' "$MX/log")" -eq 1 ]
    grep -qa '^Delivered-To: boss@dest.test' "$(last_eml)"
}

@test "forwards of strangers to strangers carry a sender of ours, and reports come back" {
    fake
    echo 'a secret of this test' >"$TMP/srs"
    sending "srs-secret-file = $TMP/srs" 'srs-domain = srs.test' "smarthost = 127.0.0.1:$MX_PORT"
    table addresses <<<$'address,kind,target\nalum@dest.test,forward,me@far.test'
    put 1 stranger@else.test alum@dest.test
    wait_for 10 heard 'MAIL FROM:<SRS0=[A-Z2-7]{6}=[A-Z2-7]{2}=else.test=stranger@srs.test>'
    srs=$(grep -ao 'SRS0=[^>]*' "$MX/log" | head -n 1)
    put 1 '' "$srs"
    wait_for 10 heard 'RCPT TO:<stranger@else.test>'
    wait_for 5 queue_is_empty
}

@test "a recipient who is withdrawn gets nothing, the others get theirs" {
    sending # nobody listens yet
    put 1 s@dest.test a@dest.test b@dest.test
    wait_for 15 logged ' deferred '
    id=$(queue list --ids)
    withdraw() { nc -NU "$SPOOL/run/sendd.sock" <<<"withdraw $id $1"; }
    withdrawal_is() { [ "$(withdraw 0 | paste -sd' ')" = "$1" ]; }
    wait_for 15 withdrawal_is "$id ok end 1" # not while it is tried
    logged " $id deleted to=a@dest.test recipients=1 reason=withdrawn"
    wait_for 15 withdrawal_is "$id unknown end 0"
    fake
    wait_for 15 queue_is_empty
    got 1
    logged " delivered to=b@dest.test"
    heard 'RCPT TO:<b@dest.test>'
    run ! heard 'a@dest.test'
}
