# SPDX-License-Identifier: Apache-2.0
"""matrix.py SPOOL MAIL PROTOCOL=PORT ...

Completeness and exclusivity: every scenario of matrix_*.py, in every variant of the client,
under every scope of a measure, all at the same gateway at the same time.  What has to be
captured comes from the scenario, which is the client; what was captured is read by tap-tool.
Each event has to be there once, with its fields and its octets, and nothing else: no record
holds the name of anybody who is not in what was expected.

SPOOL is the tap's, MAIL where Dovecot keeps its mailboxes.  Prints a line of TAP for each
cell: ok 1 - FILE SCENARIO VARIANT SCOPE.

    none       no measure
    iri        event data only
    both       event data and content
    two        two authorities, one for event data only; two more whose time is over, or
               has not come
    timed      begins and ends by the clock in the middle of each session; a second
               authority's begins then and goes on
    published  set up and ended by hand in the middle of each session
"""

import base64
import concurrent.futures
import itertools
import json
import os
import re
import subprocess
import sys
import threading
import time
import traceback

import matrix_mailbox
import matrix_smtp
from matrix_world import Cell, Measure, Rounds, check, names_in
from wire import PORTS

SCOPES = ("none", "iri", "both", "two")
MIDDLE = ("timed", "published")
PLACES = 4096
PROBES = 65535


class World:
    """The gateway's surroundings: the list, the mailboxes, the records."""

    def __init__(self, spool, mail):
        self.spool, self.mail = spool, mail
        self.numbers = itertools.count(1)
        self.probes = itertools.count(1)
        self.crowd = threading.Barrier(10)
        self.lines = {}  # of the list, by measure

    def put_mail(self, user, texts):
        owner = os.stat(self.mail)
        for part in ("", "/cur", "/new", "/tmp"):
            os.mkdir(f"{self.mail}/{user}{part}", 0o700)
            os.chown(f"{self.mail}/{user}{part}", owner.st_uid, owner.st_gid)
        for n, text in enumerate(texts):
            name = f"{self.mail}/{user}/new/{1700000000 + n}.M{n}.test"
            with open(name, "wb") as file:
                file.write(text)
            os.chown(name, owner.st_uid, owner.st_gid)

    def list(self, cell, measures):
        for measure in measures:
            self.lines[measure.number] = [measure.line(one) for one in cell.identities]

    def unlist(self, measure):
        self.lines.pop(measure.number, None)

    def publish(self):
        """And wait until all servers have read it."""
        probe = f"probe{next(self.probes)}@example.de"
        lines = [line for lines in self.lines.values() for line in lines]
        text = "\n".join(lines + [f"{probe}={PROBES}", ""])
        subprocess.run(["tap-tool", "publish", self.spool, str(PLACES), "-"], check=True,
                       input=text.encode())
        for _ in range(100):
            for ask in (probe_smtp, probe_pop3, probe_imap):
                ask(probe)
            seen = {one["protocol"] for one in self.read() if one["user"] == probe}
            if len(seen) == 3:
                return
            time.sleep(0.05)
        raise RuntimeError("the servers do not read the list")

    def read(self):
        out = subprocess.run(["tap-tool", "read", self.spool], check=True,
                             stdout=subprocess.PIPE).stdout
        return [json.loads(line) for line in out.splitlines()]


def probe_smtp(user):
    client = matrix_smtp.Smtp(None, "submission")
    client.log_in(user, "wrong")
    client.wire.close()


def probe_pop3(user):
    client = matrix_mailbox.Pop("")
    client.log_in(user, "wrong")
    client.wire.close()


def probe_imap(user):
    client = matrix_mailbox.Imap("")
    client.log_in(user, "wrong")
    client.wire.close()


def measures_of(scope, world):
    start = time.time()

    def one(**words):
        return Measure(next(world.numbers), **words)

    return {
        "none": lambda: [],
        "iri": lambda: [one(content=False)],
        "both": lambda: [one()],
        "two": lambda: [one(), one(content=False), one(phases=(), end=start - 1),
                        one(phases=(), begin=start + 3600)],
        "timed": lambda: [one(phases=(1,)), one(content=False, phases=(1, 2))],
        "published": lambda: [one(phases=(1,))],
    }[scope]()


def table(world):
    """(cells that run by themselves, those of the crowd, those with a middle)"""
    normal, crowd, middle = [], [], []
    number = itertools.count(1)

    def cell(scenario, variant, scope):
        made = Cell(next(number), scenario, variant, scope, measures_of(scope, world))
        made.world = world
        return made

    every = matrix_smtp.SCENARIOS + matrix_mailbox.SCENARIOS
    for scenario, variants in every + matrix_mailbox.ENDINGS:
        for variant in variants:
            normal += [cell(scenario, variant, scope) for scope in SCOPES]
    for scenario, variants in every:
        for variant in variants:
            middle += [cell(scenario, variant, scope) for scope in MIDDLE]
    for n in range(10):
        crowd.append(cell(matrix_mailbox.crowd, f"user {n}", {3: "both", 7: "two"}.get(n, "none")))
    return normal, crowd, middle


def run(cell):
    cell.begun = time.time()
    try:
        cell.scenario(cell)
    except Exception:  # whatever it is, it is this cell's
        cell.trouble = traceback.format_exc()
        if cell.barrier:
            cell.barrier.waiting.abort()
    cell.over = time.time() + 30


def identities_of(cell):
    """Some targets have another name, or one more."""
    if cell.scenario is matrix_smtp.one and "utf8" in cell.variant:
        return [f"zq{cell.number}t\u00fc@xn--bcher-kva.example"]
    if cell.scenario is matrix_smtp.refused:
        return [cell.target, f"zq{cell.number}t@listed.example"]
    return [cell.target]


def run_middle(world, cells):
    rounds = Rounds(len(cells))
    for cell in cells:
        cell.barrier = rounds
    threads = [threading.Thread(target=run, args=(cell,), daemon=True) for cell in cells]
    for thread in threads:
        thread.start()
    try:
        rounds.waiting.wait(120)
        begin = time.time() + 2.5
        for cell in cells:
            for measure in cell.measures:
                measure.begin = begin if cell.scope == "timed" else None
            world.list(cell, cell.measures)
        world.publish()
        time.sleep(max(0, begin - time.time()))
        rounds.waiting.wait(120)
        rounds.waiting.wait(120)
        end = time.time() + 2.5
        for cell in cells:
            measure = cell.measures[0]
            if cell.scope == "timed":
                measure.end = end
                world.list(cell, cell.measures)
            else:
                world.unlist(measure)
        world.publish()
        time.sleep(max(0, end - time.time()))
        rounds.waiting.wait(120)
    except threading.BrokenBarrierError:
        pass
    for thread in threads:
        thread.join(60)


def judge(world, cells, first=0):
    """The cells and what is wrong with each; of measures from `first` on."""
    known = {measure.number: [] for cell in cells for measure in cell.measures}
    strange = []
    named = set()  # in what was captured of whomsoever
    for record in world.read():
        named |= names_in(repr(record), base64.b64decode(record.get("content", "")).decode(
            errors="replace"))
        if first <= record["measure"] != PROBES:
            known.get(record["measure"], strange).append(record)
    faults = {}
    for cell in cells:
        faults[cell] = [cell.trouble] if cell.trouble else []
        if not cell.measures:
            faults[cell] += [f"captured: {name}" for name in named
                             if re.match(f"zq{cell.number}[a-z]", name)]
        for measure in cell.measures:
            for fault in check(cell, measure, known[measure.number]):
                faults[cell].append(f"measure {measure.number}: {fault}")
    return faults, strange


def print_results(faults, strange, nothing):
    """As TAP: the cells, and whether there was nothing that belongs to none of them."""
    for n, (cell, wrong) in enumerate(faults.items(), 1):
        print(f"{'not ok' if wrong else 'ok'} {n} - {cell}")
        for fault in wrong:
            print("\n".join("# " + line[:2000] for line in fault.splitlines()))
    print(f"{'not ok' if strange else 'ok'} {len(faults) + 1} - {nothing}")


def main():
    world = World(*sys.argv[1:3])
    PORTS.update((what, int(port)) for what, port in (word.split("=") for word in sys.argv[3:]))
    normal, crowd, middle = table(world)
    for cell in normal + crowd + middle:
        cell.identities = identities_of(cell)
    for cell in normal + crowd:
        world.list(cell, cell.measures)
    world.publish()
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        list(pool.map(run, normal))
        list(pool.map(run, crowd))
    run_middle(world, middle)
    cells = normal + crowd + middle
    for _ in range(20):
        world.publish()  # what was before it is on the disk
        faults, strange = judge(world, cells)
        if not any(faults.values()) and not strange:
            break
        time.sleep(0.5)
    print(f"1..{len(cells) + 1}")
    print_results(faults, strange, "nothing of anybody else")


if __name__ == "__main__":
    main()
