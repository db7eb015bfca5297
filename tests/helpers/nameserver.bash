# SPDX-License-Identifier: Apache-2.0
# nameserver.bash - a real name server (nsd) on a port of 127.0.0.1.
#
#     nameserver_start <<'END'         sets $DNS_SERVER, as `resolvers` wants it
#     client.test.  A    192.0.2.77
#     77.2.0.192.in-addr.arpa.  PTR  client.test.
#     END
#
# Every name is served from one zone each for "test." and "in-addr.arpa.".

nameserver_start() {
    local dir=$TMP/nsd port zone
    port=$(free_port)
    export DNS_SERVER=127.0.0.1@$port
    mkdir -p "$dir"
    cat >"$dir/records"
    cat >"$dir/nsd.conf" <<END
server:
    ip-address: 127.0.0.1
    port: $port
    server-count: 1
    username: ""
    chroot: ""
    zonesdir: "$dir"
    database: ""
    pidfile: "$dir/pid"
    xfrdfile: "$dir/xfrd.state"
    zonelistfile: "$dir/zone.list"
    xfrdir: "$dir"
remote-control:
    control-enable: no
END
    for zone in test in-addr.arpa; do
        { # the records below it, and what makes a zone of them
            echo "\$TTL 60"
            echo "$zone. SOA ns.test. hostmaster.test. 1 60 60 60 60"
            echo "$zone. NS ns.test."
            grep -iE "^[^ ]*\b${zone//./\\.}\.[[:space:]]" "$dir/records" || true
        } >"$dir/$zone.zone"
        printf 'zone:\n    name: "%s"\n    zonefile: "%s.zone"\n' "$zone" "$zone" >>"$dir/nsd.conf"
    done
    nsd-checkconf "$dir/nsd.conf"
    start nsd nsd -d -c "$dir/nsd.conf"
    NAMESERVER_PID=$PID
    wait_for 10 listens "$port"
}

# The name server's processes: it answers in children of its own.
nameserver_pids() {
    local generation=$NAMESERVER_PID
    while [ -n "$generation" ]; do
        echo "$generation"
        generation=$(pgrep -d, -P "${generation//$'\n'/,}" | tr , '\n') || true
    done
}
nameserver_silent() {
    kill -STOP "$NAMESERVER_PID" # makes no more children
    # shellcheck disable=SC2046  # a list of numbers
    kill -STOP $(nameserver_pids)
    nameserver_pids >>"$STARTED" # stopped ones do not go with their parent
}
# shellcheck disable=SC2046  # a list of numbers
nameserver_speaks() { kill -CONT $(nameserver_pids); }
