#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""cut.py imap|pop3 PORT BACK - a backend at BACK that is cut off at each byte in turn, and
its client, who talks to the proxy at PORT: nobody hears what was not said, all that was said
in whole lines is heard, and nobody waits.  Once the backend closes, once it resets.
"""
import socket
import struct
import sys
import threading

MAIL = b"Subject: x\r\n\r\n{3}\r\n* 1 FETCH (X)\r\n..\r\n+OK\r\n"


class Imap:
    greeting = b"* OK [CAPABILITY IMAP4rev1] ready\r\n"
    login = [(b"a LOGIN anna secret", b"a OK [CAPABILITY IMAP4rev1] in\r\n")]
    after = [(b"b SELECT INBOX", b"* 1 EXISTS\r\nb OK [READ-WRITE] there\r\n"),
             (b"c FETCH 1 BODY[]",
              b"* 1 FETCH (BODY[] {%d}\r\n%s)\r\nc OK done\r\n" % (len(MAIL), MAIL)),
             (b"d LOGOUT", b"* BYE bye\r\nd OK out\r\n")]
    besides = b""
    refusal = b"a NO [UNAVAILABLE] the mailbox is out of reach, try later\r\n"
    farewell = b"* BYE [UNAVAILABLE] the mailbox is out of reach\r\n"


class Pop3:
    greeting = b"+OK ready\r\n"
    login = [(b"USER anna", b"+OK\r\n"), (b"PASS secret", b"+OK in\r\n")]
    after = [(b"STAT", b"+OK 1 %d\r\n" % len(MAIL)),
             (b"RETR 1", b"+OK there\r\n" + MAIL + b".\r\n"),
             (b"QUIT", b"+OK out\r\n")]
    besides = b"+OK password, please\r\n"
    refusal = b"-ERR [SYS/TEMP] your mailbox cannot be reached now\r\n"
    farewell = b""


def total(steps):
    return b"".join(answer for _, answer in steps)


class Backend:
    def __init__(self, words, port):
        self.words = words
        self.cut, self.reset = 1 << 30, False
        self.listening = socket.create_server(("127.0.0.1", port), backlog=64)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection = self.listening.accept()[0]
            threading.Thread(target=self.session, args=(connection,), daemon=True).start()

    def session(self, connection):
        left, reset = self.cut, self.reset
        with connection, connection.makefile("rb") as reader:
            for awaited, answer in [(b"", self.words.greeting), *self.words.login, *self.words.after]:
                if awaited and not self.heard(connection, reader, awaited):
                    return
                connection.sendall(answer[:left])
                left -= len(answer)
                if left <= 0:
                    break
            if reset:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                      struct.pack("ii", 1, 0))

    @staticmethod
    def heard(connection, reader, awaited):
        line = reader.readline().strip()
        if line == b"CAPA": # the proxy asks that now and then
            connection.sendall(b"-ERR what?\r\n")
            line = reader.readline().strip()
        return line == awaited


def client(words, port):
    """All that it hears behind the greeting."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    assert connection.recv(4096).endswith(b"\r\n")
    unread = b""
    for command, answer in words.login + words.after:
        if command == words.login[-1][0]:
            answer = words.login[-1][1]
        elif (command, answer) in words.login:
            answer = words.besides
        try:
            connection.sendall(command + b"\r\n")
            while answer not in unread and words.refusal not in unread:
                data = connection.recv(4096)
                if not data:
                    return unread
                unread += data
        except (ConnectionResetError, BrokenPipeError):
            return unread
        if words.refusal in unread:
            break
    connection.close()
    return unread


def check(words, given, heard, reset):
    assert heard.startswith(words.besides), heard
    heard = heard[len(words.besides):]
    before_login = given < len(total(words.login))
    if before_login:
        assert heard == words.refusal, heard
        return
    said = (words.login[-1][1] + total(words.after))[:given - len(total(words.login[:-1]))]
    if words.farewell and heard.endswith(words.farewell):
        heard = heard[:-len(words.farewell)]
    assert said.startswith(heard), (said, heard)
    # Who resets a connection may take with it what was under way.
    assert reset or said.count(b"\n") == heard.count(b"\n"), (said, heard)


def main():
    words = {"imap": Imap, "pop3": Pop3}[sys.argv[1]]
    backend = Backend(words, int(sys.argv[3]))
    whole = len(words.greeting + total(words.login + words.after))
    for reset in False, True:
        for cut in range(1, whole + 1):
            backend.cut, backend.reset = cut, reset
            try:
                check(words, cut - len(words.greeting), client(words, int(sys.argv[2])), reset)
            except (AssertionError, TimeoutError) as error:
                sys.exit(f"cut behind {cut} bytes, {reset=}: {error!r}")
    print(f"{2 * whole} sessions")


if __name__ == "__main__":
    main()
