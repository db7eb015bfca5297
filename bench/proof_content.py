# SPDX-License-Identifier: Apache-2.0
"""The first half of bench/run-proof: the same sessions with a gateway that has a measure on the
target and with one that has none, each by the target and by another user.  What the gateways
said on every leg, what they logged, counted and left to be seen must be the same."""

import collections
import json
import os

from proof_client import have
from proof_compare import (KINDS, OF_A_USER, Evidence, Text, all_differences, overlooked,
                           print_differences, whose)
from proof_gateway import OTHER, PROGRAMS, TARGET, Gateway, free_port, identities
from proof_looks import look, settle
from proof_servers import Server, context_of, imap, pop3, smtp
from proof_sessions import CONTENT
from relays import certificate

USERS = (TARGET, OTHER)
SERVERS = {"pop3": pop3, "imap": imap, "pop3s": pop3, "imaps": imap, "hop": smtp}


class Side:
    """A gateway with servers of its own behind it, and what was gathered of it."""

    def __init__(self, directory, binaries, cert, listed, hostname):
        ports = {what: free_port() for what in SERVERS}
        context = context_of(*cert)
        self.servers = [Server(what, ports[what], converse, context, what in ("pop3s", "imaps"))
                        for what, converse in SERVERS.items()]
        self.gateway = Gateway(directory, binaries, cert, listed, ports, hostname)
        self.texts = []

    def words(self):
        ports = {**self.gateway.ports, **{f"{server.what} server": server.port
                                          for server in self.servers}}
        return [(self.gateway.directory, "DIRECTORY"),
                *((str(port), f"PORT-OF-{what}") for what, port in ports.items())]

    def add(self, kind, place, user, text):
        self.texts.append(Text(kind, place, user, text))

    def look(self, place, user):
        for kind, what, text in look(self.gateway):
            self.add(kind, f"{what}: {place}", user, text)

    def have(self, session, user):
        turns = have(session, self.gateway, user,
                     look=lambda name: self.look(f"{name} ({session.name})", user))
        text = b"".join(f"{step}\n".encode() + said for step, said in turns)
        self.add("client", session.name, user, text.decode("latin-1"))

    def end(self):
        """The programs end; what they said behind the sessions is there now."""
        settle(self.gateway)
        self.look("all sessions are over", "")
        self.gateway.stop()
        self.look("the programs have ended", "")
        for server in self.servers:
            server.close()
            for leg in server.legs:
                text = leg.text().decode("latin-1")
                self.add("next hop" if server.what == "hop" else "backend", server.what,
                         whose(text), text)
        for program in PROGRAMS:
            for story in stories(self.gateway.log(program)):
                self.add("log", program, whose(story), story)

    def evidence(self):
        return Evidence(self.words(), self.texts)


def stories(log):
    """The lines of each session and of each message, in their order."""
    told = collections.defaultdict(list)
    with open(log, encoding="utf-8") as file:
        for number, line in enumerate(file):
            identity = line.split(" ", 3)[2]
            told[number if identity == "-" else identity].append(line)
    return ["".join(lines) for lines in told.values()]


def gather(options, directory):
    """Evidence of the gateway with the measure, and of the one without; what was captured."""
    cert = certificate(directory)
    measured = identities(TARGET)
    sides = []
    try:
        for name, listed in (("gw1", measured), ("gw2", [])):
            hostname = "gx.test" if options.leak and listed else "gw.test"
            sides.append(Side(os.path.join(directory, name), options.bin, cert, listed, hostname))
            sides[-1].gateway.start()
        sessions = [one for one in CONTENT if not options.only or one.name in options.only]
        for session in sessions:
            for number in range(options.rounds):
                for user in USERS if number % 2 else reversed(USERS):
                    for side in sides:
                        side.have(session, user)
        for side in sides:
            side.end()
    finally:
        for side in sides:
            side.gateway.stop()
    return [side.evidence() for side in sides], [side.gateway.captured() for side in sides]


def judge_captured(captured):
    """Whether there was a measure at all: with it all kinds of events, else and of others none."""
    events = collections.Counter(json.loads(line)["what"] for line in captured[0])
    others = sum(OTHER in line for line in captured[0])
    told = ", ".join(f"{count} {what}" for what, count in sorted(events.items()))
    print(f"captured: {told}; {others} of the other user; without a measure {len(captured[1])}")
    return not events or others or captured[1]


def print_counts(measured, found):
    """By kind: how many texts were compared, and how many of them differ."""
    for kind in KINDS:
        texts = [text for text in measured.texts if text.kind == kind]
        users = len([text for text in texts if text.user == TARGET]) if kind in OF_A_USER else 0
        differ = [sum(one[1] == kind for one in some) for some in found]
        print(f"{kind:<10}{len(texts):>7}{sum(len(text.text) for text in texts):>10}"
              f"{differ[0]:>9}{users:>9}{differ[1]:>9}")


def compare(evidence):
    found = all_differences(*evidence)
    print(f"{'':<10}{'texts':>7}{'octets':>10}{'differ':>9}{'target':>9}{'differ':>9}")
    print_counts(evidence[0], found)
    print_differences(found[0], ("with the measure", "without"))
    print_differences(found[1], ("the target", "the other"))
    return any(found)


def keep(evidence, file):
    with open(file, "w", encoding="utf-8") as out:
        json.dump([[one.words, one.texts] for one in evidence], out)


def check_comparer(file):
    """Whether one octet of what was kept could change and not be found."""
    with open(file, encoding="utf-8") as kept:
        evidence = [Evidence(*one) for one in json.load(kept)]
    missed = overlooked(evidence[0], 50, 1)
    print("\n".join(missed) or "each changed octet is found")
    return bool(missed)


def prove(options, directory):
    evidence, captured = gather(options, directory)
    if options.keep:
        keep(evidence, options.keep)
    differ = compare(evidence)
    return judge_captured(captured) or differ
