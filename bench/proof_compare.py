# SPDX-License-Identifier: Apache-2.0
"""Compares what was gathered by bench/run-proof: texts, each of a kind and a place, which must
be the same whether there is a measure or not, but for ids, times and numbers of ports.

Everything is kept as it was; what is left out is left out here, and nowhere else."""

import collections
import random
import re

from proof_gateway import OTHER, TARGET
from proof_sessions import secrets_of

# `user`: whose session it comes from; empty if that is not known.
Text = collections.namedtuple("Text", "kind place user text")

KINDS = ("client", "backend", "next hop", "log", "metric", "listing", "process")
# Where the users of one gateway are compared: what is seen of it as a whole is of both.
OF_A_USER = ("client", "backend", "next hop", "log")

MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
DAYS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
VARIES = [(re.compile(pattern, re.M), word) for pattern, word in (
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d", "TIME"),
    (rf"\b({DAYS}), +\d+ ({MONTHS}) \d{{4}} \d\d:\d\d:\d\d [+-]\d{{4}}", "TIME"),
    (rf"\b({DAYS}) ({MONTHS}) +\d+ \d\d:\d\d:\d\d\b", "TIME"),
    (r'(?<="arrival_time":|"next_attempt":)\d{10}\b', "TIME"),
    (r'(?<="oldest":)\d{10}\b', "TIME"),
    (r"(?<![0-9A-Za-z])0[0-9A-HJKMNP-TV-Z]{12}\b(\.\d{16}\b)?", "QUEUE-ID"),
    (r"\b[0-9a-f]{12,14}\.[0-9a-f]{1,6}\b", "SESSION-ID"),
    (r"(?<=\bms=)\d+\b|(?<=-ms=)\d+\b", "N"),
    (r"(?<=\bclient=127\.0\.0\.1:)\d+\b", "PORT"),
    (r"(?<=/)[0-9a-f]{32}(\.content)?$", r"NAME\1"),
    # How far the log of messages has come, and when its room is made, is a matter of the clock.
    (r"^total \d+$", "total N"),
    (r"\d+ (?=\S+/spool/queue/(results|snapshot))", "SIZE "),
    (r"\d+ (\S+/spool/log)/[0-9a-f]{10}\.seg$", r"SIZE \1/SEGMENT"),
    (r"(\S+/spool/run)/[0-9a-f]{10}\.tail$", r"\1/SEGMENT"),
    (r"^-rw-r----- 1 (\w+) \1 \d+ DIRECTORY/spool/log/incoming/\d+-\d+\n", ""))]


def neutral(text, words):
    """`words`: what stands for what in this gateway: directories, ports."""
    for word, name in words:
        port = rf"((?<=127\.0\.0\.1:)|(?<=127\.0\.0\.1\]:)){word}\b"
        text = re.sub(port if word.isdigit() else re.escape(word), name, text)
    for pattern, name in VARIES:
        text = pattern.sub(name, text)
    return text


def neutral_text(text, words):
    """Of a listing it does not matter how often there is a line, nor in which order."""
    plain = neutral(text.text, words)
    if text.kind == "listing":
        plain = "\n".join(sorted(set(plain.splitlines())))
    return text._replace(text=plain)


def marks(user):
    """By what a text shows that it is about a user."""
    told = secrets_of(user)
    return [user, told["n"], told["p"], told["w"]]


def whose(text):
    named = [user for user in (TARGET, OTHER) if any(mark in text for mark in marks(user))]
    return named[0] if len(named) == 1 else ""


def without_name(text, user):
    for mark, name in zip(marks(user), ("USER", "NAME64", "PLAIN64", "WRONG64")):
        text = text.replace(mark, name)
    return text


def differences(one, other):
    """What only one of them has: (whether it is the first, kind, place, text)."""
    counts = [collections.Counter((text.kind, text.place, text.text) for text in texts)
              for texts in (one, other)]
    return ([(True, *key) for key in (counts[0] - counts[1]).elements()] +
            [(False, *key) for key in (counts[1] - counts[0]).elements()])


class Evidence:
    """All texts of one gateway, as they were, and its own words."""

    def __init__(self, words, texts):
        self.words, self.texts = [tuple(word) for word in words], [Text(*text) for text in texts]

    def neutral_at(self, at):
        return neutral_text(self.texts[at], self.words)

    def neutral(self):
        return [neutral_text(text, self.words) for text in self.texts]

    def of_user(self, user):
        return [text._replace(text=without_name(text.text, user), user="")
                for text in self.neutral() if text.user == user and text.kind in OF_A_USER]


def all_differences(measured, free):
    """Of the gateway with the measure and the one without, and of the users of the former."""
    return (differences(measured.neutral(), free.neutral()),
            differences(measured.of_user(TARGET), measured.of_user(OTHER)))


def print_differences(found, names):
    for first, kind, place, text in found[:6]:
        lines = text.splitlines()
        print(f"    {kind}, {place}: only {names[0 if first else 1]}:")
        opposite = [t for f, k, p, t in found if f != first and (k, p) == (kind, place)]
        near = set(opposite[0].splitlines()) if opposite else set()
        for line in [line for line in lines if line not in near][:8]:
            print(f"        {line}")


# -- whether it would be found -------------------------------------------------------------


def spoilt(text, rng):
    """With one letter changed that belongs to no id and no number."""
    places = [at for at, letter in enumerate(text) if "g" <= letter <= "z"]
    at = rng.choice(places)
    return text[:at] + ("g" if text[at] == "z" else chr(ord(text[at]) + 1)) + text[at + 1:]


def longer(text, rng):
    """With one octet more at the end of a line."""
    lines = text.splitlines(keepends=True)
    at = rng.randrange(len(lines))
    end = len(lines[at].rstrip("\r\n"))
    lines[at] = lines[at][:end] + "x" + lines[at][end:]
    return "".join(lines)


def overlooked(measured, changes, seed):
    """One octet of one text is changed, `changes` times for each kind: what is not found."""
    rng = random.Random(seed)
    missed = []
    for kind in KINDS:
        those = [at for at, text in enumerate(measured.texts)
                 if text.kind == kind and re.search("[g-z]", text.text)]
        if not those:
            missed.append(f"{kind}: there is nothing")
        for _ in range(changes if those else 0):
            at = rng.choice(those)
            for change in (spoilt, longer):
                texts = list(measured.texts)
                texts[at] = texts[at]._replace(text=change(texts[at].text, rng))
                changed = Evidence(measured.words, texts)
                if not differences([changed.neutral_at(at)], [measured.neutral_at(at)]):
                    missed.append(f"{kind}, {texts[at].place}: {texts[at].text}")
    return missed
