#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An authority's receiver of TS 102 232-1 PDUs, written without our code.

    lemf.py serve --out FILE --port-file FILE [--port N] [--mode MODE]
                  [--cert PEM --key PEM --ca PEM]
        Writes each PDU as a line of hexadecimal digits.  MODE: ack (acknowledges PDUs),
        keepalive (answers keep-alives only), silent (reads, answers nothing, closes when
        the other side does), stall (accepts, reads nothing), drop (closes after the first
        PDU with data, unread rest and all).
    lemf.py check --pem CERTIFICATE FILE
        Looks at a file of such lines: every hash and signature holds, every number of a
        series is there once (repetitions must be equal); prints a summary as JSON.
    lemf.py contents FILE DIRECTORY
        Writes the contents of its PDUs, segments put together, as files 0, 1, 2, ...
    lemf.py others PLACE...
        Each PDU in these files of lines, and in the files below these directories that are
        named by method B, decodes in asn1-check, which shares nothing with us, to the same
        values as here, and is encoded again as it was.
"""
import argparse
import hashlib
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading


def header(data, at):
    """(identifier octet, start of content, end) of the element at this place, or None."""
    if len(data) < at + 2:
        return None
    length = data[at + 1]
    start = at + 2
    if length & 0x80:
        count = length & 0x7F
        if len(data) < start + count:
            return None
        length = int.from_bytes(data[start:start + count], "big")
        start += count
    return data[at], start, start + length


def elements(data):
    at = 0
    while at < len(data):
        tag, start, end = header(data, at)
        yield tag, data[start:end]
        at = end


def element(octets):
    return next(elements(octets))[1]


def read_pdu(octets):
    """What a PDU is: a dictionary."""
    top = dict(elements(element(octets)))
    head = dict(elements(top[0xA1]))
    identifier = dict(elements(head[0xA3]))
    tag, payload = next(elements(top[0xA2]))
    out = {
        "liid": head[0x81].decode(),
        "cin": int.from_bytes(identifier.get(0x81, b"\0"), "big"),
        "number": int.from_bytes(head[0x84], "big"),
        "octets": octets,
    }
    out["kind"] = {0xA0: "iri", 0xA1: "cc", 0xA2: "tri", 0xA3: "hi1"}[tag]
    if out["kind"] == "cc":
        one = dict(elements(element(payload)))
        # cCContents, emailCC: the explicit tag of a CHOICE, then the alternative.
        out["content"] = dict(elements(element(one[0xA2])))[0x82]
    if out["kind"] == "iri":
        one = dict(elements(element(payload)))
        mail = dict(elements(element(one[0xA2])))
        out["type"] = one[0x80][0]
        out["event"] = mail[0x81][0]
        out["national"] = dict(
            line.split("=", 1) for line in mail.get(0x8E, b"").decode().splitlines())
    if out["kind"] == "tri":
        out["tri"], out["body"] = next(elements(payload))
    return out


def response(octets, tag, content=b""):
    """A TRI that answers: the header is that of the question."""
    head = next(elements(element(octets)))[1]
    tri = bytes([tag, len(content)]) + content
    payload = bytes([0xA2, len(tri)]) + tri
    payload = bytes([0xA2, len(payload)]) + payload
    body = bytes([0xA1, 0x81, len(head)]) + head + payload
    return bytes([0x30, 0x81, len(body)]) + body


def answer(octets, mode):
    pdu = read_pdu(octets)
    if pdu["kind"] != "tri":
        return b""
    if mode == "ack" and pdu["tri"] == 0xA9:
        return response(octets, 0xAA, b"\xa0\x02\x80\x00\xa1\x00")
    if mode == "ack" and pdu["tri"] == 0x8C:
        return response(octets, 0x8D)
    if mode == "keepalive" and pdu["tri"] == 0xA9:
        return response(octets, 0xAA, b"\xa0\x00\xa1\x02\x80\x00")
    if mode in ("ack", "keepalive") and pdu["tri"] == 0x83:
        return response(octets, 0x84)
    return b""


def converse(connection, options, out, lock):
    pending = b""
    while True:
        if options.mode == "stall":
            threading.Event().wait()
        data = connection.recv(1 << 20)
        if not data:
            break
        pending += data
        while True:
            place = header(pending, 0)
            if place is None or place[2] > len(pending):
                break
            octets, pending = pending[:place[2]], pending[place[2]:]
            if options.mode == "drop" and read_pdu(octets)["kind"] != "tri":
                connection.close()
                return
            with lock:
                out.write(octets.hex() + "\n")
                out.flush()
            reply = answer(octets, options.mode)
            if reply:
                connection.sendall(reply)
    connection.close()


def guarded(connection, options, out, lock, context):
    try:
        if context:
            connection = context.wrap_socket(connection, server_side=True)
        converse(connection, options, out, lock)
    except (OSError, ssl.SSLError):
        pass


def serve(options):
    context = None
    if options.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert, options.key)
        context.load_verify_locations(options.ca)
        context.verify_mode = ssl.CERT_REQUIRED
    listening = socket.create_server(("127.0.0.1", options.port))
    with open(options.port_file + ".new", "w", encoding="ascii") as file:
        file.write(str(listening.getsockname()[1]))
    os.rename(options.port_file + ".new", options.port_file)
    lock = threading.Lock()
    with open(options.out, "a", encoding="ascii") as out:
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=guarded, daemon=True,
                             args=(connection, options, out, lock, context)).start()


def verify_signature(pem, octets, signature):
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("data", octets), ("sig", signature)):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        key = subprocess.run(["openssl", "x509", "-in", pem, "-noout", "-pubkey"],
                             check=True, capture_output=True).stdout
        with open(os.path.join(folder, "key"), "wb") as file:
            file.write(key)
        subprocess.run(["openssl", "dgst", "-sha256", "-verify", "key", "-signature", "sig",
                        "data"], cwd=folder, check=True, capture_output=True)


def put(table, pdu, kind):
    """A number comes once; or again, octet for octet the same."""
    numbers = table.setdefault((pdu["liid"], pdu["cin"], kind), {})
    known = numbers.setdefault(pdu["number"], pdu["octets"])
    assert known == pdu["octets"], f"number {pdu['number']} of {kind} twice"
    return numbers


def check(options):
    table, covered, counts = {}, set(), {"repeated": 0}
    seen = set()
    pdus = []
    with open(options.file, encoding="ascii") as file:
        for line in file:
            octets = bytes.fromhex(line)
            counts["repeated"] += octets in seen and read_pdu(octets)["kind"] != "tri"
            seen.add(octets)
            pdus.append(read_pdu(octets))
    for pdu in pdus:
        if pdu["kind"] in ("iri", "cc"):
            put(table, pdu, pdu["kind"])
        if pdu["kind"] == "tri" and pdu["tri"] in (0x85, 0x86):
            put(table, pdu, "cc")
    signed = 0
    for pdu in pdus:
        if pdu["kind"] != "tri" or pdu["tri"] != 0xA0:
            continue
        body = dict(elements(pdu["body"]))
        stream = "iri" if body[0x82][0] == 1 else "cc"
        numbers = [int.from_bytes(n, "big") for _, n in elements(body[0xA0])]
        if body[0x81][0] == 1:
            parts = table[(pdu["liid"], pdu["cin"], stream)]
            octets = b"".join(parts[n] for n in numbers)
            assert hashlib.sha256(octets).digest() == body[0x83], "hash"
            covered.update((pdu["liid"], pdu["cin"], stream, n) for n in numbers)
            put(table, pdu, stream + "-check")
        else:
            parts = table[(pdu["liid"], pdu["cin"], stream + "-check")]
            verify_signature(options.pem, b"".join(parts[n] for n in numbers), body[0x83])
            signed += 1
    for (liid, cin, kind), numbers in table.items():
        if kind in ("iri", "cc"):
            assert sorted(numbers) == list(range(len(numbers))), f"hole: {liid} {cin} {kind}"
            for number in numbers:
                assert (liid, cin, kind, number) in covered, f"unchecked {kind} {number}"
    unique = {pdu["octets"]: pdu for pdu in pdus}.values()
    for kind in ("iri", "cc", "hi1"):
        counts[kind] = sum(pdu["kind"] == kind for pdu in unique)
    counts["signatures"] = signed
    counts["events"] = [[p["cin"], p["number"], p["type"], p["national"]["event"]]
                        for p in unique if p["kind"] == "iri"]
    counts["contents"] = [hashlib.sha256(p["content"]).hexdigest()
                          for p in unique if p["kind"] == "cc"]
    print(json.dumps(counts))


def contents(options):
    whole, pieces = [], {}
    seen = set()
    with open(options.file, encoding="ascii") as file:
        for line in file:
            if line in seen:
                continue
            seen.add(line)
            pdu = read_pdu(bytes.fromhex(line))
            session = (pdu["liid"], pdu["cin"])
            if pdu["kind"] == "tri" and pdu["tri"] == 0x85:
                pieces[session] = b""
            elif pdu["kind"] == "tri" and pdu["tri"] == 0x86:
                whole.append(pieces.pop(session))
            elif pdu["kind"] == "cc" and session in pieces:
                pieces[session] += pdu["content"]
            elif pdu["kind"] == "cc":
                whole.append(pdu["content"])
    for number, content in enumerate(whole):
        with open(os.path.join(options.directory, str(number)), "wb") as file:
            file.write(content)


METHOD_B = re.compile("[A-Z0-9]{4}[0-9]{17}")
DER_SEQUENCE = b"\x30"
PS_HEADER = 0xA1
KINDS = {"iRIPayloadSequence": "iri", "cCPayloadSequence": "cc", "tRIPayload": "tri",
         "hI1-Operation": "hi1"}


def pdus_of_file(name):
    """Nothing if it is no file of PDUs: national documents and what belongs to them."""
    with open(name, "rb") as file:
        data = file.read()
    place = header(data, 0)
    if not data.startswith(DER_SEQUENCE) or place is None or data[place[1]] != PS_HEADER:
        return
    while data:
        place = header(data, 0)
        assert place and place[2] <= len(data), f"{name}: cut off"
        yield data[:place[2]]
        data = data[place[2]:]


def pdus_at(place):
    if not os.path.isdir(place):
        with open(place, encoding="ascii") as file:
            for line in file:
                if line.endswith("\n"):  # who writes it may have been killed
                    yield bytes.fromhex(line)
        return
    for folder, _, names in os.walk(place):
        for name in names:
            if METHOD_B.fullmatch(name):
                yield from pdus_of_file(os.path.join(folder, name))


def value(xer, name):
    """Of the first element of that name; None: there is none."""
    begin = xer.find(f"<{name}>")
    return None if begin < 0 else xer[begin + len(name) + 2:xer.index(f"</{name}>", begin)]


def compare(octets, xer):
    pdu = read_pdu(octets)
    payload = re.search("<payload><([A-Za-z0-9-]+)", xer)
    assert payload and KINDS[payload[1]] == pdu["kind"], "kind"
    assert bytes.fromhex(value(xer, "lawfulInterceptionIdentifier")).decode() == pdu["liid"]
    assert int(value(xer, "communicationIdentityNumber") or 0) == pdu["cin"], "cin"
    assert int(value(xer, "sequenceNumber")) == pdu["number"], "number"
    if pdu["kind"] == "cc":
        assert bytes.fromhex(value(xer, "content")) == pdu["content"], "content"


def others(options):
    pdus = list(dict.fromkeys(one for place in options.places for one in pdus_at(place)))
    if not pdus:
        return
    said = subprocess.run(["asn1-check"], input="\n".join(one.hex() for one in pdus) + "\n",
                          capture_output=True, text=True, check=False)
    lines = said.stdout.splitlines()
    assert len(lines) == len(pdus), said.stderr
    for octets, line in zip(pdus, lines):
        assert not line.startswith("bad: "), f"{line}: {octets.hex()[:2000]}"
        compare(octets, line)


def main():
    parser = argparse.ArgumentParser()
    sub = parser.add_subparsers(required=True)
    server = sub.add_parser("serve")
    server.add_argument("--out", required=True)
    server.add_argument("--port-file", required=True)
    server.add_argument("--port", type=int, default=0)
    server.add_argument("--mode", default="ack")
    for name in ("--cert", "--key", "--ca"):
        server.add_argument(name)
    server.set_defaults(run=serve)
    checker = sub.add_parser("check")
    checker.add_argument("--pem", required=True)
    checker.add_argument("file")
    checker.set_defaults(run=check)
    writer = sub.add_parser("contents")
    writer.add_argument("file")
    writer.add_argument("directory")
    writer.set_defaults(run=contents)
    reader = sub.add_parser("others")
    reader.add_argument("places", nargs="+")
    reader.set_defaults(run=others)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    sys.exit(main())
