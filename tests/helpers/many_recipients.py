#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""many_recipients.py PORT SESSIONS RECIPIENTS FIFO - so many sessions name recipients and stay.

Each recipient has the longest ORCPT there is.  Prints how many were accepted and how many
were told 452 4.3.1; then every second session says RSET, and one more names a recipient:
prints that answer.  In between it waits until somebody has opened and closed FIFO.
"""
import socket
import sys

ORCPT = "rfc822;" + "o" * 493


class Session:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.file = self.socket.makefile("rb")
        self.reply()
        self.ask("EHLO c.test")

    def reply(self):
        while True:
            line = self.file.readline()
            if line[3:4] != b"-":
                return line.decode().strip()

    def ask(self, line):
        self.socket.sendall(line.encode() + b"\r\n")
        return self.reply()

    def name(self, count):
        """In groups: whoever pipelines has to take the answers, too."""
        said = []
        for first in range(0, count, 50):
            group = range(first, min(first + 50, count))
            self.socket.sendall(
                "".join(f"RCPT TO:<recipient{i}@dest.test> ORCPT={ORCPT}\r\n" for i in group).encode()
            )
            said += [self.reply() for _ in group]
            if any(answer.startswith("421") for answer in said):
                break  # sent away for its errors
        return said


def main():
    port, sessions, recipients = (int(word) for word in sys.argv[1:4])
    said, open_sessions = [], []
    for _ in range(sessions):
        session = Session(port)
        session.ask("MAIL FROM:<a@remote.test>")
        said += session.name(recipients)
        open_sessions.append(session)
    print(sum(s.startswith("250") for s in said), "accepted")
    print(sum(s.startswith("452 4.3.1") for s in said), "refused", flush=True)
    with open(sys.argv[4], encoding="ascii") as fifo:
        fifo.read()
    for session in open_sessions[::2]:
        session.ask("RSET")
    late = Session(port)
    late.ask("MAIL FROM:<a@remote.test>")
    print(late.name(1)[0], flush=True)


main()
