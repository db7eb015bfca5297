#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A clock that jumps, forward and back, while tkuev-exportd runs: numbers and names go on
# upwards, nothing is captured outside of a measure, and no content waits longer for it.

bats_require_minimum_version 1.5.0

setup() {
    load helpers/common
    load helpers/tkuev
    load helpers/exportd
    load helpers/file_servers
    sponts_setup
    FAKE=$(find /usr/lib -name libfaketimeMT.so.1 | head -n 1)
}
teardown() { sponts_teardown; }

# with_clock COMMAND... - under the clock that jump() sets; it reads the file each time.
with_clock() { (in_its_place "$@"); }
# The same, and nothing of the shell remains: who ends it ends the command.
in_its_place() {
    exec env LD_PRELOAD="$FAKE" FAKETIME_TIMESTAMP_FILE="$STATE/clock" FAKETIME_NO_CACHE=1 \
        FAKETIME_DONT_FAKE_MONOTONIC=1 "$@"
}
# jump OFFSET - e.g. +3h, from the true time; all see the old one or the new one.
jump() {
    echo "$1" >"$STATE/clock.new"
    mv "$STATE/clock.new" "$STATE/clock"
}
# one_mail - is captured and waits.
one_mail() { with_clock tap-tool submit "$TMP/li-spool" anna@example.org 1 3000; }

running() {
    jump +0
    start exportd in_its_place tkuev-exportd --config "$CONF"
    wait_for 20 test -e "$TMP/li-spool/match"
}
events() { [ "$(cat "$HOME_DIR"/in/* | grep -ao mail_received | wc -l)" -eq "$1" ]; }
files() { [ "$(find "$HOME_DIR/in" -name '*4' | wc -l)" -eq "$1" ]; }

@test "names and numbers go on upwards when the clock goes back" {
    local n offset
    new_home
    start_vsftpd
    provider 'renewal = 1'
    mkdir -p "$TMP/li-spool/incoming"
    goes_to_files
    armed "${GOES[@]}"
    running
    n=0
    for offset in +0 +3h +1h +40d +2h +0; do
        jump "$offset"
        one_mail
        wait_for 30 files $((++n))
        find "$HOME_DIR/in" -name '*4' -printf '%T@ %f\n' | sort -n | cut -d ' ' -f 2 >"$TMP/as-they-came"
        sort -c -u "$TMP/as-they-came"
    done
    wait_for 10 events 6
    kill "$PID"
    wait_for 20 gone "$PID"
    tkuev-export --config "$CONF" verify-ledger
    # No number of a stream and communication twice.
    grep -aho ' pdu .* stream=[a-z]* cin=[0-9]* number=[0-9]*' "$STATE"/ledger/* |
        grep -o 'stream=.*' | sort >"$TMP/numbers"
    [ "$(grep -c stream=cc "$TMP/numbers")" -eq 6 ]
    sort -c -u "$TMP/numbers"
}

@test "begin and end hold by the clock as it is: nothing is captured outside" {
    lemf_start lemf
    provider 'renewal = 1'
    mkdir -p "$TMP/li-spool/incoming"
    goes_by_tcp "$LEMF_PORT"
    armed "${GOES[@]}"
    running
    one_mail
    wait_for 20 lemf_has lemf '.cc == 1'
    local n=1 offset
    for offset in -2d +62d; do # before the activation, behind the end
        jump "$offset"
        list_is_renewed
        run -65 one_mail
        [[ $output == *'nobody wants'* ]]
        jump +0
        list_is_renewed
        one_mail
        wait_for 20 lemf_has lemf ".cc == $((++n))"
    done
}

# tapped_to_nobody [LINE...] - a measure whose authority is not there.
tapped_to_nobody() {
    provider 'renewal = 1' "$@"
    mkdir -p "$TMP/li-spool/incoming" "$TMP/li-spool.keys"
    goes_by_tcp "$(free_port)"
    armed "${GOES[@]}"
    running
    # With them tap-tool reads what waits.
    cp -p "$STATE/interception.key" "$TMP/li-spool.keys/own.key"
    cp -p "$STATE/interception.pem" "$TMP/li-spool.keys/own.crt"
}
# waiting NUMBER - so many contents can still be read.
waiting() {
    tap-tool read "$TMP/li-spool" >"$TMP/records" && [ "$(grep -c '"content":"' "$TMP/records")" -eq "$1" ]
}

@test "content that waits is destroyed in time though the clock goes back" {
    tapped_to_nobody 'content-seconds = 5'
    # Taken in the future: five seconds from now, not three hours and five seconds.
    jump +3h
    one_mail
    waiting 1
    wait_for 10 tells ' record '
    jump +0
    wait_for 30 gaps 1
    wait_for 5 waiting 0
}

@test "content that waits is destroyed at once when the clock goes forward" {
    tapped_to_nobody 'content-seconds = 3600'
    one_mail
    waiting 1
    wait_for 10 tells ' record '
    jump +2h
    wait_for 10 gaps 1
    wait_for 5 waiting 0
}
gaps() { [ "$(cat "$STATE"/ledger/* | grep -c ' gap ')" -eq "$1" ]; }
