#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# program.py - stands in for the programs under `sponts run`.
#
# Accepts on the sockets it was given, greets with its process id and keeps a session until
# the client goes.  SIGTERM, SIGUSR1: accepts no more, ends with its last session.  What happens is
# written to $EVENTS; $DIRECTIONS/NAME tells it to behave otherwise:
#     exit N       ends at once          mute      never says READY
#     stubborn     ignores SIGTERM       parent    leaves a child behind
import hashlib
import os
import selectors
import signal
import socket
import sys
import time

name = os.path.basename(sys.argv[0])


def note(text):
    with open(os.environ["EVENTS"], "a", encoding="ascii") as events:
        events.write(f"{name} {text}\n")


def directions():
    try:
        with open(f"{os.environ['DIRECTIONS']}/{name}", encoding="ascii") as file:
            return file.read().split()
    except FileNotFoundError:
        return []


def passed():
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    names = os.environ["LISTEN_FDNAMES"].split(":")
    assert len(names) == int(os.environ["LISTEN_FDS"])
    return [(socket.socket(fileno=3 + i), names[i]) for i in range(len(names))]


def say_ready():
    address = os.environ["NOTIFY_SOCKET"].replace("@", "\0", 1)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.sendto(b"STATUS=well\nREADY=1", address)


def hung_up(session):
    try:
        return not session.recv(100)
    except OSError:
        return True


def main():
    listening = passed()
    orders = directions()
    note(f"started {os.getpid()} {','.join(n for _, n in listening)} {' '.join(sys.argv[1:])}")
    if "SPONTS_TICKET_KEYS" in os.environ:
        with open(os.environ["SPONTS_TICKET_KEYS"], "rb") as file:
            keys = file.read()
            note(f"keys {len(keys)} {hashlib.sha256(keys).hexdigest()}")
    if orders[:1] == ["exit"]:
        sys.exit(int(orders[1]))
    if "parent" in orders and os.fork() == 0:
        note(f"child {os.getpid()}")
        time.sleep(600)
    waiting, wake = socket.socketpair()
    wake.setblocking(False)
    signal.set_wakeup_fd(wake.fileno())
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
        signal.signal(number, lambda *_: None)
    watch = selectors.DefaultSelector()
    watch.register(waiting, selectors.EVENT_READ)
    for sock, _ in listening:
        sock.setblocking(False)
        watch.register(sock, selectors.EVENT_READ)
    sessions = set()
    ending = False
    if "mute" not in orders:
        say_ready()
    while not (ending and not sessions):
        for key, _ in watch.select():
            if key.fileobj is waiting:
                for number in waiting.recv(16):
                    note(signal.Signals(number).name)
                    if number != signal.SIGHUP and "stubborn" not in orders:
                        ending = True
                        for sock, _ in listening:
                            watch.unregister(sock)
                        listening = []
            elif any(key.fileobj is sock for sock, _ in listening):
                try:
                    session, _ = key.fileobj.accept()
                    session.sendall(f"220 {os.getpid()}\r\n".encode())
                except OSError:
                    continue
                sessions.add(session)
                watch.register(session, selectors.EVENT_READ)
            elif key.fileobj in sessions and hung_up(key.fileobj):
                watch.unregister(key.fileobj)
                sessions.discard(key.fileobj)
                key.fileobj.close()
    note(f"ended {os.getpid()}")


main()
