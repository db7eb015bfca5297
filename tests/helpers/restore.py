#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Mail for ten mailboxes, and what is in them.

    restore.py send PORT DIRECTORY      every N.eml there, to one to three of u0 ... u9@dest.test
    restore.py expect DIRECTORY...      the mailbox of each mail that these would make
    restore.py digests MAILBOXES        for each mail its mailbox and the SHA-256 of what the
                                        gateway had accepted, sorted

What a mailbox server and a replay put in front of a mail is left out of the digest: it begins
with the Received field of gw.test.
"""
import hashlib
import pathlib
import re
import smtplib
import sys

ACCEPTED = re.compile(rb"^Received: (?:[^\r\n]|\r?\n[ \t])*?\bby gw\.test\b", re.MULTILINE)


def recipients(number):
    return [f"u{(number * step) % 10}@dest.test"
            for step in ((1,), (1, 3), (1, 3, 7))[number % 3]]


def mails(directory):
    for path in sorted(pathlib.Path(directory).glob("*.eml")):
        yield path, sorted(set(recipients(int(path.stem))))


def send(port, directory):
    with smtplib.SMTP("127.0.0.1", int(port)) as server:
        for path, to in mails(directory):
            text = re.sub(rb"\r?\n", b"\r\n", path.read_bytes())
            server.sendmail("sender@remote.test", to, text, ["BODY=8BITMIME"])


def expect(*directories):
    for directory in directories:
        for _, to in mails(directory):
            print("\n".join(to))


def digests(mailboxes):
    lines = []
    for path in pathlib.Path(mailboxes).glob("*/*/*"):
        if path.parent.name not in ("new", "cur"):
            continue
        text = path.read_bytes()
        mail = text[ACCEPTED.search(text).start():]
        lines.append(f"{path.parent.parent.name} {hashlib.sha256(mail).hexdigest()}")
    print("\n".join(sorted(lines)))


{"send": send, "expect": expect, "digests": digests}[sys.argv[1]](*sys.argv[2:])
