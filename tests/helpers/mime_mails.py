#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Mails, and what Python's email package says of them.

    mime_mails.py write SEED COUNT DIRECTORY   random mails, N.eml each
    mime_mails.py read FILE...                 as mime-tool, as far as both say it

"read" prints subject, and name, declared type and size of what is attached.
"""
import email
import email.header
import email.policy
import email.utils
import json
import random
import sys
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

# None with round brackets: Python's reader may lose the blank between them and an encoded word.
WORDS = ["a", "Straße", "naïve", "Übergröße", "x.pdf", "it's", "100%", "1.", "Angebot", "é",
         "a;b", "c,d", "Łódź", "你好", "こんにちは", "привет", "😀", "e=f", "[x]", "-", "'", "_"]


def words(dice, most):
    return " ".join(dice.choice(WORDS) for _ in range(dice.randint(1, most)))


def octets(dice):
    return dice.randbytes(dice.choice([0, 1, 2, 3, 10, 100, 5000]))


def text(dice):
    return "".join(words(dice, 30) + "\n" for _ in range(dice.randint(0, 20)))


def encodable(dice, charset):
    """A file name for old programs: in the charset, whatever else is left out."""
    return words(dice, 6).encode(charset, "ignore").decode(charset)


def modern(dice, depth=0):
    """By the policies that know of encodings themselves: RFC 2231 for parameters."""
    mail = EmailMessage()
    mail["Subject"] = words(dice, 12)
    mail["From"] = "=?utf-8?q?J=C3=BCrgen?= <j@example.org>"
    mail.set_content(text(dice), cte=dice.choice(["8bit", "base64", "quoted-printable"]))
    if dice.random() < 0.5:
        mail.add_alternative("<p>" + text(dice), subtype="html")
    for _ in range(dice.randint(0, 4)):
        name = dice.choice([None, words(dice, 8)])
        if dice.random() < 0.3:
            mail.add_attachment(text(dice), filename=name,
                                cte=dice.choice(["8bit", "base64", "quoted-printable"]))
        elif dice.random() < 0.3 and depth < 3:
            mail.add_attachment(modern(dice, depth + 1), filename=name)
        else:
            mail.add_attachment(octets(dice), "application", "x-test", filename=name,
                                disposition=dice.choice(["attachment", "inline"]))
    return mail


def old(dice, depth=0):
    """As programs write that grew by and by: all ways to say a file name."""
    mail = MIMEMultipart()
    charset = dice.choice(["utf-8", "iso-8859-1", "iso-2022-jp", "gb18030", "koi8-r"])
    mail["Subject"] = email.header.Header(encodable(dice, charset), charset)
    mail.attach(MIMEText(text(dice), "plain", "utf-8"))
    for _ in range(dice.randint(0, 4)):
        if dice.random() < 0.2 and depth < 3:
            mail.attach(MIMEMessage(old(dice, depth + 1)))
            continue
        name = encodable(dice, charset)
        part = MIMEApplication(octets(dice))
        way = dice.randrange(3)
        if way == 0:
            part.add_header("Content-Disposition", "attachment", filename=(charset, "de", name))
        elif way == 1:
            encoded = email.header.Header(name, charset, maxlinelen=60).encode()
            part.add_header("Content-Disposition", "attachment", filename=encoded)
        else:
            part.set_param("name", email.header.Header(name, charset, maxlinelen=60).encode())
        mail.attach(part)
    return mail


def write(seed, count, directory):
    dice = random.Random(seed)
    for number in range(count):
        mail = dice.choice([modern, old])(dice)
        policy = dice.choice([email.policy.SMTP, email.policy.SMTP.clone(linesep="\n")])
        if not isinstance(mail, EmailMessage):
            policy = email.policy.compat32.clone(linesep=dice.choice(["\n", "\r\n"]))
        with open(f"{directory}/{number}.eml", "wb") as file:
            file.write(mail.as_bytes(policy=policy))


def decoded(value):
    """A field of the old policy, as a person would read it."""
    return str(email.header.make_header(email.header.decode_header(value)))


def clean(value):
    return " ".join(value.split())


def name_of(part):
    name = part.get_filename()
    if name is None:
        return ""
    return clean(decoded(email.utils.collapse_rfc2231_value(name)))


def size_of(part):
    if part.get_content_type() == "message/rfc822":
        return None  # Python does not keep its octets
    return len(part.get_payload(decode=True) or b"")


def attachments(mail):
    for part in mail.walk():
        if part.is_multipart() and not part.get_content_maintype() == "message":
            continue
        name = name_of(part)
        attached = name or part.get_content_disposition() == "attachment"
        leaf = not part.is_multipart()
        if attached or (leaf and part.get_content_maintype() != "text"):
            yield {"name": name, "size": size_of(part),
                   "declared": part.get_content_type() if "Content-Type" in part else ""}


def read(files):
    for name in files:
        with open(name, "rb") as file:
            mail = email.message_from_bytes(file.read())
        print(json.dumps({"subject": clean(decoded(mail.get("Subject", ""))),
                          "attachments": list(attachments(mail))},
                         ensure_ascii=False, sort_keys=True))


if sys.argv[1] == "write":
    write(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
else:
    read(sys.argv[2:])
