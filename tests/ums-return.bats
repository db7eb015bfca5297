#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The server of the mailboxes is back: its users stay at the queue until that is delivered, and
# smtp-sendd(8) learns of it from the proxy.

# shellcheck disable=SC2034  # helpers/ums uses these

bats_require_minimum_version 1.5.0

setup() {
    load helpers/common
    load helpers/gateway
    load helpers/dovecot
    load helpers/neighbours
    load helpers/ums
    sponts_setup
    server_of_mailboxes
}
teardown() { sponts_teardown; }

send_three() {
    for number in 1 2 3; do
        send_to anna@dest.test < <(mail_of 300 "$number")
    done
}
outages() { cat "$GW/run/outages/pop-proxy"; }

@test "no mail vanishes for a moment, in none of several processes, and nobody has to log in" {
    SENDD_PAUSE=1h STEADY=5s WORKERS=3
    gateway_with_ums
    teach anna
    dove_stops
    send_three
    wait_for 20 polls pop3s anna "3 of 3"
    wait_for 10 logged 'outage-began'
    [[ $(outages) == "127.0.0.1"*"127.0.0.1:${PORT[dove-pop3]} - "*" out" ]]
    dove_returns
    # Nobody asks for it, and smtp-sendd would wait for an hour.
    wait_for 30 queue_is_empty
    wait_for 10 has_mails anna 3
    for ((polls = 0; polls < 200; polls++)); do
        polls pop3s anna "0 of 3"
        ! logged 'outage-ended' || break
    done
    logged 'outage-ended'
    for _ in 1 2 3 4 5 6; do
        polls pop3s anna "0 of 3"
    done
    [ -z "$(outages)" ]
    [ "$(mailbox_of anna | wc -l)" -eq 3 ]
}

@test "a server that greets and takes no logins has no users, until one of them finds it well" {
    STEADY=0
    gateway_with_ums
    teach anna
    dove_stops
    printf '%s\n' 'K USER' 'S +OK ready' 'C USER .*' 'S +OK' 'C PASS .*' 'S -ERR [SYS/TEMP] not now' \
        >"$TMP/host.script"
    start host /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/pop_host.py" "${PORT[dove-pop3]}" "$TMP/host.script"
    host=$PID
    send_to anna@dest.test < <(mail_of 300 1)
    wait_for 30 polls pop3s anna "1 of 1"
    logged 'outage-began'
    # It is tried again and again, and nobody notices.
    tried() { polls pop3s anna "0 of 1" && [ "$(grep -c '^PASS' "$TMP/host.out")" -ge 5 ]; }
    wait_for 30 tried
    run ! logged 'outage-ended'
    kill "$host"
    wait_for 10 gone "$host"
    dove_returns
    back() { polls pop3s anna "0 of 1" && logged 'outage-ended'; }
    wait_for 30 back
}

@test "what is said to smtp-sendd is tried, whoever says it, and nonsense is nothing" {
    SENDD_PAUSE=1h
    gateway_with_ums
    dove_stops
    send_three
    wait_for 20 logged 'destination-dead'
    [ "$(stat -c '%F %a' "$GW/run/sendd-wake")" = 'fifo 600' ]
    dove_returns
    { head -c 5000 /dev/urandom && printf '\nnonsense\nwake\nwake /etc/passwd\nwake other.test\n'; } >"$GW/run/sendd-wake"
    wait_for 10 logged 'host-woken .*host=other.test'
    [ "$(queuectl --config "$CONF" list --ids | wc -l)" -eq 3 ]
    echo 'wake 127.0.0.1' >"$GW/run/sendd-wake"
    wait_for 20 queue_is_empty
}
