# SPDX-License-Identifier: Apache-2.0
"""POP3 by hand: every byte that is said and heard is the test's own.

    talk = Talk(port).login("anna")
    first, text = talk.long(b"RETR 1")
"""
import socket
import ssl


class Talk:
    def __init__(self, port, tls=False, before=b"", name="localhost"):
        """`before`: said ahead of everything, as a PROXY header is."""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        if before:
            self.socket.sendall(before)
        if tls:
            self.start_tls(name)
        self.unread = b""
        self.greeting = self.line()

    def start_tls(self, name="localhost", session=None, context=None):
        if context is None:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        self.socket = context.wrap_socket(self.socket, server_hostname=name, session=session)
        self.unread = b""

    def say(self, data):
        self.socket.sendall(data)

    def more(self):
        """What comes next, b"" at the end."""
        try:
            return self.socket.recv(65536)
        except (ConnectionResetError, ssl.SSLEOFError):
            return b""

    def line(self):
        """The next line without its end; b"" when the connection is over."""
        while b"\r\n" not in self.unread:
            data = self.more()
            if not data:
                return b""
            self.unread += data
        line, self.unread = self.unread.split(b"\r\n", 1)
        return line

    def text(self):
        """A multi-line answer behind its first line, dots as they are, up to its end."""
        parts, end = [self.unread], (b"\r\n" + self.unread)[-5:]
        while end != b"\r\n.\r\n":
            parts.append(self.more())
            assert parts[-1], "ended within an answer"
            end = (end + parts[-1])[-5:]
        self.unread = b""
        return b"".join(parts)

    def short(self, command):
        self.say(command + b"\r\n")
        return self.line()

    def long(self, command):
        first = self.short(command)
        assert first.startswith(b"+OK"), first
        return first, self.text()

    def login(self, user="anna", password="secret"):
        heard = self.short(b"USER " + user.encode())
        assert heard.startswith(b"+OK"), heard
        heard = self.short(b"PASS " + password.encode())
        assert heard.startswith(b"+OK"), heard
        return self

    def rest(self):
        """Everything up to the end of the connection."""
        while True:
            data = self.more()
            if not data:
                return self.unread
            self.unread += data

    def quit(self):
        heard = self.short(b"QUIT")
        assert heard.startswith(b"+OK"), heard
        assert self.rest() == b""
