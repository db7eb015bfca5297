# SPDX-License-Identifier: Apache-2.0
"""The second half of bench/run-proof: how long each command takes for a user under a measure
and for another one, by turns, at the same gateway; and what their sessions cost."""

import functools
import os
import random
import subprocess
import time

import proof_statistics
from proof_client import have, no_times
from proof_gateway import LISTENERS, OTHER, TARGET, Gateway, free_port, identities
from proof_servers import Server, context_of, smtp_step_by_step
from proof_sessions import DELIVERED, TIMED
from relays import certificate, wait_for_port

USERS = (TARGET, OTHER)
LINES = 512  # of a mail
# What the next hop hears, by its first word; the first line of a text has others.
COMMANDS = {word: word for word in ("taken up", "EHLO", "MAIL", "RCPT", "DATA", "QUIT")}
COMMANDS[""] = "close"
PROCESSORS = os.sched_getaffinity(0)


def keep_apart(process, side):
    """A client elsewhere does not wait for the server's processor, nor should ours."""
    first, *others = sorted(PROCESSORS)
    if others:
        os.sched_setaffinity(process, {first} if side == 0 else set(others))


def start(gateway, *programs):
    gateway.start(*programs)
    for program in programs:
        keep_apart(gateway.pid(program), 1)


class World:
    """The gateway, and what is behind it: on the client's processor."""

    def __init__(self, options, directory):
        ports = {what: free_port() for what in ("pop3", "imap", "hop")}
        cert = certificate(directory)
        self.backend = subprocess.Popen([os.path.join(options.bin, "bench-mailbox"), "--pop3",
                                         str(ports["pop3"]), "--imap", str(ports["imap"])])
        self.hop = Server("hop", ports["hop"], smtp_step_by_step, context_of(*cert))
        self.gateway = Gateway(os.path.join(directory, "gw"), options.bin, cert,
                               identities(TARGET), ports)
        keep_apart(0, 0)
        keep_apart(self.backend.pid, 0)
        for what in ("pop3", "imap"):
            wait_for_port(ports[what])

    def stop(self):
        self.gateway.stop()
        self.backend.terminate()
        self.backend.wait(30)
        self.hop.close()
        os.sched_setaffinity(0, PROCESSORS)


def by_turns(count):
    for _ in range(count):
        yield from random.sample(USERS, 2)


def compare(name, times):
    """Each command, and all together."""
    bad = False
    for command in times[TARGET]:
        bad |= proof_statistics.compare(f"{name} {command}", times[TARGET][command],
                                        times[OTHER][command])
    everything = [[t for ts in times[user].values() for t in ts] for user in USERS]
    return bad | proof_statistics.compare(f"{name}: all", *everything, whole=True)


def print_cpu(gateway, name, program, session, count):
    """Of the sessions of each user, in blocks: the thread that writes comes behind them."""
    spent = dict.fromkeys(USERS, 0.0)
    for user in (TARGET, OTHER, OTHER, TARGET):
        before = gateway.cpu(program)
        for _ in range(max(1, count // 2)):
            session(user)
        time.sleep(1.2)  # a round of that thread
        spent[user] += gateway.cpu(program) - before
    each = [spent[user] * 1000 / (2 * max(1, count // 2)) for user in USERS]
    print(f"{name}: CPU of a session of {program} {each[0]:.3f} and {each[1]:.3f} ms "
          f"({(each[0] / each[1] - 1) * 100:+.0f} %)", flush=True)


def time_sessions(world, name, count):
    gateway, session = world.gateway, TIMED[name]
    times = {user: no_times() for user in USERS}
    for user in USERS:  # warm
        have(session, gateway, user, LINES)
    for user in by_turns(count):
        have(session, gateway, user, LINES, times=times[user])
    bad = compare(name, times)
    print_cpu(gateway, name, LISTENERS[session.listener],
              lambda user: have(session, gateway, user, LINES), count // 4)
    return bad


def deliver(world, user):
    """A mail, until the next hop has it: what smtp-sendd took for its commands there."""
    known = len(world.hop.legs)
    have(DELIVERED, world.gateway, user, LINES)
    answered = time.perf_counter_ns()
    while len(world.hop.legs) == known or not world.hop.legs[known].over.wait(0.02):
        time.sleep(0.0002)
    leg = world.hop.legs[known]
    leg.turns.clear()
    return [("taken up", (leg.begun - answered) / 1000), *leg.times]


def time_deliveries(world, count):
    """From our 250 to the connection, and from each answer of the next hop to what follows."""
    times = {user: no_times() for user in USERS}
    start(world.gateway, "smtp-sendd")
    for user in USERS:
        deliver(world, user)
    for user in by_turns(count):
        for command, took in deliver(world, user):
            times[user][COMMANDS.get(command, "text")].append(took)
    bad = compare("delivery", times)
    print_cpu(world.gateway, "delivery", "smtp-sendd", lambda user: deliver(world, user),
              count // 4)
    world.gateway.stop("smtp-sendd")
    return bad


def told_apart(measure):
    """What is told apart must be so again: where the machine is busy with something else, the
    commands of a session are slow together, and count for more than they are."""
    if not measure():
        return False
    print("once more:", flush=True)
    return measure()


def prove(options, directory):
    world = World(options, directory)
    try:
        start(world.gateway, "smtp-relayd", "pop-proxy", "imap-proxy")
        print(proof_statistics.HEAD)
        # Seven figures of each mail.
        mails = options.sessions + options.sessions // 4
        bad = told_apart(lambda: time_deliveries(world, mails))
        for name in TIMED:
            bad |= told_apart(functools.partial(time_sessions, world, name, options.sessions))
        captured = world.gateway.captured()
        others = sum(f'"mailbox":"{OTHER}' in line for line in captured)
        print(f"captured: {len(captured)} records, {others} of the other")
        return bad or not captured or others
    finally:
        world.stop()
