# SPDX-License-Identifier: Apache-2.0
# sendd.bash - smtp-sendd alone with a spool of its own, and a next hop that misbehaves as it
# is told (fake_mx.py).
#
#     setup() { load helpers/common; load helpers/sendd; sendd_setup; }

# shellcheck disable=SC2016  # what wait_for evaluates is expanded there

sendd_setup() {
    sponts_setup
    MX=$TMP/mx SPOOL=$TMP/spool CONF=$TMP/sponts.conf
    mkdir -p "$MX" "$SPOOL"
    MX_PORT=$(free_port)
    ROUTE=tls ROUTE_VALUES=none
}

# sending [LINES...] - smtp-sendd with these settings; mail for dest.test goes to the fake.
# ROUTE and ROUTE_VALUES: more columns of its route; RETENTION, FREE_SPACE: the queue's.
sending() {
    local line
    cat >"$CONF" <<END
[general]
hostname = gw.test
spool = $SPOOL
database = $TMP/sponts.db
run-directory = $TMP/run
[queue]
free-space = ${FREE_SPACE:-0}
free-inodes = 0
${RETENTION:+retention = $RETENTION}
[smtp-sendd]
retry = 1s
dead-for = 1s
command-timeout = 2s
greeting-timeout = 2s
data-timeout = 2s
connect-timeout = 2s
idle-connection = 0s
END
    for line in "$@"; do # a key that the test gives replaces ours
        sed -i "/^${line%% = *} = /d" "$CONF"
        echo "$line" >>"$CONF"
    done
    sponts init --config "$CONF" >/dev/null
    table domains <<<$'name\ndest.test'
    table routes <<<"pattern,host,port,$ROUTE"$'\n'"dest.test,127.0.0.1,$MX_PORT,$ROUTE_VALUES"
    launch
}
launch() {
    start sendd smtp-sendd --config "$CONF"
    SENDD_PID=$PID
    wait_for 10 logged sendd-ready
}
halt() {
    kill -TERM "$SENDD_PID"
    wait_for 20 gone "$SENDD_PID"
}
table() { sponts import "$@" - --config "$CONF" >/dev/null; }
fake() {
    start fake /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/fake_mx.py" "$MX_PORT" "$MX" "$@"
    wait_for 10 listens "$MX_PORT"
}
script() { printf '%s\n' "$@" >"$MX/script.new" && mv "$MX/script.new" "$MX/script"; }
recovers() { rm -f "$MX/script"; }
heard() { grep -aqE -- "$1" "$MX/log"; }
heard_times() { [ "$(grep -acF -- "$2" "$MX/log")" -eq "$1" ]; }
got_at_least() { [ "$(find "$MX" -name '*.eml' | wc -l)" -ge "$1" ]; }
got() { [ "$(find "$MX" -name '*.eml' | wc -l)" -eq "$1" ]; }
logged_since() { tail -n "+$(($1 + 1))" "$TMP/sendd.log" | grep -qE -- "$2"; }
logged() { grep -qE -- "$1" "$TMP/sendd.log"; }
queue() { queuectl "$@" --config "$CONF"; }
queue_is_empty() { [ -z "$(queue list --ids)" ]; }
queue_holds() { [ "$(queue list --ids | wc -l)" -eq "$1" ]; }
message() { printf 'Subject: message %s\r\n\r\nsome text\r\n' "$1"; }
# put NUMBER SENDER RECIPIENT... - message NUMBER in the spool.
put() {
    local number=$1
    shift
    message "$number" | spool-tool put "$SPOOL" "$@" >/dev/null
}
gone() { ! kill -0 "$1" 2>/dev/null; }
# last_eml - the newest message the fake has.
last_eml() { echo "$MX/$(find "$MX" -name '*.eml' -printf '%f\n' | sort -n | tail -n 1)"; }
