# SPDX-License-Identifier: Apache-2.0
"""Speaks to `replayctl serve` as no honest client does.

    replay_user.py SOCKET words WORD...    asks for just that; prints what comes, exits as told
    replay_user.py SOCKET cut              a request that ends after each of its octets
    replay_user.py SOCKET garbage          what is no request
    replay_user.py SOCKET descriptors      a good request, with descriptors of all kinds
    replay_user.py SOCKET silent COUNT     so many connections that say nothing, until a signal
    replay_user.py SOCKET strangers COUNT  calls of so many users without a name, all at once
    replay_user.py SOCKET inetd WAY COMMAND...   is no user: starts a service as inetd does
    replay_user.py SOCKET syslog FILE COMMAND... the same for syslog(3), while that command runs,
                                                 in a /dev that is its own
"""
import array
import os
import random
import signal
import socket
import subprocess
import sys


def connect(path):
    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    one.settimeout(30)
    one.connect(path)
    return one


def request(words):
    text = b"".join(word.encode() + b"\0" for word in words)
    return b"sponts-replay 1 %d\n" % len(text) + text


def exactly(one, count):
    text = b""
    while len(text) < count:
        try:
            more = one.recv(count - len(text))
        except ConnectionResetError:
            more = b""
        if not more:
            return None
        text += more
    return text


def answer(one):
    """The exit status, or nothing: it broke off."""
    while head := exactly(one, 5):
        octets = exactly(one, int.from_bytes(head[1:], "big"))
        if octets is None:
            return None
        if head[:1] == b"x":
            return octets[0]
        os.write({b"o": 1, b"e": 2}[head[:1]], octets)
    return None


def send(one, text):
    try:
        one.sendall(text)
    except BrokenPipeError:
        pass


def say(path, text):
    one = connect(path)
    send(one, text)
    return answer(one)


def cut(path):
    whole = request(["list", "--json", "--"])
    for size in range(len(whole)):
        one = connect(path)
        one.sendall(whole[:size])
        one.close()


def garbage(path):
    chance = random.Random(7)
    bad = [b"\n", b"\0" * 100, b"GET / HTTP/1.0\r\n\r\n", b"x" * 100_000,
           b"sponts-replay 1 -1\n", b"sponts-replay 1 99999999999999999999\n",
           b"sponts-replay 1 2000000\n", b"sponts-replay 2 5\nlist\0", b"sponts-replay 1 0\n",
           b"sponts-replay 1 5\nlist\0more", b"sponts-replay 1 4\nlist",
           request([""]), request(["list"]), request(["list", "--"])[:-1] + b"x",
           request(["list", "--json", "--json", "--"]), request(["list", "json", "--"]),
           request(["list", "--rcpt=", "--"]), request(["list", "--rcpt=a\nb", "--"]),
           request(["list", "--rcpt=" + "x" * 2000, "--"]),
           request(["list"] + ["--o%d" % i for i in range(100)] + ["--"]),
           *(chance.randbytes(chance.randrange(1, 3000)) for _ in range(20))]
    seen = {say(path, text) for text in bad}
    print(sorted(seen, key=str))


def descriptors(path):
    ends = os.pipe()
    kinds = [ends[0], ends[1], os.open("/dev/null", os.O_RDWR), os.open("/", os.O_RDONLY),
             connect(path).detach(), os.memfd_create("x")]
    for some in ([], kinds[:1], kinds, kinds * 40):
        one = connect(path)
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", some))]
        one.sendmsg([request(["runs", "--"])], ancillary if some else [])
        print(answer(one))


def strangers(path, count):
    calls = []
    for uid in range(100_000, 100_000 + count):
        os.seteuid(uid)
        calls.append(connect(path))
        os.seteuid(0)
    print(sorted({answer(one) for one in calls}))


def inetd(path, way, command):
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    door.bind(path)
    os.chmod(path, 0o666)
    door.listen()
    if way == "nowait":
        door = door.accept()[0]
    for fd in range(3):
        os.dup2(door.fileno(), fd)
    os.execvp(command[0], command)


def syslog(path, heard, command):
    subprocess.run(["mount", "-t", "tmpfs", "none", "/dev"], check=True)
    os.mknod("/dev/null", 0o20666, os.makedev(1, 3))
    os.mknod("/dev/urandom", 0o20444, os.makedev(1, 9))
    log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    log.bind(path)
    os.chmod(path, 0o666)
    status = subprocess.run(command, check=False).returncode
    log.setblocking(False)
    with open(heard, "ab") as file:
        try:
            while text := log.recv(65536):
                file.write(text + b"\n")
        except BlockingIOError:
            pass
    sys.exit(status)


def main():
    path, mode, *words = sys.argv[1:]
    if mode == "words":
        status = say(path, request(words))
        sys.exit(99 if status is None else status)
    elif mode == "inetd":
        inetd(path, words[0], words[1:])
    elif mode == "syslog":
        syslog(path, words[0], words[1:])
    elif mode == "strangers":
        strangers(path, int(words[0]))
    elif mode == "silent":
        kept = [connect(path) for _ in range(int(words[0]))]
        print("there", flush=True)
        signal.pause()
        del kept
    else:
        {"cut": cut, "garbage": garbage, "descriptors": descriptors}[mode](path)


main()
