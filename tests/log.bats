#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The log in the forms that machines read: JSON, and what systemd-journald(8) understands.

bats_require_minimum_version 1.5.0

load helpers/relayd

setup() { sponts_setup; }
teardown() { sponts_teardown; }

# A client that would like to write our log.
hostile_client() {
    printf 'EHLO x" ] id event\x1b[2J\r\nMAIL FROM:<"a\\"b\x01"@remote.test>\r\nRCPT TO:<x"y@else.test>\r\nRCPT TO:<u@elsewhere.test>\r\nQUIT\r\n' |
        speak "$SMTP_PORT"
}

@test "format = json: each line is one JSON object, whatever a client says" {
    relayd_config '[log]' 'format = json' 'level = debug'
    relayd_start
    hostile_client
    send_mail --to bob@dest.test
    send_mail --to 'bob@elsewhere.test' || true
    wait_for 5 logged '"event":"message-accepted"'
    kill -TERM "$RELAYD_PID"
    wait_for 10 logged '"event":"stopped"'
    count=$(wc -l <"$TMP/relayd.log")
    [ "$count" -ge 6 ]
    objects=0
    while IFS= read -r line; do # jq would take several objects of a line, or one of several
        jq -e 'type == "object" and (.time | type) == "number" and .program == "smtp-relayd"
            and (.event | test("^[a-z0-9-]+$")) and (.level | type) == "string"' <<<"$line"
        objects=$((objects + 1))
    done <"$TMP/relayd.log"
    [ "$objects" -eq "$count" ]
}

@test "target = journald: each line begins with its priority" {
    relayd_config '[log]' 'target = journald' 'level = debug'
    relayd_start
    hostile_client
    send_mail --to bob@dest.test
    wait_for 5 logged '^<6>[^ ]+ message-accepted '
    kill -TERM "$RELAYD_PID"
    wait_for 10 logged '^<6>- stopped '
    run ! grep -vE '^<[3-7]>[^ ]+ [a-z0-9-]+( |$)' "$TMP/relayd.log"
}
