#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""submit.py HOST:PORT FILE [FROM [RCPT...]] - sends the bytes of FILE as they are.

Only dots are stuffed.  A file whose lines end in LF gets CRLF, so that real mails from
other systems can be sent.  Exit status 1 and the reply on stderr when it is refused.
"""
import smtplib
import sys


def main():
    host, port = sys.argv[1].rsplit(":", 1)
    with open(sys.argv[2], "rb") as file:
        data = file.read()
    if b"\r\n" not in data:
        data = data.replace(b"\n", b"\r\n")
    if not data.endswith(b"\r\n"):
        data += b"\r\n"
    sender = sys.argv[3] if len(sys.argv) > 3 else "a@test"
    recipients = sys.argv[4:] or ["b@dest.test"]
    smtp = smtplib.SMTP(host, int(port), local_hostname="client.test", timeout=60)
    smtp.ehlo()
    try:
        for reply in [smtp.mail(sender)] + [smtp.rcpt(r) for r in recipients]:
            if reply[0] >= 400:
                raise smtplib.SMTPResponseException(*reply)
        code, text = smtp.docmd("DATA")
        if code != 354:
            raise smtplib.SMTPResponseException(code, text)
        stuffed = (b"\r\n" + data).replace(b"\r\n.", b"\r\n..")[2:]
        smtp.send(stuffed + b".\r\n")
        code, text = smtp.getreply()
        if code != 250:
            raise smtplib.SMTPResponseException(code, text)
        print(text.decode())
        smtp.quit()
    except smtplib.SMTPResponseException as refused:
        print(refused.smtp_code, refused.smtp_error, file=sys.stderr)
        sys.exit(1)


main()
