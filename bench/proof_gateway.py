# SPDX-License-Identifier: Apache-2.0
"""A gateway for bench/run-proof: the programs that serve mail, each with a log of its own,
and the list of what is under a measure."""

import os
import random
import signal
import socket
import subprocess

from relays import nanoseconds, wait_for_port

PROGRAMS = ("smtp-relayd", "smtp-sendd", "pop-proxy", "imap-proxy")
LISTENERS = {"smtp": "smtp-relayd", "smtps": "smtp-relayd", "submission": "smtp-relayd",
             "submissions": "smtp-relayd", "pop3": "pop-proxy", "pop3s": "pop-proxy",
             "imap": "imap-proxy", "imaps": "imap-proxy"}
IMPLICIT = ("smtps", "submissions", "pop3s", "imaps")
PLACES = "16384"  # of the list, as [tkuev] identities has it

TARGET, OTHER, THIRD = "anna", "bert", "carl"


def identities(user):
    """All names of a user: this is what a measure is on."""
    return [user, f"{user}@example.de", f"{user}@later.example", f"{user}@listed.example",
            f"{user}-away@example.de"]


def tables(hop):
    """What `sponts import` takes; both users have the same of everything."""
    users = (TARGET, OTHER)
    passes_on = [("{0}-away@example.de", "forward", "{0}@remote.test"),
                 ("to-{0}@example.de", "forward", "{0}@example.de"),
                 ("list-{0}@example.de", "forward", "{0}@example.de"),
                 ("list-{0}@example.de", "forward", f"{THIRD}@example.de"),
                 ("copy-{0}@example.de", "copy", "{0}@example.de")]
    rows = [[word.format(user) for word in row] for user in users for row in passes_on]
    return {
        "domains": "name,verify\nexample.de,any\nlater.example,any\nlisted.example,list\n",
        "addresses": "address,kind,target\n" + "".join(",".join(row) + "\n" for row in rows),
        "routes": "pattern,host,port,tls\n"
                  f"*,127.0.0.1,{hop},none\nsecure.test,127.0.0.1,{hop},encrypt\n"}


TAKEN = set()  # ports


def free_port():
    """Never that of another lane of tests/run, which may not have bound it yet."""
    lanes = max(4, int(os.environ.get("LANES", "0")))
    while True:
        port = 20000 + lanes * random.randrange(12000 // lanes) + int(os.environ.get("LANE", "0"))
        with socket.socket() as probe:
            if port not in TAKEN and probe.connect_ex(("127.0.0.1", port)) != 0:
                TAKEN.add(port)
                return port


class Gateway:
    """`listed`: who is under a measure; `backends`: the ports of what is behind, by protocol,
    those of pop3s and imaps with TLS, and that of the next hop."""

    def __init__(self, directory, binaries, cert, listed, backends, hostname="gw.test"):
        self.directory, self.binaries, self.backends = directory, binaries, backends
        self.processes, self.logs = {}, directory + ".log"
        self.ports = {what: free_port() for what in LISTENERS}
        for made in (directory, directory + "/run", self.logs):
            os.mkdir(made)
            os.chmod(made, 0o755)
        self.config = os.path.join(directory, "sponts.conf")
        with open(self.config, "w", encoding="utf-8") as config:
            config.write(self.configuration(hostname, cert))
        self.tool("tap-tool", "publish", self.interception(), PLACES, *listed)
        for part, mode in (("", 0o2710), ("/incoming", 0o3730), (".keys", 0o700)):
            os.chmod(self.interception() + part, mode)  # as where it is installed
        self.tool("sponts", "init", "--config", self.config)
        for table, rows in tables(backends["hop"]).items():
            self.tool("sponts", "import", table, "-", "--config", self.config, text=rows)
        for user in (TARGET, OTHER, THIRD):
            self.tool("sponts", "--config", self.config, "user", "add", user, text="secret\n")

    def interception(self):
        return os.path.join(self.directory, "li")

    def configuration(self, hostname, cert):
        directory = self.directory
        return f"""[general]
hostname = {hostname}
spool = {directory}/spool
database = {directory}/sponts.db
run-directory = {directory}/run
[log]
level = debug
[tls]
certificate = {' '.join(cert)}
[smtp-relayd]
lookup-client-name = no
connections-per-client = 0
message-size = 200000
[smtp-sendd]
retry = 5h
messages-per-connection = 1
[pop-proxy]
login-delay = 0s
[imap-proxy]
login-delay = 0s
[tkuev]
enabled = yes
spool = {self.interception()}
content-bytes = 4G
content-seconds = 5
""" + "".join(self.listener(what) for what in LISTENERS)

    def listener(self, what):
        text = (f"[listener {what}]\naddress = 127.0.0.1:{self.ports[what]}\n"
                f"program = {LISTENERS[what]}\n"
                f"tls = {'implicit' if what in IMPLICIT else 'starttls'}\n")
        if what.startswith("submission"):
            return text + "auth = users\nauth-required = yes\nauth-without-tls = yes\n"
        if what.startswith("smtp"):
            return text
        protocol = what.rstrip("s")
        secure = what in IMPLICIT and what in self.backends
        tls = "implicit\nbackend-verify = none" if secure else "none"
        return text + ("auth-without-tls = yes\n"
                       f"backend = 127.0.0.1:{self.backends[what if secure else protocol]}\n"
                       f"backend-tls = {tls}\n")

    def tool(self, name, *arguments, text=None):
        done = subprocess.run([os.path.join(self.binaries, name), *arguments], text=True,
                              capture_output=True, input=text)
        if done.returncode != 0:
            raise SystemExit(f"proof: {name}: {done.stderr.strip()}")
        return done.stdout

    def start(self, *programs):
        for program in programs or PROGRAMS:
            with open(self.log(program), "a") as log:
                self.processes[program] = subprocess.Popen(
                    [os.path.join(self.binaries, program), "--config", self.config],
                    stdout=log, stderr=log, env=dict(os.environ, LANG="C"))
            for what, server in LISTENERS.items():
                if server == program:
                    wait_for_port(self.ports[what])

    def log(self, program):
        return os.path.join(self.logs, program)

    def pid(self, program):
        return self.processes[program].pid

    def cpu(self, program):
        """Seconds, to the nanosecond."""
        return nanoseconds(self.pid(program)) / 1e9

    def captured(self):
        return self.tool("tap-tool", "read", self.interception()).splitlines()

    def stop(self, *programs):
        ended = [self.processes.pop(program) for program in programs or list(self.processes)]
        for process in ended:
            process.send_signal(signal.SIGTERM)
        for process in ended:
            process.wait(30)
