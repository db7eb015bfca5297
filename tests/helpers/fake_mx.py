#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""fake_mx.py PORT DIRECTORY - a next hop that misbehaves as the file DIRECTORY/script says.

The script is read anew at each step; each line is "STEP ACTION [TEXT]".  Steps:
connect, greeting, ehlo, starttls, auth, mail, rcpt, data, body, dot, quit; "rcpt=ADDRESS"
for one recipient.  Actions:

    say TEXT     answer with TEXT instead of the usual words ("\\n" makes several lines)
    hang         read on, never answer
    close        close in order           reset    close with RST
    garbage      bytes that are no SMTP   endless  lines of a reply that never ends
    offer WORDS  (ehlo) extensions instead of the usual ones, comma separated; "-": none

Every complete message is kept as DIRECTORY/N.eml with the commands in DIRECTORY/N.env, and
DIRECTORY/log has a line for each command heard.  With --lmtp there is an answer for each
recipient after the dot ("dot=ADDRESS").  --tls CERTIFICATE KEY offers STARTTLS.  --bind
ADDRESS listens there instead of at 127.0.0.1.  DIRECTORY/listens appears when it does.
"""
import itertools
import os
import socket
import ssl
import struct
import sys
import threading

port, directory = int(sys.argv[1]), sys.argv[2]
lmtp = "--lmtp" in sys.argv
tls = sys.argv[sys.argv.index("--tls") + 1:][:2] if "--tls" in sys.argv else None
address = sys.argv[sys.argv.index("--bind") + 1] if "--bind" in sys.argv else "127.0.0.1"
numbers = itertools.count(1)
lock = threading.Lock()
OFFER = "PIPELINING,8BITMIME,SMTPUTF8,SIZE 10000000,DSN,ENHANCEDSTATUSCODES"


class Gone(Exception):
    pass


def read_script():
    script = {}
    try:
        with open(os.path.join(directory, "script"), encoding="utf-8") as file:
            for line in file:
                words = line.rstrip("\n").split(" ", 2)
                if len(words) > 1:
                    script[words[0]] = (words[1], words[2] if len(words) > 2 else "")
    except FileNotFoundError:
        pass
    return script


class Session:
    def __init__(self, connection):
        self.connection = connection
        self.file = connection.makefile("rb")
        self.script = read_script()
        self.commands = []
        self.recipients = []

    def note(self, line):
        with lock, open(os.path.join(directory, "log"), "ab") as file:
            file.write(line.rstrip(b"\r\n") + b"\n")

    def send(self, text):
        self.connection.sendall(text.encode() + b"\r\n")

    def act(self, step, usual, detail=None):
        """Answers as the script wants, else with the usual words; returns the reply code."""
        self.script = read_script()
        action, text = self.script.get(f"{step}={detail}", self.script.get(step, ("say", usual)))
        if action == "say":
            self.send(text.replace("\\n", "\r\n"))
            return int(text[:3])
        if action == "hang":
            while self.file.readline(65536):
                pass
            raise Gone
        if action == "close":
            raise Gone
        if action == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise Gone
        if action == "garbage":
            self.connection.sendall(b"\x00\xff\x1b[2J hello\r\n" * 20)
            raise Gone
        if action == "endless":
            for _ in range(1000000):
                self.connection.sendall(b"250-and another line\r\n" * 100)
            raise Gone
        return self.act(step + "!", usual)

    def converse(self):
        self.act("connect", "220 fake.test ESMTP") if "connect" in self.script else \
            self.act("greeting", "220 fake.test ESMTP")
        while line := self.file.readline(65536):
            self.note(line)
            verb = line.strip().split(b" ")[0].split(b":")[0].upper()
            if verb in (b"EHLO", b"LHLO"):
                self.ehlo()
            elif verb == b"MAIL":
                self.commands, self.recipients = [line.strip()], []
                if self.act("mail", "250 2.1.0 ok") >= 400:
                    self.commands = []
            elif verb == b"RCPT":
                self.rcpt(line)
            elif verb == b"DATA":
                self.data()
            elif verb == b"BDAT":
                self.bdat(line)
            elif verb == b"RSET":
                self.commands, self.recipients = [], []
                self.send("250 ok")
            elif verb == b"QUIT":
                self.act("quit", "221 bye")
                return
            elif verb == b"STARTTLS" and tls and "starttls" not in self.script:
                self.start_tls()
            elif verb in (b"STARTTLS", b"AUTH"):
                self.act(verb.decode().lower(), "502 no")
            else:
                if verb in (b"XFORWARD", b"XCLIENT"):
                    self.note(b"seen " + verb)
                self.send("220 fake.test" if verb == b"XCLIENT" else "250 ok")

    def start_tls(self):
        self.send("220 go")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.file = self.connection.makefile("rb")

    def ehlo(self):
        self.script = read_script()
        action, text = self.script.get("ehlo", ("offer", OFFER))
        if action != "offer":
            self.act("ehlo", "250 fake.test")
            return
        words = [] if text == "-" else text.split(",")
        if tls and not isinstance(self.connection, ssl.SSLSocket):
            words.append("STARTTLS")
        lines = ["fake.test"] + words
        self.connection.sendall(b"".join(
            f"250{' ' if i == len(lines) - 1 else '-'}{word}\r\n".encode()
            for i, word in enumerate(lines)))

    def rcpt(self, line):
        address = line.split(b"<")[1].split(b">")[0].decode()
        usual = "250 2.1.5 ok" if self.commands else "503 5.5.1 MAIL first"
        if self.act("rcpt", usual, address) < 400:
            self.recipients.append(address)
            self.commands.append(line.strip())

    def data(self):
        usual = "354 go" if self.recipients else "554 5.5.1 no valid recipients"
        if self.act("data", usual) != 354:
            return
        if "body" in read_script():
            self.file.readline(65536)
            self.act("body", "")
        lines = []
        while (line := self.file.readline(1 << 20)) != b".\r\n":
            if not line:
                raise Gone
            lines.append(line[1:] if line.startswith(b".") else line)
        self.finish(b"".join(lines))

    def bdat(self, line):
        content = self.file.read(int(line.split()[1]))
        if not self.recipients:
            self.send("554 5.5.1 no valid recipients")
            return
        self.finish(content)

    def finish(self, content):
        self.script = read_script()
        recipients = self.recipients if lmtp else [None]
        taken = False
        answers = []
        for one in recipients:
            step = f"dot={one}" if f"dot={one}" in self.script else "dot"
            taken = taken or self.script.get(step, ("say", "250"))[1].startswith("2")
            answers.append((step, one))
        if taken:
            self.keep(content)
        for step, one in answers:
            self.act("dot", "250 2.0.0 taken", one)
        self.commands, self.recipients = [], []

    def keep(self, content):
        name = os.path.join(directory, str(next(numbers)))
        with open(name + ".env", "wb") as file:
            file.write(b"\n".join(self.commands) + b"\n")
        with open(name + ".tmp", "wb") as file:
            file.write(content)
        os.rename(name + ".tmp", name + ".eml")


def serve(connection):
    try:
        Session(connection).converse()
    except (Gone, OSError):
        pass
    connection.close()


def main():
    server = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((address, port))
    server.listen(100)
    with open(os.path.join(directory, "listens"), "w", encoding="ascii"):
        pass
    while True:
        connection, _ = server.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


main()
