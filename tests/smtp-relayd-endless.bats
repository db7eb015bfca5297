#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# smtp-relayd(8) and clients that never come to an end: in their messages, in their silence.

bats_require_minimum_version 1.5.0

load helpers/relayd

setup() { sponts_setup; }
teardown() { sponts_teardown; }

begin_data() { printf 'EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<bob@dest.test>\r\nDATA\r\n'; }

@test "a message without end is refused once it is twice as large as the limit" {
    relayd_config 'message-size = 100k'
    relayd_start
    run -0 /usr/bin/python3 - "$SMTP_PORT" <<'END'
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=20)
s.recv(4096)
for line in (b"EHLO c", b"MAIL FROM:<>", b"RCPT TO:<bob@dest.test>", b"DATA"):
    s.sendall(line + b"\r\n"); s.recv(4096)
s.sendall((b"y" * 98 + b"\r\n") * 2100)   # and not a byte more: the answer must come now
print(s.recv(4096).decode())
assert s.recv(4096) == b""
END
    [[ $output == 552\ 5.3.4* ]]
    logged 'session-ended .*reason=refused'
}

@test "the session's end is the end of the message, too" {
    relayd_config 'session-timeout = 2s' 'message-timeout = 60s'
    relayd_start
    drip() {
        begin_data
        for _ in {1..100}; do
            printf 'y\r\n' || return 0
            pause
        done
    }
    run -0 speak "$SMTP_PORT" < <(drip)
    [[ $output == *'421 4.4.2'* ]]
    logged 'session-ended .*reason=timeout'
}
