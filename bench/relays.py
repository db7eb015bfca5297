# SPDX-License-Identifier: Apache-2.0
"""The relays that are measured, and the sink to which they send everything: each relay is set up
below a directory of its own, listens on loopback and leaves nothing behind when it is stopped."""

import glob
import json
import mmap
import os
import pwd
import shutil
import signal
import socket
import struct
import subprocess
import time


def wait_for_port(port, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"bench: nothing listens on port {port}")


def certificate(directory):
    cert, key = os.path.join(directory, "cert.pem"), os.path.join(directory, "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", key, "-out", cert],
        check=True, capture_output=True)
    os.chmod(key, 0o600)
    return cert, key


def cpu_seconds(root_pid):
    """User and system time of a process and everything below it, children that ended too."""
    ticks = os.sysconf("SC_CLK_TCK")
    parents, times = {}, {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents[int(entry)] = int(fields[1])
        times[int(entry)] = sum(int(f) for f in fields[11:15])
    total = 0
    for pid in times:
        ancestor = pid
        while ancestor and ancestor != root_pid:
            ancestor = parents.get(ancestor, 0)
        if ancestor == root_pid:
            total += times[pid]
    return total / ticks


def nanoseconds(pid):
    """What all threads of a process have run so far."""
    total = 0
    for task in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        try:
            with open(task) as file:
                total += int(file.read().split()[0])
        except OSError:
            continue
    return total


def idle_cpu(relay):
    """CPU seconds once the relay has finished its clean-up: unchanged for 0.3 s."""
    last, since, end = relay.cpu(), time.monotonic(), time.monotonic() + 10
    while time.monotonic() - since < 0.3 and time.monotonic() < end:
        time.sleep(0.05)
        now = relay.cpu()
        if now - last > 0.015:
            last, since = now, time.monotonic()
    return relay.cpu()


class Postfix:
    """Postfix as its documentation tunes it for throughput; no DNS, durable as always."""

    name = "Postfix"

    def __init__(self, directory, port, sink_port):
        self.directory, self.port = directory, port
        config = os.path.join(directory, "etc")
        for part in ("etc", "spool", "data"):
            os.makedirs(os.path.join(directory, part))
        os.chmod(directory, 0o755)
        cert, key = certificate(config)
        shutil.chown(os.path.join(directory, "data"), "postfix")
        with open(os.path.join(config, "main.cf"), "w") as main:
            main.write(f"""
compatibility_level = 3.6
queue_directory = {directory}/spool
data_directory = {directory}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = /dev/null
maillog_file_prefixes = /dev
mail_owner = postfix
setgid_group = postdrop
myhostname = postfix.bench.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
relay_domains = dest.example
relayhost =
transport_maps = inline:{{dest.example=smtp:[127.0.0.1]:{sink_port}}}
smtp_host_lookup = native
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
smtpd_tls_cert_file = {cert}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = may
smtpd_tls_session_cache_database =
in_flow_delay = 0
default_process_limit = 200
default_destination_concurrency_limit = 100
initial_destination_concurrency = 50
smtp_connection_cache_on_demand = yes
smtp_connection_cache_destinations = [127.0.0.1]:{sink_port}
smtp_connection_reuse_count_limit = 1000
qmgr_message_active_limit = 100000
qmgr_message_recipient_limit = 100000
max_use = 10000
mailbox_size_limit = 0
message_size_limit = 104857600
""")
        services = [
            f"127.0.0.1:{port} inet n - n - - smtpd", "pickup unix n - n 60 1 pickup",
            "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr",
            "tlsmgr unix - - n 1000? 1 tlsmgr", "rewrite unix - - n - - trivial-rewrite",
            "bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce",
            "trace unix - - n - 0 bounce", "verify unix - - n - 1 verify",
            "flush unix n - n 1000? 0 flush", "proxymap unix - - n - - proxymap",
            "smtp unix - - n - 100 smtp", "relay unix - - n - 100 smtp",
            "error unix - - n - - error", "retry unix - - n - - error",
            "discard unix - - n - - discard", "anvil unix - - n - 1 anvil",
            "scache unix - - n - 1 scache", "postlog unix-dgram n - n - 1 postlogd"]
        with open(os.path.join(config, "master.cf"), "w") as master:
            master.write("\n".join(services) + "\n")
        self.config = config

    def start(self):
        subprocess.run(["postfix", "-c", self.config, "check"], check=True, capture_output=True)
        # In a session of its own: Postfix ends its whole process group when it stops.
        self.process = subprocess.Popen(
            ["/usr/lib/postfix/sbin/master", "-c", self.config, "-d"], start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(self.port)

    def cpu(self):
        return cpu_seconds(self.process.pid)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


class Sponts:
    """The gateway as `sponts run` starts it, every message synced before its 250."""

    name = "sponts"

    def __init__(self, directory, port, sink_port, binaries, more=""):
        self.directory, self.port, self.binaries = directory, port, binaries
        os.makedirs(directory)
        cert, key = certificate(directory)
        self.config = os.path.join(directory, "sponts.conf")
        with open(self.config, "w") as config:
            config.write(f"""
[general]
hostname = sponts.bench.example
spool = {directory}/spool
database = {directory}/sponts.db
run-directory = {directory}/run

[tls]
certificate = {cert} {key}

[listener relay]
address = 127.0.0.1:{port}
program = smtp-relayd
tls = starttls
relay-from = 127.0.0.0/8

[smtp-relayd]
lookup-client-name = no
connections-per-client = 0

[smtp-sendd]
connections-per-destination = 20
{more}""")
        tables = {
            "domains": "name\ndest.example\n",
            "routes": f"pattern,host,port,tls\ndest.example,127.0.0.1,{sink_port},none\n"}
        self.run("init", "--config", self.config)
        for table, rows in tables.items():
            self.run("import", table, "-", "--config", self.config, text=rows)

    def run(self, *arguments, text=None):
        done = subprocess.run([os.path.join(self.binaries, "sponts"), *arguments], input=text,
                              text=True, capture_output=True)
        if done.returncode != 0:
            raise SystemExit(f"bench: sponts {' '.join(arguments)}: {done.stderr.strip()}")

    def start(self):
        with open(os.path.join(self.directory, "log"), "w") as log:
            self.process = subprocess.Popen(
                [os.path.join(self.binaries, "sponts"), "run", "--config", self.config],
                start_new_session=True, stdout=log, stderr=log)
        wait_for_port(self.port)

    def cpu(self):
        return cpu_seconds(self.process.pid)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


class Sink:
    """Our sink with its counters mapped."""

    FIELDS = ("messages", "bytes", "unique", "duplicates", "unnumbered", "last_ns")

    def __init__(self, binaries, directory, port):
        path = os.path.join(directory, "sink.stats")
        self.process = subprocess.Popen(
            [os.path.join(binaries, "bench-sink"), str(port), path])
        wait_for_port(port)
        with open(path, "rb") as file:
            self.memory = mmap.mmap(file.fileno(), 48, prot=mmap.PROT_READ)

    def read(self):
        return dict(zip(self.FIELDS, struct.unpack("6Q", self.memory[:48])))

    def stop(self):
        self.process.terminate()
        self.process.wait()


def load(relay, sink, cell, first, binaries):
    """Messages (connections, per connection, size, how many), numbered from first, through
    the relay until the sink has each: rates and the latency of the final dot."""
    connections, each, size, messages = cell
    before = sink.read()
    said = json.loads(subprocess.run(
        [os.path.join(binaries, "bench-source"), "--port", str(relay.port),
         "--connections", str(connections), "--per-connection", str(each), "--size", str(size),
         "--messages", str(messages), "--first", str(first)],
        capture_output=True, text=True, check=True).stdout)
    end = time.monotonic() + 180
    while (now := sink.read())["unique"] - before["unique"] < messages:
        if time.monotonic() > end:
            raise SystemExit("bench: not everything arrived")
        time.sleep(0.005)
    return {"rate": messages / ((now["last_ns"] - said["first_ns"]) / 1e9),
            "accepted": messages / said["seconds"], "p99": said["p99_us"] / 1000}


def require_postfix_user():
    try:
        pwd.getpwnam("postfix")
    except KeyError:
        raise SystemExit("bench: Postfix is not installed (contrib/install-deps bench)")
    if os.geteuid() != 0:
        raise SystemExit("bench: Postfix can only be started by root")
