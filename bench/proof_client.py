# SPDX-License-Identifier: Apache-2.0
"""The client of bench/run-proof: has a session, notes what the gateway says, and how long
each answer took."""

import collections
import re
import socket
import ssl
import time

from proof_gateway import IMPLICIT
from proof_sessions import LEAVE, Look, Raw, filled_in

CONTEXT = ssl.create_default_context()
CONTEXT.check_hostname = False
CONTEXT.verify_mode = ssl.CERT_NONE
LAST_LINE = re.compile(rb"^\d{3}( .*)?\r\n", re.M)  # of an answer in SMTP
SEVERAL_LINES = ("CAPA", "UIDL", "LIST", "RETR", "TOP")  # of answers in POP3


def complete(protocol, said, ends):
    """Whether this is the whole answer; `ends`: how many, whether of several lines, its tag."""
    if not said.endswith(b"\r\n"):
        return False
    if protocol == "smtp":
        return len(LAST_LINE.findall(said)) >= ends
    if protocol == "pop3":
        return not ends or said.startswith(b"-ERR") or said.endswith(b"\r\n.\r\n")
    last = said[said.rfind(b"\r\n", 0, -2) + 2:] if said.count(b"\r\n") > 1 else said
    return last.startswith((ends, b"+ "))


class Client:
    def __init__(self, listener, port):
        self.protocol = {"s": "smtp", "p": "pop3", "i": "imap"}[listener[0]]
        self.socket = socket.create_connection(("127.0.0.1", port), 20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.tags, self.turns = 0, []
        if listener in IMPLICIT:
            self.start_tls()
        greeting = {"smtp": 1, "pop3": False, "imap": b"* "}[self.protocol]
        self.turns.append(("", self.answer(greeting)))

    def start_tls(self):
        self.socket = CONTEXT.wrap_socket(self.socket, server_hostname="localhost")

    def answer(self, ends):
        said = b""
        while not complete(self.protocol, said, ends):
            data = self.socket.recv(262144)
            if not data:
                raise EOFError(said)
            said += data
        return said

    def expects(self, step, raw):
        """What ends the answer to it."""
        if self.protocol == "smtp":
            return step.count("|") + 1
        if self.protocol == "pop3":
            verb, *words = step.split()
            return verb in SEVERAL_LINES and (verb not in ("UIDL", "LIST") or not words)
        self.tags += 0 if raw else 1
        return b"t%d " % self.tags

    def say(self, step, text, raw):
        """Microseconds until the whole answer was there."""
        ends = self.expects(step, raw)
        if not raw:
            text = text.replace("|", "\r\n") + "\r\n"
            text = f"t{self.tags} {text}" if self.protocol == "imap" else text
        data = text.encode()
        begin = time.perf_counter_ns()
        self.socket.sendall(data)
        said = self.answer(ends)
        took = (time.perf_counter_ns() - begin) / 1000
        self.turns.append((step, said))
        if step in ("STARTTLS", "STLS"):
            self.start_tls()
        return took

    def end(self):
        """What the gateway says of its own accord until it closes."""
        said = b""
        try:
            while data := self.socket.recv(4096):
                said += data
        except OSError as failure:
            said = type(failure).__name__.encode()
        self.turns.append(("end", said))
        self.socket.close()


def have(session, gateway, user, lines=4, look=lambda name: None, times=None):
    """What the gateway said at each step; the times go into `times`, by command."""
    client = Client(session.listener, gateway.ports[session.listener])
    for at, step in enumerate(session.steps):
        if step is LEAVE:
            client.socket.close()
            return client.turns
        if isinstance(step, Look):
            look(step)
            continue
        text = filled_in(step, session.name, user, lines)
        if session.steps[at + 1:at + 2] == [LEAVE] and isinstance(step, Raw):
            client.socket.sendall(text.encode())  # there is no answer
            continue
        took = client.say(step, text, isinstance(step, Raw))
        if times is not None:
            times[kind(step)].append(took)
    client.end()
    return client.turns


def kind(step):
    """The command, for people."""
    return {"%t": "text", "%t|QUIT": "text, QUIT"}.get(step, step.split()[0])


def no_times():
    return collections.defaultdict(list)
