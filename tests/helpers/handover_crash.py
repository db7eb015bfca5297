#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""handover_crash.py --config FILE --state DIR --spool DIR --received FILE|DIR --mails N
                   --octets N [--points N] [--seed N] - kills tkuev-exportd at each step.

State and spool hold mails that were captured and not handed over; the authority is there and
writes what it gets to --received (lines of lemf.py, or a directory of files).  A first run
counts the system calls of a hand-over that touch files, the database or the network.  Then,
for each of them (or a sample of --points), everything is put back, tkuev-exportd is killed
(SIGKILL, by strace) at that call, started again, and left alone until nothing is owed.
After each:

  every event and every content has arrived, whole;
  no number came twice with other octets, none is left out, every PDU is covered by a check;
  what is in the ledger is what arrived, the ledger is sound, nothing is owed;
  files (a directory): no PDU is in two of them, none has a temporary name;
  connections: what came again came octet for octet the same.

Prints one line with the sums; exit status 1 and what is wrong otherwise.
"""
import argparse
import collections
import hashlib
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import lemf

CALLS = ("openat pread64 pwrite64 write fdatasync fsync ftruncate fallocate rename unlink flock "
         "connect sendto sendmsg recvfrom").split()
PATIENCE = 40  # seconds until everything is handed over


class Run:
    def __init__(self, options):
        self.options = options
        self.again = collections.Counter()  # what came more than once, by its kind
        self.process = None

    def keep(self):
        """What every point begins with."""
        for path in (self.options.state, self.options.spool):
            shutil.copytree(path, path + ".kept")

    def put_back(self):
        for path in (self.options.state, self.options.spool):
            shutil.rmtree(path)
            shutil.copytree(path + ".kept", path)
        if os.path.isdir(self.options.received):
            for name in os.listdir(self.options.received):
                os.unlink(os.path.join(self.options.received, name))
        else:
            os.truncate(self.options.received, 0)

    def start(self, strace=()):
        command = ["tkuev-exportd", "--config", self.options.config]
        with open(self.options.state + ".log", "a", encoding="utf-8") as log:
            self.process = subprocess.Popen([*strace, *command], stdout=log, stderr=log,
                                            start_new_session=True)

    def stop(self):
        if self.process is None:
            return
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def received(self):
        """The octets of each PDU; of files in their order."""
        if not os.path.isdir(self.options.received):
            with open(self.options.received, encoding="ascii") as file:
                return [bytes.fromhex(line) for line in file if line.endswith("\n")]
        pdus = []
        for name in sorted(os.listdir(self.options.received)):
            try:
                with open(os.path.join(self.options.received, name), "rb") as file:
                    data = file.read()
            except FileNotFoundError:
                continue  # it has just got its own name
            while data and (place := lemf.header(data, 0)) and place[2] <= len(data):
                pdus.append(data[:place[2]])
                data = data[place[2]:]
        return pdus

    def left(self):
        """How many items and parcels are owed; None: nobody can say yet."""
        try:
            with sqlite3.connect(f"file:{self.options.state}/handover.db?mode=ro",
                                 uri=True) as store:
                count = ("SELECT (SELECT count(*) FROM items) + (SELECT count(*) FROM parcels)"
                         " + (SELECT count(*) FROM lines)")
                return store.execute(count).fetchone()[0]
        except sqlite3.Error:
            return None

    def done(self):
        kinds = collections.Counter(lemf.read_pdu(one)["kind"] for one in set(self.received()))
        return kinds["cc"] >= self.options.mails and kinds["iri"] >= self.options.mails \
            and self.left() == 0

    def wait_until_done(self):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            if self.done():
                return True
            time.sleep(0.03)
        return False

    def count(self):
        """How often the busiest thread makes each call, of a hand-over from the beginning."""
        trace = self.options.state + ".trace"
        self.put_back()
        self.start(["strace", "-f", "-qq", "-o", trace, "-e", "trace=" + ",".join(CALLS)])
        done = self.wait_until_done()
        self.stop()
        wrong = self.judge() if done else ["not handed over even without a kill"]
        if wrong:
            sys.exit("\n".join(wrong))
        times = collections.Counter()
        with open(trace, encoding="utf-8", errors="replace") as file:
            for line in file:
                if match := re.match(r"(\d+) +(\w+)\(", line):
                    times[match.group(1), match.group(2)] += 1
        most = collections.Counter()
        for (_, call), number in times.items():
            most[call] = max(most[call], number)
        return [(call, n) for call in CALLS for n in range(1, most[call] + 1)]

    def point(self, call, when):
        """True if it was killed there."""
        self.put_back()
        self.start(["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
                    "-e", f"inject={call}:signal=KILL:when={when}"])
        self.wait_until_done()
        killed = self.process.poll() == -signal.SIGKILL  # strace ends as what it has traced
        self.stop()
        self.start()
        done = self.wait_until_done()
        self.stop()
        return killed, (self.judge() if done else ["not handed over in time"])

    def judge(self):
        wrong = []
        pdus = self.received()
        unique = {one: lemf.read_pdu(one) for one in pdus}
        contents = collections.Counter(
            pdu["content"] for pdu in unique.values() if pdu["kind"] == "cc")
        expected = collections.Counter(
            f"{n}\n".encode().ljust(self.options.octets, b"x")
            for n in range(1, self.options.mails + 1))
        if contents != expected:
            wrong.append(f"contents: {sum(contents.values())}, some twice, wrong or missing")
        events = [pdu["national"]["event"] for pdu in unique.values() if pdu["kind"] == "iri"]
        if events != ["mail_received"] * self.options.mails:
            wrong.append(f"events: {events}")
        check = subprocess.run(
            [sys.executable, lemf.__file__, "check", "--pem",
             os.path.join(self.options.state, "interception.pem"), self.lines_of(pdus)],
            capture_output=True, text=True, check=False)
        if check.returncode:
            wrong.append("check: " + check.stderr.splitlines()[-1])
        again = sum(collections.Counter(
            one for one in pdus if unique[one]["kind"] != "tri").values()) - sum(
                pdu["kind"] != "tri" for pdu in unique.values())
        self.again["PDUs"] += again
        self.again["hand-overs"] += again > 0
        if os.path.isdir(self.options.received):
            names = os.listdir(self.options.received)
            if again or any(not re.fullmatch(r"[0-9A-Z]+", name) for name in names):
                wrong.append(f"files: {sorted(names)}, {again} PDUs are in two of them")
        return wrong + self.judge_ledger(unique)

    def lines_of(self, pdus):
        path = self.options.state + ".lines"
        with open(path, "w", encoding="ascii") as file:
            file.writelines(one.hex() + "\n" for one in pdus)
        return path

    def judge_ledger(self, unique):
        wrong = []
        sound = subprocess.run(["tkuev-export", "--config", self.options.config,
                                "verify-ledger"], capture_output=True, text=True, check=False)
        if sound.returncode:
            wrong.append("ledger: " + sound.stdout + sound.stderr)
        noted = collections.Counter()
        folder = os.path.join(self.options.state, "ledger")
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), encoding="ascii") as file:
                noted.update(re.findall(r" pdu .* stream=(\w+) cin=(\d+) number=(\d+) .*"
                                        r"sha256=(\w+) ", file.read()))
        arrived = collections.Counter(
            (pdu["kind"], str(pdu["cin"]), str(pdu["number"]), hashlib.sha256(one).hexdigest())
            for one, pdu in unique.items() if pdu["kind"] in ("iri", "cc"))
        if noted != arrived:
            wrong.append(f"ledger: {noted - arrived} did not arrive, "
                         f"{arrived - noted} is not in it")
        return wrong


def tried(run):
    """(how many steps there are, how many were tried, at how many it was killed, faults)"""
    run.keep()
    steps = chosen = run.count()
    if 0 < run.options.points < len(steps):
        chosen = random.Random(run.options.seed).sample(steps, run.options.points)
    run.again.clear()
    died, wrong = 0, []
    for call, when in chosen:
        killed, troubles = run.point(call, when)
        died += killed
        wrong += [f"{call} {when}: {trouble}" for trouble in troubles]
    return len(steps), len(chosen), died, wrong


def main():
    parser = argparse.ArgumentParser()
    for name in ("config", "state", "spool", "received"):
        parser.add_argument("--" + name, required=True)
    for name, default in (("mails", None), ("octets", None), ("points", 0), ("seed", 1)):
        parser.add_argument("--" + name, type=int, default=default, required=default is None)
    run = Run(parser.parse_args())
    try:
        steps, points, died, wrong = tried(run)
    finally:
        run.stop()
    print(f"steps {steps}, tried {points}, killed {died}, handed over in part again "
          f"{run.again['hand-overs']}, PDUs again {run.again['PDUs']}, wrong {len(wrong)}")
    for line in wrong:
        print(line, file=sys.stderr)
    # A run in which hardly anything was killed would prove nothing.
    sys.exit(1 if wrong or died < points // 2 else 0)


main()
