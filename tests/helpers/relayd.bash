# SPDX-License-Identifier: Apache-2.0
# relayd.bash - smtp-relayd alone, below $TMP/relay, without the rest of the gateway.
#
#     load helpers/relayd
#     setup()    { sponts_setup; }
#     teardown() { sponts_teardown; }
#
#     relayd_config [LINE...]     $CONF: a database, a spool, listener `in` on $SMTP_PORT
#     relayd_start [WRAPPER...]   until it accepts connections; $RELAYD_PID
#
# dest.test takes everybody, list.test only bob@.

load helpers/common
load helpers/converse

relayd_config() {
    RELAY=$TMP/relay
    CONF=$RELAY/sponts.conf
    SMTP_PORT=$(free_port)
    TLS_PORT=$(free_port)
    SUBMISSION_PORT=$(free_port)
    mkdir -p "$RELAY"/{spool,run}
    self_signed "$RELAY"
    cat >"$CONF" <<END
[general]
hostname = gw.test
spool = $RELAY/spool
database = $RELAY/sponts.db
run-directory = $RELAY/run
drain-timeout = 10s

[tls]
certificate = $RELAY/cert.pem $RELAY/key.pem

[listener in]
address = 127.0.0.1:$SMTP_PORT
${LISTENER_LINES:-}

[listener smtps]
address = 127.0.0.1:$TLS_PORT
tls = implicit

[listener submission]
address = 127.0.0.1:$SUBMISSION_PORT
auth = ${SUBMISSION_AUTH:-users}
auth-required = yes
${SUBMISSION_LINES:-}

[queue]
segment-size = 1M
free-space = ${FREE_SPACE:-0}
free-inodes = 0

[smtp-relayd]
lookup-client-name = no
connections-per-client = ${PER_CLIENT:-5000}
END
    [ $# -eq 0 ] || printf '%s\n' "$@" >>"$CONF"
    sponts --config "$CONF" db migrate >/dev/null 2>&1
    printf 'name,verify\ndest.test,any\nlist.test,list\n' |
        sponts --config "$CONF" import domains -
    printf 'address,kind\nbob@list.test,mailbox\n' |
        sponts --config "$CONF" import addresses -
}

relayd_start() {
    start relayd "$@" smtp-relayd --config "$CONF"
    export RELAYD_PID=$PID
    wait_for 20 bound "$SMTP_PORT" || {
        cat "$TMP/relayd.log" >&2
        return 1
    }
}

# logged PATTERN - a line of the log matches.
logged() { grep -qE -- "$1" "$TMP/relayd.log"; }

# How many messages the log holds; and whether one has these bytes.
stored() { cat "$RELAY"/spool/log/*.seg 2>/dev/null | grep -ac '^sponts-end ' || true; }
stored_has() { grep -qaF -- "$1" "$RELAY"/spool/log/*.seg; }

# speak PORT - sends standard input as it is and hangs up, prints all that comes back.
speak() { timeout 20 nc -N 127.0.0.1 "$1"; }

# to ADDRESS - the reply to RCPT for a stranger.
to() {
    printf 'EHLO c.test\r\nMAIL FROM:<alice@remote.test>\r\nRCPT TO:%s\r\nQUIT\r\n' "$1" |
        speak "${2:-$SMTP_PORT}" | grep -v '^250-' | sed -n 4p
}

# send_mail SWAKS_ARGS... - to the listener `in`, or to port $TO.
send_mail() { swaks --server "127.0.0.1:${TO:-$SMTP_PORT}" --from alice@remote.test "$@"; }
