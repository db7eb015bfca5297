#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What a target reads of his queued mail is told like what he reads in his mailbox, once, at
# either door of ums-popd(8).

setup() {
    load helpers/common
    load helpers/dovecot
    load helpers/capture
    sponts_setup
    GATE[ums]=$(free_port)
    capture_setup
}
teardown() { sponts_teardown; }

keeper() { /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/pop_keeper.py" "$@"; }
polls() { [ "$(keeper poll "${GATE[$1]}" "$2" secret "$TMP/$1-$2")" = "$3" ]; }
knows() { sqlite3 -readonly "$TMP/policy.db" "SELECT user FROM verifiers" | grep -qxF "$1"; }
# The latest six events.
told() { captured | tail -n 6 | jq -r '.what + ":" + .status' | paste -sd' '; }

@test "a session with the queue is an event once, at the queue's port and through pop-proxy" {
    {
        printf '[ums]\nenabled = yes\ndatabase = %s\nlearn = example.de\nafter = 0\nsteady = 0\n' "$TMP/policy.db"
        printf '[listener ums]\naddress = 127.0.0.1:%s\nprogram = ums-popd\ntls = implicit\nuser-domain = example.de\n' \
            "${GATE[ums]}"
    } >>"$CONF"
    sed -i '/^\[listener pop3s\]/a user-domain = example.de' "$CONF"
    sponts db migrate --policy --config "$CONF" >/dev/null
    start ums-popd ums-popd --config "$CONF"
    start indexd sponts-indexd --config "$CONF"
    capture_start
    for user in anna bert; do
        keeper poll "${GATE[pop3s]}" "$user" secret "$TMP/first-$user" >/dev/null
        wait_for 20 knows "$user@example.de"
    done
    printf 'From: <carl@test>\r\nSubject: waits\r\n\r\nhello\r\n' >"$TMP/mail"
    /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/submit.py" "127.0.0.1:${GATE[smtp]}" "$TMP/mail" \
        carl@test.example anna@example.de bert@example.de
    measure anna@example.de=1

    wait_for 20 polls ums bert "1 of 1"
    wait_for 20 polls ums anna "1 of 1"
    wait_for 10 captured_has 3
    kill -TERM "$(cat "$TMP/dove/run/master.pid")"
    wait_for 20 polls pop3s bert "1 of 1"
    wait_for 20 polls pop3s anna "1 of 1"
    wait_for 10 captured_has 6
    once='login:succeeded fetched:succeeded logout:succeeded'
    [ "$(told)" = "$once $once" ]
    [ "$(captured | wc -l)" -eq 6 ]
}
