#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# imap-proxy(8) between peers that mean no good: bounded memory, and others are served.

setup() {
    load helpers/common
    load helpers/proxy
    proxy_setup
}
teardown() { sponts_teardown; }

# play - a Python script between the proxy at PORT and a backend that it plays itself at
# BACK; the process PROXY is watched.
play() {
    {
        cat <<'END'
import os, select, socket, sys, threading, time
from imap_talk import Talk
PORT, BACK, PROXY = (int(word) for word in sys.argv[1:4])

def memory(what="VmRSS"):
    """Of the proxy, in kB."""
    with open(f"/proc/{PROXY}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(what))

listening = socket.create_server(("127.0.0.1", BACK), backlog=512)

def backend(after_login, can=b"IMAP4rev1 LITERAL+"):
    """after_login(connection, reader) plays each session in a thread of its own."""
    def session(connection):
        try:
            connection.sendall(b"* OK [CAPABILITY " + can + b"] ready\r\n")
            reader = connection.makefile("rb")
            for line in reader:
                tag = line.split()[0]
                if b" LOGIN " in line:
                    connection.sendall(tag + b" OK [CAPABILITY " + can + b"] in\r\n")
                    return after_login(connection, reader)
                connection.sendall(tag + b" OK done\r\n")
        except OSError:
            pass
        finally:
            connection.close()
    def serve():
        while True:
            threading.Thread(target=session, args=(listening.accept()[0],), daemon=True).start()
    threading.Thread(target=serve, daemon=True).start()
END
        cat
    } >"$TMP/play.py"
    timeout 120 /usr/bin/python3 "$TMP/play.py" "$PLAIN_PORT" "$BACK" "$PROXY_PID"
}

between() {
    BACK=$(free_port)
    proxy_config imap-proxy "backend = 127.0.0.1:$BACK" "backend-tls = none" "$@"
    proxy_start
}

# bats test_tags=plain
@test "a literal of 2 GB for a reader that stops: bounded memory, and then all of it" {
    between
    play <<'END'
SIZE = 2 << 30
sent = 0
def fetch(connection, reader):
    global sent
    tag = reader.readline().split()[0]
    connection.sendall(b"* 1 FETCH (BODY[] {%d}\r\n" % SIZE)
    block = bytes(range(256)) * 4096
    while sent < SIZE:
        connection.sendall(block)
        sent += len(block)
    connection.sendall(b")\r\n" + tag + b" OK done\r\n")
    reader.readline()
backend(fetch)
talk = Talk(PORT).login("anna")
before = memory()
talk.send(b"f FETCH 1 BODY[]\r\n")
assert talk.line() == b"* 1 FETCH (BODY[] {%d}\r\n" % SIZE
last = -1
while sent != last: # until nothing moves any more
    last = sent
    time.sleep(0.5)
assert sent < 64 << 20, sent
assert memory() - before < 2048, (before, memory())
left = SIZE - len(talk.unread)
while left > 0:
    left -= len(talk.socket.recv(min(left, 1 << 20)))
talk.unread = b""
assert talk.line() == b")\r\n"
assert talk.line() == b"f OK done\r\n"
assert memory("VmHWM") - before < 4096, (before, memory("VmHWM"))
END
}

# bats test_tags=plain
@test "an upload of 2 GB to a backend that stops, and a compression bomb: bounded memory" {
    between
    play <<'END'
def deaf(connection, reader):
    time.sleep(60)
backend(deaf)
before = memory()
def push(talk, data):
    """Until nothing is taken any more; how much was."""
    talk.socket.setblocking(False)
    taken = 0
    while select.select([], [talk.socket], [], 2)[1]:
        taken += talk.socket.send(data)
    return taken
talk = Talk(PORT).login("anna")
talk.send(b"a APPEND INBOX {%d+}\r\n" % (2 << 30))
assert push(talk, bytes(1 << 20)) < 64 << 20
assert memory() - before < 2048, (before, memory())

# 200 MB of commands in 200 kB.
import zlib
bomb = zlib.compressobj(9, wbits=-15)
packed = b"".join(bomb.compress(b"a NOOP\r\n" * 131072) for _ in range(200)) + bomb.flush()
talk = Talk(PORT).login("anna")
talk.send(b"z COMPRESS DEFLATE\r\n")
assert len(packed) < 1 << 20
talk.socket.sendall(packed)
time.sleep(2)
assert memory() - before < 4096, (before, memory())
END
}

# bats test_tags=plain
@test "a compression bomb of a backend passes block by block" {
    between "backend-compress = yes"
    play <<'END'
import zlib
SIZE = 500 << 20
def bomb(connection, reader):
    tag = reader.readline().split()[0]
    connection.sendall(tag + b" OK deflate\r\n")
    pack = zlib.compressobj(9, wbits=-15)
    out = pack.compress(b"* 1 FETCH (BODY[] {%d}\r\n" % SIZE)
    for _ in range(500):
        out += pack.compress(bytes(1 << 20))
    out += pack.compress(b")\r\nf OK done\r\n") + pack.flush(zlib.Z_SYNC_FLUSH)
    assert len(out) < 2 << 20
    connection.sendall(out)
    time.sleep(60)
backend(bomb, b"IMAP4rev1 COMPRESS=DEFLATE")
talk = Talk(PORT).login("anna")
before = memory()
talk.send(b"f FETCH 1 BODY[]\r\n")
assert talk.line().startswith(b"* 1 FETCH")
time.sleep(1)
assert memory() - before < 2048, (before, memory())
left = SIZE - len(talk.unread)
while left > 0:
    left -= len(talk.socket.recv(min(left, 1 << 20)))
talk.unread = b""
assert talk.line() == b")\r\n" and talk.line() == b"f OK done\r\n"
assert memory("VmHWM") - before < 4096
END
}

# bats test_tags=plain
@test "a thousand half commands and half literals cost a few kB each" {
    between "[imap-proxy]" "connections-per-client = 5000"
    play <<'END'
backend(lambda connection, reader: None)
Talk(PORT)
before = memory()
def crowd(size, said):
    held = [socket.create_connection(("127.0.0.1", PORT)) for _ in range(size)]
    for one in held:
        assert one.recv(4096).startswith(b"* OK")
        one.sendall(said)
    time.sleep(1)
    return held
silent = crowd(1000, b"")
assert memory() - before < 6 * 1000, (before, memory())
half = crowd(1000, b"a LOGIN an")
assert memory() - before < 16 * 1000, (before, memory())
literal = crowd(500, b"a LOGIN {8000+}\r\n" + b"x" * 4000)
assert memory() - before < 16 * 1000 + 24 * 500, (before, memory())
assert Talk(PORT).login("anna")
END
}

@test "floods of logins and of silence: an honest user is served" {
    mailbox_server one
    proxy_config imap-proxy "backend = 127.0.0.1:${PORT[one-imap]}" "backend-verify = none" \
        "[imap-proxy]" "connections-per-client = 5000" "connections-per-user = 5000"
    proxy_start
    BACK=$(free_port)
    play <<'END'
def attack():
    while True:
        try:
            talk = Talk(PORT)
            for _ in range(3):
                talk.command(b"a LOGIN anna wrong")
        except (OSError, EOFError):
            pass
for _ in range(20):
    threading.Thread(target=attack, daemon=True).start()
silent = [socket.create_connection(("127.0.0.1", PORT)) for _ in range(300)]
endless = [socket.create_connection(("127.0.0.1", PORT)) for _ in range(100)]
for one in endless:
    one.sendall(b"x" * 100)
time.sleep(1)
for _ in range(5):
    began = time.monotonic()
    talk = Talk(PORT).login("bert")
    assert talk.command(b"a SELECT INBOX")[-1].startswith(b"a OK")
    talk.logout()
    assert time.monotonic() - began < 10
END
}

@test "a backend that lies after the login: its client is told, and nobody else is hurt" {
    between "[imap-proxy]" "connections-per-user = 100"
    play <<'END'
lies = [b"+OK this is POP3\r\n", b"\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"* " + b"x" * 40000,
        b"a OK [CAPABILITY " + b"x" * 40000 + b"\r\n", b"\0\0\0\0\r\n", b"a BYE no\r\n"]
turn = iter(lies)
honest = threading.Event()
def lie(connection, reader):
    line = reader.readline()
    if line.startswith(b"honest"):
        honest.wait(30)
        connection.sendall(b"honest OK done\r\n")
    else:
        connection.sendall(next(turn))
        time.sleep(5)
backend(lie)
friend = Talk(PORT).login("bert")
friend.send(b"honest NOOP\r\n")
for said in lies:
    talk = Talk(PORT).login("anna")
    talk.send(b"a NOOP\r\n")
    heard = talk.line()
    assert b"* BYE" in heard or heard == b"" or heard.startswith(b"* xx"), (said[:20], heard)
    while heard:
        heard = talk.line()
honest.set()
assert friend.line() == b"honest OK done\r\n"
END
    [ "$(grep -c 'session-ended .* user=anna .* reason=protocol' "$TMP/proxy.log")" -ge 5 ]
}

@test "a backend that dies at any byte: its client hears what it has said, and no more" {
    between "compress = no"
    timeout 120 "$BATS_TEST_DIRNAME/helpers/cut.py" imap "$PLAIN_PORT" "$BACK"
    proxy_logged 'login-unavailable .* kind=broken'
    run ! gone "$PROXY_PID"
}
