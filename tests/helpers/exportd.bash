# SPDX-License-Identifier: Apache-2.0
# exportd.bash - a whole gateway with interception, and an authority that receives.
#
#     setup()    { load helpers/common; load helpers/gateway; load helpers/tkuev;
#                  load helpers/exportd; sponts_setup; }
#     teardown() { exportd_teardown; }
#     interception [LINE...]        the gateway's $CONF with [tkuev], everything running
#     lemf_start NAME [OPTION...]   an authority; its port in $LEMF_PORT
#     tapped [LINE...]              an active measure that goes there

LEMF=$BATS_TEST_DIRNAME/helpers/lemf.py

# Where the gateway sees its files; tests with small disks have a mount namespace for that.
inside() { "$@"; }

interception() {
    tkuev_section
    gateway_config "${TKUEV[@]}" 'renewal = 1' "$@"
    mkdir -p "$TMP/li-spool/incoming"
    MX_PORT=$(free_port)
    gateway_table domains < <(printf 'name\nexample.org\nexample.net\n')
    gateway_table routes < <(printf 'pattern,host,port,tls\n*,127.0.0.1,%s,none\n' "$MX_PORT")
    new_log >/dev/null
    ctl init >/dev/null
    gateway_start
    wait_for 10 test -S "$SOCKET"
    wait_for 10 inside test -e "$TMP/li-spool/match"
    ctl authority add lka --title 'LKA Musterland'
}

lemf_start() {
    local name=$1
    shift
    rm -f "$TMP/$name.port"
    start "$name" /usr/bin/python3 "$LEMF" serve --out "$TMP/$name.pdus" \
        --port-file "$TMP/$name.port" "$@"
    # shellcheck disable=SC2034  # for the tests
    LEMF_PID=$PID
    wait_for 10 test -e "$TMP/$name.port"
    LEMF_PORT=$(cat "$TMP/$name.port")
}

tapped() {
    goes_by_tcp "$LEMF_PORT"
    armed "${GOES[@]}" "$@"
    list_is_renewed
    list_is_renewed
}

# send NUMBER... - mail of 3 kB for the target.
send() {
    local n
    for n; do
        mail_of 3000 "$n" >"$TMP/mail.$n"
        submit "$TMP/mail.$n" a@test anna@example.org
    done
}

# The servers have read a list that was written after now.
list_is_renewed() {
    local before
    before=$(inside stat -c %y "$TMP/li-spool/match")
    wait_for 10 list_differs "$before"
    before=$(inside stat -c %y "$TMP/li-spool/match")
    wait_for 10 list_differs "$before"
}
list_differs() { [ "$(inside stat -c %y "$TMP/li-spool/match")" != "$1" ]; }

# lemf_check NAME - what arrived there, as JSON in $output; fails if anything is wrong.
lemf_check() {
    run -0 /usr/bin/python3 "$LEMF" check --pem "$STATE/interception.pem" "$TMP/$1.pdus"
}
# lemf_has NAME FILTER - jq says yes to what arrived.
lemf_has() {
    /usr/bin/python3 "$LEMF" check --pem "$STATE/interception.pem" "$TMP/$1.pdus" |
        jq -e "$2"
}

# One that a test has stopped, and that was not continued, would not end with its gateway.
exportd_teardown() {
    local pid
    if [ -n "${GATEWAY_PID-}" ] && pid=$(exportd_pid); then
        kill -CONT "$pid"
    fi
    sponts_teardown
}
exportd_pid() { pgrep -P "$GATEWAY_PID" -x tkuev-exportd; }
# no_exportd - kills it, and has its lock: there is none until exec {HELD}>&-.
no_exportd() {
    exec {HELD}>>"/proc/$GATEWAY_PID/root$STATE/exportd.lock" # where the gateway sees it
    wait_for 20 takes_its_lock
}
# It is started again soon, and may be the first to ask.
takes_its_lock() {
    kill -KILL "$(exportd_pid)" 2>/dev/null || true
    flock -n "$HELD"
}
# tells PATTERN - a line of a ledger matches.
tells() { inside sh -c "cat '$STATE'/ledger/*" | grep -qE "$1"; }
