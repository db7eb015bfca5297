# SPDX-License-Identifier: Apache-2.0
"""The POP3 and IMAP proxies that bench/run-proxies compares: each is set up below a directory
of its own, listens on loopback in front of one backend (bench-mailbox), with a P-256
certificate at 127.0.0.1 and an RSA-2048 one at 127.0.0.2, and leaves nothing behind when it
is stopped."""

import os
import pwd
import re
import signal
import subprocess

from relays import cpu_seconds, wait_for_port

KINDS = {"ecdsa": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
         "rsa": ["-newkey", "rsa:2048"]}
ADDRESS = {"ecdsa": "127.0.0.1", "rsa": "127.0.0.2"}
BACKEND = {"pop3": 24310, "imap": 24343}


def certificates(directory):
    """Of each kind: the files of certificate and key."""
    files = {}
    for kind, options in KINDS.items():
        cert, key = (os.path.join(directory, f"{kind}.{part}") for part in ("pem", "key"))
        subprocess.run(["openssl", "req", "-x509", *options, "-nodes", "-days", "2", "-subj",
                        "/CN=localhost", "-keyout", key, "-out", cert],
                       check=True, capture_output=True)
        os.chmod(key, 0o600)
        files[kind] = (cert, key)
    return files


def processes_below(root):
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as stat:
                    parents[int(entry)] = int(stat.read().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
    below = {root}
    grown = True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in below} - below
        grown = bool(more)
        below |= more
    return below


class Proxy:
    """Ports: pop3, imap, pop3s and imaps from `port` on."""

    def __init__(self, directory, port, workers):
        self.directory, self.workers = directory, workers
        self.ports = {name: port + i
                      for i, name in enumerate(("pop3", "imap", "pop3s", "imaps"))}
        os.makedirs(directory)
        os.chmod(directory, 0o755)
        self.certificates = certificates(directory)
        self.configure()

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def launch(self, *command):
        with open(os.path.join(self.directory, "log"), "a") as log:
            self.process = subprocess.Popen(command, start_new_session=True,
                                            stdout=log, stderr=log)
        for port in self.ports.values():
            wait_for_port(port)

    def cpu(self):
        return cpu_seconds(self.process.pid)

    def memory(self):
        """Bytes: the proportional set sizes of all processes."""
        total = 0
        for pid in processes_below(self.process.pid):
            try:
                with open(f"/proc/{pid}/smaps_rollup") as maps:
                    total += sum(int(n) for n in re.findall(r"^Pss: +(\d+) kB", maps.read(), re.M))
            except OSError:
                continue
        return total * 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


class Nginx(Proxy):
    """Asks a server of its own who the backend is: the cheapest answer there can be."""

    name = "nginx"

    def configure(self):
        asked = self.ports["imaps"] + 1
        servers = ""
        for protocol in ("pop3", "imap"):
            common = f"protocol {protocol}; auth_http 127.0.0.1:{asked}/{protocol};"
            servers += f"server {{ listen 127.0.0.1:{self.ports[protocol]}; {common} }}\n"
            for kind, (cert, key) in self.certificates.items():
                servers += (f"server {{ listen {ADDRESS[kind]}:{self.ports[protocol + 's']} ssl;"
                            f" ssl_certificate {cert}; ssl_certificate_key {key}; {common} }}\n")
        answers = "".join(
            f"location /{protocol} {{ add_header Auth-Status OK; add_header Auth-Server 127.0.0.1;"
            f" add_header Auth-Port {port}; return 204; }}\n" for protocol, port in BACKEND.items())
        self.config = self.write("nginx.conf", f"""
load_module /usr/lib/nginx/modules/ngx_mail_module.so;
daemon off;
pid {self.directory}/pid;
error_log {self.directory}/error.log error;
worker_processes {self.workers};
worker_rlimit_nofile 20000;
events {{ worker_connections 19900; }}
mail {{
    imap_auth plain login;
    pop3_auth plain;
    ssl_session_cache shared:mail:20m;
    ssl_protocols TLSv1.2 TLSv1.3;
    timeout 300s;
{servers}}}
http {{
    access_log off;
    server {{ listen 127.0.0.1:{asked}; {answers} }}
}}
""")

    def start(self):
        self.launch("nginx", "-p", self.directory, "-c", self.config)


class Dovecot(Proxy):
    name = "Dovecot"

    def configure(self):
        rsa_cert, rsa_key = self.certificates["rsa"]
        cert, key = self.certificates["ecdsa"]
        listeners = ""
        backend = f"%{{if;%s;eq;pop3;{BACKEND['pop3']};{BACKEND['imap']}}}"
        for protocol in BACKEND:
            listeners += f"""
service {protocol}-login {{
  inet_listener {protocol} {{
    port = {self.ports[protocol]}
  }}
  inet_listener {protocol}s {{
    port = {self.ports[protocol + "s"]}
    ssl = yes
  }}
  service_count = 0
  process_min_avail = {self.workers}
  process_limit = {self.workers}
  client_limit = 9900
  vsz_limit = 0
}}
"""
        self.config = self.write("dovecot.conf", f"""
protocols = pop3 imap
listen = 127.0.0.1, 127.0.0.2
base_dir = {self.directory}/run
state_dir = {self.directory}/state
log_path = {self.directory}/dovecot.log
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
local 127.0.0.2 {{
  ssl_cert = <{rsa_cert}
  ssl_key = <{rsa_key}
}}
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_max_userip_connections = 0
default_vsz_limit = 0
service auth {{
  client_limit = 30000
}}
service anvil {{
  client_limit = 30000
}}
passdb {{
  driver = static
  args = proxy=y nopassword=y host=127.0.0.1 port={backend}
}}
{listeners}
""")

    def start(self):
        self.launch("dovecot", "-F", "-c", self.config)


class Ours(Proxy):
    """pop-proxy and imap-proxy as `sponts run` starts them."""

    name = "sponts"
    binaries = None

    def configure(self):
        cert, key = self.certificates["ecdsa"]
        sections = ""
        for protocol, program in (("pop3", "pop-proxy"), ("imap", "imap-proxy")):
            common = (f"program = {program}\nbackend = 127.0.0.1:{BACKEND[protocol]}\n"
                      "backend-tls = none\n")
            sections += (f"\n[listener {protocol}]\naddress = 127.0.0.1:{self.ports[protocol]}\n"
                         f"tls = none\nauth-without-tls = yes\n{common}")
            for kind, (own_cert, own_key) in self.certificates.items():
                sections += (f"\n[listener {protocol}-{kind}]\ntls = implicit\n"
                             f"address = {ADDRESS[kind]}:{self.ports[protocol + 's']}\n"
                             f"certificate = {own_cert} {own_key}\n{common}")
            sections += (f"\n[{program}]\nworkers = {self.workers}\nconnections-per-client = 0\n"
                         "connections-per-user = 0\n")
        self.config = self.write("sponts.conf", f"""
[general]
hostname = sponts.bench.example
spool = {self.directory}/spool
database = {self.directory}/sponts.db
run-directory = {self.directory}/run

[tls]
certificate = {cert} {key}
{sections}""")
        done = subprocess.run([os.path.join(self.binaries, "sponts"), "init", "--config",
                               self.config], text=True, capture_output=True)
        if done.returncode != 0:
            raise SystemExit(f"bench: sponts init: {done.stderr.strip()}")

    def start(self):
        self.launch(os.path.join(self.binaries, "sponts"), "run", "--config", self.config)


def require_peers():
    for program in ("nginx", "dovecot"):
        if not any(os.path.exists(os.path.join(path, program)) for path in ("/usr/sbin", "/usr/bin")):
            raise SystemExit(f"bench: {program} is not installed (contrib/install-deps bench)")
    try:
        pwd.getpwnam("dovenull")
    except KeyError:
        raise SystemExit("bench: Dovecot's users are missing (contrib/install-deps bench)")
    if os.geteuid() != 0:
        raise SystemExit("bench: nginx and Dovecot can only be started by root")
