#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""recorder.py PORT DIRECTORY [--lmtp] - a next hop that keeps each message byte for byte.

DIRECTORY/N.eml holds the unstuffed bytes, DIRECTORY/N.env the commands of the transaction,
one a line.  A message shows only when it is complete.  It is deliberately simple-minded: it
offers PIPELINING, 8BITMIME, SMTPUTF8, SIZE and DSN and accepts everything.
"""
import itertools
import os
import socketserver
import sys

numbers = itertools.count(1)
lmtp = "--lmtp" in sys.argv


class Session(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        self.say("220 recorder.test ESMTP")
        commands = []
        while line := self.rfile.readline(4096):
            verb = line.strip().split(b" ")[0].split(b":")[0].upper()
            if verb in (b"EHLO", b"LHLO"):
                self.say("250-recorder.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n"
                         "250-SMTPUTF8\r\n250-SIZE\r\n250 DSN")
            elif verb == b"DATA":
                self.say("354 go")
                if not self.take(commands):
                    return
                commands = []
            elif verb == b"QUIT":
                return self.say("221 bye")
            else:
                if verb == b"RSET":
                    commands = []
                elif verb in (b"MAIL", b"RCPT", b"XFORWARD", b"XCLIENT"):
                    commands.append(line.strip())
                self.say("250 ok")

    def take(self, commands):
        lines = []
        while (line := self.rfile.readline(1 << 20)) != b".\r\n":
            if not line:
                return False
            lines.append(line[1:] if line.startswith(b".") else line)
        name = os.path.join(sys.argv[2], str(next(numbers)))
        with open(name + ".tmp", "wb") as file:
            file.write(b"".join(lines))
        with open(name + ".env", "wb") as file:
            file.write(b"\n".join(commands) + b"\n")
        os.rename(name + ".tmp", name + ".eml")
        for _ in [c for c in commands if c.upper().startswith(b"RCPT")] if lmtp else [1]:
            self.say("250 taken")
        return True


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 200


os.makedirs(sys.argv[2], exist_ok=True)
Server(("127.0.0.1", int(sys.argv[1])), Session).serve_forever()
