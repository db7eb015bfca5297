#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Whoever is slow or hostile hurts no other reader of mail, and makes no proxy die or grow.

bats_require_minimum_version 1.5.0

setup() {
    load helpers/common
    load helpers/proxy
    proxy_setup
    mailbox_server home
}
teardown() { sponts_teardown; }

hostile() { /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/hostile.py" "$@"; }
peak() { sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$PROXY_PID/status"; }

# begin SCHEME [LINE...] - the proxy of this protocol; LINEs for its section.
begin() {
    local scheme=$1 program=pop-proxy
    shift
    [ "$scheme" = pop3 ] || program=imap-proxy
    SCHEME=$scheme
    # shellcheck disable=SC2153  # the ports of helpers/dovecot
    proxy_config "$program" "backend = 127.0.0.1:${PORT[home-$scheme]}" 'backend-tls = none' \
        "[$program]" "$@"
    proxy_start
}

# crowd SOURCES EACH - slow connections, until the test ends.
crowd() {
    local words='a LOGIN anna '
    [ "$SCHEME" = imap ] || words='USER anna '
    start crowd /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/hostile.py" dribble \
        "$PLAIN_PORT" "$@" "$words$(printf 'x%.0s' {1..300})"
    wait_for 60 grep -q ready "$TMP/crowd.out"
}

# served_within SECONDS - an honest client that tries once a second.
served_within() {
    local deadline=$((SECONDS + $1))
    until curl -sS -m 5 -u anna:secret "$SCHEME://127.0.0.1:$PLAIN_PORT/" >"$TMP/honest" 2>&1; do
        ((SECONDS < deadline)) || { cat "$TMP/honest"; return 1; }
        read -rt 1 -u "$PAUSE" || true
    done
    ((SECONDS <= deadline))
}

waits_for_nobody() {
    begin "$1"
    crowd 200 5
    wait_for 30 more_sockets_than 1000 "$PROXY_PID"
    served_within 10
}

@test "POP3: a thousand slow connections of two hundred sources: an honest client waits for nobody" {
    waits_for_nobody pop3
}

@test "IMAP: a thousand slow connections of two hundred sources: an honest client waits for nobody" {
    waits_for_nobody imap
}

gets_a_place() {
    begin "$1" 'connections = 300'
    crowd 200 5
    served_within 45
    proxy_logged 'session-ended .*reason=busy'
}

@test "POP3: slow clients of two hundred sources want every place: an honest one gets in" {
    gets_a_place pop3
}

@test "IMAP: slow clients of two hundred sources want every place: an honest one gets in" {
    gets_a_place imap
}

nonsense_costs_nothing() {
    begin "$1"
    before=$(peak)
    run -0 hostile garbage "$PLAIN_PORT" 300 "$1"
    echo "$output, peak $(peak) kB"
    [[ $output == *"silent 0" ]]
    run -0 hostile garbage "$TLS_PORT" 100 "$1"
    [ $(($(peak) - before)) -lt 131072 ]
    kill -0 "$PROXY_PID"
    served_within 10
}

# bats test_tags=plain
@test "POP3: nonsense of many kinds is answered or hung up on, and costs no memory" {
    nonsense_costs_nothing pop3
}

# bats test_tags=plain
@test "IMAP: nonsense of many kinds is answered or hung up on, and costs no memory" {
    nonsense_costs_nothing imap
}
