#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""pop_host.py PORT SCRIPT - a POP3 server that says what stands in a script.

Lines "S text" are said, "C pattern" must be heard; "STOP" ends the connection there, "FLOOD n"
says so many kB of text and its end.  CAPA is answered with the lines "K capability" whenever it
comes: a proxy asks only now and then.  Each connection plays all of it.  What is heard goes to
standard output, a line each.
"""
import re
import socketserver
import sys

SCRIPT = open(sys.argv[2]).read().splitlines()
KNOWN = [line[2:] for line in SCRIPT if line.startswith("K ")]


class Host(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            for step in SCRIPT:
                if not self.play(step):
                    return
            self.rfile.read()
        except (ConnectionError, BrokenPipeError):
            pass

    def hear(self):
        while True:
            heard = self.rfile.readline().decode("latin-1").rstrip("\r\n")
            if heard:
                print(heard, flush=True)
            if heard != "CAPA" or not KNOWN:
                return heard
            self.wfile.write("\r\n".join(["+OK", *KNOWN, ".", ""]).encode())

    def play(self, step):
        kind, _, rest = step.partition(" ")
        if kind == "S":
            self.wfile.write(rest.encode() + b"\r\n")
        elif kind == "FLOOD":
            line = b"x" * 98 + b"\r\n"
            for _ in range(int(rest)):
                self.wfile.write(line * 10)
            self.wfile.write(b".\r\n")
        elif kind == "C":
            return re.fullmatch(rest, self.hear()) is not None
        return kind != "STOP"


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Server(("127.0.0.1", int(sys.argv[1])), Host).serve_forever()
