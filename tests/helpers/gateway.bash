# SPDX-License-Identifier: Apache-2.0
# gateway.bash - a whole gateway of its own below $TMP/gw, and what to ask it.
#
#     gateway_config [EXTRA_LINES]     writes $CONF: one listener `in` on $SMTP_PORT; the log is
#                                      kept for $RETENTION, if that is set
#     gateway_table TABLE <<CSV        imports rows
#     gateway_start                    sponts run, until it accepts connections
#
# Everything it receives from loopback may be relayed; change that in the test's own lines.

gateway_config() {
    GW=${GW:-$TMP/gw}
    mkdir -p "$GW"
    CONF=$GW/sponts.conf
    SMTP_PORT=$(free_port)
    cat >"$CONF" <<END
[general]
hostname = gw.test
spool = $GW/spool
database = $GW/sponts.db
run-directory = $GW/run

[listener in]
address = 127.0.0.1:$SMTP_PORT
program = smtp-relayd
tls = none
relay-from = 127.0.0.0/8

[smtp-relayd]
lookup-client-name = no
connections-per-client = 0

[queue]
segment-size = 1M
free-space = 0
free-inodes = 0
${RETENTION:+retention = $RETENTION}
END
    [ $# -eq 0 ] || printf '%s\n' "$@" >>"$CONF"
    sponts init --config "$CONF" >/dev/null
}

gateway_table() { sponts import "$1" - --config "$CONF"; }

# gateway_route DOMAIN PORT [COLUMN=VALUE...] - serve DOMAIN, relay it to 127.0.0.1:PORT.
gateway_route() {
    local domain=$1 port=$2 names values word
    shift 2
    names=pattern,host,port,tls values=$domain,127.0.0.1,$port,none
    for word in "$@"; do
        if [ "${word%%=*}" = tls ]; then
            values=$domain,127.0.0.1,$port,${word#*=}${values#"$domain,127.0.0.1,$port,none"}
        else
            names+=,${word%%=*} values+=,${word#*=}
        fi
    done
    gateway_table domains < <(printf 'name\n%s\n' "$domain")
    gateway_table routes < <(printf '%s\n%s\n' "$names" "$values")
}

gateway_start() {
    start gateway sponts run --config "$CONF"
    GATEWAY_PID=$PID
    wait_for 20 listens "$SMTP_PORT" || { cat "$TMP/gateway.log" >&2; return 1; }
}

gateway_stop() {
    kill -TERM "$GATEWAY_PID"
    wait_for 20 gone "$GATEWAY_PID"
}

queue() { queuectl "$@" --config "$CONF"; }
queue_is_empty() { [ -z "$(queue list --ids)" ]; }
queue_holds() { [ "$(queue list --ids | wc -l)" -eq "$1" ]; }

# logged PATTERN - a line of the gateway's log matches.
logged() { grep -qE -- "$1" "$TMP/gateway.log"; }

# mail_of SIZE NUMBER - an ordinary message with CRLF line ends.
mail_of() {
    printf 'From: <a@test>\r\nTo: <b@dest.test>\r\nSubject: message %s\r\nMessage-ID: <%s@test>\r\n\r\n' "$2" "$2"
    { head -c "$1" /dev/zero | tr '\0' 'x' | fold -w 76; echo; } | sed 's/$/\r/'
}

# submit FILE [FROM [RCPT...]] - over the wire, byte for byte (dots stuffed), no more.
submit() {
    /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/submit.py" "127.0.0.1:$SMTP_PORT" "$@"
}
