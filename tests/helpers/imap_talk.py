#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An IMAP client for tests that says exactly what it is told and shows exactly what it hears.

As a module:   Talk(port).login("anna"); talk.command(b"a SELECT INBOX") -> [line, ...]
As a program:  imap_talk.py PORT USER [--compress] < script, prints what it hears.

A script has one command a line, without its tag; "{@FILE}" and "{+@FILE}" in it are literals
with the content of FILE, the first waits for "+" (also "~{@FILE}").  A line that begins with
"&" is sent together with the line behind it, in one packet.  "IDLE" waits for "+" and ends
itself with DONE.
"""

import re
import socket
import ssl
import sys
import zlib


class Talk:
    def __init__(self, port, tls=None, host="127.0.0.1", timeout=20, name="localhost"):
        """tls: a CA file; TLS from the first byte."""
        self.socket = socket.create_connection((host, port), timeout=timeout)
        self.unread = b""
        self.inflate = self.deflate = None
        if tls:
            self.wrap(tls, name)
        self.greeting = self.line()

    def wrap(self, ca_file, name="localhost"):
        context = ssl.create_default_context(cafile=ca_file)
        self.socket = context.wrap_socket(self.socket, server_hostname=name)

    def starttls(self, ca_file):
        assert self.command(b"s STARTTLS")[-1].startswith(b"s OK")
        self.wrap(ca_file)

    def send(self, data):
        if self.deflate:
            data = self.deflate.compress(data) + self.deflate.flush(zlib.Z_SYNC_FLUSH)
        self.socket.sendall(data)

    def more(self):
        data = self.socket.recv(65536)
        if not data:
            return False
        self.unread += self.inflate.decompress(data) if self.inflate else data
        return True

    def line(self):
        """A line with its end; what there is at the end of the connection."""
        while b"\n" not in self.unread:
            if not self.more():
                rest, self.unread = self.unread, b""
                return rest
        end = self.unread.index(b"\n") + 1
        line, self.unread = self.unread[:end], self.unread[end:]
        return line

    def octets(self, size):
        parts = []
        while size > 0:
            if not self.unread and not self.more():
                raise EOFError("within a literal")
            part, self.unread = self.unread[:size], self.unread[size:]
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def response(self):
        """A whole response, literals included."""
        whole = self.line()
        while True:
            announced = re.search(rb"\{(\d+)\}\r?\n$", whole)
            if not announced or not whole.startswith(b"*"):
                return whole
            whole += self.octets(int(announced.group(1)))
            whole += self.line()

    def until(self, beginning):
        """All responses up to the one that begins so."""
        heard = []
        while True:
            heard.append(self.response())
            if not heard[-1]:
                raise EOFError(b"".join(heard[-3:]))
            if heard[-1].startswith(beginning):
                return heard

    def command(self, line):
        """`line` begins with its tag."""
        self.send(line + b"\r\n")
        return self.until(line.split()[0] + b" ")

    def login(self, user, password="secret"):
        answer = self.command(f"l LOGIN {user} {password}".encode())
        assert answer[-1].startswith(b"l OK"), answer
        return self

    def compress(self):
        answer = self.command(b"z COMPRESS DEFLATE")
        assert answer[-1].startswith(b"z OK"), answer
        self.inflate = zlib.decompressobj(-15)
        self.deflate = zlib.compressobj(wbits=-15)
        return self

    def logout(self):
        self.command(b"o LOGOUT")
        assert self.line() == b""

    def fetch(self, number):
        """All of a message."""
        for heard in self.command(b"f FETCH %d BODY.PEEK[]" % number):
            found = re.match(rb"\* \d+ FETCH .*\{(\d+)\}\r\n", heard)
            if found:
                return heard[found.end():][:int(found.group(1))]
        raise LookupError(number)


def say(talk, text, tag, together):
    """Sends what can be sent; yields what is heard meanwhile.  Leaves the rest in `together`."""
    for piece in re.split(rb"(~?\{\+?@[^}]*\})", text):
        literal = re.fullmatch(rb"(~?)\{(\+?)@([^}]*)\}", piece)
        if not literal:
            together += piece
            continue
        with open(literal.group(3), "rb") as file:
            content = file.read()
        together += b"%s{%d%s}\r\n" % (literal.group(1), len(content), literal.group(2))
        if not literal.group(2):
            talk.send(together)
            together.clear()
            heard = talk.until((b"+", tag + b" "))
            yield from heard
            if not heard[-1].startswith(b"+"):
                return
        together += content
    together += b"\r\n"


def play(talk, script):
    """Yields what is heard."""
    together = bytearray()
    tags = []
    for number, line in enumerate(script, 1):
        line = line.rstrip(b"\n")
        tag = b"t%d" % number
        answered = False
        for heard in say(talk, tag + b" " + line.lstrip(b"&"), tag, together):
            answered = heard.startswith(tag)
            yield heard
        if answered:
            continue
        tags.append(tag)
        if line.startswith(b"&"):
            continue
        talk.send(together)
        together.clear()
        if line == b"IDLE":
            yield from talk.until(b"+")
            talk.send(b"DONE\r\n")
        while tags: # Dovecot answers in an order of its own now and then
            heard = talk.until(tuple(tag + b" " for tag in tags))
            tags.remove(heard[-1].split()[0])
            yield from heard


def main():
    talk = Talk(int(sys.argv[1])).login(sys.argv[2])
    if "--compress" in sys.argv:
        talk.compress()
    for heard in play(talk, sys.stdin.buffer):
        sys.stdout.buffer.write(heard)


if __name__ == "__main__":
    main()
