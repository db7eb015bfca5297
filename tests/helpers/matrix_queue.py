# SPDX-License-Identifier: Apache-2.0
"""matrix_queue.py CONF SINK SPOOL MAIL PROTOCOL=PORT ...

As matrix.py, for what becomes of accepted mail: legs to a next hop, forwards, copies, lists,
notices.  Starts smtp-sendd and is the next hop itself, at the port SINK; there addresses with
"gone" are refused, those with "later" for now.  As TAP."""

import concurrent.futures
import itertools
import os
import socketserver
import subprocess
import sys
import threading
import time

from matrix import SCOPES, World, judge, measures_of, print_results, run
from matrix_smtp import Smtp, expect_mail
from matrix_world import Cell, cause
from wire import PORTS

FIRST = 5000  # cells and measures of matrix.py have lower numbers


class Anything:
    """Equal to whatever is there."""

    def __eq__(self, other):
        return True

    def __repr__(self):
        return "anything"


ANY = Anything()


class Text(bytes):
    """A text that is only known to have this in it."""

    def __eq__(self, other):
        return other is not None and bytes(self) in other

    def __ne__(self, other):
        return not self == other

    __hash__ = None


class Hop(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 hop\r\n")
        for line in self.rfile:
            answer = b"250 2.0.0 ok\r\n"
            if line.startswith(b"RCPT") and b"gone" in line:
                answer = b"550 5.1.1 no such user\r\n"
            elif line.startswith(b"RCPT") and b"later" in line:
                answer = b"451 4.2.2 full\r\n"
            elif line.startswith(b"DATA"):
                self.wfile.write(b"354 go\r\n")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
                answer = b"250 2.0.0 taken\r\n"
            self.wfile.write(answer)
            if line.startswith(b"QUIT"):
                return


class Hops(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


class Queued:
    """Stands for the connection in what smtp-sendd tells of a message."""

    protocol, what, tls, sent = "smtp", "sink", "", float("inf")

    def __init__(self, client=None):
        self.port = client.wire.port if client else 0


def expect_leg(cell, client, queue, **fields):
    fields.setdefault("cause", cause(250, "2.0.0"))
    cell.expect(Queued(client), "forwarded", f"queue {queue}", leg="out", queue_id=queue,
                features={"relay": ANY}, **fields)


def expect_passed_on(cell, client, first, text, **fields):
    """Mail that became the target's when it was passed on; with the field in front of it."""
    cell.expect(Queued(client), "received", f"queue {first}", leg="out", queue_id=ANY,
                content=Text(text), size=ANY, direction="to-target", server="",
                server_port=0, **fields)


def from_outside(cell, to, total=1):
    """A mail to the first of these and others; (client, queue id, its text)."""
    client = Smtp(cell)
    text, identity = cell.mail(cell.outside(), cell.target)
    sent = client.send(cell.outside(), to, text)
    client.quit()
    return client, sent, text, identity


def delivered(cell):
    client, sent, _, identity = from_outside(cell, [cell.target, cell.other()])
    expect_mail(cell, client, "received", sent, identity, cell.label(), total=2,
                sender=cell.outside(), recipients=[cell.target])
    expect_leg(cell, client, sent[1], sender=cell.outside(), recipients=[cell.target], total=2)


def deferred(cell):
    cell.target = cell.identities[0]
    client, sent, _, identity = from_outside(cell, [cell.target])
    expect_mail(cell, client, "received", sent, identity, cell.label(), total=1,
                sender=cell.outside(), recipients=[cell.target])
    expect_leg(cell, client, sent[1], sender=cell.outside(), recipients=[cell.target], total=1,
               status="unknown", cause=cause(451, "4.2.2"))


def submitted(cell):
    """To one who takes it and one who does not: two legs, a notice, and the notice's leg."""
    client = Smtp(cell, "submission", "starttls")
    client.log_in(cell.target)
    cell.expect(client.wire, "login", "login", user=cell.target, mechanism="PLAIN")
    gone = f"zq{cell.number}gone@remote.test"
    to = [cell.outside(), gone]
    text, identity = cell.mail(cell.target, *to)
    sent = client.send(cell.target, to, text)
    expect_mail(cell, client, "sent", sent, identity, "login", total=2, recipients=to,
                sender=cell.target, user=cell.target, validated=True)
    client.quit()
    cell.expect(client.wire, "logout", "login", user=cell.target,
                cause=cause("quit", layer="connection"))
    for whom, how, why in ((to[0], "succeeded", cause(250, "2.0.0")),
                           (gone, "failed", cause(550, "5.1.1"))):
        expect_leg(cell, client, sent[1], sender=cell.target, recipients=[whom], total=2,
                   status=how, cause=why)
    session = f"queue {sent[1]}"
    cell.expect(Queued(), "received", session, leg="out", client="", server="", server_port=0,
                queue_id=sent[1], recipients=[cell.target], total=1, message_id=ANY, size=ANY,
                features={"notice": ANY}, direction="to-target", content=Text(text))
    cell.expect(Queued(), "forwarded", session, leg="out", client="", queue_id=ANY,
                recipients=[cell.target], total=1, features={"relay": ANY},
                cause=cause(250, "2.0.0"))


def by_list(cell):
    """A list with the target and others; nobody but the target is named."""
    address = f"zq{cell.number}b1list@example.de"
    client, sent, text, identity = from_outside(cell, [address])
    expect_passed_on(cell, client, sent[1], text, sender=cell.outside(), total=1,
                     recipients=[cell.target], forward=[address], message_id=identity)
    cell.expect(Queued(client), "forwarded", f"queue {sent[1]}", leg="out", queue_id=ANY,
                sender=cell.outside(), recipients=[cell.target], total=2,
                features={"relay": ANY}, cause=cause(250, "2.0.0"))


def by_copy(cell):
    """Somebody's copies go to the target; that somebody is how they came."""
    client, sent, text, identity = from_outside(cell, [cell.other()])
    expect_passed_on(cell, client, sent[1], text, sender=cell.outside(), total=1,
                     recipients=[cell.target], forward=[cell.other()], message_id=identity)
    cell.expect(Queued(client), "forwarded", f"queue {sent[1]}", leg="out", queue_id=ANY,
                sender=cell.outside(), recipients=[cell.target], total=2,
                features={"relay": ANY}, cause=cause(250, "2.0.0"))


def forwarded(cell):
    """The target's mail goes elsewhere; so does another recipient's, which is not told."""
    client, sent, _, identity = from_outside(cell, [cell.target, cell.other()])
    expect_mail(cell, client, "received", sent, identity, cell.label(), total=2,
                sender=cell.outside(), recipients=[cell.target])
    expect_forward(cell, client, sent[1], [cell.outside(8)])
    expect_forward_leg(cell, client, sent[1], cell.outside(8), total=2)


def expect_forward(cell, client, queue, chain, name=ANY):
    cell.expect(Queued(client), "forwarded", f"queue {queue}", leg="out", queue_id=queue,
                server="", server_port=0, sender=cell.outside(), recipients=[cell.target],
                total=2, forward=chain, features={"as": name})


def expect_forward_leg(cell, client, first, end, total):
    cell.expect(Queued(client), "forwarded", f"queue {first}", leg="out", queue_id=ANY,
                sender=cell.outside(), recipients=[end], total=total, forward=[end],
                features={"relay": ANY}, cause=cause(250, "2.0.0"))


def same_end(cell):
    """The target's mail goes where another recipient's goes already."""
    client, sent, _, identity = from_outside(cell, [cell.other(), cell.target])
    expect_mail(cell, client, "received", sent, identity, cell.label(), total=2,
                sender=cell.outside(), recipients=[cell.target])
    expect_forward(cell, client, sent[1], [cell.outside(8)])
    expect_forward_leg(cell, client, sent[1], cell.outside(8), total=1)


def to_recipient(cell):
    """The target's mail goes to one who has got it anyway: it is the same message."""
    client, sent, _, identity = from_outside(cell, [cell.target, cell.other()])
    expect_mail(cell, client, "received", sent, identity, cell.label(), total=2,
                sender=cell.outside(), recipients=[cell.target])
    expect_forward(cell, client, sent[1], [cell.other()], name=sent[1])


def second_way(cell):
    """The target is a step on a second way to an address."""
    client, sent, text, identity = from_outside(cell, [cell.other(), cell.other(2)])
    expect_passed_on(cell, client, sent[1], text, sender=cell.outside(), total=2,
                     recipients=[cell.target], forward=[cell.other(2)], message_id=identity)
    expect_forward(cell, client, sent[1], [cell.outside(8)])
    expect_forward_leg(cell, client, sent[1], cell.outside(8), total=1)


SCENARIOS = [delivered, deferred, submitted, by_list, by_copy, forwarded, same_end,
             to_recipient, second_way]


def rows_of(cell):
    """Of the table of addresses."""
    if cell.scenario is same_end:
        return [(who, "forward", cell.outside(8)) for who in (cell.target, cell.other())]
    if cell.scenario is to_recipient:
        return [(cell.target, "forward", cell.other())]
    if cell.scenario is second_way:
        return [(cell.other(), "forward", cell.outside(8)),
                (cell.other(2), "forward", cell.target),
                (cell.target, "forward", cell.outside(8))]
    if cell.scenario is by_list:
        address = f"zq{cell.number}b1list@example.de"
        return [(address, "forward", cell.target), (address, "forward", cell.other(2))]
    if cell.scenario is by_copy:
        return [(cell.other(), "copy", cell.target)]
    if cell.scenario is forwarded:
        return [(cell.target, "forward", cell.outside(8)),
                (cell.other(), "forward", cell.outside(9))]
    return []


def table(world):
    cells = []
    number = itertools.count(FIRST)
    for scenario in SCENARIOS:
        for scope in SCOPES:
            cell = Cell(next(number), scenario, "queued", scope, measures_of(scope, world))
            cell.world, cell.ordered = world, False
            if scenario is deferred:
                cell.identities = [f"zq{cell.number}tlater@example.de"]
            cells.append(cell)
    return cells


def main():
    conf, sink = sys.argv[1], int(sys.argv[2])
    world = World(*sys.argv[3:5])
    world.numbers = itertools.count(FIRST)
    PORTS.update((what, int(port)) for what, port in (word.split("=") for word in sys.argv[5:]))
    PORTS["sink"] = sink
    cells = table(world)
    rows = "address,kind,target\n" + "".join(
        ",".join(row) + "\n" for cell in cells for row in rows_of(cell))
    subprocess.run(["sponts", "import", "addresses", "-", "--config", conf], check=True,
                   input=rows.encode(), stdout=subprocess.DEVNULL)
    for cell in cells:
        world.list(cell, cell.measures)
    world.publish()
    hops = Hops(("127.0.0.1", sink), Hop)
    threading.Thread(target=hops.serve_forever, daemon=True).start()
    with open(os.path.dirname(conf) + "/smtp-sendd.log", "wb") as log:
        sendd = subprocess.Popen(["smtp-sendd", "--config", conf], stderr=log)
    try:
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            list(pool.map(run, cells))
        for _ in range(80):
            faults, strange = judge(world, cells, FIRST)
            if not any(faults.values()) and not strange:
                break
            time.sleep(0.25)
    finally:
        sendd.terminate()
        sendd.wait(30)
    # Nothing comes behind, not even when it ends.
    faults, strange = judge(world, cells, FIRST)
    print_results(faults, strange, "queue: nothing of anybody else")


if __name__ == "__main__":
    main()
