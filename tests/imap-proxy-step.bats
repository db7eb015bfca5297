#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# imap-proxy(8) and Dovecot agree where commands begin, whatever a client says.

setup() {
    load helpers/common
    load helpers/proxy
    proxy_setup
    mailbox_server one
    proxy_config imap-proxy "backend = 127.0.0.1:${PORT[one-imap]}" "backend-verify = none" \
        "[imap-proxy]" "connections-per-client = 1000"
    proxy_start
}
teardown() { sponts_teardown; }

# A Python script against the proxy, on standard input.
against_proxy() { timeout 120 /usr/bin/python3 - "$PLAIN_PORT"; }
# What all sessions together have uploaded, as the log has it.
uploads() {
    sed -n 's/.* session-ended .* uploaded=\([0-9]*\) .*/\1/p' "$TMP/proxy.log" |
        awk '{ sum += $1 } END { print sum + 0 }'
}
sessions_ended() { [ "$(grep -c ' session-ended .*user=' "$TMP/proxy.log")" -ge "$1" ]; }

@test "commands hidden in what Dovecot takes for no literal do not come to it" {
    against_proxy <<'END'
import sys
from imap_talk import Talk
HIDDEN = b"h APPEND INBOX {3+}\r\nabc\r\n"
for first in [b"a XYZZY ", b"a SELECT foo", b"a SELECT \"foo ", b"a SELECT ) ", b"a ", b" ", b"",
              b"a NOOP ", b"a DELETE none ", b"a SUBSCRIBE none ", b"a RENAME none no ",
              b"a STATUS INBOX (MESSAGES) ", b"a CREATE new ", b"a CHECK ", b"\"a NOOP ",
              b"a SETMETADATA none (/private/comment ", b"a UID APPEND INBOX ", b"a APPEND"]:
    talk = Talk(int(sys.argv[1])).login("anna")
    talk.send(first + b"{%d+}\r\n" % len(HIDDEN) + HIDDEN + b"\r\nz NOOP\r\n")
    heard = talk.until(b"z ")
    assert not any(line.startswith(b"h ") for line in heard), (first, heard)
    assert any(line.startswith((b"a ", b"* BAD")) for line in heard), (first, heard)
    talk.logout()
END
    wait_for 10 sessions_ended 18
    [ "$(uploads)" = 0 ]
    run ! grep -q "reason=protocol" "$TMP/proxy.log"
}

@test "what Dovecot takes for commands within and behind IDLE is seen as such" {
    against_proxy <<'END'
import sys
from imap_talk import Talk
HIDDEN = b"h APPEND INBOX {3+}\r\nabc\r\n"
for line in [b"DONE", b"DONE {%d+}" % len(HIDDEN), b"b APPEND INBOX {%d}" % len(HIDDEN), b""]:
    talk = Talk(int(sys.argv[1])).login("anna")
    talk.send(b"i IDLE\r\n" + line + b"\r\n" + HIDDEN + b"z NOOP\r\n")
    heard = talk.until(b"z ")
    assert any(line.startswith(b"h OK") for line in heard), (line, heard)
    talk.logout()
END
    wait_for 10 sessions_ended 4
    [ "$(uploads)" = 4 ]
}

@test "an upload that Dovecot does not understand ends its session, and the log says so" {
    against_proxy <<'END'
import sys
from imap_talk import Talk
HIDDEN = b"h NOOP\r\n"
for rest in [b"INBOX (\\Bogus) ", b"INBOX \"never\" ", b"none () () ", b"\"no\"ne "]:
    talk = Talk(int(sys.argv[1])).login("anna")
    talk.send(b"a APPEND " + rest + b"{%d+}\r\n" % len(HIDDEN) + HIDDEN + b"\r\n")
    while talk.line():
        pass
END
    wait_for 10 sessions_ended 4
    [ "$(grep -c 'session-ended .*reason=protocol' "$TMP/proxy.log")" = 4 ]
}

@test "messages are counted once, when Dovecot has them; tags are as long as they like" {
    against_proxy <<'END'
import sys
from imap_talk import Talk
talk = Talk(int(sys.argv[1])).login("anna")
def ok(line):
    answer = talk.command(line)
    assert answer[-1].split()[1] == b"OK", answer
ok(b"a APPEND INBOX CATENATE (TEXT {6+}\r\nA: b\r\n TEXT {4+}\r\n\r\nhi)")
ok(b"b APPEND INBOX {6+}\r\nA: b\r\n () {6+}\r\nC: d\r\n")
assert talk.command(b"c APPEND none {6+}\r\nA: b\r\n")[-1].startswith(b"c NO")
ok(b"d CREATE foo[bar")
ok(b"e APPEND foo[bar {6+}\r\nA: b\r\n")
tag = b"T" * 300
for _ in range(300):
    ok(tag + b" NOOP")
assert talk.command(tag + b" APPEND none {10}")[-1].startswith(tag + b" NO")
ok(b"f NOOP")
# An answer to an older command with the same tag is not one to the literal.
talk.send(b"g NOOP\r\ng APPEND INBOX {20}\r\n")
talk.until(b"+")
talk.send(b"x COMPRESS DEFLATE\r\n\r\n")
assert talk.until(b"g ")[-1].startswith(b"g OK")
for number in range(300): # as many as may be unanswered, and more
    talk.send(b"\"a NOOP\r\n")
    assert talk.line().startswith(b"* BAD")
    if number % 10 == 0: # Dovecot has enough of twenty
        ok(b"h NOOP")
talk.logout()
END
    wait_for 10 sessions_ended 1
    proxy_logged "session-ended .* uploaded=5 "
}

@test "an answer of more than 16 kB passes" {
    against_proxy <<'END'
import sys
from imap_talk import Talk
talk = Talk(int(sys.argv[1])).login("anna")
assert talk.command(b"c CREATE Copies")[-1].startswith(b"c OK")
COUNT = 4000
talk.send(b"a APPEND INBOX" + b" {6+}\r\nA: b\r\n" * (2 * COUNT) + b"\r\n")
assert talk.until(b"a ")[-1].startswith(b"a OK")
talk.command(b"s SELECT INBOX")
talk.command(b"d STORE " + b",".join(b"%d" % (2 * n + 1) for n in range(COUNT)) +
             b" +FLAGS.SILENT (\\Deleted)")
talk.command(b"e EXPUNGE")
answer = talk.command(b"y UID COPY 1:* Copies")[-1]
assert answer.startswith(b"y OK [COPYUID ") and len(answer) > 17000, (len(answer), answer[:60])
talk.logout()
END
    run ! grep -q "reason=protocol" "$TMP/proxy.log"
}
