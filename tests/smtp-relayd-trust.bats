#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# smtp-relayd(8) and those it trusts: balancers that send PROXY, front ends that send XCLIENT.

bats_require_minimum_version 1.5.0

setup() {
    load helpers/common
    load helpers/converse
    load helpers/relayd
    sponts_setup
}

teardown() { sponts_teardown; }

# -- balancers ----------------------------------------------------------------------------

@test "behind PROXY the client it names is trusted or counted, never the balancer" {
    PER_CLIENT=1 LISTENER_LINES=$'trust-xclient = 127.0.0.0/8\ntrust-proxy = 127.0.0.0/8' \
        relayd_config
    relayd_start
    hello() { printf '%s\r\nEHLO c.test\r\nXCLIENT ADDR=192.0.2.99\r\nQUIT\r\n' "$1" | speak "$SMTP_PORT"; }
    hello 'PROXY TCP4 192.0.2.88 127.0.0.1 4711 25' >"$TMP/said"
    run ! grep -q '^250.XCLIENT' "$TMP/said"
    grep -q '^550 5.7.0 ' "$TMP/said"
    # Front ends behind the balancer, and the balancer's own connections, may go on.
    hello 'PROXY TCP4 127.0.0.9 127.0.0.1 4711 25' | grep -q '^250.XCLIENT'
    hello 'PROXY UNKNOWN' | grep -q '^250.XCLIENT'

    exec {one}<>"/dev/tcp/127.0.0.1/$SMTP_PORT"
    printf 'PROXY TCP4 192.0.2.88 127.0.0.1 4712 25\r\n' >&"$one"
    read -r line <&"$one"
    [[ $line == 220* ]]
    hello 'PROXY TCP4 192.0.2.88 127.0.0.1 4713 25' | grep -q '^421 4.7.0'
    logged 'client-refused client=192.0.2.88'
    exec {one}<&-
}

# -- front ends ---------------------------------------------------------------------------

@test "XCLIENT said in the clear is forgotten with STARTTLS" {
    LISTENER_LINES='trust-xclient = 127.0.0.1' relayd_config
    relayd_start
    run -0 /usr/bin/python3 - "$SMTP_PORT" <<'END'
import socket, ssl, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
def ask(connection, line):
    connection.sendall(line + b"\r\n")
    return connection.recv(4096).decode()
s.recv(4096)
ask(s, b"EHLO front.test")
print(ask(s, b"XCLIENT ADDR=192.0.2.77 NAME=evil.test HELO=evil.test LOGIN=carol"))
ask(s, b"EHLO front.test")
print(ask(s, b"STARTTLS"))
c = ssl._create_unverified_context().wrap_socket(s)
ask(c, b"EHLO front.test")
ask(c, b"MAIL FROM:<a@remote.test>")
print(ask(c, b"RCPT TO:<x@elsewhere.test>"))
print(ask(c, b"RCPT TO:<bob@dest.test>"))
ask(c, b"DATA")
print(ask(c, b"Subject: x\r\n\r\nx\r\n."))
c.sendall(b"QUIT\r\n")
END
    [[ $output == *554* ]]
    stored_has 'from front.test (unknown [127.0.0.1])'
    logged 'message-accepted .*client=127.0.0.1 helo=front.test login=[^a-z]* '
}
