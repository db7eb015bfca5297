#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A mail program that leaves mail on the server and remembers unique ids, over POP3 in TLS.

    pop_keeper.py poll PORT USER PASSWORD DIRECTORY     fetches what it does not know, prints how
                                                        many those were and how many are there
    pop_keeper.py forgetful PORT USER PASSWORD DIRECTORY
                                                        the same by a program that knows only the
                                                        ids of the latest list, and ends at an error
    pop_keeper.py say PORT USER PASSWORD COMMAND...     prints the answers, after a login
    pop_keeper.py digests FILE...                       of what gw.test had accepted and added,
                                                        with lines that end in LF; sorted
"""
import hashlib
import os
import poplib
import re
import ssl
import sys


def log_in(port, user, password):
    context = ssl._create_unverified_context()
    server = poplib.POP3_SSL("127.0.0.1", int(port), timeout=60, context=context)
    server.user(user)
    server.pass_(password)
    return server


def known_in(directory):
    try:
        with open(os.path.join(directory, "uidl"), encoding="ascii") as file:
            return file.read().split()
    except FileNotFoundError:
        return []


def forgetful(port, user, password, directory):
    poll(port, user, password, directory, forgets=True)


def poll(port, user, password, directory, forgets=False):
    os.makedirs(directory, exist_ok=True)
    known = known_in(directory)
    server = log_in(port, user, password)
    there = [line.decode().split() for line in server.uidl()[1]]
    if forgets:
        known = [uid for uid in known if uid in {uid for _, uid in there}]
        with open(os.path.join(directory, "uidl"), "w", encoding="ascii") as file:
            file.writelines(uid + "\n" for uid in known)
    sizes = dict(line.decode().split() for line in server.list()[1])
    fresh = 0
    for number, uid in there:
        if uid in known:
            continue
        _, lines, _ = server.retr(int(number))
        mail = b"".join(line + b"\r\n" for line in lines)
        if len(mail) != int(sizes[number]):
            sys.exit(f"message {number}: LIST says {sizes[number]}, RETR {len(mail)}")
        known.append(uid)
        fresh += 1
        number_of_file = sum(name.endswith(".eml") for name in os.listdir(directory)) + 1
        with open(os.path.join(directory, f"{number_of_file}.eml"), "wb") as file:
            file.write(mail)
        with open(os.path.join(directory, "uidl"), "a", encoding="ascii") as file:
            file.write(uid + "\n")
    server.quit()
    print(fresh, "of", len(there))


def say(port, user, password, *commands):
    server = log_in(port, user, password)
    for command in commands:
        many = command.split()[0] in ("RETR", "TOP", "CAPA") or command in ("LIST", "UIDL")
        try:
            if many:
                answer, lines, _ = server._longcmd(command)
                print(answer.decode())
                for line in lines:
                    print(line.decode(errors="replace"))
            else:
                print(server._shortcmd(command).decode())
        except poplib.error_proto as error:
            print(error.args[0].decode() if isinstance(error.args[0], bytes) else error)
    if "QUIT" not in commands:
        server.quit()


def digests(*paths):
    ours = re.compile(rb"^Received: (?:[^\n]|\n[ \t])*?\bby gw\.test\b", re.MULTILINE)
    found = []
    for path in paths:
        with open(path, "rb") as file:
            text = file.read().replace(b"\r\n", b"\n")
        found.append(hashlib.sha256(text[ours.search(text).start():]).hexdigest())
    print("\n".join(sorted(found)))


if __name__ == "__main__":
    try:
        {"poll": poll, "forgetful": forgetful, "say": say, "digests": digests}[sys.argv[1]](*sys.argv[2:])
    except poplib.error_proto as error:
        sys.exit(error.args[0].decode() if isinstance(error.args[0], bytes) else str(error))
    except OSError as error:
        sys.exit(str(error))
