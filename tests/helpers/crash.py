#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""crash.py --bin DIR --work DIR [--points N] [--seed N] - kills programs at file operations.

At each point one of the two daemons runs under strace, which kills it (SIGKILL) at the n-th
call of one system call that touches files, while messages of three sizes come in.  Then
everything is started again and the next point follows.  At the end:

  every message that was answered with 250 has arrived, complete and unchanged;
  nothing arrived that was never sent; nothing half;
  no message arrived more often than 1 + the number of kills it could have met.

Prints one line with the sums; exit status 1 and what is wrong otherwise.
"""
import argparse
import collections
import hashlib
import os
import random
import re
import signal
import smtplib
import socket
import socketserver
import subprocess
import sys
import threading
import time

CALLS = {
    "smtp-relayd": ["openat", "pwritev", "pwrite64", "fdatasync", "fsync", "linkat", "renameat",
                    "rename", "unlinkat", "unlink", "ftruncate", "fallocate", "flock", "write",
                    "sendto", "sendmsg", "recvfrom"],
    "smtp-sendd": ["openat", "pread64", "write", "pwrite64", "pwritev", "fdatasync", "fsync",
                   "rename", "renameat", "unlinkat", "unlink", "fallocate", "flock", "sendfile",
                   "sendto", "sendmsg", "recvfrom", "connect"],
}
SIZES = [900, 38000, 300000]


class Sink:
    """The next hop: notes number and digest of each message."""

    def __init__(self):
        sink = self
        self.arrived = collections.defaultdict(list)
        self.lock = threading.Lock()

        class Session(socketserver.StreamRequestHandler):
            def handle(self):
                try:
                    sink.talk(self.rfile, self.wfile)
                except OSError:
                    pass  # the sender was killed

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 100

        self.server = Server(("127.0.0.1", 0), Session)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def talk(self, rfile, wfile):
        wfile.write(b"220 sink ESMTP\r\n")
        while line := rfile.readline(4096):
            verb = line[:4].upper()
            if verb == b"EHLO":
                wfile.write(b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE\r\n")
            elif verb == b"DATA":
                wfile.write(b"354 go\r\n")
                lines = []
                while (line := rfile.readline(1 << 20)) != b".\r\n":
                    if not line:
                        return
                    lines.append(line[1:] if line.startswith(b".") else line)
                self.note(b"".join(lines))
                wfile.write(b"250 taken\r\n")
            else:
                wfile.write(b"250 ok\r\n")

    def note(self, data):
        number = re.search(rb"\nX-Number: (\d+)\r\n", data)
        body = data[data.find(b"X-Number: "):]
        with self.lock:
            self.arrived[int(number.group(1)) if number else -1].append(
                hashlib.sha256(body).hexdigest())


class Gateway:
    def __init__(self, binaries, work, sink_port):
        self.binaries, self.work = binaries, work
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.config = os.path.join(work, "sponts.conf")
        with open(self.config, "w") as config:
            config.write(f"""
[general]
hostname = gw.test
spool = {work}/spool
database = {work}/sponts.db
run-directory = {work}/run

[listener in]
address = 127.0.0.1:{self.port}
tls = none
relay-from = 127.0.0.0/8

[smtp-relayd]
lookup-client-name = no
connections-per-client = 0

[smtp-sendd]
retry = 1s
dead-for = 1s

[queue]
segment-size = 1M
free-space = 0
free-inodes = 0
""")
        self.sponts("init")
        self.sponts("import", "domains", "-", text="name\ndest.test\n")
        self.sponts("import", "routes", "-",
                    text=f"pattern,host,port,tls\ndest.test,127.0.0.1,{sink_port},none\n")
        self.running = {}

    def sponts(self, *arguments, text=""):
        subprocess.run([os.path.join(self.binaries, "sponts"), *arguments, "--config",
                        self.config], input=text, text=True, check=True, stdout=subprocess.DEVNULL)

    def start(self, program, inject=None):
        command = [os.path.join(self.binaries, program), "--config", self.config]
        if inject:
            call, when = inject
            command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
                       "-e", f"inject={call}:signal=KILL:when={when}"] + command
        log = open(os.path.join(self.work, program + ".log"), "a")
        self.running[program] = subprocess.Popen(command, stderr=log, stdout=log,
                                                 start_new_session=True)

    def accepting(self, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            except OSError:
                if self.running["smtp-relayd"].poll() is not None:
                    return False
                time.sleep(0.01)
        return False

    def stop(self, program, with_signal=signal.SIGKILL):
        process = self.running.pop(program, None)
        if process is None:
            return
        try:
            os.killpg(process.pid, with_signal)
        except ProcessLookupError:
            pass
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def stop_all(self, with_signal=signal.SIGKILL):
        for program in list(self.running):
            self.stop(program, with_signal)


def message(number, size):
    head = f"From: <a@test>\r\nTo: <b@dest.test>\r\n".encode()
    body = f"X-Number: {number}\r\n\r\n".encode()
    line = (f"{number:08d} " * 8).encode() + b"\r\n.dot " + b"y" * 60 + b"\r\n"
    body += line * (size // len(line) + 1)
    return head + body, hashlib.sha256(body).hexdigest()


class Run:
    def __init__(self, options):
        self.random = random.Random(options.seed)
        self.sink = Sink()
        self.gateway = Gateway(options.bin, options.work, self.sink.port)
        self.sent, self.acknowledged, self.kills, self.number = {}, set(), 0, 0
        self.kills_seen = {}

    def send_some(self, count):
        """Messages over one connection until it breaks; what got its 250 is acknowledged."""
        smtp = None
        for _ in range(count):
            self.number += 1
            data, digest = message(self.number, self.random.choice(SIZES))
            self.sent[self.number] = digest
            self.kills_seen[self.number] = self.kills
            try:
                if smtp is None:
                    smtp = smtplib.SMTP("127.0.0.1", self.gateway.port, timeout=30,
                                        local_hostname="client.test")
                smtp.sendmail("a@test", ["b@dest.test"], data)
                self.acknowledged.add(self.number)
            except smtplib.SMTPResponseException:
                pass  # refused: still the client's
            except (OSError, smtplib.SMTPException):
                return
        try:
            smtp.quit()
        except (OSError, smtplib.SMTPException):
            pass

    def point(self):
        victim = self.random.choice(list(CALLS))
        call = self.random.choice(CALLS[victim])
        inject = (call, self.random.randint(1, 25))
        for program in CALLS:
            self.gateway.start(program, inject if program == victim else None)
        if self.gateway.accepting():
            self.send_some(6)
            if victim == "smtp-sendd":
                self.drained(seconds=1.5)
        died = self.gateway.running[victim].poll() is not None
        self.kills += 1
        # The others end at once too, or in order: both must be survived.
        self.gateway.stop_all(self.random.choice([signal.SIGKILL, signal.SIGTERM]))
        return died

    def drained(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.acknowledged <= set(self.sink.arrived):
                return True
            time.sleep(0.02)
        return False

    def finish(self):
        for program in CALLS:
            self.gateway.start(program)
        drained = self.drained(seconds=120)
        self.gateway.stop_all(signal.SIGTERM)
        return drained

    def judge(self):
        wrong = []
        lost = self.acknowledged - set(self.sink.arrived)
        if lost:
            wrong.append(f"lost: {sorted(lost)[:10]}")
        for number, digests in self.sink.arrived.items():
            if number not in self.sent:
                wrong.append(f"never sent: {number}")
            elif set(digests) != {self.sent[number]}:
                wrong.append(f"changed: {number}")
            elif len(digests) > 1 + self.kills - self.kills_seen[number]:
                wrong.append(f"too often: {number}: {len(digests)}")
        return wrong


def enough(died, options):
    return died >= options.points // 5


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--points", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    run = Run(options)
    try:
        points = died = 0
        # Not every call that was chosen comes: go on until enough of them have.
        while points < options.points or (not enough(died, options) and
                                          points < 3 * options.points):
            died += run.point()
            points += 1
        run.finish()
    finally:
        run.gateway.stop_all()
    wrong = run.judge()
    copies = sum(len(d) - 1 for d in run.sink.arrived.values())
    print(f"points {points}, killed in a call {died}, sent {len(run.sent)}, "
          f"acknowledged {len(run.acknowledged)}, arrived {len(run.sink.arrived)}, "
          f"extra copies {copies}, wrong {len(wrong)}")
    for line in wrong:
        print(line, file=sys.stderr)
    # A run in which hardly anything was killed or accepted would prove nothing.
    proved = enough(died, options) and len(run.acknowledged) >= options.points
    if not proved:
        print("too few kills or messages to prove anything", file=sys.stderr)
    sys.exit(1 if wrong or not proved else 0)


main()
