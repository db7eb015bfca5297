# SPDX-License-Identifier: Apache-2.0
"""The sessions of bench/run-proof, as data: a listener, and what the client says.

Each step is one command, or several joined by | which are sent at once; the client hears the
answer to each.  In it stand

    %u  the user           %n  his name in base64        %p  PLAIN in base64
    %w  PLAIN with a wrong password                       %s  the password in base64
    %t  a mail, dots doubled, with its final dot          %c  a mail, and %l its length

IMAP commands get their tags by themselves.  TLS begins behind STARTTLS and STLS.  A Raw step
is sent as it is, without the end of a line."""

import base64
import collections
import re


class Raw(str):
    """Sent as it is; SMTP answers it once, IMAP as the command before it."""


class Look(str):
    """Here, in the middle of the session, the gateway is looked at."""


LEAVE = object()  # without a word

Session = collections.namedtuple("Session", "name listener steps")

HELLO = "EHLO pc.test"
FROM_OUTSIDE = "MAIL FROM:<x@remote.test>"
FROM_USER = "MAIL FROM:<%u@example.de>"
TO_USER = "RCPT TO:<%u@example.de>"
TO_OUTSIDE = "RCPT TO:<y@remote.test>"
TEXT = ["DATA", "%t"]
CHUNK = Raw("BDAT %l LAST\r\n%c")
TO_SECURE = "RCPT TO:<y@secure.test>"
LOGGED_IN = [HELLO, "AUTH PLAIN %p"]
IN_TLS = [HELLO, "STARTTLS", HELLO, "AUTH PLAIN %p"]


def passed_on(name, address):
    return Session(name, "smtp",
                   [HELLO, FROM_OUTSIDE, f"RCPT TO:<{address}>", *TEXT, "QUIT"])


ARRIVING = [
    Session("arrives", "smtp", [HELLO, FROM_OUTSIDE, TO_USER, "DATA", Look("mail begun"),
                                "%t", "QUIT"]),
    Session("HELO", "smtp", ["HELO pc.test", FROM_OUTSIDE, TO_USER, *TEXT, "QUIT"]),
    Session("several in one session", "smtp", [
        HELLO, FROM_OUTSIDE, TO_USER, *TEXT, FROM_OUTSIDE, "RCPT TO:<carl@example.de>", *TEXT,
        FROM_OUTSIDE, "RCPT TO:<carl@example.de>", TO_USER, *TEXT, "QUIT"]),
    Session("pipelined", "smtp", [HELLO, f"{FROM_OUTSIDE}|{TO_USER}|DATA", "%t|QUIT"]),
    Session("chunks", "smtp", [HELLO, FROM_OUTSIDE + " BODY=8BITMIME", TO_USER,
                               Raw("BDAT 5\r\nA: b\r"), Raw("BDAT 1\r\n\n"), CHUNK, "QUIT"]),
    Session("international", "smtp", [
        HELLO, "MAIL FROM:<\u00fc@remote.test> SMTPUTF8 BODY=8BITMIME", TO_USER, *TEXT, "QUIT"]),
    Session("STARTTLS", "smtp", [HELLO, "STARTTLS", HELLO, FROM_OUTSIDE, TO_USER, *TEXT, "QUIT"]),
    Session("TLS from the first octet", "smtps", [HELLO, FROM_OUTSIDE, TO_USER, *TEXT, "QUIT"]),
    Session("wanted notices", "smtp", [
        HELLO, FROM_OUTSIDE + " RET=HDRS ENVID=QQ314",
        "RCPT TO:<%u@example.de> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;%u@example.de", *TEXT,
        "QUIT"]),
    Session("null sender", "smtp", [HELLO, "MAIL FROM:<>", TO_USER, *TEXT, "QUIT"]),
    Session("put off by the next hop", "smtp", [
        HELLO, FROM_OUTSIDE, "RCPT TO:<%u@later.example>", *TEXT, Look("mail deferred"), "QUIT"]),
    passed_on("forwarded elsewhere", "%u-away@example.de"),
    passed_on("forwarded to the user", "to-%u@example.de"),
    passed_on("by a list", "list-%u@example.de"),
    passed_on("by a copy", "copy-%u@example.de"),
]

REFUSED = [
    Session("refused and given up", "smtp", [
        HELLO, FROM_OUTSIDE, "RCPT TO:<%u@listed.example>", "RCPT TO:<%u@elsewhere.test>", TO_USER,
        "RSET", "VRFY %u", "DATA", "NOOP", TO_USER, FROM_OUTSIDE, TO_USER, "QUIT"]),
    Session("half a mail", "smtp", [HELLO, FROM_OUTSIDE, TO_USER, "DATA",
                                    Raw("From: half a mail\r\n"), LEAVE]),
    Session("half a chunk", "smtp", [HELLO, FROM_OUTSIDE, TO_USER, Raw("BDAT 900\r\n%c"), LEAVE]),
    Session("a line that ends in LF", "smtp", [
        HELLO, FROM_OUTSIDE, TO_USER, "DATA", "Subject: spoilt\r\n\r\na\nb\r\n.", "QUIT"]),
    Session("too large", "smtp", [
        HELLO, FROM_OUTSIDE + " SIZE=900000", FROM_OUTSIDE, TO_USER, "DATA",
        "A: b\r\n\r\n" + ("x" * 76 + "\r\n") * 3000 + ".", "QUIT"]),
    Session("gone after RCPT", "smtp", [HELLO, FROM_OUTSIDE, TO_USER, LEAVE]),
    Session("in the user's name", "smtp", [HELLO, FROM_USER, "RCPT TO:<carl@example.de>", *TEXT,
                                           FROM_USER, TO_OUTSIDE, "QUIT"]),
]

SUBMITTED = [
    Session("submitted", "submission", [
        *LOGGED_IN, Look("logged in"), FROM_USER, TO_OUTSIDE, "RCPT TO:<z@remote.test>", *TEXT,
        "QUIT"]),
    Session("submitted by STARTTLS", "submission", [*IN_TLS, FROM_USER, TO_SECURE, *TEXT, "QUIT"]),
    Session("submitted in TLS", "submissions", [
        HELLO, "AUTH LOGIN", "%n", "%s", FROM_USER, TO_OUTSIDE, CHUNK, "RSET", FROM_USER,
        TO_OUTSIDE, "RSET", "QUIT"]),
    Session("returned to its sender", "submission", [
        *LOGGED_IN, FROM_USER, "RCPT TO:<gone@remote.test>", TO_OUTSIDE, *TEXT, "QUIT"]),
    Session("another's sender", "submissions", [
        *LOGGED_IN, "MAIL FROM:<carl@example.de>", TO_OUTSIDE, *TEXT, "QUIT"]),
    Session("to himself", "submission", [*LOGGED_IN, FROM_USER, TO_USER, *TEXT, "QUIT"]),
    Session("wrong password", "submission", [
        HELLO, "AUTH PLAIN %w", "AUTH LOGIN", "%n", "d3Jvbmc=", "AUTH PLAIN %p", "QUIT"]),
    Session("wrong password in TLS", "submissions", [HELLO, "AUTH PLAIN %w", "QUIT"]),
    Session("no password", "submission", [HELLO, "AUTH LOGIN", "%n", LEAVE]),
    Session("password taken back", "submission", [HELLO, "AUTH LOGIN", "%n", "*", "QUIT"]),
    Session("no login", "submission", [HELLO, FROM_USER, "STARTTLS", HELLO, FROM_USER, "QUIT"]),
    Session("gone in the middle", "submissions", [*LOGGED_IN, FROM_USER, TO_OUTSIDE, "DATA",
                                                  Raw("From: half\r\n"), LEAVE]),
]

READ = ["STAT", "UIDL", "LIST", "RETR 1", Look("POP3 session"), "TOP 1 0", "RETR 99", "NOOP",
        "DELE 1", "RSET", "QUIT"]
POP3 = [
    Session("POP3", "pop3", ["CAPA", "USER %u", "PASS secret", *READ]),
    Session("POP3 by AUTH", "pop3", ["AUTH PLAIN %p", "RETR 1", "QUIT"]),
    Session("POP3 by STLS", "pop3", ["STLS", "USER %u", "PASS secret", "RETR 1", "QUIT"]),
    Session("POP3 in TLS", "pop3s", ["AUTH PLAIN", "%p", *READ]),
    Session("POP3 wrong password", "pop3", ["USER %u", "PASS wrong", "AUTH PLAIN %w", "USER %u",
                                            "PASS secret", "STAT", "QUIT"]),
    Session("POP3 name only", "pop3", ["USER %u", "QUIT"]),
    Session("POP3 gone", "pop3s", ["USER %u", "PASS secret", "RETR 1", LEAVE]),
]

FETCHES = ["SELECT INBOX", "FETCH 1 (UID BODY.PEEK[])", Look("IMAP session"),
           "FETCH 1 BODY.PEEK[HEADER]", "UID FETCH 7 BODY[]", "FETCH 99 BODY[]", "NOOP"]
APPENDS = ["APPEND INBOX (\\Seen) {%l}", Raw("%c\r\n"), "APPEND INBOX {%l+}\r\n%c",
           "APPEND Nowhere {%l+}\r\n%c"]
IMAP = [
    Session("IMAP", "imap", ["CAPABILITY", "LOGIN %u secret", *FETCHES, *APPENDS, "LOGOUT"]),
    Session("IMAP by STARTTLS", "imap", ["STARTTLS", "AUTHENTICATE PLAIN", Raw("%p\r\n"),
                                         *FETCHES, "LOGOUT"]),
    Session("IMAP in TLS", "imaps", ["AUTHENTICATE PLAIN %p", *FETCHES, *APPENDS, "LOGOUT"]),
    Session("IMAP wrong password", "imap", ["LOGIN %u wrong", "AUTHENTICATE PLAIN %w",
                                            "LOGIN %u secret", "NOOP", "LOGOUT"]),
    Session("IMAP no password", "imap", ["AUTHENTICATE PLAIN", Raw("*\r\n"), "LOGOUT"]),
    Session("IMAP gone while it stores", "imaps", ["LOGIN %u secret", "APPEND INBOX {9999}",
                                                   Raw("%c"), LEAVE]),
]

CONTENT = ARRIVING + REFUSED + SUBMITTED + POP3 + IMAP


# -- those that are timed ------------------------------------------------------------------

ONE_MAIL = [FROM_OUTSIDE, TO_USER, *TEXT]
ONE_SENT = [FROM_USER, TO_SECURE, *TEXT]
ONE_FETCH = ["NOOP", "FETCH 1 BODY.PEEK[]"]
TIMED = {
    "smtp": Session("smtp", "smtp", [HELLO, *ONE_MAIL * 3, FROM_OUTSIDE, TO_USER, "RSET",
                                     FROM_OUTSIDE, TO_USER, "DATA", "%t|QUIT"]),
    "smtps": Session("smtps", "smtps", [HELLO, *ONE_MAIL * 2, "QUIT"]),
    "submission": Session("submission", "submissions", [*LOGGED_IN, *ONE_SENT * 2, "QUIT"]),
    "pop3": Session("pop3", "pop3", ["USER %u", "PASS secret", *["STAT", "RETR 1"] * 3, "QUIT"]),
    "pop3s": Session("pop3s", "pop3s", ["USER %u", "PASS secret", *["STAT", "RETR 1"] * 3,
                                        "QUIT"]),
    "imap": Session("imap", "imap", ["LOGIN %u secret", "SELECT INBOX", *ONE_FETCH * 3,
                                     "LOGOUT"]),
    "imaps": Session("imaps", "imaps", ["LOGIN %u secret", "SELECT INBOX", *ONE_FETCH * 3,
                                        "LOGOUT"])}
DELIVERED = Session("delivery", "smtp", [HELLO, *ONE_MAIL, LEAVE])


def base64_of(text):
    return base64.b64encode(text.encode()).decode()


def secrets_of(user):
    """What stands for the user in base64."""
    return {"n": base64_of(user), "p": base64_of(f"\0{user}\0secret"),
            "w": base64_of(f"\0{user}\0wrong"), "s": base64_of("secret")}


def mail(name, user, lines):
    return "\r\n".join([f"From: <{user}@example.de>", f"To: <{user}@example.de>",
                        f"Subject: {name}", "Message-ID: <1@mail.test>", "", ".",
                        f"for {user}", *["x" * 74] * lines, ""])


def filled_in(step, name, user, lines):
    """A step as it goes over the wire."""
    text = mail(name, user, lines)
    words = dict(secrets_of(user), u=user, c=text, l=str(len(text.encode())),
                 t=re.sub(r"(?m)^\.", "..", text) + ".")
    return re.sub("%([a-z])", lambda found: words[found.group(1)], step)
