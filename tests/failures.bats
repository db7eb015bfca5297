#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Failing disks, missing databases, dead resolvers: a clear reply, a clear log line, a retry,
# and nothing lost.  Small file systems are mounted in a mount namespace of the test's own.

setup() {
    load helpers/common
    load helpers/gateway
    load helpers/neighbours
    sponts_setup
}
teardown() { sponts_teardown; }

# gateway_on_tmpfs OPTIONS - like gateway_start, with the spool on a small file system.
gateway_on_tmpfs() {
    mv "$GW/spool" "$GW/spool.empty"
    mkdir "$GW/spool"
    # shellcheck disable=SC2016  # expanded inside
    start gateway unshare -m --propagation private sh -c \
        'mount -t tmpfs -o "$1" none "$2/spool" && cp -a "$2/spool.empty/." "$2/spool/" &&
         exec sponts run --config "$2/sponts.conf"' sh "$1" "$GW"
    GATEWAY_PID=$PID
    wait_for 20 listens "$SMTP_PORT" || { cat "$TMP/gateway.log" >&2; return 1; }
}
inside() { nsenter -t "$GATEWAY_PID" -m "$@"; }
queue_inside_is_empty() { [ -z "$(inside queuectl list --ids --config "$CONF")" ]; }

# Submits $TMP/m until it is refused for now; counts the accepted ones in $ACCEPTED.
fill_until_refused() {
    ACCEPTED=0
    while submit "$TMP/m" 2>"$TMP/refusal"; do
        ACCEPTED=$((ACCEPTED + 1))
        [ "$ACCEPTED" -lt "$1" ] || { echo "never refused" >&2; return 1; }
    done
    grep -qE '^4(52|51|21) ' "$TMP/refusal" || { cat "$TMP/refusal" >&2; return 1; }
}

accepts_again() { submit "$TMP/m"; }

@test "disk full: refused for now, nothing lost, goes on by itself when there is room" {
    backend=$(free_port)
    gateway_config "[smtp-sendd]" "retry = 1s" "dead-for = 1s"
    gateway_route dest.test "$backend"
    gateway_on_tmpfs size=8m
    mail_of 200000 1 >"$TMP/m"
    fill_until_refused 200
    [ "$ACCEPTED" -ge 5 ]
    recorder "$backend"
    wait_for 60 has_recorded "$ACCEPTED"
    wait_for 60 accepts_again
    wait_for 30 queue_inside_is_empty
    for mail in "$TMP"/recorded/*.eml; do
        tail -c 150000 "$mail" | cmp - <(tail -c 150000 "$TMP/m")
    done
}

@test "no inodes: refused for now, and taken again when some are free" {
    backend=$(free_port)
    gateway_config "[smtp-sendd]" "retry = 1s" "dead-for = 1s"
    gateway_route dest.test "$backend"
    gateway_on_tmpfs size=200m,nr_inodes=40
    mail_of 400000 1 >"$TMP/m"      # each gets a file of its own
    fill_until_refused 200
    recorder "$backend"
    wait_for 60 has_recorded "$ACCEPTED"
    wait_for 60 accepts_again
}

@test "spool turned read-only: 4xx and a log line, no loss, and back" {
    backend=$(free_port)
    gateway_config "[smtp-sendd]" "retry = 1s" "dead-for = 1s"
    gateway_route dest.test "$backend"
    gateway_on_tmpfs size=50m
    mail_of 300000 1 >"$TMP/m"
    submit "$TMP/m"
    # A read-only mount over it: what is opened from now on cannot be written.
    inside mount --bind "$GW/spool" "$GW/spool"
    inside mount -o remount,bind,ro "$GW/spool"
    fill_until_refused 50
    before=$((ACCEPTED + 1))
    inside umount "$GW/spool"
    wait_for 60 accepts_again
    recorder "$backend"
    wait_for 60 has_recorded "$((before + 1))"
}

@test "low space mark: 452 before DATA" {
    gateway_config
    sed -i 's/^free-space = 0/free-space = 1000000G/' "$CONF"
    gateway_route dest.test "$(free_port)"
    gateway_start
    mail_of 100 1 >"$TMP/m"
    run -1 submit "$TMP/m"
    [[ $output == *452* ]]
}

@test "database locked or missing: 451, and served again when it is back" {
    backend=$(free_port)
    recorder "$backend"
    gateway_config
    sed -i '/^relay-from/d' "$CONF"
    gateway_route dest.test "$backend"
    gateway_start
    mail_of 100 1 >"$TMP/m"
    submit "$TMP/m"
    mkdir "$TMP/away"
    mv "$GW"/sponts.db* "$TMP/away/"
    refused_for_now() { ! submit "$TMP/m" 2>"$TMP/refusal" && grep -q '^451 ' "$TMP/refusal"; }
    wait_for 20 refused_for_now
    mv "$TMP"/away/sponts.db* "$GW/"
    wait_for 20 submit "$TMP/m"
    wait_for 20 has_recorded 2
}

@test "no descriptors left: accepting pauses, clients inside go on, then all are served" {
    backend=$(free_port)
    recorder "$backend"
    gateway_config
    gateway_route dest.test "$backend"
    gateway_start
    relayd=$(pgrep -P "$GATEWAY_PID" -f smtp-relayd | head -n 1)
    used=$(find "/proc/$relayd/fd" -mindepth 1 2>/dev/null | wc -l)
    prlimit --pid "$relayd" --nofile=$((used + 10)):$((used + 10))
    fds=()
    for _ in {1..40}; do
        exec {fd}<>"/dev/tcp/127.0.0.1/$SMTP_PORT"
        fds+=("$fd")
    done
    wait_for 20 logged accept-paused
    for fd in "${fds[@]}"; do eval "exec $fd>&-"; done
    mail_of 1000 1 >"$TMP/m"
    wait_for 30 submit "$TMP/m"
    wait_for 20 has_recorded 1
}

@test "resolver dead: mail waits with a reason and goes out when a route appears" {
    backend=$(free_port)
    recorder "$backend"
    dead=$(free_port)
    gateway_config "[smtp-sendd]" "resolvers = 127.0.0.1@$dead" "dns-timeout = 1s" "retry = 1s" \
        "dead-for = 1s"
    gateway_start
    mail_of 1000 1 >"$TMP/m"
    submit "$TMP/m" a@test b@elsewhere.test
    wait_for 30 logged 'deferred .*elsewhere\.test'
    queue list | grep -q 'elsewhere.test'
    gateway_route elsewhere.test "$backend"
    wait_for 30 has_recorded 1
    wait_for 10 queue_is_empty
}
