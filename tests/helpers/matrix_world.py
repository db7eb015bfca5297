# SPDX-License-Identifier: Apache-2.0
"""What the scenarios of matrix.py are made of: a cell with its people, and what is expected of
each measure.

Every person has a name that occurs nowhere else (zq17t: the target of cell 17, zq17b1: a
bystander, zq17x1: somebody outside), and the names of bystanders are in their mail, too: so
it can be seen whether anything of them is in a record."""

import base64
import hashlib
import re
import threading

from wire import PORTS

NAME = re.compile(r"zq[0-9]+[a-z][0-9]*")

DEFAULTS = {
    "status": "succeeded", "leg": "in", "client": "127.0.0.1", "server": "127.0.0.1",
    "mechanism": "", "user": "", "mailbox": "", "sender": "", "validated": False,
    "recipients": [], "total": 0, "message-id": "", "queue-id": "", "size": 0,
    "features": {}, "forward": [], "duplicate-of": "", "direction": "none",
    "content-lost": "", "events-lost": 0, "cause": {"layer": "", "code": "", "enhanced": ""}}


def cause(code, enhanced="", layer="protocol"):
    return {"layer": layer, "code": str(code), "enhanced": enhanced}


class Measure:
    """One authority's interest in the target of a cell."""

    def __init__(self, number, content=True, phases=(0, 1, 2), begin=None, end=None):
        self.number = number
        self.content = content
        self.phases = phases  # in which it covers what happens
        self.begin = begin    # seconds since 1970
        self.end = end

    def line(self, identity):
        words = [f"{identity}={self.number}"]
        words += [] if self.content else ["iri"]
        words += [] if self.begin is None else [f"from={self.begin:.6f}"]
        words += [] if self.end is None else [f"to={self.end:.6f}"]
        return ",".join(words)


class Rounds:
    """Where the sessions of a scope wait for each other: a measure begins or ends there."""

    def __init__(self, cells):
        self.waiting = threading.Barrier(cells + 1)

    def wait(self):
        self.waiting.wait(120)  # all are here
        self.waiting.wait(120)  # and it has been done


class Cell:
    def __init__(self, number, scenario, variant, scope, measures):
        self.number, self.scenario, self.variant = number, scenario, variant
        self.scope, self.measures, self.barrier = scope, measures, None
        self.phase = 0
        self.ordered = True
        self.expected = []
        self.labels = 0
        self.mails = 0
        self.trouble = None
        self.begun = self.over = 0.0
        self.target = f"zq{number}t@example.de"
        self.identities = [self.target]

    def __str__(self):
        of = self.scenario.__module__.removeprefix("matrix_").replace("__main__", "queue")
        return f"{of} {self.scenario.__name__} {self.variant} {self.scope}"

    def other(self, n=1, domain="example.de"):
        return f"zq{self.number}b{n}@{domain}"

    def outside(self, n=1):
        return f"zq{self.number}x{n}@remote.test"

    def rounds(self):
        """Once, or before, within and after the measure."""
        yield 0
        if self.barrier:
            for self.phase in (1, 2):
                self.barrier.wait()
                yield self.phase

    def mail(self, *people, head=True, filler=0, note=""):
        """A text with CRLF and lines that begin with dots; its Message-ID."""
        self.mails += 1
        identity = f"<zq{self.number}m{self.mails}@mail.test>" if head else ""
        lines = [f"From: A <{people[0]}>", "To: " + ", ".join(f"<{one}>" for one in people[1:]),
                 f"Message-ID: {identity}"] if head else []
        lines += ["Subject: " + note, "", "for " + " ".join(people), ".", "..two", "x" * 60]
        lines += ["y" * 70] * (filler // 72)
        return "\r\n".join(lines + [""]).encode(), identity

    def label(self):
        """Of a communication of its own."""
        self.labels += 1
        return f"own {self.labels}"

    def expect(self, wire, what, session, **fields):
        """An event of the target that happens now; keywords have _ for -."""
        event = dict(DEFAULTS, what=what)
        event.update({"protocol": wire.protocol, "client-port": wire.port,
                      "server-port": PORTS[wire.what], "tls": wire.tls,
                      "matched": self.target})
        event.update({key.replace("_", "-"): value for key, value in fields.items()})
        self.expected.append({"event": event, "phase": self.phase, "session": session,
                              "content": event.pop("content", None), "sent": wire.sent,
                              "prefix": event.pop("prefix", False)})


def names_in(*texts):
    return {name for text in texts for name in NAME.findall(text)}


def order_of(event):
    return event["what"], event["status"], event["sender"], event["recipients"], event["leg"]


def check(cell, measure, records):
    """What is wrong with the records of this measure, one line each."""
    wanted = [one for one in cell.expected if one["phase"] in measure.phases]
    for record in records:
        record["features"] = record.get("features") or {}
    if not cell.ordered:  # several processes tell it
        records = sorted(records, key=lambda one: order_of(one))
        wanted = sorted(wanted, key=lambda one: order_of(one["event"]))
    found = [f"{one['what']}:{one['status']}" for one in records]
    asked = [f"{one['event']['what']}:{one['event']['status']}" for one in wanted]
    if found != asked:
        return [f"expected {asked}, there is {found}"]
    wrong = []
    sessions = {}
    for record, one in zip(records, wanted):
        wrong += check_event(cell, measure, record, one)
        if sessions.setdefault(one["session"], record["session"]) != record["session"]:
            wrong.append(f"{record['what']}: another communication")
    if len(set(sessions.values())) != len(sessions):
        wrong.append("two communications are one")
    return wrong


def check_octets(record, one):
    """How much went over the connection until then; legs tell nothing of theirs."""
    if one["event"]["leg"] == "out":
        right = record["client-octets"] == record["server-octets"] == 0
    else:
        right = 0 < record["client-octets"] <= one["sent"] and 0 < record["server-octets"]
    there = record["client-octets"], record["server-octets"]
    return [] if right else [f"{record['what']}: {there} octets, at most {one['sent']} were sent"]


def check_session(cell, record, one):
    """Times has only the session of a login: until its logout it has not ended."""
    logged_in = any(other["session"] == one["session"] for other in cell.expected
                    if other["event"]["what"] == "login")
    begin, end, now = record["session-begin"], record["session-end"], record["time"]
    begun = cell.begun <= begin / 1e6 and begin <= now if logged_in else begin == 0
    ended = end == (now if record["what"] == "logout" else 0)
    return [] if begun and ended else [f"{record['what']} at {now}: session {begin} to {end}"]


def check_event(cell, measure, record, one):
    event = dict(one["event"])
    wrong = []

    def differs(what, expected, there):
        wrong.append(f"{event['what']}: {what}: expected {expected!r}, there is {there!r}")

    full = one["content"]
    there = base64.b64decode(record["content"]) if "content" in record else None
    if not measure.content or full is None:
        if there is not None or record["content-octets"] != 0:
            differs("content", None, there)
    elif one["prefix"]:
        if there is None or not there or not full.startswith(there):
            differs("content", full, there)
    elif full != there or record["content-octets"] != len(there):
        differs("content", full, there)
    if one["prefix"]:
        event["size"] = record["size"]
    event["cause"] = dict(event["cause"])
    cause_there = {key: record["cause"][key] for key in event["cause"]}
    for key, value in event.items():
        if not value == (cause_there if key == "cause" else record[key]):
            differs(key, value, cause_there if key == "cause" else record[key])
    digest = hashlib.sha256(there).hexdigest() if there is not None else "0" * 64
    if record["content-digest"] != digest:
        differs("content-digest", digest, record["content-digest"])
    wrong += check_octets(record, one) + check_session(cell, record, one)
    if not cell.begun <= record["time"] / 1e6 <= cell.over:
        differs("time", (cell.begun, cell.over), record["time"])
    begin, end = measure.begin or 0, measure.end or float("inf")
    if not begin <= record["time"] / 1e6 < end:
        differs("within the measure", (begin, end), record["time"])
    known = names_in(repr(event), (full or b"").decode(errors="replace"), cell.target)
    strangers = names_in(repr(record), (there or b"").decode(errors="replace")) - known
    if strangers:
        differs("names of others", [], sorted(strangers))
    return wrong
