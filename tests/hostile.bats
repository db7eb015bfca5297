#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Whoever is slow or hostile hurts nobody else, and makes no program die or grow.

bats_require_minimum_version 1.5.0

load helpers/relayd

setup() { sponts_setup; }
teardown() { sponts_teardown; }

hostile() { /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/hostile.py" "$@"; }
peak() { sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$RELAYD_PID/status"; }

# crowd SOURCES EACH - slow connections, until the test ends.
crowd() {
    start crowd /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/hostile.py" dribble \
        "$SMTP_PORT" "$@"
    wait_for 60 grep -q ready "$TMP/crowd.out"
}

# served_within SECONDS - an honest client that tries once a second.
served_within() {
    local deadline=$((SECONDS + $1))
    until send_mail --to bob@dest.test --timeout 5 >"$TMP/honest" 2>&1; do
        ((SECONDS < deadline)) || { cat "$TMP/honest"; return 1; }
        read -rt 1 -u "$PAUSE" || true
    done
    ((SECONDS <= deadline))
}

@test "a thousand slow connections of two hundred sources: an honest client waits for nobody" {
    PER_CLIENT=50 relayd_config
    relayd_start
    crowd 200 5
    wait_for 30 more_sockets_than 1000 "$RELAYD_PID"
    served_within 10
}

# bats test_tags=slow
@test "slow clients of two hundred sources hold every place: an honest one gets in within 45 s" {
    PER_CLIENT=50 relayd_config 'connections = 300'
    relayd_start
    crowd 200 5
    run ! send_mail --to bob@dest.test --timeout 5 # full
    served_within 45
}

# bats test_tags=plain
@test "nonsense of many kinds is answered or hung up on, and costs no memory" {
    relayd_config
    relayd_start
    before=$(peak)
    for port in "$SMTP_PORT" "$SUBMISSION_PORT"; do
        run -0 hostile garbage "$port" 300
        echo "port $port: $output, peak $(peak) kB"
        [[ $output == *"silent 0" ]]
    done
    # Within TLS nobody is greeted who does not begin it; that takes the time of a handshake.
    run -0 hostile garbage "$TLS_PORT" 100
    [ $(($(peak) - before)) -lt 131072 ]
    kill -0 "$RELAYD_PID"
    served_within 10
}
