# SPDX-License-Identifier: Apache-2.0
"""What can be seen of a gateway from beside it, for bench/run-proof: by another user of the
machine, and by whoever looks after the mail."""

import glob
import json
import os
import subprocess
import time

NOBODY = 65534
# What the kernel tells everybody of a process, without what changes with time and memory.
STATUS = ("Name", "Umask", "Uid", "Gid", "FDSize", "Groups", "VmLck", "VmPin", "CoreDumping",
          "Threads", "SigBlk", "SigIgn", "SigCgt", "CapInh", "CapPrm", "CapEff", "CapBnd",
          "NoNewPrivs", "Seccomp", "Seccomp_filters")


def as_stranger(*command):
    """The output for another user, errors too; nothing where we cannot become one."""
    if os.geteuid() != 0:
        return ""
    done = subprocess.run(["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY),
                           "--clear-groups", *command], capture_output=True, text=True)
    return done.stdout + done.stderr


def status_of(text):
    lines = [line.split(":", 1) for line in text.splitlines() if ":" in line]
    return "".join(f"{key}:{value}\n" for key, value in lines if key in STATUS)


def process(gateway, program):
    """(what everybody sees, what its own user sees of interception)"""
    proc = f"/proc/{gateway.pid(program)}"
    read = as_stranger if os.geteuid() == 0 else lambda *words: subprocess.run(
        words, capture_output=True, text=True).stdout
    told = read("cat", f"{proc}/cmdline").replace("\0", " ") + "\n"
    told += status_of(read("cat", f"{proc}/status"))
    threads = sorted(read("cat", *glob.glob(f"{proc}/task/*/comm")).splitlines())
    links = [os.readlink(link) for link in glob.glob(f"{proc}/fd/*") if os.path.islink(link)]
    own = [link for link in links if "/li/" in link or "/run/tap/" in link]
    return told + "\n".join(threads) + "\n", "\n".join(sorted(own)) + "\n"


def listings(gateway):
    """By whom they are for."""
    here = gateway.directory
    stranger = as_stranger("ls", "-laR", "--time-style=+TIME", here)
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
