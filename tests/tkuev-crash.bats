#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tkuev-exportd killed (-9) at each system call of a hand-over: everything arrives, under the
# same numbers, and the ledger tells it.
#
# CRASH_POINTS=0 bats tests/tkuev-crash.bats tries every call, not a sample; CRASH_SEED=N draws as
# the run did that printed it.

bats_require_minimum_version 1.5.0

setup() {
    load helpers/common
    load helpers/tkuev
    load helpers/exportd
    load helpers/file_servers
    sponts_setup
    MAILS=4 OCTETS=20000
}
teardown() { sponts_teardown; }

# captured [LINE...] - a measure whose mail waits in the spool.
captured() {
    provider 'renewal = 1' 'content-seconds = 3600'
    mkdir -p "$TMP/li-spool/incoming"
    armed "$@"
    # Once, for the list that tells the servers, and for the notice of the set-up.
    start exportd tkuev-exportd --config "$CONF"
    wait_for 20 told
    kill "$PID"
    wait_for 10 gone "$PID"
    tap-tool submit "$TMP/li-spool" anna@example.org "$MAILS" "$OCTETS"
}
told() { grep -qa 'receipt parcel' "$STATE"/ledger/*; }

# killed_everywhere RECEIVED POINTS
killed_everywhere() {
    local seed=${CRASH_SEED:-$RANDOM}
    echo "CRASH_SEED=$seed"
    run /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/handover_crash.py" --config "$CONF" \
        --state "$STATE" --spool "$TMP/li-spool" --received "$1" --mails "$MAILS" \
        --octets "$OCTETS" --points "${CRASH_POINTS:-$2}" --seed "$seed"
    echo "$output"
    echo "# $output" >&3
    [ "$status" -eq 0 ]
}

by_stream() {
    lemf_start lemf --mode "$1"
    goes_by_tcp "$LEMF_PORT"
    captured "${GOES[@]}"
    killed_everywhere "$TMP/lemf.pdus" "$2"
}

# synced COMMAND... - what it writes to the disk, name by name, in $TMP/synced.
synced() {
    strace -f -y -qq -o "$TMP/trace" -e trace=fsync,fdatasync "$@"
    grep -oP 'f(data)?sync\(\d+<\K[^>]+' "$TMP/trace" >"$TMP/synced"
}

@test "new keys have their names on the disk before anything is locked with them" {
    provider
    rm -rf "$STATE"
    synced tkuev-ctl --config "$CONF" init
    local file
    for file in vault.key interception.key interception.pem; do
        [ "$(grep -A 1 -Fx "$STATE/$file" "$TMP/synced" | tail -n 1)" = "$STATE" ]
    done
}

@test "a new ledger has its name on the disk before its lines are forgotten" {
    provider
    mkdir -p "$TMP/li-spool/incoming" # where the list goes that makes a measure take effect
    armed
    synced tkuev-export --config "$CONF" --once --patience 2
    ledger=$(echo "$STATE"/ledger/*)
    [ -s "$ledger" ]
    [ "$(grep "^$STATE/ledger" "$TMP/synced" | head -n 2 | paste -sd' ')" = "$ledger $STATE/ledger" ]
    grep -qFx "$STATE" "$TMP/synced"
}

# bats test_tags=crash
@test "TCP, with acknowledgement" { by_stream ack 30; }

# bats test_tags=crash
@test "TCP, without acknowledgement" { by_stream keepalive 20; }

# bats test_tags=crash
@test "files: none twice" {
    new_home
    start_vsftpd
    goes_to_files
    captured "${GOES[@]}"
    killed_everywhere "$HOME_DIR/in" 20
}
