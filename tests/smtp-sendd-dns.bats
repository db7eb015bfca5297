#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# smtp-sendd(8) and the DNS (a real name server, nsd): which hosts are tried and in which
# order, and what becomes of mail for which there is none.

# shellcheck disable=SC2016  # what wait_for evaluates is expanded there

setup() {
    load helpers/common
    load helpers/sendd
    load helpers/nameserver
    sendd_setup
}
teardown() { sponts_teardown; }

# hosts ADDRESS... - a next hop at each, all on $MX_PORT; that at ADDRESS notes in
# $TMP/ADDRESS/log.
hosts() {
    local address
    for address in "$@"; do
        mkdir -p "$TMP/$address"
        start "host-$address" /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/fake_mx.py" \
            "$MX_PORT" "$TMP/$address" --bind "$address"
        wait_for 10 eval '[ -e "$TMP/'"$address"'/listens" ]'
    done
}
heard_at() { grep -aqE -- "$2" "$TMP/$1/log"; }
heard_nothing_at() { [ ! -e "$TMP/$1/log" ]; }

# by_dns [LINES...] - no route but the DNS.
by_dns() { sending "resolvers = $DNS_SERVER" "mx-port = $MX_PORT" "$@"; }

@test "the lower preference first, the second when the first is dead" {
    nameserver_start <<'END'
d.test.     MX 20 second.test.
d.test.     MX 10 first.test.
dead.test.  MX 10 none.test.
dead.test.  MX 20 second.test.
first.test.  A 127.0.0.2
second.test. A 127.0.0.3
none.test.   A 127.0.0.4
END
    hosts 127.0.0.2 127.0.0.3
    by_dns
    put 1 s@sender.test r@d.test
    wait_for 10 heard_at 127.0.0.2 'RCPT TO:<r@d.test>'
    put 2 s@sender.test r@dead.test
    wait_for 10 heard_at 127.0.0.3 'RCPT TO:<r@dead.test>'
    wait_for 10 queue_is_empty
    run ! heard_at 127.0.0.3 'RCPT TO:<r@d.test>'
    logged 'delivered .*to=r@dead.test.*relay=second.test\[127.0.0.3\]'
}

@test "a host that refuses to serve is passed over" {
    nameserver_start <<'END'
d.test.     MX 10 first.test.
d.test.     MX 20 second.test.
first.test.  A 127.0.0.2
second.test. A 127.0.0.3
END
    hosts 127.0.0.2 127.0.0.3
    echo 'greeting say 554 5.3.2 not here' >"$TMP/127.0.0.2/script"
    by_dns
    put 1 s@sender.test r@d.test
    wait_for 10 heard_at 127.0.0.3 'RCPT TO:<r@d.test>'
    wait_for 10 queue_is_empty
    heard_nothing_at 127.0.0.2
}

@test "hosts of equal preference share the mail" {
    nameserver_start <<'END'
d.test. MX 10 a.test.
d.test. MX 10 b.test.
a.test. A 127.0.0.2
b.test. A 127.0.0.3
END
    hosts 127.0.0.2 127.0.0.3
    by_dns 'messages-per-connection = 1'
    for number in {1..40}; do # one side alone: once in 2^39 runs
        put "$number" s@sender.test r@d.test
    done
    wait_for 20 queue_is_empty
    heard_at 127.0.0.2 'RCPT TO:<r@d.test>'
    heard_at 127.0.0.3 'RCPT TO:<r@d.test>'
}

@test "no MX record: the addresses of the domain, IPv6 as well" {
    nameserver_start <<'END'
plain.test. A    127.0.0.2
six.test.   AAAA ::1
END
    hosts 127.0.0.2 ::1
    by_dns
    put 1 s@sender.test r@plain.test
    wait_for 10 heard_at 127.0.0.2 'RCPT TO:<r@plain.test>'
    put 2 s@sender.test r@six.test
    wait_for 10 heard_at ::1 'RCPT TO:<r@six.test>'
    wait_for 10 queue_is_empty
    logged 'relay=six.test\[::1\]:'"$MX_PORT"
}

@test "an IPv6 host by a route and as an address literal" {
    nameserver_start </dev/null
    hosts ::1
    by_dns
    table routes <<<$'pattern,host,port,tls\nroute.test,::1,'"$MX_PORT,none"
    put 1 s@sender.test r@route.test
    put 2 s@sender.test 'r@[IPv6:::1]'
    wait_for 10 heard_at ::1 'RCPT TO:<r@route.test>'
    wait_for 10 heard_at ::1 'RCPT TO:<r@\[IPv6:::1\]>'
    wait_for 10 queue_is_empty
}

@test "null MX, no such domain, and MX hosts without address are reported to the sender" {
    nameserver_start <<'END'
null.test.   MX 0 .
broken.test. MX 10 nowhere.test.
END
    fake # takes the reports
    by_dns
    put 1 s@dest.test r@null.test
    wait_for 10 got 1
    grep -q '^Status: 5.1.10' "$MX/1.eml"
    put 2 s@dest.test r@unknown.test
    wait_for 10 got 2
    grep -q '^Status: 5.1.2' "$MX/2.eml"
    put 3 s@dest.test r@broken.test
    wait_for 10 got 3
    grep -q '^Status: 5.4.4' "$MX/3.eml"
    wait_for 10 queue_is_empty
}

@test "556 in a greeting and 556 to a recipient are for ever" {
    nameserver_start <<'END'
d.test.  MX 10 h.test.
h.test.  A 127.0.0.2
END
    hosts 127.0.0.2
    fake
    by_dns
    echo 'greeting say 556 no mail here' >"$TMP/127.0.0.2/script"
    put 1 s@dest.test r@d.test
    wait_for 10 got 1
    echo 'rcpt say 556 5.1.10 takes no mail' >"$TMP/127.0.0.2/script"
    put 2 s@dest.test r@d.test
    wait_for 10 got 2
    grep -q '^Status: 5.1.10' "$MX/2.eml"
    wait_for 10 queue_is_empty
}

@test "the MX hosts of another name by a route, and mail waits while that name is missing" {
    nameserver_start <<'END'
pool.test. MX 10 h.test.
h.test.    A 127.0.0.2
END
    hosts 127.0.0.2
    by_dns
    table routes <<<$'pattern,host,port,tls\na.test,mx:pool.test,'"$MX_PORT"$',none\nb.test,mx:gone.test,'"$MX_PORT,none"
    put 1 s@sender.test r@a.test
    wait_for 10 heard_at 127.0.0.2 'RCPT TO:<r@a.test>'
    put 2 s@sender.test r@b.test
    wait_for 10 logged 'deferred .*to=r@b.test.*gone.test does not exist'
    queue_holds 1
    run ! logged ' report '
}

@test "mail whose MX hosts are this gateway is returned, not sent in a circle" {
    nameserver_start <<'END'
d.test.     MX 10 gw.test.
d.test.     MX 20 backup.test.
e.test.     MX 10 we.test.
we.test.    A 127.0.0.2
backup.test. A 127.0.0.3
END
    hosts 127.0.0.2 127.0.0.3
    fake
    by_dns "[listener in]" "address = 127.0.0.2:$MX_PORT" "tls = none"
    table routes <<<$'pattern,host,port,tls\nf.test,127.0.0.2,'"$MX_PORT,none"
    put 1 s@dest.test r@d.test
    wait_for 10 got 1
    grep -q '^Status: 5.4.6' "$MX/1.eml"
    put 2 s@dest.test r@e.test
    wait_for 10 got 2
    grep -q '^Status: 5.4.6' "$MX/2.eml"
    wait_for 10 queue_is_empty
    put 3 s@dest.test r@f.test # a mistake in the tables: it waits
    wait_for 10 logged 'deferred .*to=r@f.test.*loops back'
    queue_holds 1
    heard_nothing_at 127.0.0.2
    heard_nothing_at 127.0.0.3
}

@test "a name server that is silent costs a wait, and mail goes when it answers" {
    nameserver_start <<'END'
d.test.  MX 10 h.test.
h.test.  A 127.0.0.2
END
    nameserver_silent
    hosts 127.0.0.2
    by_dns 'dns-timeout = 1s'
    put 1 s@sender.test r@d.test
    wait_for 20 logged 'deferred .*to=r@d.test.*MX records of d.test'
    queue_holds 1
    nameserver_speaks
    wait_for 90 queue_is_empty
    heard_at 127.0.0.2 'RCPT TO:<r@d.test>'
}
