#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# replayctl serve: who calls, how it is started, and what it reads again.

# shellcheck disable=SC2154  # run sets output, stderr and their lines

setup() {
    load helpers/common
    load helpers/sendd
    load helpers/replay_users
    replay_users_setup
}
teardown() { sponts_teardown; }

# Users of every system, who are these people here.
BOB=games ANN=sys

@test "hostile callers: cut off, nonsense, descriptors, silence" {
    serving 'calls = 64' 'calls-per-user = 64'
    arrive 1 bob@dest.test
    wait_for 10 nobody_is_served
    before=$(ls "/proc/$SERVE_PID/fd")
    run -0 raw $BOB cut
    run -0 --separate-stderr raw $BOB garbage
    [ "$output" = "[64]" ]
    run -0 raw $BOB descriptors
    [ "$output" = $'1\n1\n1\n1' ]
    wait_for 20 nobody_is_served
    [ "$(ls "/proc/$SERVE_PID/fd")" = "$before" ]
    run -0 of $BOB list
}

# set_limits KEY=VALUE... - in [replay], from a reload on.
set_limits() {
    local limit before
    before=$(grep -c ' reloaded ' "$TMP/serve.log") || true
    for limit in "$@"; do
        sed -i "s/^${limit%%=*} = .*/${limit%%=*} = ${limit#*=}/" "$CONF"
    done
    kill -HUP "$SERVE_PID"
    wait_for 10 reloaded_more_than "$before"
}
reloaded_more_than() { [ "$(grep -c ' reloaded ' "$TMP/serve.log")" -gt "$1" ]; }
# silent NAME USER COUNT - so many calls of this user that say nothing, until its end.
silent() {
    start "$1" setpriv --reuid "$2" --regid nogroup --clear-groups /usr/bin/python3 \
        "$BATS_TEST_DIRNAME/helpers/replay_user.py" "$TMP/run/replay" silent "$3"
    wait_for 10 grep -q there "$TMP/$1.out"
}

@test "who says nothing keeps nobody else out, and is let go" {
    serving 'calls = 4' 'calls-per-user = 2' 'request-timeout = 10m'
    arrive 1 bob@dest.test
    silent bobs $BOB 2
    bobs=$PID
    wait_for 10 serves 2
    run -75 --separate-stderr of $BOB list
    [ "$stderr" = "replayctl: too many calls at once, try later" ]
    run -1 of $ANN runs
    wait_for 10 serves 2
    silent anns $ANN 2
    anns=$PID
    wait_for 10 serves 4
    run -75 raw root words list --
    grep -q "user-busy .*uid=$(id -u $BOB) " "$TMP/serve.log"
    kill "$bobs" "$anns"
    wait_for 10 nobody_is_served
    # Whoever is allowed all places leaves one to the others.
    set_limits calls=2
    silent bobs $BOB 1
    wait_for 10 serves 1
    run -75 of $BOB list
    run -1 of $ANN runs
    kill "$PID"
    wait_for 10 nobody_is_served
    set_limits request-timeout=1s
    silent bobs $BOB 1
    wait_for 20 nobody_is_served
    run ! gone "$PID"
    run -0 of $BOB list
}

@test "numbers without a name take no places" {
    serving 'calls = 4'
    arrive 1 bob@dest.test
    # As one user has them by subuid(5).
    run -0 /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/replay_user.py" "$TMP/run/replay" strangers 20
    [ "${lines[0]}" = "replayctl: user 100000 has no name on this machine" ]
    [ "${lines[20]}" = "[77]" ]
    nobody_is_served
    run -0 of $BOB list
    [ "$(grep -c 'user-unknown ' "$TMP/serve.log")" -ge 1 ]
    run ! called uid=100000
}

@test "systemd's sockets, and inetd's: waiting, and for one" {
    serving
    arrive 1 bob@dest.test
    kill -TERM "$SERVE_PID"
    wait_for 10 gone "$SERVE_PID"
    (umask 0 && exec systemd-socket-activate -l "$TMP/run/replay" "$(command -v replayctl)" serve --config "$CONF") \
        >"$TMP/activated.log" 2>&1 3>&- &
    echo $! >>"$STARTED"
    wait_for 10 test -S "$TMP/run/replay"
    chmod 666 "$TMP/run/replay"
    run -0 of $BOB list
    rm "$TMP/run/replay"
    for way in wait nowait; do
        start inetd /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/replay_user.py" \
            "$TMP/run/replay" inetd $way replayctl serve --config "$CONF"
        wait_for 10 test -S "$TMP/run/replay"
        run -0 --separate-stderr of $BOB list
        [[ $output == *" -> bob@dest.test" ]]
        [ -z "$stderr" ]
        [ $way = wait ] || wait_for 10 gone "$PID"
        rm "$TMP/run/replay"
    done
}

# inetd_once FILE - serves one call as inetd's nowait does, with this configuration; FILE.heard: by syslog.
inetd_once() {
    local helper=$BATS_TEST_DIRNAME/helpers/replay_user.py
    start inetd unshare --mount /usr/bin/python3 "$helper" /dev/log syslog "$1.heard" \
        /usr/bin/python3 "$helper" "$TMP/run/replay" inetd nowait replayctl serve --config "$1"
    wait_for 10 test -S "$TMP/run/replay"
}

@test "under inetd the log is syslog's, and the user's is what he asked for" {
    unshare --mount true || skip "no mounts here"
    serving
    arrive 1 bob@dest.test
    kill -TERM "$SERVE_PID"
    wait_for 10 gone "$SERVE_PID"
    inetd_once "$CONF"
    run -0 --separate-stderr of $BOB plan --all
    [[ $output == "run: "*" 1 (1 addresses)"* && -z $stderr ]]
    wait_for 10 gone "$PID"
    grep -qa 'replayctl\[[0-9]*\]: [^ ]* replay-made ' "$CONF.heard"
    grep -qa "replayctl\[[0-9]*\]: - user-call user=$BOB .*command=plan " "$CONF.heard"
    [ ! -s "$TMP/inetd.log" ]
    # Why it does not start is for the operator.
    rm "$TMP/run/replay"
    inetd_once "$TMP/nothing"
    run -69 --separate-stderr of $BOB list
    [ "$stderr" = "replayctl: the service does not start: its log says why" ]
    [ -z "$output" ]
    wait_for 10 gone "$PID"
    grep -qa "replayctl\[[0-9]*\]: - not-started error=.*$TMP/nothing" "$TMP/nothing.heard"
}

# feed PID - the configuration, to whoever reads it next.
feed() {
    timeout 10 cat "$CONF" >"$TMP/fed.conf"
    wait_for 10 reads_nothing "$1"
}
reads_nothing() { ! readlink "/proc/$1"/fd/* | grep -q 'fed[.]conf'; }
# hangup_is SET - in this set of the signals of the service (proc_pid_status(5)).
hangup_is() { (($(sed -n "s/^Sig$1:[[:space:]]*/0x/p" "/proc/$SERVE_PID/status") & 1)); }

@test "what is changed while the service begins is read again" {
    sending '[replay]' 'users = yes'
    mkfifo "$TMP/fed.conf"
    start serve replayctl serve --config "$TMP/fed.conf"
    SERVE_PID=$PID
    wait_for 10 hangup_is Blk
    kill -HUP "$SERVE_PID"
    feed "$SERVE_PID"
    feed "$SERVE_PID"
    printf '[log]\nlevel = debug\n' >>"$CONF"
    feed "$SERVE_PID"
    wait_for 10 grep -q ' reloaded ' "$TMP/serve.log"
    # Where and what it logs is read at the start only.
    wait_for 10 grep -q ' restart-needed keys="\[log\] level"' "$TMP/serve.log"
}

@test "sponts run serves users where it is told, and from a reload on" {
    RETENTION=1d sending
    halt
    others_may_enter "$TMP/run"
    start run sponts run --config "$CONF"
    wait_for 20 grep -q gateway-ready "$TMP/run.log"
    [ ! -e "$TMP/run/replay" ]
    printf '[replay]\nusers = yes\n' >>"$CONF"
    table system_users <<<"name,address"$'\n'"$BOB,bob@dest.test"
    kill -HUP "$PID"
    wait_for 20 test -S "$TMP/run/replay"
    run -1 of $BOB runs
    sed -i 's/^users = yes/users = no/' "$CONF"
    kill -HUP "$PID"
    wait_for 20 test ! -e "$TMP/run/replay"
}

@test "a service for users that cannot start holds up no mail" {
    RETENTION=1d sending '[replay]' 'users = yes'
    halt
    mkdir "$TMP/run/replay" # no place for a socket
    start run sponts run --config "$CONF"
    wait_for 20 grep -q gateway-ready "$TMP/run.log"
    wait_for 20 grep -q 'program-died name=replayctl' "$TMP/run.log"
    run ! gone "$PID"
    rmdir "$TMP/run/replay"
    wait_for 20 test -S "$TMP/run/replay"
}
