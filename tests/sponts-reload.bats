#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# sponts(8) run, SIGHUP: who is told of a new configuration, and who is replaced.  The
# programs are stand-ins that do as they are told (helpers/program.py).

bats_require_minimum_version 1.5.0

setup() {
    load helpers/common
    load helpers/sponts
    load helpers/stand_ins
    sponts_setup
    CONF=$TMP/sponts.conf
    PORT=$(free_port)
}

teardown() { sponts_teardown; }

@test "reload starts and ends proxies, and leaves the other programs alone" {
    stand_ins
    pop=$(free_port)
    configuration "$(listener in "$PORT")"
    run_gateway
    wait_for 20 ready
    [ -z "$(pids_of pop-proxy)" ]
    configuration "$(listener in "$PORT")" "$(proxy p pop-proxy "$pop")"
    kill -HUP "$GATEWAY"
    wait_for 20 happened '^pop-proxy started'
    wait_for 20 happened '^smtp-relayd SIGHUP'
    logged 'reload-done relayd=told sendd=told pop=replaced imap=told ums=told indexd=kept replay=told'
    first=$(pids_of pop-proxy)
    [ "$(greeting "$pop")" = "$first" ]

    configuration "$(listener in "$PORT")" "$(proxy p pop-proxy "$pop")" '[pop-proxy]' 'errors = 3'
    kill -HUP "$GATEWAY"
    wait_for 20 happened '^pop-proxy SIGHUP'

    configuration "$(listener in "$PORT")"
    kill -HUP "$GATEWAY"
    wait_for 20 gone "$first"
    wait_for 20 closed "$pop"
    [ "$(pids_of smtp-relayd | wc -l)" -eq 1 ]
    run ! happened '^smtp-relayd SIGUSR1'
}

@test "a proxy that is not there refuses the reload that names it" {
    stand_ins
    rm "$TMP/bin/imap-proxy"
    configuration "$(listener in "$PORT")"
    run_gateway
    wait_for 20 ready
    configuration "$(listener in "$PORT")" "$(proxy i imap-proxy "$(free_port)")"
    kill -HUP "$GATEWAY"
    wait_for 20 logged 'reload-refused error=.*imap-proxy'
    run ! happened '^smtp-relayd SIG'
}

@test "reload with nothing changed but limits tells the programs" {
    stand_ins
    configuration "$(listener in "$PORT")"
    run_gateway
    wait_for 20 ready
    configuration "$(listener in "$PORT")" '[smtp-relayd]' 'errors = 3'
    kill -HUP "$GATEWAY"
    wait_for 20 happened '^smtp-relayd SIGHUP'
    wait_for 20 happened '^smtp-sendd SIGHUP'
    logged 'reload-done relayd=told sendd=told pop=told imap=told ums=told indexd=kept replay=told'
    [ "$(pids_of smtp-relayd | wc -l)" -eq 1 ]
}

@test "reload with another listener opens it and drops no session" {
    stand_ins
    other=$(free_port)
    configuration "$(listener one "$PORT")"
    run_gateway
    wait_for 20 ready
    first=$(pids_of smtp-relayd)
    exec {session}<>"/dev/tcp/127.0.0.1/$PORT"
    read -rt 10 _ <&"$session"
    configuration "$(listener one "$PORT")" "$(listener two "$other")"
    kill -HUP "$GATEWAY"
    wait_for 20 happened '^smtp-relayd SIGUSR1'
    [ "$(greeting "$other")" != "$first" ]
    wait_for 20 greeted_by_other_than "$PORT" "$first"
    kill -0 "$first"             # the session keeps it
    exec {session}<&-
    wait_for 20 gone "$first"
    logged "program-ended name=smtp-relayd pid=$first"
    configuration "$(listener two "$other")"
    kill -HUP "$GATEWAY"
    wait_for 20 closed "$PORT"
    greeting "$other"
}

started_twice() { [ "$(pids_of "$1" | wc -l)" -eq 2 ]; }
closed() { ! listens "$1"; }

# hear - the session's next reply, its last line in $SAID.  answer LINE - the reply to it.
hear() {
    SAID=-
    while [[ $SAID != [2-5][0-9][0-9]\ * ]]; do
        read -rt 10 SAID <&"$session" || return 1
    done
}
answer() {
    printf '%s\r\n' "$1" >&"$session"
    hear
}

@test "reload with another log level: a session that is open can still send its message" {
    load helpers/gateway
    gateway_config '[log]' 'level = info'
    gateway_table domains <<<$'name,hold\ndest.test,yes'
    gateway_start
    wait_for 20 logged gateway-ready
    exec {session}<>"/dev/tcp/127.0.0.1/$SMTP_PORT"
    hear
    answer 'EHLO client.test'
    sed -i 's/^level = info/level = debug/' "$CONF"
    kill -HUP "$GATEWAY_PID"
    wait_for 20 logged ' retiring sessions=1'
    for command in 'MAIL FROM:<a@remote.test>' 'RCPT TO:<b@dest.test>' DATA; do
        answer "$command"
        [[ $SAID == [23]* ]]
    done
    answer $'Subject: late\r\n\r\nhello\r\n.'
    [[ $SAID == 250*queued* ]]
    answer QUIT
    exec {session}<&-
    wait_for 20 logged 'program-ended name=smtp-relayd .*exit status 0'
    wait_for 20 queue_holds 1
}

@test "a broken configuration is refused at reload and everything goes on" {
    stand_ins
    configuration "$(listener in "$PORT")"
    run_gateway
    wait_for 20 ready
    configuration 'hostnam = x' "$(listener in "$PORT")"
    kill -HUP "$GATEWAY"
    wait_for 20 logged "reload-refused error=.*$CONF:7: unknown key"
    configuration "$(listener in "$PORT")" '[listener taken]' \
        'address = 192.0.2.1:25' 'tls = none'
    kill -HUP "$GATEWAY"
    wait_for 20 logged_times 2 reload-refused
    [ "$(greeting "$PORT")" = "$(pids_of smtp-relayd)" ]
    run ! happened SIGHUP
}

@test "reload with another spool restarts smtp-sendd, the old one first" {
    stand_ins
    configuration
    run_gateway
    wait_for 20 ready
    first=$(pids_of smtp-sendd)
    sed -i "s,spool = .*,spool = $TMP/other," "$CONF"
    kill -HUP "$GATEWAY"
    wait_for 20 started_twice smtp-sendd
    [ "$(sed -n '/ended/=' "$EVENTS")" -lt "$(sed -n '/started/=' "$EVENTS" | tail -1)" ]
    run ! logged program-died
    gone "$first"
}

@test "reload with another spool drains smtp-relayd: nobody delivers from the old one" {
    stand_ins
    configuration "$(listener in "$PORT")"
    run_gateway
    wait_for 20 ready
    sed -i "s,spool = .*,spool = $TMP/other," "$CONF"
    kill -HUP "$GATEWAY"
    wait_for 20 happened '^smtp-relayd SIGTERM'
    run ! happened '^smtp-relayd SIGUSR1'
}

# reads_again WHAT - the gateway reads $CONF again, and says in the log to have done this.
reads_again() {
    local before
    wait_for 20 all_up
    before=$(grep -c ' reload-done \|^reload-done ' "$TMP/run.log" || true)
    kill -HUP "$GATEWAY"
    wait_for 20 logged_times $((before + 1)) reload-done
    [[ "$(sed -n 's/.*reload-done //p' "$TMP/run.log" | tail -n 1) " == *"$1 "* ]]
}
all_up() {
    [ "$(grep -c program-started "$TMP/run.log")" -eq "$(grep -c program-ready "$TMP/run.log")" ]
}

@test "reload replaces who reads a key at the start only, and tells the others" {
    stand_ins
    configuration "$(listener in "$PORT")" "$(proxy pop pop-proxy "$(free_port)")" \
        "$(proxy imap imap-proxy "$(free_port)")"
    run_gateway
    wait_for 20 ready
    sed -i 's/^hostname = .*/hostname = other.test/' "$CONF"
    reads_again 'relayd=replaced sendd=told pop=told imap=told'
    sed -i 's/^drain-timeout = .*/drain-timeout = 21s/' "$CONF"
    reads_again 'relayd=replaced sendd=told pop=replaced imap=replaced'
    sed -i "s,^database = .*,database = $TMP/other.db," "$CONF"
    reads_again 'relayd=replaced sendd=restarted pop=replaced imap=replaced'
    printf '[log]\nlevel = debug\n' >>"$CONF"
    reads_again 'relayd=replaced sendd=told pop=replaced imap=replaced'
    printf '[queue]\nretention = 1d\n' >>"$CONF"
    reads_again 'relayd=told sendd=restarted pop=told imap=told'
    printf '[smtp-relayd]\nprobe-ttl = 1m\n' >>"$CONF"
    reads_again 'relayd=replaced sendd=told pop=told imap=told'
    printf '[imap-proxy]\nworkers = 2\n' >>"$CONF"
    reads_again 'relayd=told sendd=told pop=told imap=replaced'
    printf '[smtp-sendd]\ndns-timeout = 3s\n' >>"$CONF"
    reads_again 'relayd=replaced sendd=restarted pop=replaced imap=replaced'
    sed -i 's/^dns-timeout = .*/active = 30/' "$CONF" # dns-timeout is what it was
    reads_again 'relayd=replaced sendd=restarted pop=replaced imap=replaced'
    printf 'delay-notice = 5h\n' >>"$CONF"
    reads_again 'relayd=told sendd=told pop=told imap=told'
}

@test "reload says of ums-popd and sponts-indexd what becomes of them" {
    stand_ins
    cp "$TMP/bin/smtp-sendd" "$TMP/bin/ums-popd"
    cp "$TMP/bin/smtp-sendd" "$TMP/bin/sponts-indexd"
    configuration "$(listener in "$PORT")" '[ums]' "database = $TMP/policy.db" 'enabled = no'
    run_gateway
    wait_for 20 ready
    sed -i 's/^enabled = .*/enabled = yes/' "$CONF"
    reads_again 'ums=started indexd=started'
    wait_for 20 happened '^ums-popd started'
    wait_for 20 happened '^sponts-indexd started'
    printf 'after = 30s\n' >>"$CONF"
    reads_again 'ums=told indexd=kept replay=told'
    sed -i "s,^database = $TMP/policy.db,database = $TMP/other.db," "$CONF"
    reads_again 'ums=replaced indexd=restarted'
    sed -i 's/^enabled = .*/enabled = no/' "$CONF"
    reads_again 'ums=ended indexd=ended'
    wait_for 20 happened '^ums-popd SIGTERM'
}

# Its configuration comes through a FIFO: who has opened that is starting, and waits.
@test "a SIGHUP that comes before a program can reload does not end it" {
    configuration "$(listener in "$PORT")" "$(proxy p pop-proxy "$(free_port)")" \
        "$(proxy i imap-proxy "$(free_port)")" 'backend = 127.0.0.1:1'
    sponts init --config "$CONF" >/dev/null
    for program in smtp-relayd smtp-sendd pop-proxy imap-proxy; do
        mkfifo "$TMP/$program.fifo"
        start "$program" "$program" --config "$TMP/$program.fifo"
        exec {fifo}>"$TMP/$program.fifo"
        kill -HUP "$PID"
        cat "$CONF" >&"$fifo"
        exec {fifo}>&-
        wait_for 20 grep -qE 'ready ' "$TMP/$program.log"
        kill -0 "$PID"
    done
}
