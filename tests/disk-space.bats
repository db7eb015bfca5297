#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What is finished leaves the disk: deleted mail while other mail keeps its segment, and
# segments that a program still has open.

# shellcheck disable=SC2154  # run sets output, stderr and their lines

setup() {
    load helpers/common
    sponts_setup
    SPOOL=$TMP/spool
    mkdir "$SPOOL"
    spool-tool fill "$SPOOL" 10 100000 1 # s0@example.net ... s9, in one segment
}

teardown() { sponts_teardown; }

ctl() { queuectl --spool "$SPOOL" "$@"; }

sending() {
    cat >"$TMP/sponts.conf" <<END
[general]
hostname = gw.test
spool = $SPOOL
database = $TMP/sponts.db
run-directory = $TMP/run
END
    sponts init --config "$TMP/sponts.conf" >/dev/null
    sponts import domains - --config "$TMP/sponts.conf" <<<$'name\nd0.example' >/dev/null
    sponts import routes - --config "$TMP/sponts.conf" \
        <<<$'pattern,host,port,tls\nd0.example,127.0.0.1,'"$1"',none' >/dev/null
    start sendd smtp-sendd --config "$TMP/sponts.conf"
    wait_for 10 grep -q sendd-ready "$TMP/sendd.log"
}

# Whether anything below the spool still has this address.
on_disk() { grep -rqF "<$1>" "$SPOOL"; }
erased() { ! on_disk "$1"; }
used() { du -sk "$SPOOL/log" | cut -f1; }

# no_deleted_files PID - it keeps none of what was deleted.
no_deleted_files() { ! find "/proc/$1/fd" -lname '*(deleted)' | grep -q .; }

others_are_whole() {
    local id
    for id in $(ctl list --ids); do
        [ "$(ctl cat "$id" | tr -d x | wc -c)" -eq 0 ]
        [ "$(ctl cat "$id" | wc -c)" -eq 100000 ]
    done
}

@test "what is deleted leaves the disk, while others keep the segment" {
    sync "$SPOOL"/log/*.seg
    before=$(used)
    ctl hold --all
    run -0 ctl delete --sender 's[1-4]@example.net'
    [ "$output" = "4 messages deleted" ]
    for i in 1 2 3 4; do erased "s$i@example.net"; done
    on_disk s5@example.net
    [ "$(used)" -lt $((before - 350)) ]
    [ "$(ctl list --ids | wc -l)" -eq 6 ]
    others_are_whole
}

@test "the same when smtp-sendd does it" {
    sync "$SPOOL"/log/*.seg
    before=$(used)
    ctl hold --all
    sending 9
    run -0 ctl delete --sender 's[1-4]@example.net'
    [ "$output" = "4 messages deleted" ]
    for i in 1 2 3 4; do wait_for 10 erased "s$i@example.net"; done
    [ "$(used)" -lt $((before - 350)) ]
    [ "$(ctl list --ids | wc -l)" -eq 6 ]
    others_are_whole
    kill -KILL "$PID"
    wait_for 10 bash -c "! kill -0 $PID"
    rm "$SPOOL/run/sendd.sock"
    [ "$(ctl list --ids | wc -l)" -eq 6 ]
}

@test "smtp-sendd keeps no segment open that is deleted" {
    port=$(free_port)
    mkdir "$TMP/mx"
    start mx /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/fake_mx.py" "$port" "$TMP/mx"
    wait_for 10 listens "$port"
    sending "$port"
    no_segments() { ! ls "$SPOOL"/log/*.seg; }
    wait_for 20 no_segments
    [ "$(find "$TMP/mx" -name '*.eml' | wc -l)" -eq 10 ]
    wait_for 10 no_deleted_files "$PID"
}
