#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the servers capture: all of the target's mail, in every way in which it can come and
# go, and nothing of others.  The servers alone, with lists and records by tap-tool.

bats_require_minimum_version 1.5.0

setup() {
    load helpers/common
    load helpers/dovecot
    load helpers/capture
    sponts_setup
}
teardown() { sponts_teardown; }

# The values of a filter over all that was captured, in one line.
all() { captured | jq -r "$1" | paste -sd' '; }
# The content of the N-th record (from 1).
content() { captured | sed -n "$1p" | jq -r .content | base64 -d; }

@test "SMTP: with and without TLS, pipelined, in chunks, in UTF-8: the octets as they came" {
    capture_setup
    capture_start
    measure anna@example.de
    sessions deliver bob@remote.test anna@example.de bert@example.de
    sessions pipelined bob@remote.test anna+tag@EXAMPLE.de
    sessions chunked bob@remote.test Anna@example.de
    sessions international bob@remote.test anna@example.de
    sessions several x@remote.test bert@example.de x@remote.test anna@example.de \
        x@remote.test carl@example.de
    wait_for 10 captured_has 5
    [ "$(all .what)" = 'received received received received received' ]
    [ "$(all .total)" = '2 1 1 1 1' ]
    [ "$(all '.recipients | join(",")')" = \
        'anna@example.de anna+tag@example.de Anna@example.de anna@example.de anna@example.de' ]
    [ "$(all .features.transfer)" = 'DATA DATA BDAT DATA DATA' ]
    [ "$(all '.tls | split(" ")[0] // "none"')" = 'none none none none TLSv1.3' ]
    [ "$(all '."message-id"')" = \
        '<1@example.de> <pipelined@example.de> <chunked@example.de> <international@example.de> <2@example.de>' ]
    # Dots as on the wire, and the final one; of chunks as they are.
    content 1 | grep -q $'^\.\.\.two dots\r$'
    [ "$(content 1 | tail -c 5 | od -An -c | tr -d ' ')" = '\r\n.\r\n' ]
    content 3 | grep -q $'^\.\.two dots\r$'
    [ "$(captured | sed -n 3p | jq '."content-octets"')" -eq "$(content 3 | wc -c)" ]
    [ "$(all .session | tr ' ' '\n' | sort -u | wc -l)" -eq 5 ]
}

@test "SMTP: submission is one communication from login to logout; failures have their cause" {
    capture_setup
    capture_start
    measure anna@example.de
    sessions submit anna@example.de x@remote.test y@remote.test
    sessions submit bert@example.de x@remote.test
    wait_for 10 captured_has 3
    [ "$(all .what)" = 'login sent logout' ]
    [ "$(all .session | tr ' ' '\n' | sort -u | wc -l)" -eq 1 ]
    [ "$(captured | jq -rc 'select(.what == "sent").recipients')" = \
        '["x@remote.test","y@remote.test"]' ]
    [ "$(captured | jq -r 'select(.what == "sent").validated')" = true ]
    sessions failures bob@remote.test anna@example.de
    sessions refused-login smtp anna@example.de
    wait_for 10 captured_has 7 # the client tries two mechanisms
    [ "$(captured | tail -n 4 | jq -r '.what + ":" + .status + ":" + .cause.code' | paste -sd' ')" = \
        'received:failed:RSET received:failed:gone login-failed:failed:535 login-failed:failed:535' ]
    content 5 | grep -q '^From: half a mail'
}

@test "POP3: every way to a message, failures, who only names himself; not a word of others" {
    capture_setup
    capture_start
    for user in anna bert; do
        sessions imap-append "$user" "$user-1"
    done
    measure anna
    sessions pop3 bert
    sessions pop3 anna
    sessions pop3 anna tls
    sessions refused-login pop3 anna
    sessions pop3-user-only anna
    wait_for 10 captured_has 12
    [ "$(all '.what + ":" + .status')" = "$(printf '%s ' \
        login:succeeded fetched:succeeded part-fetched:succeeded fetched:failed logout:succeeded \
        login:succeeded fetched:succeeded part-fetched:succeeded fetched:failed logout:succeeded \
        login-failed:failed login-attempt:unknown | sed 's/ $//')" ]
    [ "$(captured | jq -r 'select(.what == "fetched" and .status == "succeeded")."message-id"' |
        sort -u)" = '<anna-1@example.de>' ]
    content 2 | grep -q $'^\.\.\.two dots\r$'
    [ "$(content 2 | tail -c 3 | od -An -c | tr -d ' ')" = '.\r\n' ]
    [ "$(captured | sed -n 2p | jq -r .features.UIDL)" != null ]
    [ "$(captured | grep -c 'bert-1')" -eq 0 ]
}

@test "IMAP: whole and partial fetches, every message, uploads, TLS, compression" {
    capture_setup
    capture_start
    sessions imap-append anna first
    sessions imap-append bert other
    measure anna
    sessions imap bert
    for way in 'no no' 'tls no' 'tls compress'; do
        # shellcheck disable=SC2086
        sessions imap anna $way
    done
    wait_for 10 captured_has 30
    captured >"$TMP/all"
    [ "$(jq -r .what "$TMP/all" | head -n 9 | paste -sd' ')" = \
        'login stored fetched fetched part-fetched part-fetched part-fetched stored logout' ]
    [ "$(jq -r 'select(.what == "login").tls | split(" ")[0] // "none"' "$TMP/all" | paste -sd' ')" = \
        'none TLSv1.3 TLSv1.3' ]
    # One message more each time.
    [ "$(jq -r 'select(.what == "fetched").features.sequence' "$TMP/all" | paste -sd' ')" = \
        '1 2 1 2 3 1 2 3 4' ]
    [ "$(jq -r 'select(.what == "fetched")."message-id"' "$TMP/all" | sort | uniq -c |
        awk '{ print $1 $2 }' | paste -sd' ')" = '6<appended@example.de> 3<first@example.de>' ]
    [ "$(jq -r 'select(.what == "stored") | .status + ":" + .cause.code + ":" + .features.folder' \
        "$TMP/all" | sort | uniq -c | awk '{ print $1 $2 }' | paste -sd' ')" = \
        '3failed:NO:Nowhere 3succeeded::INBOX' ]
    [ "$(jq -r 'select(.what == "part-fetched").features.item' "$TMP/all" | head -n 3 | paste -sd' ')" = \
        'BODY[HEADER] BODY[TEXT] BODY[]<5>' ]
    # The literal, not one octet more or less.
    jq -r 'select(.what == "stored" and .status == "succeeded").content' "$TMP/all" | head -n 1 |
        base64 -d >"$TMP/stored"
    jq -r 'select(.what == "fetched" and ."message-id" == "<appended@example.de>").content' \
        "$TMP/all" | head -n 1 | base64 -d | cmp - "$TMP/stored"
    run ! grep -q 'other@example.de' "$TMP/all"
}

@test "scope, several authorities, begin and end in the middle of a session" {
    capture_setup
    capture_start
    now=$(date +%s)
    measure anna@example.de=1 anna@example.de=2,iri anna@example.de=3,to="$((now - 1))" \
        anna@example.de=4,from="$((now + 3600))"
    sessions deliver bob@remote.test anna@example.de
    wait_for 10 captured_has 2
    [ "$(all '"\(.measure):\(.content != null):\(."content-octets" > 0)"')" = '1:true:true 2:false:false' ]
    # An IMAP session that lasts: only what happens within the measure.
    /usr/bin/python3 - "${GATE[imap]}" "$TMP" <<'END' &
import imaplib, os, sys, time
client = imaplib.IMAP4("127.0.0.1", int(sys.argv[1]))
client.login("carl", "secret")
for step in range(3):
    client.append("INBOX", None, None, b"Subject: step %d\r\n\r\nx\r\n" % step)
    open(os.path.join(sys.argv[2], f"done{step}"), "w").close()
    while step < 2 and not os.path.exists(os.path.join(sys.argv[2], f"go{step + 1}")):
        time.sleep(0.02)
client.logout()
END
    client=$!
    echo "$client" >>"$STARTED"
    wait_for 10 test -e "$TMP/done0"
    measure carl=7
    : >"$TMP/go1"
    wait_for 10 test -e "$TMP/done1"
    measure
    : >"$TMP/go2"
    wait "$client"
    captured | jq -r 'select(.measure == 7) | .what' | grep -qx stored
    [ "$(captured | jq -r 'select(.measure == 7) | .content' | base64 -d | grep -c 'Subject: step 1')" -eq 1 ]
    [ "$(captured | jq -r 'select(.measure == 7)' | grep -c what)" -eq 1 ]
}

@test "queued mail: legs to the next hop, and the bounce to the target" {
    capture_setup
    cat >"$TMP/hop.py" <<'END'
import socketserver, sys
class Hop(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 hop\r\n")
        for line in self.rfile:
            if line.startswith(b"RCPT") and b"gone@" in line:
                self.wfile.write(b"550 5.1.1 no such user\r\n")
            elif line.startswith(b"DATA"):
                self.wfile.write(b"354 go\r\n")
                while self.rfile.readline() != b".\r\n":
                    pass
                self.wfile.write(b"250 2.0.0 taken\r\n")
            else:
                self.wfile.write(b"250 ok\r\n")
            if line.startswith(b"QUIT"):
                return
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
Server(("127.0.0.1", int(sys.argv[1])), Hop).serve_forever()
END
    start sink /usr/bin/python3 "$TMP/hop.py" "$SINK"
    wait_for 10 listens "$SINK"
    capture_start
    start smtp-sendd smtp-sendd --config "$CONF"
    measure anna@example.de
    wait_for 10 grep -q sendd-ready "$TMP/smtp-sendd.log"
    sessions submit anna@example.de gone@remote.test bob@remote.test
    wait_for 20 bounced
    captured >"$TMP/all"
    [ "$(jq -rc 'select(.what == "forwarded" and .status == "failed") | [.recipients, .cause.code]' \
        "$TMP/all" | head -n 1)" = '[["gone@remote.test"],"550"]' ]
    [ "$(jq -rc 'select(.what == "forwarded" and .status == "succeeded").recipients' "$TMP/all" |
        head -n 1)" = '["bob@remote.test"]' ]
    jq -r 'select(.what == "received" and .sender == "").content' "$TMP/all" | base64 -d |
        grep -q '^Content-Type: multipart/report'
    # All of it belongs to what was sent.
    id=$(jq -r 'select(.what == "sent")."queue-id"' "$TMP/all")
    [ "$(jq -r 'select(.what == "forwarded" or .what == "received")."queue-id"' "$TMP/all" |
        sort -u | head -n 1)" != '' ]
    jq -r 'select(.what == "forwarded")."queue-id"' "$TMP/all" | grep -qx "$id"
}
bounced() { captured | jq -e 'select(.what == "received" and .sender == "")' | grep -q .; }
