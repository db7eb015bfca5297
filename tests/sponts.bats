#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# sponts(8): check and run (its SIGHUP: sponts-reload.bats).  What `run` starts here are
# stand-ins that do as they are told (helpers/program.py); whole gateways are run by the
# other files.

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

# -- the command line ---------------------------------------------------------------------

@test "help and version end well, a wrong word ends with 64 and one line" {
    run -0 sponts --version
    [[ $output == "sponts "* ]]
    run -0 sponts run --help
    [[ $output == *--bin-dir* ]]
    for words in '' 'no-such-command' 'run --no-such-option' 'check operand'; do
        # shellcheck disable=SC2086  # words on purpose
        run -64 --separate-stderr sponts $words
        [ -z "$output" ]
        [ "${#stderr_lines[@]}" -eq 1 ]
    done
    run -64 --separate-stderr sponts no-such-command
    [ "$stderr" = "sponts: not understood: no-such-command" ]
}

# -- check --------------------------------------------------------------------------------

@test "check is silent when all is well and dumps every value with its origin" {
    configuration "$(listener in "$PORT")"
    sponts init --config "$CONF"
    run -0 --separate-stderr sponts check --config "$CONF"
    [ -z "$output$stderr" ]
    run -0 sponts check --dump-config --config "$CONF"
    [[ $output == *"hostname = mx.test  # $CONF:2"* ]]
    [[ $output == *"idle-timeout = 5m  # default"* ]]
    [[ $output == *"[listener in]"*"address = 127.0.0.1:$PORT  # $CONF:8"* ]]
}

@test "check names every mistake with file and line, exit 78" {
    configuration 'no-such-key = 1' '[smtp-relayd]' 'message-size = big' '[nonsense]' \
        '[listener in]' 'tls = implicit'
    run -78 --separate-stderr sponts check --config "$CONF"
    [ -z "$output" ]
    [ "${#stderr_lines[@]}" -eq 4 ]
    [ "${stderr_lines[0]}" = "$CONF:7: unknown key \"no-such-key\" in [general]" ]
    [[ ${stderr_lines[1]} == "$CONF:9: message-size = big: is no size"* ]]
    [ "${stderr_lines[2]}" = "$CONF:10: unknown section [nonsense]" ]
    [[ ${stderr_lines[3]} == "$CONF:12: tls needs a certificate"* ]]
}

@test "check looks at spool, database and certificates" {
    configuration '[tls]' "certificate = $TMP/chain.pem $TMP/key.pem"
    self_signed "$TMP" && mv "$TMP/cert.pem" "$TMP/chain.pem"
    run -78 --separate-stderr sponts check --config "$CONF"
    [[ $stderr == *"$CONF:3: spool: $TMP/spool: No such file or directory"* ]]
    [[ $stderr == *"$CONF:4: database: "*"$TMP/sponts.db"* ]]
    sponts init --config "$CONF"
    run -0 sponts check --config "$CONF"
    openssl ecparam -name prime256v1 -genkey -noout -out "$TMP/key.pem"
    run -78 --separate-stderr sponts check --config "$CONF"
    [ "${#stderr_lines[@]}" -eq 1 ]
    [[ $stderr == "$CONF:8: certificate: "*"$TMP/"* ]]
    rm "$TMP/key.pem"
    run -78 --separate-stderr sponts check --config "$CONF"
    [ "$stderr" = "$CONF:8: certificate: no such file: $TMP/key.pem" ]
}

@test "check finds a database of another version" {
    configuration
    sponts init --config "$CONF"
    sqlite3 "$TMP/sponts.db" 'PRAGMA user_version = 999'
    run -78 --separate-stderr sponts check --config "$CONF"
    [[ $stderr == "$CONF:4: database: "* ]]
}

@test "check names tenants that nobody knows" {
    configuration "$(listener in "$PORT")" '[queue]' 'retention = 1d' 'tenant-retention = acme=6h amce=6h' \
        '[journal]' 'enabled = yes' "database = $TMP/journal.db" 'no-subjects = acme' \
        'no-attachment-names = * other' 'pseudonyms = acme' "pseudonym-key-file = $TMP/key" \
        'tenant-retention = acme=1d third/logins=2d'
    head -c 32 /dev/urandom | base64 >"$TMP/key"
    sponts init --config "$CONF"
    printf 'name\nacme\n' | sponts import tenants - --config "$CONF" >/dev/null
    run -78 --separate-stderr sponts check --config "$CONF"
    [ "${#stderr_lines[@]}" -eq 3 ]
    line() { grep -n "^$1" "$CONF" | cut -d: -f1; }
    [ "${stderr_lines[0]}" = "$CONF:$(line 'tenant-retention = acme=6h'): tenant-retention: amce: there is no such tenant" ]
    [ "${stderr_lines[1]}" = "$CONF:$(line no-attachment): no-attachment-names: other: there is no such tenant" ]
    [ "${stderr_lines[2]}" = "$CONF:$(line 'tenant-retention = acme=1d'): tenant-retention: third: there is no such tenant" ]
    printf 'name\namce\nother\nthird\n' | sponts import tenants - --config "$CONF" >/dev/null
    run -0 --separate-stderr sponts check --config "$CONF"
    [ -z "$stderr" ]
    # Without the database nobody knows.
    rm "$TMP/sponts.db"*
    run -78 --separate-stderr sponts check --config "$CONF"
    [[ $stderr == *"whether those whom it names are tenants is not known"* ]]
    [[ $stderr != *'no such tenant'* ]]
}

@test "check names a route whose CA file cannot be used" {
    configuration "$(listener in "$PORT")"
    sponts init --config "$CONF"
    self_signed "$TMP"
    sponts import routes - --config "$CONF" <<END
pattern,host,protocol,tls,ca_file
a.test,mx.a.test,smtp,verify,$TMP/cert.pem
b.test,mx.b.test,smtp,verify,$TMP/gone.pem
c@b.test,mx.b.test,imaps,verify,$TMP/gone.pem
d.test,mx.d.test,imaps,verify,$TMP/other.pem
END
    echo 'no certificate' >"$TMP/other.pem"
    run -78 --separate-stderr sponts check --config "$CONF"
    [ "${#stderr_lines[@]}" -eq 2 ]
    [[ ${stderr_lines[0]} == "$CONF:4: database: route of b.test and 1 more: "*"$TMP/gone.pem: No such file or directory" ]]
    [[ ${stderr_lines[1]} == "$CONF:4: database: route of d.test: "*"$TMP/other.pem: "* ]]
    cp "$TMP/cert.pem" "$TMP/gone.pem"
    mv "$TMP/cert.pem" "$TMP/other.pem"
    cp "$TMP/gone.pem" "$TMP/cert.pem"
    run -0 --separate-stderr sponts check --config "$CONF"
    [ -z "$stderr" ]
}

# -- run ----------------------------------------------------------------------------------

@test "run hands over the sockets by name and is ready when every program is" {
    stand_ins
    other=$(free_port)
    configuration "$(listener one "$PORT")" "$(listener two "$other")"
    run_gateway
    wait_for 20 ready
    happened "^smtp-relayd started [0-9]+ one,two --config $CONF$"
    happened "^smtp-sendd started [0-9]+  --config $CONF$"
    [ "$(greeting "$PORT")" = "$(pids_of smtp-relayd)" ]
    [ "$(greeting "$other")" = "$(pids_of smtp-relayd)" ]
    kill -TERM "$GATEWAY"
    exit_status 0
    happened '^smtp-relayd ended' && happened '^smtp-sendd ended'
}

@test "run takes the sockets that are passed to it by name" {
    stand_ins
    configuration '[listener in]' 'tls = none'
    start run systemd-socket-activate --listen="127.0.0.1:$PORT" --fdname=in \
        -E EVENTS -E DIRECTIONS -E PATH sponts run --config "$CONF" --bin-dir "$TMP/bin"
    GATEWAY=$PID
    wait_for 10 bound "$PORT"
    [ "$(greeting "$PORT")" = "$(pids_of smtp-relayd)" ]
    happened '^smtp-relayd started [0-9]+ in '
}

@test "run says READY to its own manager, and only when all is ready" {
    stand_ins
    order smtp-sendd mute
    configuration "$(listener in "$PORT")"
    socat -u "UNIX-RECV:$TMP/manager" - >"$TMP/heard" 3>&- &
    echo "$!" >>"$STARTED"
    wait_for 10 test -S "$TMP/manager"
    export NOTIFY_SOCKET=$TMP/manager
    run_gateway
    wait_for 20 logged 'program-ready name=smtp-relayd'
    wait_for 20 happened '^smtp-sendd started'
    run ! ready
    [ ! -s "$TMP/heard" ]
    rm "$DIRECTIONS/smtp-sendd"
    kill -KILL "$(pids_of smtp-sendd)"
    wait_for 20 grep -q READY=1 "$TMP/heard"
    ready
}

@test "a program that dies is started again, and waiting connections are served" {
    stand_ins
    configuration "$(listener in "$PORT")"
    run_gateway
    wait_for 20 ready
    first=$(pids_of smtp-relayd)
    kill -KILL "$first"
    second=$(greeting "$PORT")   # waits in the backlog meanwhile
    [ -n "$second" ] && [ "$second" != "$first" ]
    logged "program-died name=smtp-relayd pid=$first how=\"signal SIGKILL\" again_ms=500"
}

@test "a program that keeps dying is started after growing pauses" {
    stand_ins
    order smtp-sendd exit 75
    configuration
    run_gateway
    wait_for 30 logged 'program-died name=smtp-sendd .* again_ms=2000'
    logged 'how="exit status 75" again_ms=500'
    logged 'again_ms=1000'
    kill -TERM "$GATEWAY"
    exit_status 0
}

@test "a program that calls its configuration wrong before it was ready ends the run" {
    stand_ins
    order smtp-sendd exit 78
    configuration "$(listener in "$PORT")"
    run_gateway
    exit_status 78
    [ -z "$(pids_of smtp-relayd)" ] || gone "$(pids_of smtp-relayd)"
}

# Several end in one turn: none is forgotten, whichever comes first in the list.
@test "a program that calls its configuration wrong ends the run, whoever ends beside it" {
    stand_ins
    order smtp-relayd exit 78
    order smtp-sendd exit 75
    order pop-proxy exit 78
    configuration "$(listener in "$PORT")" "$(proxy p pop-proxy "$(free_port)")" \
        '[smtp-relayd]' 'workers = 5' '[pop-proxy]' 'workers = 5'
    run_gateway
    exit_status 78
    run ! logged program-killed
    for pid in $(pids_of smtp-relayd) $(pids_of smtp-sendd) $(pids_of pop-proxy); do
        gone "$pid"
    done
}

@test "once the gateway was ready, no program's complaint ends it; a reload tries at once" {
    stand_ins
    configuration "$(listener in "$PORT")"
    run_gateway
    wait_for 20 ready
    pop=$(free_port)
    order pop-proxy exit 78
    configuration "$(listener in "$PORT")" "$(proxy p pop-proxy "$pop")"
    kill -HUP "$GATEWAY"
    wait_for 40 logged 'program-died name=pop-proxy .* how="exit status 78" again_ms=8000'
    [ "$(greeting "$PORT")" = "$(pids_of smtp-relayd)" ]
    rm "$DIRECTIONS/pop-proxy"
    kill -HUP "$GATEWAY"
    wait_for 6 logged 'program-ready name=pop-proxy' # the pause is longer
    kill -TERM "$GATEWAY"
    exit_status 0
}

@test "mail neither waits for the journal's program nor ends with it" {
    stand_ins
    cp "$TMP/bin/smtp-sendd" "$TMP/bin/sponts-indexd"
    order sponts-indexd exit 78
    configuration "$(listener in "$PORT")" '[journal]' 'enabled = yes'
    run_gateway
    wait_for 20 ready
    wait_for 20 logged 'program-died name=sponts-indexd .* again_ms=1000'
    [ "$(greeting "$PORT")" = "$(pids_of smtp-relayd)" ]
}

@test "there are as many workers as configured; without listeners there are none" {
    stand_ins
    configuration "$(listener in "$PORT")" '[smtp-relayd]' 'workers = 3'
    run_gateway
    wait_for 20 ready
    [ "$(pids_of smtp-relayd | wc -l)" -eq 3 ]
    logged 'program-started name=smtp-relayd.3 '
    kill -TERM "$GATEWAY"
    exit_status 0
    : >"$EVENTS"
    configuration
    run_gateway
    wait_for 20 ready
    [ -z "$(pids_of smtp-relayd)" ]
}

# proxy NAME PROGRAM PORT - the lines of a proxy's listener on loopback.
@test "a proxy is started when a listener names it, with its own sockets and workers" {
    stand_ins
    pop=$(free_port) imap=$(free_port)
    configuration "$(listener in "$PORT")" "$(proxy p pop-proxy "$pop")" \
        "$(proxy i imap-proxy "$imap")" '[imap-proxy]' 'workers = 2'
    run_gateway
    wait_for 20 ready
    logged 'gateway-ready programs=5'
    happened '^smtp-relayd started [0-9]* in --config'
    happened '^pop-proxy started [0-9]* p --config'
    happened '^imap-proxy started [0-9]* i --config'
    [ "$(pids_of imap-proxy | wc -l)" -eq 2 ]
    [ "$(greeting "$pop")" = "$(pids_of pop-proxy)" ]
    pids_of imap-proxy | grep -qxF "$(greeting "$imap")"
    kill -TERM "$GATEWAY"
    exit_status 0
}

@test "stop ends what has retired too" {
    stand_ins
    configuration "$(listener in "$PORT")"
    run_gateway
    wait_for 20 ready
    exec {session}<>"/dev/tcp/127.0.0.1/$PORT"
    read -rt 10 _ <&"$session"
    configuration "$(listener in "$PORT")" '[log]' 'level = debug'
    kill -HUP "$GATEWAY"
    wait_for 20 happened '^smtp-relayd SIGUSR1'
    kill -TERM "$GATEWAY"
    wait_for 20 both_were_told
    exec {session}<&-
    exit_status 0
}
both_were_told() { [ "$(grep -c '^smtp-relayd SIGTERM' "$EVENTS")" -eq 2 ]; }

@test "stop waits for sessions, then no longer than drain-timeout" {
    stand_ins
    configuration "$(listener in "$PORT")"
    run_gateway
    wait_for 20 ready
    exec {session}<>"/dev/tcp/127.0.0.1/$PORT"
    read -rt 10 _ <&"$session"
    kill -TERM "$GATEWAY"
    wait_for 20 happened '^smtp-relayd SIGTERM'
    kill -0 "$(pids_of smtp-relayd)"
    exec {session}<&-
    exit_status 0
    run ! logged program-killed
}

@test "a program that does not end is killed, exit status 75" {
    stand_ins
    order smtp-sendd stubborn
    configuration
    sed -i 's/drain-timeout = .*/drain-timeout = 1s/' "$CONF"
    run_gateway
    wait_for 20 ready
    kill -TERM "$GATEWAY"
    exit_status 75
    logged 'program-killed name=smtp-sendd'
    gone "$(pids_of smtp-sendd)"
}

@test "a second SIGTERM ends the waiting" {
    stand_ins
    order smtp-sendd stubborn
    configuration
    run_gateway
    wait_for 20 ready
    kill -TERM "$GATEWAY"
    wait_for 20 logged gateway-stopping
    kill -INT "$GATEWAY"
    exit_status 75
}

@test "no orphans: killed itself, the programs end; their children go with them" {
    stand_ins
    order smtp-sendd parent
    configuration "$(listener in "$PORT")"
    run_gateway
    wait_for 20 ready
    wait_for 20 happened '^smtp-sendd child'
    child=$(sed -n 's/^smtp-sendd child //p' "$EVENTS")
    rm "$DIRECTIONS/smtp-sendd" # the one that follows has no child: nobody would end it
    kill -KILL "$(pids_of smtp-sendd)"
    wait_for 20 gone "$child"
    kill -KILL "$GATEWAY"
    for pid in $(pids_of smtp-relayd) $(pids_of smtp-sendd); do
        wait_for 20 gone "$pid"
    done
}

@test "an address that is in use is one line and exit status 69" {
    stand_ins
    configuration "$(listener in "$PORT")"
    start holder socat "TCP-LISTEN:$PORT,bind=127.0.0.1" -
    wait_for 10 bound "$PORT"
    run -69 --separate-stderr sponts run --config "$CONF" --bin-dir "$TMP/bin"
    [ "${#stderr_lines[@]}" -eq 1 ]
    [[ $stderr == *"127.0.0.1:$PORT"*"in use"* ]]
    run ! happened started
}

@test "a gateway is not run twice" {
    stand_ins
    configuration
    run_gateway
    wait_for 20 ready
    [ "$(cat "$TMP/run/sponts.pid")" = "$GATEWAY" ]
    run -69 --separate-stderr sponts run --config "$CONF" --bin-dir "$TMP/bin"
    [ "$stderr" = "sponts: lock $TMP/run/sponts.pid: taken by process $GATEWAY" ]
    kill -KILL "$GATEWAY"
    wait_for 20 gone "$GATEWAY"
    run_gateway
    wait_for 20 ready
}

@test "workers share the keys of session tickets, and nobody else has them" {
    stand_ins
    configuration "$(listener in "$PORT")" "$(proxy i imap-proxy "$(free_port)")" \
        '[smtp-relayd]' 'workers = 2' '[imap-proxy]' 'workers = 2'
    run_gateway
    wait_for 20 ready
    [ "$(grep '^smtp-relayd keys' "$EVENTS" | sort -u | wc -l)" -eq 1 ]
    [ "$(grep '^imap-proxy keys' "$EVENTS" | sort -u | wc -l)" -eq 1 ]
    [ "$(sed -n 's/.* keys 80 //p' "$EVENTS" | sort -u | wc -l)" -eq 2 ]
    run ! happened '^smtp-sendd keys'
}

@test "a missing program is one line and exit status 69" {
    configuration
    run -69 --separate-stderr sponts run --config "$CONF" --bin-dir "$TMP"
    [ "$stderr" = "sponts: start smtp-sendd: no such program in $TMP" ]
    configuration "$(listener in "$PORT")"
    run -69 --separate-stderr sponts run --config "$CONF" --bin-dir "$TMP"
    [ "$stderr" = "sponts: start smtp-relayd: no such program in $TMP" ]
}
