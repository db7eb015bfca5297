# SPDX-License-Identifier: Apache-2.0
"""What is behind the gateway in bench/run-proof: a POP3 and an IMAP server with one mail for
everybody, and a next hop.  They note every octet of their connections, within TLS."""

import base64
import re
import socket
import ssl
import threading
import time

PASSWORD = "secret"
MAIL = b"From: X <x@remote.test>\r\nSubject: in the mailbox\r\n\r\n" + b"y" * 70 + b"\r\n..dot\r\n"


class Leg:
    """A connection as its server has it: who said what, in the order of the conversation."""

    def __init__(self, what, connection):
        self.what, self.turns, self.times = what, [], []
        self.over = threading.Event()
        self.begun = self.spoken = time.perf_counter_ns()
        self.take(connection)

    def take(self, connection):
        self.socket, self.file = connection, connection.makefile("rb")

    def start_tls(self, context):
        self.take(context.wrap_socket(self.socket, server_side=True))
        self.turns.append(("tls", b"begins"))

    def line(self):
        line = self.file.readline()
        if self.turns and self.turns[-1][0] == "server":  # microseconds until the next command
            took = (time.perf_counter_ns() - self.spoken) / 1000
            self.times.append((line.split(b" ")[0].strip().decode("latin-1"), took))
        return self.heard(line)

    def octets(self, count):
        return self.heard(self.file.read(count))

    def heard(self, data):
        self.turns.append(("gateway", data))
        if not data:
            raise EOFError
        return data

    def say(self, data):
        self.turns.append(("server", data))
        self.spoken = time.perf_counter_ns()
        self.socket.sendall(data)

    def text(self):
        return b"".join(who.encode() + b": " + data + b"\n" for who, data in self.turns)


class Server:
    """Listens, and converses by a function of a leg; all legs it ever had in `legs`."""

    def __init__(self, what, port, converse, context=None, first_tls=False):
        self.what, self.converse, self.context = what, converse, context
        self.first_tls, self.legs, self.port = first_tls, [], port
        self.socket = socket.create_server(("127.0.0.1", port), backlog=200)
        threading.Thread(target=self.accept_all, daemon=True).start()

    def accept_all(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        leg = Leg(self.what, connection)
        self.legs.append(leg)
        try:
            if self.first_tls:
                leg.start_tls(self.context)
            self.converse(leg, self.context)
            self.end(leg)
        except (EOFError, OSError):
            pass  # which of them depends on who closed first
        leg.file.close()
        leg.socket.close()
        leg.over.set()

    @staticmethod
    def end(leg):
        """Closes; nothing must come behind the end."""
        if isinstance(leg.socket, ssl.SSLSocket):
            return
        leg.socket.shutdown(socket.SHUT_WR)
        while leg.line():
            pass

    def close(self):
        self.socket.close()


def context_of(cert, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


# -- POP3 ----------------------------------------------------------------------------------


def right(token):
    """Whether a response of PLAIN has the password."""
    return base64.b64decode(token).split(b"\0")[2] == PASSWORD.encode()


def pop3(leg, _):
    leg.say(b"+OK mailbox\r\n")
    answers = {b"USER": b"+OK\r\n", b"STAT": b"+OK 1 %d\r\n" % len(MAIL), b"NOOP": b"+OK\r\n",
               b"CAPA": b"+OK\r\nUSER\r\nUIDL\r\nTOP\r\nSASL PLAIN\r\nRESP-CODES\r\n.\r\n",
               b"UIDL": b"+OK\r\n1 unique1\r\n.\r\n", b"LIST": b"+OK\r\n1 %d\r\n.\r\n" % len(MAIL),
               b"QUIT": b"+OK bye\r\n", b"DELE": b"+OK gone\r\n", b"RSET": b"+OK\r\n",
               b"TOP": b"+OK\r\n" + MAIL + b".\r\n"}
    while True:
        words = leg.line().split()
        verb = words[0].upper() if words else b""
        if verb == b"PASS":
            good = words[1:] == [PASSWORD.encode()]
            leg.say(b"+OK in\r\n" if good else b"-ERR [AUTH] no\r\n")
        elif verb == b"AUTH":
            if len(words) == 2:
                leg.say(b"+ \r\n")
                words.append(leg.line().strip())
            leg.say(b"+OK in\r\n" if right(words[2]) else b"-ERR [AUTH] no\r\n")
        elif verb == b"RETR":
            leg.say(b"+OK\r\n" + MAIL + b".\r\n" if words[1] == b"1" else b"-ERR none\r\n")
        else:
            leg.say(answers.get(verb, b"-ERR what\r\n"))
        if verb == b"QUIT":
            return


# -- IMAP ----------------------------------------------------------------------------------

CAPABILITY = b"CAPABILITY IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN UIDPLUS ID"
FETCHED = b"* 1 FETCH (UID 7 BODY[] {%d}\r\n%s)\r\n" % (len(MAIL), MAIL)
HEAD = b"From: X <x@remote.test>\r\n\r\n"


def whole_command(leg):
    """With its literals."""
    text = leg.line()
    while literal := re.search(rb"\{(\d+)(\+?)\}\r\n$", text):
        if not literal.group(2):
            leg.say(b"+ go\r\n")
        text += leg.octets(int(literal.group(1))) + leg.line()
    return text


def imap_answer(leg, tag, verb, text):
    """(untagged, the rest of the tagged answer)"""
    if verb == b"LOGIN":
        good = text.split()[3].strip(b'"') == PASSWORD.encode()
        return b"", b"OK [%s] in" % CAPABILITY if good else b"NO [AUTHENTICATIONFAILED] no"
    if verb == b"AUTHENTICATE":
        words = text.split()
        if len(words) == 3:
            leg.say(b"+ \r\n")
            words.append(leg.line().strip())
        good = right(words[3])
        return b"", b"OK [%s] in" % CAPABILITY if good else b"NO [AUTHENTICATIONFAILED] no"
    if verb == b"APPEND":
        known = b"INBOX" in text.split(b"\r\n")[0]
        return b"", b"OK [APPENDUID 5 8] done" if known else b"NO [TRYCREATE] none"
    if b"FETCH" in verb and b"FETCH 99" in text:
        return b"", b"NO no such message"
    if b"FETCH" in verb and b"HEADER" in text:
        return b"* 1 FETCH (BODY[HEADER] {%d}\r\n%s)\r\n" % (len(HEAD), HEAD), b"OK done"
    untagged = {b"CAPABILITY": b"* " + CAPABILITY + b"\r\n", b"FETCH": FETCHED,
                b"SELECT": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n* FLAGS (\\Seen)\r\n",
                b"LOGOUT": b"* BYE bye\r\n", b"UID": FETCHED, b"ID": b"* ID NIL\r\n"}
    return untagged.get(verb, b""), b"OK done"


def imap(leg, _):
    leg.say(b"* OK [" + CAPABILITY + b"] mailbox\r\n")
    while True:
        text = whole_command(leg)
        words = text.split()
        tag, verb = words[0], words[1].upper() if len(words) > 1 else b""
        untagged, answer = imap_answer(leg, tag, verb, text)
        leg.say(untagged + tag + b" " + answer + b"\r\n")
        if verb == b"LOGOUT":
            return


# -- the next hop --------------------------------------------------------------------------

EHLO = [b"hop.test", b"8BITMIME", b"SMTPUTF8", b"SIZE", b"DSN"]


def smtp(leg, context):
    converse_smtp(leg, context, EHLO + [b"PIPELINING"])


def smtp_step_by_step(leg, context):
    """Each command waits for the answer to the one before it, so that it can be timed."""
    converse_smtp(leg, context, EHLO)


def converse_smtp(leg, context, extensions):
    """Addresses with "gone" are refused, those in later.example for now."""
    leg.say(b"220 hop.test ESMTP\r\n")
    secure = False
    while True:
        line = leg.line()
        verb = line.strip().split(b" ")[0].upper()
        if verb == b"EHLO":
            words = extensions + ([] if secure else [b"STARTTLS"])
            leg.say(b"".join(b"250-%s\r\n" % word for word in words) + b"250 HELP\r\n")
        elif verb == b"STARTTLS":
            leg.say(b"220 go\r\n")
            leg.start_tls(context)
            secure = True
        elif verb == b"RCPT" and b"gone@" in line:
            leg.say(b"550 5.1.1 no such user\r\n")
        elif verb == b"RCPT" and b"@later.example" in line:
            leg.say(b"451 4.2.2 full\r\n")
        elif verb == b"DATA":
            leg.say(b"354 go\r\n")
            while leg.line() != b".\r\n":
                pass
            leg.say(b"250 2.0.0 taken\r\n")
        else:
            leg.say(b"221 bye\r\n" if verb == b"QUIT" else b"250 2.0.0 ok\r\n")
        if verb == b"QUIT":
            return
