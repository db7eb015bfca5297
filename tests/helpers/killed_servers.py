# SPDX-License-Identifier: Apache-2.0
"""killed_servers.py run GATEWAY ROUNDS PROTOCOL=PORT ... | check ANSWERED PDUS

run: sessions of the target with each server of the gateway, whose process id is GATEWAY;
when all have their answers and the server has nothing to do, it is killed.  Prints a line of
JSON for each answer: which event belongs to it.

check: whether the authority, whose lines of PDUs lemf.py has written, got each of them, and
no event twice."""

import collections
import concurrent.futures
import json
import os
import re
import signal
import subprocess
import sys
import time

import mail_sessions
from both_ends import of_pdu
from lemf import read_pdu
from mail_sessions import Client, mail
from wire import PORTS

SESSIONS = 8
PATIENCE = 60  # seconds, for a server that is started again


def good(said, word):
    if not said.startswith(word):
        raise ValueError(said)
    return said


def send(number):
    wire = mail_sessions.smtp()
    wire.say(b"MAIL FROM:<bob@remote.test>\r\n")
    good(wire.reply(), b"250")
    wire.say(b"RCPT TO:<anna@example.org>\r\n")
    good(wire.reply(), b"250")
    wire.say(b"DATA\r\n")
    good(wire.reply(), b"354")
    wire.say(mail(number).encode() + b".\r\n")
    said = good(wire.reply(), b"250")
    wire.say(b"QUIT\r\n")
    wire.reply()
    return {"event": 2, "client-port": wire.port,
            "queue-id": re.search(rb"queued as (\w+)", said).group(1).decode()}


def retrieve(_):
    wire = Client("pop3")
    wire.line()
    for command in (b"USER anna", b"PASS secret"):
        wire.say(command + b"\r\n")
        good(wire.line(), b"+OK")
    wire.say(b"RETR 1\r\n")
    good(wire.text(), b"+OK")
    wire.say(b"QUIT\r\n")
    wire.line()
    return {"event": 3, "client-port": wire.port, "queue-id": ""}


def fetch(_):
    wire = Client("imap")
    wire.line()
    for n, command in enumerate((b"LOGIN anna secret", b"SELECT INBOX", b"FETCH 1 BODY.PEEK[]",
                                 b"LOGOUT")):
        wire.say(b"%d %s\r\n" % (n, command))
        if b"%d OK" % n not in wire.until(str(n)):
            raise ValueError(command)
    return {"event": 3, "client-port": wire.port, "queue-id": ""}


SERVERS = {"smtp-relayd": send, "pop-proxy": retrieve, "imap-proxy": fetch}


def process_of(gateway, name):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = subprocess.run(["pgrep", "-P", gateway, "-x", name[:15]], check=False,
                               capture_output=True, text=True).stdout.split()
        if found:
            return int(found[0])
        time.sleep(0.05)
    raise TimeoutError(name)


def has_nothing_to_do(process):
    """It sleeps, and has not worked since it was asked before."""
    seen = None
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with open(f"/proc/{process}/task/{process}/stat", encoding="ascii") as file:
            words = file.read().rpartition(")")[2].split()
        with open(f"/proc/{process}/task/{process}/status", encoding="ascii") as file:
            switches = [line for line in file if "ctxt_switches" in line]
        if words[0] == "S" and switches == seen:
            return
        seen = switches
        time.sleep(0.02)
    raise TimeoutError(process)


def run(gateway, rounds, ports):
    PORTS.update((what, int(port)) for what, port in (word.split("=") for word in ports))
    with concurrent.futures.ThreadPoolExecutor(SESSIONS) as pool:
        for number in range(int(rounds)):
            for name, session in SERVERS.items():
                process = process_of(gateway, name)
                names = [f"{number}-{n}" for n in range(SESSIONS)]
                for answered in pool.map(session, names):
                    print(json.dumps(answered))
                has_nothing_to_do(process)
                os.kill(process, signal.SIGKILL)


def check(answered, pdus):
    with open(answered, encoding="ascii") as file:
        wanted = [json.loads(line) for line in file]
    with open(pdus, encoding="ascii") as file:
        read = [read_pdu(octets) for octets in {bytes.fromhex(line) for line in file}]
    events = [of_pdu(one["octets"]) for one in read if one["kind"] == "iri"]
    events = [one for one in events if one["event"] != 1]  # legs are tried again and again
    faults = [f"twice: {event}" for event, times in
              collections.Counter(map(json.dumps, events)).items() if times > 1]
    for one in wanted:
        found = [event for event in events if one.items() <= event.items()]
        if len(found) != 1:
            faults.append(f"{len(found)} times: {one}")
    print("\n".join(faults) or f"{len(wanted)} answers, {len(events)} events")
    sys.exit(bool(faults))


if __name__ == "__main__":
    if sys.argv[1] == "run":
        run(sys.argv[2], sys.argv[3], sys.argv[4:])
    else:
        check(sys.argv[2], sys.argv[3])
