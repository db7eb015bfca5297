# SPDX-License-Identifier: Apache-2.0
"""hostile.py dribble PORT SOURCES EACH [WORDS] - connections from many addresses of loopback that say
a byte of WORDS (EHLO and a MAIL without end) now and then.  Prints "ready" when all are there, and stays
for a hundred seconds at most.

hostile.py garbage PORT COUNT [smtp|pop3|imap] - connections that say what no such server
understands, of many kinds.
Prints "heard N closed N silent N": who was answered, who was only hung up on, and who was
neither within twenty seconds."""

import asyncio
import random
import sys

PATIENCE = 20  # security: an answer or a close within this time


def source(number):
    return f"127.0.{1 + number // 250}.{1 + number % 250}"


SLOW = b"EHLO slow.example\r\nMAIL FROM:<" + b"a" * 100000


async def dribble(port, address, words, arrived):
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port,
                                                       local_addr=(address, 0))
    except OSError:
        arrived.release()
        return
    arrived.release()
    try:
        for byte in words:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.5)
    except OSError:
        pass


async def crowd(port, sources, each, words):
    arrived = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(dribble(port, source(n), words, arrived))
             for n in range(sources) for _ in range(each)]
    for _ in tasks:
        await arrived.acquire()
    print("ready", flush=True)
    await asyncio.sleep(100)
    for task in tasks:
        task.cancel()


def everywhere(random_bytes):
    return [
        lambda: random_bytes(5000),
        lambda: b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        lambda: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + random_bytes(508),
        lambda: b"x" * 1_000_000,
        lambda: b"\0" * 100_000 + b"\r\n",
        lambda: b"NOOP\r\n" * 5000,
        lambda: b"\r\n" * 20000,
    ]


def in_smtp(random_bytes):
    return [
        lambda: b"EHLO x\r\nBDAT 99999999999999999999\r\n" + random_bytes(1000),
        lambda: b"EHLO x\r\nMAIL FROM:<" + b"((((" * 20000 + b">\r\n",
        lambda: b"EHLO x\r\nAUTH PLAIN " + b"A" * 100_000 + b"\r\n",
        lambda: b"STARTTLS\r\n" + random_bytes(3000),
        lambda: b"MAIL FROM:<a@b>\nRCPT TO:<c@d>\nDATA\n.\n" * 100,
    ]


def in_pop3(random_bytes):
    return [
        lambda: b"USER " + b"a" * 100_000 + b"\r\n",
        lambda: b"AUTH PLAIN " + b"A" * 100_000 + b"\r\n",
        lambda: b"AUTH LOGIN\r\n" + b"*\r\n" * 1000,
        lambda: b"STLS\r\n" + random_bytes(3000),
        lambda: b"APOP a b\r\nRETR -1\r\nUIDL 99999999999\r\n" * 100,
        lambda: b"CAPA\nCAPA\nUSER x\n" * 100,
    ]


def in_imap(random_bytes):
    return [
        lambda: b"a LOGIN {99999999999999999999}\r\n" + random_bytes(1000),
        lambda: b"a LOGIN {4000000000+}\r\n" + random_bytes(1000),
        lambda: b"a LOGIN " + b"{1+}\r\nx" * 20000 + b"\r\n",
        lambda: b"a AUTHENTICATE PLAIN " + b"A" * 100_000 + b"\r\n",
        lambda: b"a STARTTLS\r\n" + random_bytes(3000),
        lambda: b"a ID " + b"(" * 20000 + b"\r\n",
        lambda: b"t" * 10000 + b" NOOP\r\n",
        lambda: b'a LOGIN "x\r\ny" z\r\n' * 100,
    ]


def nonsense(random_bytes, protocol):
    own = {"smtp": in_smtp, "pop3": in_pop3, "imap": in_imap}[protocol]
    return random.choice(everywhere(random_bytes) + own(random_bytes))()


async def say_nonsense(port, what):
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.wait_for(reader.read(1000), PATIENCE)  # the greeting, or none in TLS
    except asyncio.TimeoutError:
        pass
    except OSError:
        return "closed"
    try:
        writer.write(what)
        await asyncio.wait_for(writer.drain(), PATIENCE)
        heard = await asyncio.wait_for(reader.read(1000), PATIENCE)
        writer.close()
        return "heard" if heard else "closed"
    except asyncio.TimeoutError:
        writer.close()
        return "silent"
    except OSError:
        return "closed"


async def garbage(port, count, protocol="smtp"):
    random.seed(count)
    made = [nonsense(random.randbytes, protocol) for _ in range(count)]
    ends = await asyncio.gather(*(say_nonsense(port, what) for what in made))
    print(" ".join(f"{end} {ends.count(end)}" for end in ("heard", "closed", "silent")))


if sys.argv[1] == "dribble":
    slowly = sys.argv[5].encode() if len(sys.argv) > 5 else SLOW
    asyncio.run(crowd(*map(int, sys.argv[2:5]), slowly * (1 + 1000 // len(slowly))))
else:
    asyncio.run(garbage(*map(int, sys.argv[2:4]), *sys.argv[4:5]))
