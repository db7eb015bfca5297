#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# smtp-relayd(8) and those it trusts: balancers that send PROXY, front ends that send XCLIENT.

bats_require_minimum_version 1.5.0

load helpers/relayd

setup() { sponts_setup; }
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

# -- ourselves ----------------------------------------------------------------------------

@test "reports to the senders we have rewritten come in, forged and old ones do not" {
    relayd_config
    printf 'name,verify\nsrs.test,list\n' | sponts --config "$CONF" import domains -
    echo secret >"$RELAY/srs"
    printf '[smtp-sendd]\nsrs-secret-file = %s\nsrs-domain = %s\n' "$RELAY/srs" srs.test >>"$CONF"
    relayd_start
    to() {
        printf 'EHLO c.test\r\nMAIL FROM:<>\r\nRCPT TO:<%s>\r\nQUIT\r\n' "$1" |
            speak "$SMTP_PORT" | grep -v '^250-' | sed -n 4p
    }
    rewritten() { # DAYS_AGO DOMAIN
        /usr/bin/python3 - "$1" "$2" <<'END'
import hashlib, hmac, sys, time
letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
day = int(time.time()) // 86400 - int(sys.argv[1])
text = letters[day >> 5 & 31] + letters[day & 31] + "=a.example=alice"
mac = hmac.new(b"secret", text.lower().encode(), hashlib.sha256).digest()
bits = int.from_bytes(mac[:4], "big")
tag = "".join(letters[bits >> 5 * i & 31] for i in range(6))
print(f"SRS0={tag}={text}@{sys.argv[2]}")
END
    }
    [[ $(to "$(rewritten 0 srs.test)") == "250 2.1.5"* ]]
    [[ $(to "$(rewritten 0 SRS.test)") == "250 2.1.5"* ]]
    [[ $(to "$(rewritten 30 srs.test)") == "550 5.1.1"* ]]
    [[ $(to 'SRS0=AAAAAA=AA=a.example=alice@srs.test') == "550 5.1.1"* ]]
    [[ $(to 'SRS0=broken@srs.test') == "550 5.1.1"* ]]
    [[ $(to 'nobody@srs.test') == "550 5.1.1"* ]]
    [[ $(to "$(rewritten 0 elsewhere.test)") == "554 5.7.1"* ]]

    sed -i 's/srs-domain = .*/srs-domain = unlisted.test/' "$CONF"
    kill -HUP "$RELAYD_PID"
    wait_for 5 logged ' reloaded '
    [[ $(to "$(rewritten 0 unlisted.test)") == "250 2.1.5"* ]]
    [[ $(to 'SRS0=AAAAAA=AA=a.example=alice@unlisted.test') == "550 5.1.1"* ]]
}
