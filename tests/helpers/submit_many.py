#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""submit_many.py HOST:PORT "RCPT..." FILE... - sends each file to all of them, in one session."""
import smtplib
import sys

host, port = sys.argv[1].rsplit(":", 1)
with smtplib.SMTP(host, int(port), local_hostname="client.test", timeout=60) as smtp:
    for name in sys.argv[3:]:
        with open(name, "rb") as file:
            smtp.sendmail("sender@remote.test", sys.argv[2].split(), file.read())
