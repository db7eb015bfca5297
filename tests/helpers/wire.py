# SPDX-License-Identifier: Apache-2.0
"""A connection of a client to a listener of the gateway on 127.0.0.1."""

import socket
import ssl
import zlib

PORTS = {}  # of the listeners, by name: smtp, smtps, submission, submissions, pop3, ...
CONTEXT = ssl.create_default_context()
CONTEXT.check_hostname = False
CONTEXT.verify_mode = ssl.CERT_NONE
PASSWORD = "secret"  # of every user


class Wire:
    """Lines in, lines out; counts the octets without TLS and compression."""

    def __init__(self, what):
        self.what = what
        self.protocol = {"s": "smtp", "p": "pop3", "i": "imap"}[what[0]]
        self.socket = socket.create_connection(("127.0.0.1", PORTS[what]), 60)
        self.port = self.socket.getsockname()[1]
        self.inflate = self.deflate = None
        self.buffer = b""
        self.sent = 0
        self.tls = ""
        if what in ("smtps", "submissions", "pop3s", "imaps"):
            self.start_tls()

    def start_tls(self):
        self.socket = CONTEXT.wrap_socket(self.socket, server_hostname="localhost")
        self.tls = f"{self.socket.version()} {self.socket.cipher()[0]}"

    def compress(self):
        self.inflate = zlib.decompressobj(-15)
        self.deflate = zlib.compressobj(9, zlib.DEFLATED, -15)

    def say(self, data):
        data = data.encode() if isinstance(data, str) else data
        self.sent += len(data)
        if self.deflate:
            data = self.deflate.compress(data) + self.deflate.flush(zlib.Z_SYNC_FLUSH)
        self.socket.sendall(data)

    def hear(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError(self.buffer)
        self.buffer += self.inflate.decompress(data) if self.inflate else data

    def line(self):
        while b"\n" not in self.buffer:
            self.hear()
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line + b"\n"

    def octets(self, count):
        while len(self.buffer) < count:
            self.hear()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def close(self):
        """At once, whatever was under way; the other side sees the end."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
