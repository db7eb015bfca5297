#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Interception on disks that are full or broken, and without its exporter: mail flows as
# before; nothing is lost but content, which the authority is told; nothing comes twice; it
# goes on by itself.  Small disks are mounted in a mount namespace of the test's own.

# shellcheck disable=SC2317,SC2329  # what stands in on_small_disks is called

bats_require_minimum_version 1.5.0

setup() {
    load helpers/common
    load helpers/gateway
    load helpers/tkuev
    load helpers/exportd
    sponts_setup
    on_small_disks
}
teardown() { exportd_teardown; }

# In place of what the helpers have just defined.
on_small_disks() {
    # With $SMALL, a directory, on a file system of $SIZE.
    gateway_start() {
        mv "$SMALL" "$SMALL.before"
        mkdir "$SMALL"
        # shellcheck disable=SC2016  # expanded inside
        start gateway unshare -m --propagation private sh -c \
            'mount -t tmpfs -o "size=$1,mode=700" none "$2" && cp -a "$2.before/." "$2/" &&
             exec sponts run --config "$3"' sh "$SIZE" "$SMALL" "$CONF"
        GATEWAY_PID=$PID
        wait_for 20 listens "$SMTP_PORT"
    }
    inside() {
        if [ -n "${GATEWAY_PID-}" ]; then
            nsenter -t "$GATEWAY_PID" -m "$@"
        else
            "$@"
        fi
    }
    ctl() { inside tkuev-ctl --config "$CONF" "$@"; }
    lemf_check() {
        inside /usr/bin/python3 "$LEMF" check --pem "$STATE/interception.pem" "$TMP/$1.pdus"
    }
    lemf_has() { lemf_check "$1" | jq -e "$2"; }
}

sound() { inside tkuev-export --config "$CONF" verify-ledger; }

# send_all FROM TO - mails of 38 kB with these numbers; how long it took, in $TOOK (ms).
send_all() {
    local n begin
    begin=$(date +%s%3N)
    for ((n = $1; n <= $2; ++n)); do
        mail_of 38000 "$n" >"$TMP/mail.$n"
        submit "$TMP/mail.$n" a@test anna@example.org
    done
    TOOK=$(($(date +%s%3N) - begin))
}
# as_fast WHAT - as what was sent before: far below any time that something waits for.
as_fast() {
    echo "# ten mails: $BEFORE ms, $1: $TOOK ms" >&3
    ((TOOK < 2 * BEFORE + 1500))
}

# Each of so many mails was told once; contents and gaps together are as many.
complete() {
    lemf_has lemf "([.events[] | select(.[3] == \"mail_received\")] | length) == $1 and
        (.cc + ([.events[] | select(.[3] == \"gap\")] | length)) == $1 and
        (.contents | unique | length) == .cc and .repeated == 0"
}
# Only ever the small disk: the file system has to be one of memory, and the file is bounded.
fill() {
    [ "$(inside stat -f -c %T "$SMALL")" = tmpfs ]
    run ! inside dd if=/dev/zero of="$SMALL/ballast" bs=64k count=256
    [[ $output == *'No space left'* ]]
}
make_room() { inside rm "$SMALL/ballast"; }

@test "the interception spool is full: mail as before; gaps are told, events come late" {
    lemf_start lemf
    SMALL=$TMP/li-spool SIZE=12m
    interception
    tapped
    send_all 1 10
    BEFORE=$TOOK
    wait_for 30 complete 10
    fill
    send_all 11 20
    as_fast 'spool full'
    inside kill -STOP "$(exportd_pid)"
    send_all 21 30
    as_fast 'exporter stopped, too'
    inside kill -CONT "$(exportd_pid)"
    make_room
    send_all 31 40
    wait_for 60 complete 40
    lemf_has lemf '[.events[] | select(.[3] == "gap")] | length > 0'
    lemf_has lemf '.cc >= 20'
    wait_for 20 sound
}

@test "the state is full: nothing is taken that cannot be kept; then all comes, once" {
    lemf_start lemf
    SMALL=$TMP/li SIZE=4m
    interception
    tapped
    send_all 1 10
    BEFORE=$TOOK
    wait_for 30 complete 10
    fill
    send_all 11 20
    as_fast 'state full'
    list_is_renewed # it has gone round
    lemf_has lemf '.cc < 20'
    make_room
    wait_for 60 complete 20
    lemf_has lemf '.cc == 20'
    wait_for 20 sound
}

@test "the disk of the state fails for a while: nothing lost, nothing twice" {
    lemf_start lemf
    SMALL=$TMP/li SIZE=64m
    interception
    tapped
    local call way
    send_all 1 2
    for call in fdatasync pwrite64 ftruncate,rename; do
        start strace strace -f -qq -p "$(exportd_pid)" -o "$TMP/strace" \
            -e trace="$call" -e inject="$call":error=EIO
        wait_for 10 attached
        send_all "$((++way * 2 + 1))" "$((way * 2 + 2))"
        wait_for 30 grep -q EIO "$TMP/strace"
        kill "$PID"
        wait_for 10 gone "$PID"
    done
    wait_for 90 complete 8
    lemf_has lemf '.cc == 8'
    wait_for 20 sound
}
attached() { grep -qE '^TracerPid:[[:space:]]+[1-9]' "/proc/$(exportd_pid)/status"; }

@test "no exporter at all: mail as before, and what was captured waits" {
    lemf_start lemf
    SMALL=$TMP/li SIZE=64m
    interception
    tapped
    send_all 1 10
    BEFORE=$TOOK
    wait_for 30 complete 10
    no_exportd
    send_all 11 20
    as_fast 'no exporter'
    lemf_has lemf '.cc == 10'
    exec {HELD}>&-
    wait_for 60 complete 20
    lemf_has lemf '.cc == 20'
}
