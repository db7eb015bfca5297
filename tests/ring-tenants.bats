#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# smtp-sendd(8): mail of tenants with a shorter period leaves the ring, and nothing else does.

# shellcheck disable=SC2154  # run sets output, stderr and their lines
# shellcheck disable=SC2016  # what wait_for evaluates is expanded there

setup() {
    load helpers/common
    load helpers/sendd
    sendd_setup
    SMTP_PORT=$(free_port)
}
teardown() { sponts_teardown; }

replay() { replayctl "$@" --config "$CONF"; }
# ring [PERIODS] - a relay and smtp-sendd with a ring of a day; acme.test and held.test are
# acme's, what is for held.test waits, dest.test is nobody's.
ring() {
    fake
    # Without room made ahead: the first segment is the one that stays.
    RETENTION=$'1d\npreallocate = none'${1:+$'\n'"tenant-retention = $1"} sending '[listener in]' "address = 127.0.0.1:$SMTP_PORT" \
        'program = smtp-relayd' 'tls = none' 'relay-from = 127.0.0.0/8'
    table tenants <<<$'name\nacme'
    table domains <<<$'name,tenant,hold\nacme.test,acme,0\nheld.test,acme,1'
    table routes <<<"pattern,host,port,tls"$'\n'"acme.test,127.0.0.1,$MX_PORT,none"$'\n'"held.test,127.0.0.1,$MX_PORT,none"$'\n'"far.test,127.0.0.1,$MX_PORT,none"
    relay
}
relay() {
    start relayd smtp-relayd --config "$CONF"
    RELAYD_PID=$PID
    wait_for 10 listens "$SMTP_PORT"
}
# shorten PERIODS - from now on, by SIGHUP.
shorten() {
    sed -i "s/^retention = .*/retention = 1d\ntenant-retention = $1/" "$CONF"
    kill -HUP "$SENDD_PID"
    wait_for 10 logged sendd-reloaded
}
# mail WORD RECIPIENT... - a message of 100 kB that says WORD in every line.
mail() {
    local word=$1
    shift
    /usr/bin/python3 - "$SMTP_PORT" "$word" "$@" <<'END'
import smtplib
import sys

with smtplib.SMTP("127.0.0.1", int(sys.argv[1])) as relay:
    line = sys.argv[2] + " " + "x" * 50 + "\r\n"
    text = "Subject: " + sys.argv[2] + "\r\n\r\n" + line * (100_000 // len(line))
    relay.sendmail("sender@remote.test", sys.argv[3:], text)
END
}
in_log() { grep -aqF -- "$1" "$SPOOL"/log/*.seg; }
gone_from_log() { ! in_log "$1"; }
# id_of RECIPIENT - of the message to it that the log has.
id_of() { replay list --rcpt "$1" --ids; }
# used - bytes of the disk that the log takes.
used() { du -c -B1 "$SPOOL"/log/*.seg | tail -n 1 | cut -f 1; }

@test "mail of a tenant leaves a segment that others keep, and its neighbours stay as they are" {
    ring acme=4s
    mail neighbour-word a@dest.test
    mail secret-word a@acme.test
    mail waiting-word a@held.test
    mail shared-word b@acme.test b@far.test
    mail common-word c@acme.test c@dest.test # that domain is ours, and no tenant's
    wait_for 10 got 4
    [ "$(grep -laF neighbour-word "$SPOOL"/log/*.seg)" = "$(grep -laF secret-word "$SPOOL"/log/*.seg)" ]
    in_log secret-word
    neighbour=$(id_of a@dest.test) waiting=$(id_of a@held.test) secret=$(id_of a@acme.test)
    common=$(id_of c@dest.test)
    replay cat "$neighbour" >"$TMP/neighbour"
    replay cat "$waiting" >"$TMP/waiting"
    before=$(used)

    wait_for 20 gone_from_log secret-word
    wait_for 10 gone_from_log shared-word
    wait_for 10 logged 'tenant-erased segment=[0-9a-f]* messages=[12]'
    [ "$(used)" -le $((before - 150000)) ]
    gone_from_log a@acme.test
    replay cat "$neighbour" | cmp - "$TMP/neighbour"
    replay cat "$waiting" | cmp - "$TMP/waiting"
    run -0 replay list --ids
    [ "$output" = "$neighbour"$'\n'"$waiting"$'\n'"$common" ]
    in_log common-word
    run -1 --separate-stderr replay show "$secret"
    [ "$stderr" = "replayctl: $secret: the log does not have it" ]
    run -1 --separate-stderr queue cat "$secret"

    # What was waited for follows; the relay goes on in the same segment.
    queue release --all
    wait_for 10 got 5
    wait_for 20 gone_from_log waiting-word
    mail later-word c@dest.test
    wait_for 10 got 6
    replay cat "$neighbour" | cmp - "$TMP/neighbour"
    run -0 replay list --ids
    [ "${#lines[@]}" -eq 3 ]
}

@test "a shorter period is in force with SIGHUP, for what is there, and in planned runs it is lost" {
    ring
    mail neighbour-word a@dest.test
    mail secret-word a@acme.test
    wait_for 10 got 2
    wait_for 10 queue_is_empty
    name=$(replay plan --all | sed -n 's/^run: *//p')
    kill -TERM "$RELAYD_PID"
    wait_for 10 gone "$RELAYD_PID"
    shorten acme=1s
    wait_for 20 gone_from_log secret-word
    in_log neighbour-word
    run -1 --separate-stderr replay apply "$name"
    [ "$output" = "$name: 1 sent, 1 lost, 0 left" ]
    wait_for 10 got 3
    wait_for 10 queue_is_empty
    [ "$(grep -l neighbour-word "$MX"/*.eml | wc -l)" -eq 2 ]
}

# bats test_tags=crash
@test "killed at any step of erasing, a message is whole or gone, and gone after the next start" {
    command -v strace >/dev/null || skip "needs strace"
    ring
    mail neighbour-word a@dest.test
    mail secret-word a@acme.test
    wait_for 10 got 2
    wait_for 10 queue_is_empty
    replay cat "$(id_of a@dest.test)" >"$TMP/neighbour"
    kill -TERM "$RELAYD_PID"
    wait_for 10 gone "$RELAYD_PID"
    halt
    sed -i 's/^retention = .*/retention = 1d\ntenant-retention = acme=1s/' "$CONF"
    cp -a "$SPOOL/log" "$TMP/log"
    segment=$(grep -laF secret-word "$SPOOL"/log/*.seg)
    for step in pwritev:when=1 fdatasync:when=1 fallocate:when=1 fdatasync:when=2; do
        echo "killed at $step"
        rm -rf "$SPOOL/log"
        cp -a "$TMP/log" "$SPOOL/log"
        start traced strace -f -qq -o "$TMP/trace" -P "$segment" -e "trace=${step%:*}" \
            -e "inject=${step%:*}:signal=KILL:${step#*:}" smtp-sendd --config "$CONF"
        wait_for 20 gone "$PID"
        grep -q KILL "$TMP/trace"
        replay cat "$(id_of a@dest.test)" | cmp - "$TMP/neighbour"
        id=$(id_of a@acme.test) || true
        [ -z "$id" ] || [ "$(replay cat "$id" | grep -c secret-word)" -gt 1000 ]
        launch
        wait_for 20 gone_from_log secret-word
        replay cat "$(id_of a@dest.test)" | cmp - "$TMP/neighbour"
        halt
    done
    got 2
}

@test "where the file system makes no holes zeros are written over the text" {
    command -v strace >/dev/null || skip "needs strace"
    ring
    mail neighbour-word a@dest.test
    mail secret-word a@acme.test
    wait_for 10 got 2
    wait_for 10 queue_is_empty
    replay cat "$(id_of a@dest.test)" >"$TMP/neighbour"
    halt
    sed -i 's/^retention = .*/retention = 1d\ntenant-retention = acme=1s/' "$CONF"
    start sendd strace -f -qq -o "$TMP/trace" -e trace=fallocate \
        -e inject=fallocate:error=EOPNOTSUPP smtp-sendd --config "$CONF"
    traced=$PID
    wait_for 20 gone_from_log secret-word
    grep -q EOPNOTSUPP "$TMP/trace"
    replay cat "$(id_of a@dest.test)" | cmp - "$TMP/neighbour"
    kill -TERM "$(pgrep -P "$traced")"
    wait_for 20 gone "$traced"
}

@test "a period that is not shorter than the ring's is refused" {
    ring
    sed -i 's/^retention = .*/retention = 1d\ntenant-retention = acme=2d/' "$CONF"
    run -78 --separate-stderr sponts check --config "$CONF"
    [[ ${stderr:-$output} == *": tenant-retention = acme=2d is not shorter than retention"* ]]
    kill -HUP "$SENDD_PID"
    wait_for 10 logged 'sendd-reload-failed.*not shorter than retention'
}
