# SPDX-License-Identifier: Apache-2.0
# proxy.bash - pop-proxy or imap-proxy alone, below $TMP/proxy.
#
#     setup()    { load helpers/common; load helpers/proxy; proxy_setup; }
#     teardown() { sponts_teardown; }
#
#     proxy_config PROGRAM [LINE...]   $CONF: a database, listeners `plain` on $PLAIN_PORT
#                                      (STARTTLS offered, not demanded) and `tls` on
#                                      $TLS_PORT; LINEs go into both; behind a line
#                                      "[section]" they are for what stands there
#     proxy_start                      until it is ready; $PROXY_PID
#     proxy_route LINE...              imports rows of routes; the first names the columns
#     proxy_logged PATTERN             the log has such a line
#     scripted NAME LINE...            a host that plays the lines, see pop_host.py; ${PORT[NAME]}
#     python ARGUMENT...               the script on standard input, with pop_talk and imap_talk
#     speak PORT                       sends standard input, prints what is heard until the end
#     lines LINE...                    with their ends, for speak

load helpers/dovecot

proxy_setup() {
    sponts_setup
    export PYTHONPATH=$BATS_TEST_DIRNAME/helpers
}

python() { /usr/bin/python3 - "$@"; }
speak() { socat -t10 - "TCP:127.0.0.1:$1" | tr -d '\r'; }
lines() { printf '%s\r\n' "$@"; }

proxy_config() {
    local line sections=""
    PROXY=$TMP/proxy
    CONF=$PROXY/sponts.conf
    PROGRAM=$1
    shift
    PLAIN_PORT=$(free_port)
    TLS_PORT=$(free_port)
    local own=""
    for line in "$@"; do
        [[ $line != '['* ]] || sections+=$'\n'
        if [ -n "$sections" ]; then
            sections+=$line$'\n'
        else
            own+=$line$'\n'
        fi
    done
    mkdir -p "$PROXY"/run
    [ -e "$PROXY/cert.pem" ] || self_signed "$PROXY"
    cat >"$CONF" <<END
[general]
hostname = gw.test
spool = $PROXY/spool
database = $PROXY/sponts.db
run-directory = $PROXY/run
drain-timeout = 5s

[tls]
certificate = $PROXY/cert.pem $PROXY/key.pem

[listener plain]
address = 127.0.0.1:$PLAIN_PORT
program = $PROGRAM
auth-without-tls = yes
$own
[listener tls]
address = 127.0.0.1:$TLS_PORT
program = $PROGRAM
tls = implicit
$own$sections
END
    sponts --config "$CONF" db migrate >/dev/null 2>&1
}

proxy_route() { printf '%s\n' "$@" | sponts import routes - --config "$CONF"; }

proxy_start() {
    start proxy "$PROGRAM" --config "$CONF"
    # shellcheck disable=SC2034  # for the tests
    PROXY_PID=$PID
    wait_for 30 proxy_ready || { cat "$TMP/proxy.log" >&2; return 1; }
}

# Its port is new: the log is not that of one before it.  Signals have a meaning from then on.
proxy_ready() { bound "$PLAIN_PORT" && proxy_logged ' ready '; }

proxy_logged() { grep -qE -- "$1" "$TMP/proxy.log"; }

scripted() {
    local name=$1
    shift
    PORT["$name"]=$(free_port)
    printf '%s\n' "$@" >"$TMP/$name.script"
    start "$name" "$BATS_TEST_DIRNAME/helpers/pop_host.py" "${PORT[$name]}" "$TMP/$name.script"
    wait_for 5 bound "${PORT[$name]}"
}
