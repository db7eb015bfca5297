#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""scram.py PORT USER PASSWORD - STARTTLS and AUTH SCRAM-SHA-256; status 0 if both sides agree.

Written from RFC 5802 and 7677, apart from the product, so that one can prove the other.
"""
import base64
import hashlib
import hmac
import os
import smtplib
import ssl
import sys


def mac(key, text):
    return hmac.new(key, text, hashlib.sha256).digest()


def main():
    port, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    smtp = smtplib.SMTP("127.0.0.1", port, local_hostname="scram.test")
    smtp.starttls(context=ssl._create_unverified_context())
    smtp.ehlo()
    nonce = base64.b64encode(os.urandom(12)).decode()
    first_bare = f"n={user},r={nonce}"
    code, text = smtp.docmd("AUTH", "SCRAM-SHA-256 " + base64.b64encode(("n,," + first_bare).encode()).decode())
    assert code == 334, (code, text)
    server_first = base64.b64decode(text).decode()
    said = dict(part.split("=", 1) for part in server_first.split(","))
    assert said["r"].startswith(nonce)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(said["s"]), int(said["i"]))
    final_bare = f"c=biws,r={said['r']}"
    everything = f"{first_bare},{server_first},{final_bare}".encode()
    client_key = mac(salted, b"Client Key")
    signature = mac(hashlib.sha256(client_key).digest(), everything)
    proof = bytes(a ^ b for a, b in zip(client_key, signature))
    code, text = smtp.docmd(base64.b64encode(f"{final_bare},p={base64.b64encode(proof).decode()}".encode()).decode())
    if code != 334:
        sys.exit(1)
    expected = base64.b64encode(mac(mac(salted, b"Server Key"), everything)).decode()
    assert base64.b64decode(text).decode() == "v=" + expected
    code, text = smtp.docmd("")
    assert code == 235, (code, text)
    smtp.quit()


main()
