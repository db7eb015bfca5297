# SPDX-License-Identifier: Apache-2.0
"""both_ends.py RECORDS MEASURE PDUS content|iri

Whether an authority got what the servers captured: RECORDS is what tap-tool read, PDUS what
lemf.py received.  Each record of the measure (its first and last octet as a number) must be
one IRI with the same values, and nothing else be there; contents likewise, with their time and
direction, if it may have them.  Types of IRIs, numbers of communications, and what is told of
a login besides its user, are not looked at.  Prints how many there were."""

import base64
import collections
import datetime
import hashlib
import ipaddress
import json
import sys

from lemf import element, elements, read_pdu

EVENTS = {  # the number, and the name in the national parameter
    "login": (5, "login"), "login-failed": (6, "login_failed"),
    "login-attempt": (4, "login_attempt"), "logout": (7, "logout"), "sent": (1, "mail_sent"),
    "received": (2, "mail_received"), "fetched": (3, "mail_fetched"),
    "part-fetched": (8, "mail_partially_fetched"), "stored": (9, "mail_stored"),
    "forwarded": (1, "mail_forwarded")}
STATUS = {"unknown": 1, "failed": 2, "succeeded": 3}
PROTOCOLS = {"smtp": 1, "pop3": 2, "imap": 3}
DIRECTIONS = {"from-target": 0, "to-target": 1}
ABOUT_MAIL = ("sent", "received", "fetched", "part-fetched", "stored", "forwarded")
# What is called the same in a record and in the national parameter.
ALIKE = ("leg", "session", "tls", "mechanism", "mailbox", "matched", "queue-id", "size",
         "content-octets")
SEVERAL = ("feature", "forward")


def number(octets):
    return int.from_bytes(octets, "big")


def generalized(time):
    """Of microseconds since 1970; empty: none."""
    if not time:
        return ""
    moment = datetime.datetime.fromtimestamp(time // 1_000_000, datetime.timezone.utc)
    fraction = f".{time % 1_000_000:06}".rstrip("0").rstrip(".")
    return moment.strftime("%Y%m%d%H%M%S") + fraction + "Z"


def digest_of(record):
    """Of its content, as we see it."""
    text = base64.b64decode(record.get("content", ""))
    return hashlib.sha256(text).hexdigest() if text else ""


def national_of(record):
    """What the national parameter says of a record, each key once; what is empty is left out."""
    said = {key: str(record[key] or "") for key in ALIKE}
    said["event"] = EVENTS[record["what"]][1]
    said["dup-of"] = record["duplicate-of"]
    said |= {key: generalized(record[key]) for key in ("session-begin", "session-end")}
    said |= {f"cause-{key}": value for key, value in record["cause"].items()}
    said["content-sha256"] = digest_of(record)
    return {key: value for key, value in said.items() if value}


def of_record(record):
    """What has to be in the PDU of a record."""
    mail = record["what"] in ABOUT_MAIL
    return {
        "event": EVENTS[record["what"]][0], "status": STATUS[record["status"]],
        "time": record["time"], "protocol": PROTOCOLS[record["protocol"]],
        "client": record["client"], "client-port": record["client-port"],
        "server": record["server"], "server-port": record["server-port"],
        "client-octets": record["client-octets"], "server-octets": record["server-octets"],
        "sender": record["sender"] if mail and (record["sender"] or record["protocol"] == "smtp")
        else None,
        "validity": int(not record["validated"]) if record["what"] == "sent" else None,
        "recipients": record["recipients"] if mail else [],
        "total": record["total"] if mail else 0,
        "message-id": record["message-id"] if mail else "",
        "user": record["user"], "queue-id": record["queue-id"], "national": national_of(record),
        "feature": sorted("=".join(pair) for pair in (record.get("features") or {}).items()),
        "forward": record["forward"]}


def header_time(top):
    """In microseconds since 1970."""
    seconds, micros = elements(dict(elements(top[0xA1]))[0xA7])
    return number(seconds[1]) * 1_000_000 + number(micros[1])


def address(mail, tag):
    if tag not in mail:
        return ""
    return str(ipaddress.ip_address(element(dict(elements(mail[tag]))[0xA2])))


def of_pdu(octets):
    """The same, from an IRI."""
    top = dict(elements(element(octets)))
    iri = dict(elements(element(element(top[0xA2]))))
    mail = dict(elements(element(iri[0xA2])))
    lines = [line.split("=", 1) for line in mail[0x8E].decode().splitlines()[1:]]
    said = {key: value for key, value in lines if key not in SEVERAL}
    person = dict(elements(element(mail[0xB0]))) if 0xB0 in mail else {}
    return {
        "event": mail[0x81][0], "status": mail[0x8B][0], "time": header_time(top),
        "protocol": mail[0x88][0], "client": address(mail, 0xA2),
        "client-port": number(mail.get(0x84, b"")), "server": address(mail, 0xA3),
        "server-port": number(mail.get(0x85, b"")),
        "client-octets": number(mail[0x87]), "server-octets": number(mail[0x86]),
        "sender": mail[0x89].decode() if 0x89 in mail else None,
        "validity": mail[0x91][0] if 0x91 in mail else None,
        "recipients": [one.decode() for _, one in elements(mail.get(0xAA, b""))],
        "total": number(mail.get(0x8C, b"")), "message-id": mail.get(0x8D, b"").decode(),
        "user": person.get(0x80, b"").decode(), "queue-id": said.get("queue-id", ""),
        "national": said, "feature": sorted(value for key, value in lines if key == "feature"),
        "forward": [value for key, value in lines if key == "forward"]}


def content_of_pdu(octets):
    """(digest, direction, time) of a CC."""
    top = dict(elements(element(octets)))
    one = dict(elements(element(element(top[0xA2]))))
    return (hashlib.sha256(read_pdu(octets)["content"]).hexdigest(), one[0x80][0],
            header_time(top))


def differ(what, expected, got):
    """Says what is missing, and what is too much."""
    lists = [collections.Counter(json.dumps(one, sort_keys=True) for one in all)
             for all in (expected, got)]
    for name, difference in (("missing", lists[0] - lists[1]), ("too much", lists[1] - lists[0])):
        for one in difference.elements():
            print(f"{name} {what}: {one}")
    return lists[0] != lists[1]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    records = [one for one in records if one["measure"] == int(sys.argv[2])]
    contents = [(digest_of(one), DIRECTIONS[one["direction"]], one["time"]) for one in records
                if digest_of(one) and sys.argv[4] == "content"]
    with open(sys.argv[3], encoding="ascii") as file:
        read = [read_pdu(octets) for octets in {bytes.fromhex(line) for line in file}]
    events = [of_pdu(one["octets"]) for one in read if one["kind"] == "iri"]
    got = [content_of_pdu(one["octets"]) for one in read if one["kind"] == "cc"]
    wrong = [differ("event", map(of_record, records), events), differ("content", contents, got)]
    print(f"{len(events)} events, {len(got)} contents")
    sys.exit(any(wrong))


if __name__ == "__main__":
    main()
