#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""flood.py PORT CLIENTS MEGABYTES - that many clients send a message of that size at once.

Every client has said DATA before the first byte of a message is sent, and all of them get
their pieces in turn.  Prints how many were answered with 250.
"""
import asyncio
import sys

PIECE = (b"x" * 98 + b"\r\n") * 640  # 64 kB
COMMANDS = (b"EHLO c.test\r\n", b"MAIL FROM:<a@remote.test>\r\n", b"RCPT TO:<b@dest.test>\r\n", b"DATA\r\n")


async def reply(reader):
    while True:
        line = await reader.readline()
        if line[3:4] != b"-":
            return line


async def send(port, megabytes, ready, go, results):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reply(reader)
    for command in COMMANDS:
        writer.write(command)
        said = await reply(reader)
    assert said.startswith(b"354"), said
    ready.release()
    await go.wait()
    writer.write(b"Subject: flood\r\n\r\n")
    for _ in range(megabytes * 16):
        writer.write(PIECE)
        await writer.drain()
    writer.write(b".\r\n")
    results.append((await reply(reader))[:3])
    writer.close()


async def main():
    port, clients, megabytes = (int(word) for word in sys.argv[1:4])
    ready, go, results = asyncio.Semaphore(0), asyncio.Event(), []
    tasks = [asyncio.create_task(send(port, megabytes, ready, go, results)) for _ in range(clients)]
    for _ in range(clients):
        await ready.acquire()
    go.set()
    await asyncio.gather(*tasks)
    print(results.count(b"250"), "accepted")


asyncio.run(main())
