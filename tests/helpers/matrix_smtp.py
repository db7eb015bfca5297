# SPDX-License-Identifier: Apache-2.0
"""Scenarios of matrix.py: SMTP, from the outside and submission."""

import base64
import re

from matrix_world import cause
from wire import PASSWORD, Wire

LIMIT = 200_000  # message-size


class Smtp:
    """A client in one of the variants; knows what an event says of its mail."""

    def __init__(self, cell, what="smtp", variant=""):
        self.cell, self.variant = cell, variant
        secure = {"smtp": "smtps", "submission": "submissions"}[what]
        self.wire = Wire(secure if "implicit" in variant else what)
        self.login = ""
        self.reply()
        self.hello()
        if "starttls" in variant:
            self.start_tls()

    def hello(self):
        self.command("EHLO pc.test")

    def start_tls(self):
        self.command("STARTTLS")
        self.wire.start_tls()
        self.login = ""
        self.hello()

    def reply(self):
        while True:
            line = self.wire.line()
            if line[3:4] == b" ":
                words = line.decode().split(None, 2)
                return int(words[0]), words[1] if len(words) > 1 else "", line.decode()

    def command(self, line):
        self.wire.say(line + "\r\n")
        return self.reply()

    def log_in(self, user, password=PASSWORD, mechanism="PLAIN"):
        if mechanism == "PLAIN":
            secret = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
            answer = self.command("AUTH PLAIN " + secret)
        else:
            self.command("AUTH LOGIN")
            self.command(base64.b64encode(user.encode()).decode())
            answer = self.command(base64.b64encode(password.encode()).decode())
        if answer[0] == 235:
            self.login = user
        return answer

    def quit(self):
        self.command("QUIT")
        self.wire.close()

    # -- a mail ------------------------------------------------------------------------

    def parameters(self):
        words = []
        if "8bit" in self.variant:
            words.append("BODY=8BITMIME")
        if "binary" in self.variant:
            words.append("BODY=BINARYMIME")
        if "utf8" in self.variant:
            words.append("SMTPUTF8")
        return words

    def features(self, words, transfer=True):
        """What the event says of the envelope, and of how the text came."""
        name = "UTF8SMTP" if "SMTPUTF8" in words else "ESMTP"
        said = {"helo": "pc.test",
                "protocol": name + ("S" if self.wire.tls else "") + ("A" if self.login else "")}
        for word in words:
            key, _, value = word.partition("=")
            said[key] = value or "yes"
        if transfer:
            said["transfer"] = "BDAT" if self.in_chunks() else "DATA"
        return said

    def in_chunks(self):
        return "bdat" in self.variant or "binary" in self.variant

    def body(self, text):
        if "8bit" in self.variant or "utf8" in self.variant:
            text += "gr\u00fc\u00dfe\r\n".encode()
        if "binary" in self.variant:
            text += b"\0\x01 bare \r and \n\r\n"
        return text

    def on_the_wire(self, text):
        """As it is sent, dots doubled or in chunks."""
        if self.in_chunks():
            return text
        return re.sub(rb"(?m)^\.", b"..", text) + b".\r\n"

    def envelope(self, sender, recipients, words, rcpt_words):
        """MAIL and RCPT; the replies."""
        mail = " ".join([f"MAIL FROM:<{sender}>"] + words)
        rcpts = [f"RCPT TO:<{one}>{rcpt_words.get(one, '')}" for one in recipients]
        if "pipelined" not in self.variant:
            return [self.command(line) for line in [mail] + rcpts]
        self.wire.say("\r\n".join([mail] + rcpts) + "\r\n")
        return [self.reply() for _ in [mail] + rcpts]

    def chunks(self, text):
        third = len(text) // 3
        parts = [text[:third], text[third:2 * third], text[2 * third:]]
        said = [b"BDAT %d%s\r\n" % (len(part), b" LAST" if part is parts[2] else b"") + part
                for part in parts]
        if "pipelined" in self.variant:
            self.wire.say(b"".join(said))
            return [self.reply() for _ in said][-1]
        answer = None
        for one in said:
            self.wire.say(one)
            answer = self.reply()
        return answer

    def send(self, sender, recipients, text, extra=(), rcpt_words=None):
        """(the reply, queue id, what went over the wire, what the event says of MAIL)"""
        words = self.parameters() + list(extra)
        self.envelope(sender, recipients, words, rcpt_words or {})
        text = self.body(text)
        wire = self.on_the_wire(text)
        if self.in_chunks():
            answer = self.chunks(text)
        else:
            self.command("DATA")
            self.wire.say(wire)
            answer = self.reply()
        queued = re.search(r"queued as (\w+)", answer[2])
        return answer, queued.group(1) if queued else "", wire, self.features(words)


def expect_mail(cell, client, what, sent, identity, session, **fields):
    """Of a mail that was accepted."""
    _, queue, wire, features = sent
    features = dict(features, **fields.pop("more", {}))
    cell.expect(client.wire, what, session, queue_id=queue, content=wire, size=len(wire),
                message_id=identity, features=features,
                direction="to-target" if what == "received" else "from-target", **fields)


# -- for the target ------------------------------------------------------------------------


def one(cell):
    client = Smtp(cell, variant=cell.variant)
    to = cell.identities[0]
    for _ in cell.rounds():
        text, identity = cell.mail(cell.outside(), to)
        said = to.replace("\u00fc", "\u00dc").replace("xn--bcher-kva", "B\u00fccher")
        sent = client.send(cell.outside(), [said], text)
        named = said.replace("B\u00fccher", "xn--bcher-kva")
        expect_mail(cell, client, "received", sent, identity, cell.label(), total=1,
                    sender=cell.outside(), recipients=[named], matched=to)
    client.quit()


def many(cell):
    """Whom else it goes to is counted; what is asked of their delivery is not said."""
    client = Smtp(cell, variant=cell.variant)
    for _ in cell.rounds():
        text, identity = cell.mail(cell.outside(), cell.target)
        extra = ["SIZE=4000", "RET=HDRS", "ENVID=QQ314"]
        asked = {cell.target: " NOTIFY=NEVER ORCPT=rfc822;" + cell.target,
                 cell.other(1): " NOTIFY=FAILURE,DELAY",
                 cell.other(2): " ORCPT=rfc822;" + cell.other(3)}
        sent = client.send(cell.outside(), [cell.other(1), cell.target, cell.other(2)], text,
                           extra, asked)
        expect_mail(cell, client, "received", sent, identity, cell.label(), total=3,
                    sender=cell.outside(), recipients=[cell.target],
                    more={"NOTIFY " + cell.target: "NEVER",
                          "ORCPT " + cell.target: "rfc822;" + cell.target})
    client.quit()


def neighbours(cell):
    """Mail of others before and after it; the header decides nothing."""
    client = Smtp(cell, variant=cell.variant)
    for _ in cell.rounds():
        for n in (1, 2, 3):
            to = cell.target if n == 2 else cell.other(n)
            text, identity = cell.mail(cell.outside(n), cell.target, to)
            sent = client.send(cell.outside(n), [to], text)
            if n == 2:
                expect_mail(cell, client, "received", sent, identity, cell.label(), total=1,
                            sender=cell.outside(n), recipients=[to])
    client.quit()


def spelled(cell):
    client = Smtp(cell, variant=cell.variant)
    for _ in cell.rounds():
        local = cell.target.split("@")[0]
        for said in (local.upper() + "@EXAMPLE.de", local + "+tag@example.de"):
            text, identity = cell.mail("", cell.target)
            sent = client.send("", [said], text)
            expect_mail(cell, client, "received", sent, identity, cell.label(), total=1,
                        recipients=[said.replace("EXAMPLE", "example")])
    client.quit()


def refused(cell):
    client = Smtp(cell, variant=cell.variant)
    listed = cell.identities[1]
    for _ in cell.rounds():
        features = client.features([], False)
        session = cell.label()
        client.envelope(cell.outside(), [listed, cell.other()], [], {})
        cell.expect(client.wire, "received", session, status="failed", sender=cell.outside(),
                    recipients=[listed], total=1, matched=listed, features=features,
                    cause=cause(550, "5.1.1"))
        client.command("RSET")
        # In the name of the target, to somewhere we do not relay.
        session = cell.label()
        client.envelope(cell.target, [cell.outside()], [], {})
        client.command("DATA")
        client.command("RSET")
        for what, why in (([cell.outside()], cause(554, "5.7.1", "policy")),
                          ([], cause(554, "5.5.1")), ([], cause("RSET"))):
            cell.expect(client.wire, "sent", session, status="failed", sender=cell.target,
                        recipients=what, total=len(what), features=features, cause=why)
        cell.label()
        client.command(f"MAIL FROM:<{cell.target}> SIZE={LIMIT * 2}")
        cell.expect(client.wire, "sent", cell.label(), status="failed", sender=cell.target,
                    features=dict(features, SIZE=str(LIMIT * 2)), cause=cause(552, "5.3.4"))
    client.quit()


def given_up(cell):
    """RSET, another EHLO, and at the end the connection."""
    for _ in cell.rounds():
        client = Smtp(cell, variant=cell.variant)
        for how in ("RSET", "EHLO pc.test", "QUIT"):
            features = client.features([], False)
            client.envelope(cell.outside(), [cell.other(), cell.target], [], {})
            client.command(how)
            cell.expect(client.wire, "received", cell.label(), status="failed", total=2,
                        sender=cell.outside(), recipients=[cell.target], features=features,
                        cause=cause(how.split()[0]))
        client.wire.close()


def cut(cell):
    """The connection ends within the text."""
    for _ in cell.rounds():
        client = Smtp(cell, variant=cell.variant)
        features = client.features([], False)
        client.envelope(cell.outside(), [cell.target], [], {})
        text, identity = cell.mail(cell.outside(), cell.target)
        if client.in_chunks():
            client.wire.say(b"BDAT %d\r\n" % len(text) + text)
            client.reply()
            heard = text
        else:
            client.command("DATA")
            heard = client.on_the_wire(text)[:-7]
            client.wire.say(heard)
        client.wire.close()
        cell.expect(client.wire, "received", cell.label(), status="failed", total=1,
                    sender=cell.outside(), recipients=[cell.target], features=features,
                    cause=cause("gone", layer="connection"), content=heard,
                    message_id=identity, size=len(heard), direction="to-target")


def spoilt(cell):
    """A chunk that is too big ends the message; what comes then is another's."""
    client = Smtp(cell, variant=cell.variant)
    for _ in cell.rounds():
        features = client.features([], False)
        client.envelope(cell.outside(), [cell.target], [], {})
        text, identity = cell.mail(cell.outside(), cell.target)
        client.wire.say(b"BDAT %d\r\n" % len(text) + text)
        client.reply()
        client.wire.say(b"BDAT %d LAST\r\n" % (LIMIT + 1) + b"z" * (LIMIT + 1))
        client.reply()
        cell.expect(client.wire, "received", cell.label(), status="failed", total=1,
                    sender=cell.outside(), recipients=[cell.target], features=features,
                    cause=cause(552, "5.3.4"), content=text, message_id=identity,
                    size=len(text), direction="to-target")
        other, _ = cell.mail(cell.outside(2), cell.other(2))
        client.send(cell.outside(2), [cell.other(2)], other)
    client.quit()


def too_big(cell):
    client = Smtp(cell, variant=cell.variant)
    for _ in cell.rounds():
        text, identity = cell.mail(cell.outside(), cell.target, filler=LIMIT + 10_000)
        _, _, wire, features = client.send(cell.outside(), [cell.target], text)
        del features["transfer"]
        cell.expect(client.wire, "received", cell.label(), status="failed", total=1,
                    sender=cell.outside(), recipients=[cell.target], features=features,
                    cause=cause(552, "5.3.4"), content=wire, message_id=identity,
                    size=len(wire), direction="to-target")
    client.quit()


def itself(cell):
    """From the target to the target, and to another who is not named to the recipient."""
    client = Smtp(cell, variant=cell.variant)
    for _ in cell.rounds():
        text, identity = cell.mail(cell.target, cell.target)
        sent = client.send(cell.target, [cell.target, cell.other()], text)
        session = cell.label()
        for what, whom in (("sent", [cell.target, cell.other()]), ("received", [cell.target])):
            expect_mail(cell, client, what, sent, identity, session, total=2,
                        sender=cell.target, recipients=whom)
    client.quit()


# -- submission ----------------------------------------------------------------------------


def expect_login(cell, client, mechanism):
    cell.expect(client.wire, "login", "login", user=cell.target, mechanism=mechanism)


def submit(cell, sender=None):
    client = Smtp(cell, "submission", cell.variant)
    mechanism = "LOGIN" if "auth-login" in cell.variant else "PLAIN"
    client.log_in(cell.target, mechanism=mechanism)
    expect_login(cell, client, mechanism)
    for _ in cell.rounds():
        to = [cell.outside(1), cell.outside(2)]
        text, identity = cell.mail(cell.target, *to)
        sent = client.send(sender or cell.target, to, text)
        expect_mail(cell, client, "sent", sent, identity, "login", total=2, recipients=to,
                    sender=sender or cell.target, user=cell.target, validated=not sender)
        # What is refused within the session belongs to it.
        client.envelope(cell.target, [cell.outside(3)], [], {})
        client.command("RSET")
        cell.expect(client.wire, "sent", "login", status="failed", sender=cell.target,
                    recipients=[cell.outside(3)], total=1, user=cell.target, validated=True,
                    features=client.features([], False), cause=cause("RSET"))
    client.quit()
    cell.expect(client.wire, "logout", "login", user=cell.target,
                cause=cause("quit", layer="connection"))


def other_sender(cell):
    submit(cell, cell.outside(7))


def refused_login(cell):
    for _ in cell.rounds():
        client = Smtp(cell, "submission", cell.variant)
        mechanism = "LOGIN" if "auth-login" in cell.variant else "PLAIN"
        client.log_in(cell.target, "wrong", mechanism)
        cell.expect(client.wire, "login-failed", cell.label(), status="failed",
                    user=cell.target, mechanism=mechanism, cause=cause(535, "5.7.8"))
        # Another's login on the same connection, and what is sent by it.
        client.log_in(cell.other(5))
        text, _ = cell.mail(cell.other(5), cell.outside())
        client.send(cell.other(5), [cell.outside()], text)
        client.quit()


def attempt(cell):
    for _ in cell.rounds():
        client = Smtp(cell, "submission", cell.variant)
        client.command("AUTH LOGIN")
        client.command(base64.b64encode(cell.target.encode()).decode())
        client.wire.close()
        cell.expect(client.wire, "login-attempt", cell.label(), status="unknown",
                    user=cell.target, mechanism="LOGIN",
                    cause=cause("gone", layer="connection"))


def by_another(cell):
    """Whose login submits mail for the target is the other's business."""
    client = Smtp(cell, "submission", cell.variant)
    client.log_in(cell.other(9))
    for _ in cell.rounds():
        for _ in range(2):
            text, identity = cell.mail(cell.other(1), cell.target)
            sent = client.send(cell.other(1), [cell.target], text)
            expect_mail(cell, client, "received", sent, identity, cell.label(), total=1,
                        sender=cell.other(1), recipients=[cell.target])
    client.quit()


def behind_starttls(cell):
    """A login ends with STARTTLS; the next is another's."""
    for _ in cell.rounds():
        client = Smtp(cell, "submission")
        session = cell.label()
        client.log_in(cell.target)
        cell.expect(client.wire, "login", session, user=cell.target, mechanism="PLAIN")
        client.start_tls()
        cell.expect(client.wire, "logout", session, user=cell.target, cause=cause("STARTTLS"),
                    tls="")  # as it was while he was logged in
        client.log_in(cell.other())
        text, _ = cell.mail(cell.other(), cell.outside())
        client.send(cell.other(), [cell.outside()], text)
        client.quit()


SCENARIOS = [
    (one, ["plain", "starttls", "implicit", "pipelined", "bdat", "starttls bdat pipelined",
           "8bit", "utf8", "utf8 bdat", "binary"]),
    (many, ["plain", "starttls pipelined", "bdat"]),
    (neighbours, ["plain", "implicit bdat", "pipelined"]),
    (spelled, ["plain", "bdat"]),
    (refused, ["plain", "starttls"]),
    (given_up, ["plain", "implicit"]),
    (cut, ["plain", "bdat", "starttls", "starttls bdat"]),
    (spoilt, ["plain", "starttls"]),
    (too_big, ["plain"]),
    (itself, ["plain", "bdat pipelined"]),
    (submit, ["plain", "starttls", "implicit", "starttls auth-login", "implicit bdat",
              "starttls pipelined 8bit"]),
    (other_sender, ["starttls"]),
    (refused_login, ["plain", "starttls auth-login", "implicit"]),
    (attempt, ["plain", "implicit"]),
    (by_another, ["starttls", "implicit bdat"]),
    (behind_starttls, ["plain"]),
]
