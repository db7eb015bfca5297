# SPDX-License-Identifier: Apache-2.0
"""both_ends.py RECORDS MEASURE PDUS content|iri

Whether an authority got what the servers captured: RECORDS is what tap-tool read, PDUS what
lemf.py received.  Each record of the measure (its first and last octet as a number) must be
one IRI with the same values, and nothing else be there; contents likewise, if it may have
them.  Prints how many there were."""

import base64
import collections
import hashlib
import json
import sys

from lemf import element, elements, read_pdu

EVENTS = {"login": 5, "login-failed": 6, "login-attempt": 4, "logout": 7, "sent": 1,
          "received": 2, "fetched": 3, "part-fetched": 8, "stored": 9, "forwarded": 1}
STATUS = {"unknown": 1, "failed": 2, "succeeded": 3}
PROTOCOLS = {"smtp": 1, "pop3": 2, "imap": 3}
ABOUT_MAIL = ("sent", "received", "fetched", "part-fetched", "stored", "forwarded")


def number(octets):
    return int.from_bytes(octets, "big")


def of_record(record, content):
    """What has to be in the PDU of a record."""
    mail = record["what"] in ABOUT_MAIL
    text = base64.b64decode(record["content"]) if "content" in record else None
    return {
        "event": EVENTS[record["what"]], "status": STATUS[record["status"]],
        "protocol": PROTOCOLS[record["protocol"]], "client-port": record["client-port"],
        "server-port": record["server-port"], "client-octets": record["client-octets"],
        "server-octets": record["server-octets"],
        "sender": record["sender"] if mail and (record["sender"] or record["protocol"] == "smtp")
        else None,
        "recipients": record["recipients"] if mail else [],
        "total": record["total"] if mail else 0,
        "message-id": record["message-id"] if mail else "",
        "mailbox": record["mailbox"], "matched": record["matched"],
        "queue-id": record["queue-id"], "cause": record["cause"]["code"],
        "tls": record["tls"], "user": record["user"],
        "features": sorted(f"{key}={value}" for key, value in (record.get("features") or {}).items()),
        "content": hashlib.sha256(text).hexdigest() if text and content else ""}


def of_pdu(octets):
    """The same, from an IRI."""
    top = dict(elements(element(octets)))
    iri = dict(elements(element(element(top[0xA2]))))
    mail = dict(elements(element(iri[0xA2])))
    lines = [line.split("=", 1) for line in mail[0x8E].decode().splitlines()[1:]]
    said = dict(lines)
    person = dict(elements(element(mail[0xB0]))) if 0xB0 in mail else {}
    return {
        "event": mail[0x81][0], "status": mail[0x8B][0], "protocol": mail[0x88][0],
        "client-port": number(mail.get(0x84, b"")), "server-port": number(mail.get(0x85, b"")),
        "client-octets": number(mail[0x87]), "server-octets": number(mail[0x86]),
        "sender": mail[0x89].decode() if 0x89 in mail else None,
        "recipients": [one.decode() for _, one in elements(mail.get(0xAA, b""))],
        "total": number(mail.get(0x8C, b"")), "message-id": mail.get(0x8D, b"").decode(),
        "mailbox": said.get("mailbox", ""), "matched": said.get("matched", ""),
        "queue-id": said.get("queue-id", ""), "cause": said.get("cause-code", ""),
        "tls": said.get("tls", ""), "user": person.get(0x80, b"").decode(),
        "features": sorted(value for key, value in lines if key == "feature"),
        "content": said.get("content-sha256", "")}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    content = sys.argv[4] == "content"
    expected = [of_record(one, content) for one in records if one["measure"] == int(sys.argv[2])]
    with open(sys.argv[3], encoding="ascii") as file:
        pdus = {bytes.fromhex(line) for line in file}
    read = [read_pdu(octets) for octets in pdus]
    got = [of_pdu(one["octets"]) for one in read if one["kind"] == "iri"]
    contents = [hashlib.sha256(one["content"]).hexdigest() for one in read if one["kind"] == "cc"]
    lists = [sorted(map(json.dumps, all)) for all in (expected, got)]
    for name, one, other in (("missing", *lists), ("too much", *reversed(lists))):
        for what in (collections.Counter(one) - collections.Counter(other)).elements():
            print(f"{name}: {what}")
    digests = sorted(one["content"] for one in expected if one["content"])
    if sorted(contents) != digests:
        print(f"contents: {len(digests)} captured, {len(contents)} received, or others")
    print(f"{len(got)} events, {len(contents)} contents")
    sys.exit(lists[0] != lists[1] or sorted(contents) != digests)


if __name__ == "__main__":
    main()
