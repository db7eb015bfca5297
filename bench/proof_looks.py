# SPDX-License-Identifier: Apache-2.0
"""What can be seen of a gateway from beside it, for bench/run-proof: by another user of the
machine, and by whoever looks after the mail."""

import glob
import json
import os
import subprocess
import time

NOBODY = 65534
TICKS = os.sysconf("SC_CLK_TCK")
MOMENT = 1  # second
# What the kernel tells everybody of a process, without what changes with time and memory.
STATUS = ("Name", "Umask", "Uid", "Gid", "FDSize", "Groups", "VmLck", "VmPin", "CoreDumping",
          "Threads", "SigBlk", "SigIgn", "SigCgt", "CapInh", "CapPrm", "CapEff", "CapBnd",
          "NoNewPrivs", "Seccomp", "Seccomp_filters")


def as_anybody(*command):
    """The output for another user, errors too; where we cannot become one, for us."""
    if os.geteuid() == 0:
        command = ("setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups",
                   *command)
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout + done.stderr


def status_of(text):
    lines = [line.split(":", 1) for line in text.splitlines() if ":" in line]
    return "".join(f"{key}:{value}\n" for key, value in lines if key in STATUS)


def ages(pid):
    """Seconds since each thread began, by its number."""
    begun = {}
    for stat in glob.glob(f"/proc/{pid}/task/*/stat"):
        try:
            with open(stat, encoding="ascii") as file:
                begun[stat.split("/")[4]] = int(file.read().rsplit(")", 1)[1].split()[19])
        except OSError:
            continue  # it has just ended
    now = time.clock_gettime(time.CLOCK_BOOTTIME)
    return {thread: now - ticks / TICKS for thread, ticks in begun.items()}


def in_calm(pid, sample):
    """A sample while no thread began or ended: some tidy up for a moment, when their time comes."""
    end = time.monotonic() + 10
    while True:
        before = ages(pid)
        if time.monotonic() < end and min(before.values()) < MOMENT:
            time.sleep(0.02)
            continue
        taken = sample()
        if time.monotonic() > end or ages(pid).keys() == before.keys():
            return taken


def process(gateway, program):
    """(what everybody sees, what its own user sees of interception)"""
    pid = gateway.pid(program)
    told = in_calm(pid, lambda: as_anybody(
        "sh", "-c", f"cd /proc/{pid} && cat cmdline && echo && cat status task/*/comm"))
    command, rest = told.replace("\0", " ").split("\n", 1)
    comms = [line for line in rest.splitlines() if ":" not in line]
    links = [os.readlink(link) for link in glob.glob(f"/proc/{pid}/fd/*") if os.path.islink(link)]
    own = [link for link in links if "/li/" in link or "/run/tap/" in link]
    return "\n".join([command, status_of(rest), *sorted(comms), ""]), "\n".join(sorted(own)) + "\n"


def listings(gateway):
    """By whom they are for."""
    here = gateway.directory
    # Without a user of its own interception is open to us, of course.
    stranger = as_anybody("ls", "-laR", "--time-style=+TIME", here) if os.geteuid() == 0 else ""
    if os.geteuid() == 0 and "sponts.conf" not in stranger:
        raise SystemExit(f"proof: other users cannot look into {here}")
    mail = subprocess.run(["find", f"{here}/spool", f"{here}/run", "-printf",
                           "%M %n %u %g %s %p\n"], capture_output=True, text=True)
    return {"for another user": stranger, "for the user of the mail": mail.stdout}


def metrics(gateway):
    """What the gateway counts: queue and traffic, in every form in which it is told."""
    config = ("--config", gateway.config)
    logs = sorted(glob.glob(f"{gateway.logs}/*"))
    return {"mailq": gateway.tool("mailq", *config),
            "queuectl list": gateway.tool("queuectl", "list", "--json", *config),
            "queuectl summary": gateway.tool("queuectl", "summary", "--json", *config),
            "sponts traffic": gateway.tool("sponts", "traffic", *config, "--json", *logs),
            "sponts check": gateway.tool("sponts", "check", *config)}


def settle(gateway):
    """Until every message is delivered, or has been tried in vain."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        told = gateway.tool("queuectl", "list", "--json", "--config", gateway.config)
        if all(json.loads(line)["attempts"] for line in told.splitlines()):
            return
        time.sleep(0.01)
    raise SystemExit("proof: the queue does not become empty")


def look(gateway):
    """(kind, place, text) of everything; `gateway` may have ended."""
    if gateway.processes:
        settle(gateway)
    seen = [("metric", place, text) for place, text in metrics(gateway).items()]
    seen += [("listing", place, text) for place, text in listings(gateway).items()]
    for program in gateway.processes:
        everybody, own = process(gateway, program)
        seen += [("process", program, everybody), ("process", f"{program}, its own files", own)]
    return seen
