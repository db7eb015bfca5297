# SPDX-License-Identifier: Apache-2.0
"""mail_sessions.py PROTOCOL=PORT ... -- SESSION [ARGUMENT ...]

Sessions with a mail gateway on 127.0.0.1, as real clients have them.  Prints what the
gateway said, with session ids, times and the like left out, so that two runs can be
compared octet by octet."""

import imaplib
import poplib
import re
import smtplib
import sys

from wire import CONTEXT, PASSWORD, PORTS, Wire

MAIL = ("From: Anna <anna@example.de>\r\nTo: Bert <bert@example.de>\r\n"
        "Subject: hello\r\nMessage-ID: <{}@example.de>\r\n\r\n"
        "first\r\n..two dots\r\n.\x2e one more\r\nend\r\n")


def mail(number, size=0):
    return MAIL.format(number) + ("x" * 70 + "\r\n") * (size // 72)


class Client(Wire):
    """A connection, and the answers that come over it: they are noted."""

    def reply(self):
        """Of SMTP: all lines."""
        said = b""
        while True:
            line = self.line()
            said += line
            if line[3:4] == b" ":
                return note(said)

    def until(self, tag):
        """Of IMAP: up to the answer to the command."""
        said = b""
        while True:
            line = self.line()
            said += line
            literal = re.search(rb"\{(\d+)\}\r\n$", line)
            if literal:
                said += self.octets(int(literal.group(1)))
            elif line.startswith(tag.encode() + b" "):
                return note(said)

    def text(self):
        """Of POP3: up to the final dot."""
        said = b""
        while not said.endswith(b"\r\n.\r\n"):
            said += self.line()
        return note(said)


TRANSCRIPT = []


def note(said):
    TRANSCRIPT.append(re.sub(rb"queued as \w+", b"queued as ID", said))
    return said


def smtp(what="smtp"):
    wire = Client(what)
    wire.reply()
    wire.say("EHLO client.test\r\n")
    wire.reply()
    return wire


def command(wire, line):
    wire.say(line + "\r\n")
    return wire.reply()


# -- SMTP ----------------------------------------------------------------------------------


def deliver(sender, *recipients, number="1", size="0"):
    """One mail, as a server sends it."""
    with smtplib.SMTP("127.0.0.1", PORTS["smtp"], "mx.remote.test", timeout=20) as client:
        client.sendmail(sender, recipients, mail(number, int(size)))


def several(*words):
    """SENDER RECIPIENT pairs on one connection, over TLS."""
    with smtplib.SMTP("127.0.0.1", PORTS["smtp"], "mx.remote.test", timeout=20) as client:
        client.starttls(context=CONTEXT)
        for i in range(0, len(words), 2):
            client.sendmail(words[i], [words[i + 1]], mail(i))


def submit(user, *recipients):
    with smtplib.SMTP("127.0.0.1", PORTS["submission"], "pc.test", timeout=20) as client:
        client.starttls(context=CONTEXT)
        client.login(user, PASSWORD)
        client.sendmail(user, recipients, mail("submitted"))


def pipelined(sender, recipient):
    wire = smtp()
    text = mail("pipelined").replace("\r\n.", "\r\n..")
    wire.say(f"MAIL FROM:<{sender}>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n")
    for _ in range(3):
        wire.reply()
    wire.say(text + ".\r\nQUIT\r\n")
    wire.reply()
    wire.reply()


def chunked(sender, recipient):
    wire = smtp()
    body = mail("chunked").encode() + b"\xc3\xbc\r\n"
    wire.say(f"MAIL FROM:<{sender}> BODY=8BITMIME\r\nRCPT TO:<{recipient}>\r\n")
    wire.reply()
    wire.reply()
    wire.say(b"BDAT 20\r\n" + body[:20])
    wire.reply()
    wire.say(b"BDAT %d LAST\r\n" % (len(body) - 20) + body[20:])
    wire.reply()
    command(wire, "QUIT")


def international(sender, recipient):
    wire = smtp()
    command(wire, f"MAIL FROM:<{sender}> SMTPUTF8 BODY=8BITMIME")
    command(wire, f"RCPT TO:<{recipient}>")
    command(wire, "DATA")
    wire.say(mail("international") + "gr\u00fc\u00dfe\r\n.\r\n")
    wire.reply()
    command(wire, "QUIT")


def failures(sender, recipient):
    """RSET, a refused recipient, a mail that is never finished."""
    wire = smtp()
    command(wire, f"MAIL FROM:<{sender}>")
    command(wire, f"RCPT TO:<{recipient}>")
    command(wire, "RSET")
    command(wire, f"MAIL FROM:<{sender}>")
    command(wire, "RCPT TO:<nobody@elsewhere.test>")
    command(wire, f"RCPT TO:<{recipient}>")
    command(wire, "DATA")
    wire.say("From: half a mail\r\n")
    wire.socket.close()


def refused_login(what, user):
    if what == "smtp":
        with smtplib.SMTP("127.0.0.1", PORTS["submission"], timeout=20) as client:
            try:
                client.login(user, "wrong")
            except smtplib.SMTPAuthenticationError:
                pass
    elif what == "pop3":
        client = poplib.POP3("127.0.0.1", PORTS["pop3"], 20)
        try:
            client.user(user)
            client.pass_("wrong")
        except poplib.error_proto:
            pass
        client.close()
    else:
        client = imaplib.IMAP4("127.0.0.1", PORTS["imap"])
        try:
            client.login(user, "wrong")
        except imaplib.IMAP4.error:
            pass
        client.shutdown()


# -- POP3 ----------------------------------------------------------------------------------


def pop3(user, tls="no"):
    wire = Client("pop3s" if tls == "tls" else "pop3")
    note(wire.line())
    for line in (f"USER {user}", f"PASS {PASSWORD}", "STAT"):
        wire.say(line + "\r\n")
        note(wire.line())
    for line in ("UIDL", "RETR 1", "TOP 1 0"):
        wire.say(line + "\r\n")
        note(wire.line())
        wire.text()
    wire.say("RETR 99\r\nQUIT\r\n")
    note(wire.line())
    note(wire.line())


def pop3_user_only(user):
    wire = Client("pop3")
    note(wire.line())
    wire.say(f"USER {user}\r\nQUIT\r\n")
    note(wire.line())
    note(wire.line())


# -- IMAP ----------------------------------------------------------------------------------


def logged_in(user, tls):
    wire = Client("imaps" if tls == "tls" else "imap")
    note(wire.line())
    wire.say(f"a LOGIN {user} {PASSWORD}\r\n")
    wire.until("a")
    return wire


def append(wire, tag, text):
    wire.say(f"{tag} APPEND INBOX {{{len(text)}}}\r\n")
    note(wire.line())
    wire.say(text + "\r\n")
    wire.until(tag)


def imap(user, tls="no", compress="no"):
    wire = logged_in(user, tls)
    if compress == "compress":
        wire.say("z COMPRESS DEFLATE\r\n")
        wire.until("z")
        wire.compress()
    append(wire, "b", mail("appended"))
    for tag, line in (
            ("c", "SELECT INBOX"), ("d", "FETCH 1:* (UID BODY.PEEK[] RFC822.SIZE)"),
            ("e", "FETCH 1 (BODY.PEEK[HEADER] BODY.PEEK[TEXT])"),
            ("f", "FETCH 1 BODY.PEEK[]<5.10>"), ("g", "FETCH 1 ENVELOPE"),
            ("h", "UID FETCH 4711 BODY[]"), ("i", "APPEND Nowhere {5+}\r\nhello"),
            ("j", "LOGOUT")):
        wire.say(f"{tag} {line}\r\n")
        wire.until(tag)


def imap_append(user, number):
    wire = logged_in(user, "no")
    append(wire, "b", mail(number))
    wire.say("j LOGOUT\r\n")
    wire.until("j")


SESSIONS = {"deliver": deliver, "several": several, "submit": submit, "pipelined": pipelined,
            "chunked": chunked, "international": international, "failures": failures,
            "refused-login": refused_login, "pop3": pop3, "pop3-user-only": pop3_user_only,
            "imap": imap, "imap-append": imap_append}


def main():
    words = sys.argv[1:]
    end = words.index("--")
    for word in words[:end]:
        what, port = word.split("=")
        PORTS[what] = int(port)
    SESSIONS[words[end + 1]](*words[end + 2:])
    sys.stdout.buffer.write(b"".join(TRANSCRIPT))


if __name__ == "__main__":
    main()
