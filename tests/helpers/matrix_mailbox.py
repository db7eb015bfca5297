# SPDX-License-Identifier: Apache-2.0
"""Scenarios of matrix.py: POP3 and IMAP, in front of a real Dovecot."""

import base64
import re
import socket

from matrix_smtp import Smtp, expect_mail
from matrix_world import cause
from wire import PASSWORD, Wire

QUIT = cause("quit", layer="connection")


def header_of(text):
    """What an event says of a text that begins with a header."""
    found = {"sender": "", "recipients": [], "total": 0, "message_id": ""}
    head = text.split(b"\r\n\r\n")[0].decode(errors="replace")
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name == "From":
            found["sender"] = re.findall(r"<([^>]*)>", value)[0]
        elif name == "To":
            found["recipients"] = re.findall(r"<([^>]*)>", value)
            found["total"] = len(found["recipients"])
        elif name == "Message-ID":
            found["message_id"] = value.strip()
    return found


NO_HEADER = {"sender": "", "recipients": [], "total": 0, "message_id": ""}


def fill(cell, user, sizes=(0, 0, 0)):
    """Mail in the mailbox: the second has no header to speak of, the third is 8-bit."""
    texts = []
    for n, size in enumerate(sizes):
        text, _ = cell.mail(cell.outside(n), user, cell.other(3), head=n != 1, filler=size,
                            note=f"mail {n} of {user}")
        if n == 2:
            text += "gr\u00fc\u00dfe\r\n".encode()
        texts.append(text + b"From: <nobody@in.a.body>\r\n")
    cell.world.put_mail(user, texts)
    return texts


# -- POP3 ----------------------------------------------------------------------------------


class Pop:
    def __init__(self, variant):
        self.mechanism = "PLAIN" if "sasl" in variant else "USER"
        self.wire = Wire("pop3s" if "implicit" in variant else "pop3")
        self.wire.line()
        if "starttls" in variant:
            self.command("STLS")
            self.wire.start_tls()

    def command(self, line):
        self.wire.say(line + "\r\n")
        return self.wire.line().decode()

    def text(self, line):
        """The text of the answer, with its final dot."""
        assert self.command(line).startswith("+OK"), line
        said = b""
        while not said.endswith(b"\r\n.\r\n") and said != b".\r\n":
            said += self.wire.line()
        return said

    def log_in(self, user, password=PASSWORD, by=""):
        if self.mechanism == "USER":
            self.command(f"USER {user}")
            return self.command(f"PASS {password}")
        secret = f"{user if by else ''}\0{by or user}\0{password}"
        return self.command("AUTH PLAIN " + base64.b64encode(secret.encode()).decode())

    def quit(self):
        self.command("QUIT")
        self.wire.close()


def expect_box(cell, client, what, session="login", **fields):
    fields.setdefault("user", cell.target)
    cell.expect(client.wire, what, session, mailbox=cell.target,
                mechanism=client.mechanism, **fields)


def expect_retr(cell, pop, n, text, **fields):
    features = {"message": str(n)}
    features.update(fields.pop("more", {}))
    expect_box(cell, pop, "part-fetched" if "TOP" in features else "fetched",
               features=features, content=text, size=len(text) - 3, direction="to-target",
               **header_of(text), **fields)


def pop_session(cell, by=""):
    texts = fill(cell, cell.target)
    pop = Pop(cell.variant)
    user = by or cell.target
    pop.log_in(cell.target, by=by)
    expect_box(cell, pop, "login", user=user)
    for _ in cell.rounds():
        lines = pop.text("UIDL").decode().split("\r\n")
        unique = dict(line.split(" ", 1) for line in lines if " " in line)
        for n in (1, 2, 3):
            text = pop.text(f"RETR {n}")
            assert text == re.sub(rb"(?m)^\.", b"..", texts[n - 1]) + b".\r\n"
            expect_retr(cell, pop, n, text, more={"UIDL": unique[str(n)]}, user=user)
        text = pop.text("TOP 1 2")
        expect_retr(cell, pop, 1, text, more={"UIDL": unique["1"], "TOP": "2"}, user=user)
        pop.command("RETR 99")
        expect_box(cell, pop, "fetched", status="failed", features={"message": "99"},
                   cause=cause("-ERR"), user=user)
        for line in ("STAT", "LIST 1", "NOOP", "DELE 2", "RSET"):
            pop.command(line)
    pop.quit()
    expect_box(cell, pop, "logout", cause=QUIT, user=user)


def pop_by_another(cell):
    pop_session(cell, by=cell.other(9))


def pop_refused(cell):
    fill(cell, cell.other())
    for _ in cell.rounds():
        pop = Pop(cell.variant)
        pop.log_in(cell.target, "wrong")
        expect_box(cell, pop, "login-failed", cell.label(), status="failed",
                   cause=cause("-ERR", "AUTH"))
        pop.log_in(cell.other())
        pop.text("RETR 1")
        pop.quit()


def pop_attempt(cell):
    for _ in cell.rounds():
        pop = Pop(cell.variant)
        pop.command(f"USER {cell.target}")
        pop.quit()
        expect_box(cell, pop, "login-attempt", cell.label(), status="unknown", cause=QUIT)


def gone(wire):
    """The connection ends with octets on their way to us."""
    wire.socket.close()


def pop_cut(cell):
    texts = fill(cell, cell.target, (5_000_000,))
    pop = Pop(cell.variant)
    pop.wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    pop.log_in(cell.target)
    expect_box(cell, pop, "login")
    pop.command("RETR 1")
    expect_retr(cell, pop, 1, re.sub(rb"(?m)^\.", b"..", texts[0]) + b".\r\n",
                status="failed", cause=cause("cut", layer="connection"), prefix=True)
    expect_box(cell, pop, "logout", cause=cause("client-gone", layer="connection"))
    gone(pop.wire)


# -- IMAP ----------------------------------------------------------------------------------


class Imap:
    def __init__(self, variant):
        self.variant = variant
        self.mechanism = "PLAIN" if "sasl" in variant else "LOGIN"
        self.wire = Wire("imaps" if "implicit" in variant else "imap")
        self.wire.line()
        self.tag = 0
        if "starttls" in variant:
            self.command("STARTTLS")
            self.wire.start_tls()

    def begin(self, line):
        self.tag += 1
        self.wire.say(f"t{self.tag} ".encode() + (line if isinstance(line, bytes)
                                                   else line.encode()) + b"\r\n")

    def end(self):
        """Up to the answer: [(text, literal or None), ...] of each response; the answer."""
        responses, parts = [], []
        while True:
            line = self.wire.line()
            literal = re.search(rb"\{(\d+)\}\r\n$", line)
            text = line.decode(errors="replace")
            if literal:
                parts.append((text, self.wire.octets(int(literal.group(1)))))
                continue
            responses.append(parts + [(text, None)])
            parts = []
            if text.startswith(f"t{self.tag} "):
                return responses, text
            if text.startswith("+"):
                return responses, text

    def command(self, line):
        self.begin(line)
        return self.end()

    def log_in(self, user, password=PASSWORD, by=""):
        if self.mechanism == "LOGIN":
            answer = self.command(f"LOGIN {user} {password}")
        else:
            secret = f"{user if by else ''}\0{by or user}\0{password}"
            self.begin("AUTHENTICATE PLAIN")
            self.wire.line()
            self.wire.say(base64.b64encode(secret.encode()).decode() + "\r\n")
            answer = self.end()
        if "compress" in self.variant and " OK " in answer[1]:
            self.command("COMPRESS DEFLATE")
            self.wire.compress()
        return answer

    def quit(self):
        self.command("LOGOUT")
        self.wire.close()

    def literals(self, line):
        """(sequence, item, uid, size, text) of each literal of a FETCH."""
        found = []
        responses, answer = self.command(line)
        assert " OK " in answer, answer
        for parts in responses:
            whole = " ".join(text for text, _ in parts)
            uid = re.search(r"\bUID (\d+)", whole)
            size = re.search(r"RFC822\.SIZE (\d+)", whole)
            for text, literal in parts:
                if literal is not None:
                    item = re.search(r"([A-Z0-9.]+(\[[^\]]*\])?(<\d+>)?) \{\d+\}\r\n$", text)
                    found.append((parts[0][0].split()[1], item.group(1),
                                  uid and uid.group(1), size and int(size.group(1)), literal))
        return found


def expect_login(cell, imap, user=None):
    expect_box(cell, imap, "login", user=user or cell.target, features=compressed(imap, True))


def compressed(imap, before=False):
    """The login comes before the compression."""
    return {"COMPRESS": "DEFLATE"} if "compress" in imap.variant and not before else {}


def expect_fetched(cell, imap, found, validity, user=None, **fields):
    for sequence, item, uid, size, text in found:
        whole = item in ("BODY[]", "RFC822", "BINARY[]")
        head = whole or "HEADER" in item and ".MIME" not in item and "[1" not in item
        features = dict(compressed(imap), folder="INBOX", sequence=sequence, item=item,
                        uidvalidity=validity)
        if uid:
            features["uid"] = uid
        expect_box(cell, imap, "fetched" if whole else "part-fetched",
                   user=user or cell.target, features=features, content=text,
                   size=size or len(text), direction="to-target",
                   **(header_of(text) if head else NO_HEADER), **fields)


def select(imap):
    responses, _ = imap.command("SELECT INBOX")
    return re.search(r"UIDVALIDITY (\d+)", str(responses)).group(1)


def fetches(cell, by=""):
    texts = fill(cell, cell.target)
    imap = Imap(cell.variant)
    imap.log_in(cell.target, by=by)
    user = by or cell.target
    expect_login(cell, imap, user)
    validity = select(imap)
    for _ in cell.rounds():
        found = imap.literals("FETCH 1:* (UID BODY.PEEK[] RFC822.SIZE)")
        assert [text for *_, text in found] == texts
        for line in ("FETCH 2 RFC822", "UID FETCH 1:2 BODY[]",
                     "FETCH 1 (BODY.PEEK[HEADER] BODY.PEEK[TEXT])",
                     "FETCH 1 BODY.PEEK[]<5.10>", "FETCH 3 (RFC822.HEADER)",
                     "FETCH 3 RFC822.TEXT", "FETCH 1 BODY.PEEK[HEADER.FIELDS (From)]",
                     "FETCH 1 BODY.PEEK[1]", "FETCH 1 BINARY.PEEK[1]"):
            expect_fetched(cell, imap, found, validity, user)
            found = imap.literals(line)
        expect_fetched(cell, imap, found, validity, user)
        for line in ("FETCH 1:* (FLAGS ENVELOPE BODYSTRUCTURE)", "SEARCH TEXT body", "NOOP",
                     "STATUS INBOX (MESSAGES)", "STORE 1 +FLAGS (\\Seen)"):
            imap.command(line)
        _, answer = imap.command("FETCH 99 BODY[]")
        refused = re.search(r" (NO|BAD) (?:\[([A-Z]+)\])?", answer)
        if refused:
            expect_box(cell, imap, "fetched", status="failed", user=user,
                       features=dict(compressed(imap), folder="INBOX", uidvalidity=validity),
                       cause=cause(refused.group(1), refused.group(2) or ""))
    imap.quit()
    expect_box(cell, imap, "logout", cause=QUIT, user=user, features=compressed(imap))


def by_another(cell):
    fetches(cell, by=cell.other(9))


def expect_stored(cell, imap, text, folder="INBOX", **fields):
    features = dict(compressed(imap), folder=folder, **fields.pop("more", {}))
    expect_box(cell, imap, "stored", features=features, content=text, size=len(text),
               direction="from-target", **header_of(text), **fields)


def uploads(cell):
    imap = Imap(cell.variant)
    imap.log_in(cell.target)
    expect_login(cell, imap)
    for _ in cell.rounds():
        text, _ = cell.mail(cell.target, cell.outside())
        # A literal that waits, one that does not, two messages at once, parts.
        imap.begin(f"APPEND INBOX (\\Seen) {{{len(text)}}}")
        imap.wire.line()
        imap.wire.say(text + b"\r\n")
        uid = re.search(r"APPENDUID \d+ (\d+)", imap.end()[1]).group(1)
        expect_stored(cell, imap, text, more={"uid": uid, "flags": "\\Seen"})
        bare, _ = cell.mail(cell.target, cell.outside(), head=False)
        _, answer = imap.command(b"APPEND INBOX {%d+}\r\n%s" % (len(bare), bare))
        uid = re.search(r"APPENDUID \d+ (\d+)", answer).group(1)
        expect_stored(cell, imap, bare, more={"uid": uid})
        _, answer = imap.command(b"APPEND INBOX {%d+}\r\n%s {%d+}\r\n%s" %
                                 (len(text), text, len(bare), bare))
        first = int(re.search(r"APPENDUID \d+ (\d+)", answer).group(1))
        expect_stored(cell, imap, text, more={"uid": str(first)})
        expect_stored(cell, imap, bare, more={"uid": str(first + 1)})
        _, answer = imap.command(b"APPEND Nowhere {%d+}\r\n%s" % (len(text), text))
        expect_stored(cell, imap, text, "Nowhere", status="failed",
                      cause=cause("NO", "TRYCREATE"))
        # Refused before any octet came.
        _, answer = imap.command(b"APPEND Nowhere {%d}" % len(text))
        if answer.startswith("+"):
            imap.wire.say(text + b"\r\n")
            imap.end()
            expect_stored(cell, imap, text, "Nowhere", status="failed",
                          cause=cause("NO", "TRYCREATE"))
        else:
            expect_box(cell, imap, "stored", status="failed", size=len(text),
                       features=dict(compressed(imap), folder="Nowhere"),
                       cause=cause("NO", "TRYCREATE"))
    imap.quit()
    expect_box(cell, imap, "logout", cause=QUIT, features=compressed(imap))


def refused(cell):
    fill(cell, cell.other())
    for _ in cell.rounds():
        imap = Imap(cell.variant.replace("compress", ""))
        imap.log_in(cell.target, "wrong")
        expect_box(cell, imap, "login-failed", cell.label(), status="failed",
                   cause=cause("NO", "AUTHENTICATIONFAILED"))
        imap.log_in(cell.other())
        select(imap)
        imap.literals("FETCH 1 BODY[]")
        imap.quit()


def cut_upload(cell):
    imap = Imap(cell.variant)
    imap.log_in(cell.target)
    expect_login(cell, imap)
    text, _ = cell.mail(cell.target, cell.outside())
    imap.begin(f"APPEND INBOX {{{len(text) + 500}}}")
    imap.wire.line()
    imap.wire.say(text)
    expect_stored(cell, imap, text, status="failed", cause=cause("cut", layer="connection"))
    # TLS that ends without a word is no orderly end.
    how = "client-gone" if imap.wire.tls else "client"
    expect_box(cell, imap, "logout", cause=cause(how, layer="connection"),
               features=compressed(imap))
    imap.wire.close()


def cut_fetch(cell):
    texts = fill(cell, cell.target, (5_000_000,))
    imap = Imap(cell.variant)
    imap.wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    imap.log_in(cell.target)
    expect_login(cell, imap)
    validity = select(imap)
    imap.begin("FETCH 1 BODY.PEEK[]")
    imap.wire.line()
    expect_fetched(cell, imap, [("1", "BODY[]", None, None, texts[0])], validity,
                   status="failed", cause=cause("cut", layer="connection"), prefix=True)
    expect_box(cell, imap, "logout", cause=cause("client-gone", layer="connection"),
               features=compressed(imap))
    gone(imap.wire)


def crowd(cell):
    """Ten users do the same at the same instant."""
    together = cell.world.crowd
    together.wait(60)
    smtp = Smtp(cell, variant="starttls")
    text, identity = cell.mail(cell.outside(), cell.target)
    together.wait(60)
    sent = smtp.send(cell.outside(), [cell.target], text)
    expect_mail(cell, smtp, "received", sent, identity, cell.label(), total=1,
                sender=cell.outside(), recipients=[cell.target])
    fill(cell, cell.target)
    together.wait(60)
    imap = Imap("implicit compress")
    imap.log_in(cell.target)
    expect_login(cell, imap)
    validity = select(imap)
    together.wait(60)
    expect_fetched(cell, imap, imap.literals("FETCH 1:* BODY.PEEK[]"), validity)
    together.wait(60)
    imap.quit()
    expect_box(cell, imap, "logout", cause=QUIT, features=compressed(imap))
    smtp.quit()


SCENARIOS = [
    (pop_session, ["plain", "starttls", "implicit", "starttls sasl"]),
    (pop_by_another, ["implicit sasl"]),
    (pop_refused, ["plain", "implicit sasl"]),
    (pop_attempt, ["plain", "starttls"]),
    (fetches, ["plain", "starttls", "implicit", "implicit sasl", "plain compress",
               "implicit compress"]),
    (by_another, ["implicit sasl"]),
    (uploads, ["plain", "starttls", "implicit compress"]),
    (refused, ["plain", "implicit sasl"]),
]
# Those that end with the connection, or need ten: with and without content, and nothing.
ENDINGS = [
    (pop_cut, ["plain", "implicit"]),
    (cut_upload, ["plain", "implicit compress"]),
    (cut_fetch, ["plain", "implicit"]),
]
