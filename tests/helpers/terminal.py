#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A person at a terminal.

    terminal.py PROGRAM [ARGUMENT...]
        Runs the program on a terminal of its own.  Each line of standard input is
        "QUESTION<TAB>ANSWER": when what the program has said since the last answer holds
        QUESTION and ends like a question, ANSWER is typed; "^C" and "^D" are those keys.
        Prints what a person would see, and exits as the program does (128 + signal).
"""
import os
import pty
import select
import sys

PATIENCE = 10  # seconds for the next question


def read(terminal):
    """What it says next; empty at its end."""
    if not select.select([terminal], [], [], PATIENCE)[0]:
        sys.exit("the program says nothing more")
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # Linux: nobody holds the other end any more
        return b""


def main():
    lines = [line.rstrip("\n").split("\t") for line in sys.stdin if line.strip()]
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(sys.argv[1], sys.argv[1:])
    seen = b""
    for question, answer in lines:
        said = b""
        while not (question.encode() in said and said.endswith(b": ")):
            more = read(terminal)
            if not more:
                sys.exit(f"gone before: {question}\n{(seen + said).decode()}")
            said += more
            if said.endswith(b": ") and question.encode() not in said:
                sys.exit(f"not asked: {question}\n{(seen + said).decode()}")
        seen += said
        os.write(terminal, {"^C": b"\x03", "^D": b"\x04"}.get(answer, answer.encode() + b"\n"))
    while True:
        more = read(terminal)
        if not more:
            break
        seen += more
    sys.stdout.write(seen.decode().replace("\r\n", "\n"))
    sys.stdout.flush()
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) % 256)


if __name__ == "__main__":
    main()
