#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# smtp-relayd(8): what it says, whom it lets send what, and from when on a message is ours.

bats_require_minimum_version 1.5.0

setup() {
    load helpers/common
    load helpers/converse
    load helpers/relayd
    sponts_setup
}

teardown() { sponts_teardown; }

# -- helpers ------------------------------------------------------------------------------

# send_mail SWAKS_ARGS... - to the listener `in`, or to port $TO.
send_mail() { swaks --server "127.0.0.1:${TO:-$SMTP_PORT}" --from alice@remote.test "$@"; }

one_message() {
    cat <<'END'
S: 220 gw.test *
C: EHLO client.test
S: 250 *
C: MAIL FROM:<alice@remote.test>
S: 250 2.1.0 *
C: RCPT TO:<bob@dest.test>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: hello
C:
C: ..the last line starts with a dot
C: .
S: 250 2.0.0 queued as *
C: QUIT
S: 221 *
END
}

# to ADDRESS - the reply to RCPT for a stranger.
to() {
    printf 'EHLO c.test\r\nMAIL FROM:<alice@remote.test>\r\nRCPT TO:%s\r\nQUIT\r\n' "$1" |
        speak "${2:-$SMTP_PORT}" | grep -v '^250-' | sed -n 4p
}

add_user() { # NAME PASSWORD
    printf '%s\n' "$2" | sponts --config "$CONF" user add "$1"
}

# -- messages -----------------------------------------------------------------------------

@test "a message answered with 250 is in the log, complete, behind one Received field" {
    relayd_config
    relayd_start
    one_message | converse "$SMTP_PORT"

    [ "$(stored)" -eq 1 ]
    stored_has $'\r\n.the last line starts with a dot\r\n'
    stored_has 'Received: from client.test (unknown [127.0.0.1])'
    stored_has 'with ESMTP'
    id=$(sed -n 's/^250 2.0.0 queued as //p' "$TMP/heard")
    logged " $id message-accepted .*sender=alice@remote.test recipients=1 first=bob@dest.test"
}

@test "pipelined commands are answered in order, and several messages share a session" {
    relayd_config
    relayd_start
    run -0 /usr/bin/python3 - "$SMTP_PORT" <<'END'
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
f = s.makefile("rb")
def reply():
    while True:
        line = f.readline()
        if line[3:4] != b"-":
            return line.decode().strip()
print(reply())
s.sendall(b"EHLO c.test\r\n"); print(reply())
one = b"MAIL FROM:<a@remote.test>\r\nRCPT TO:<b@dest.test>\r\nRCPT TO:<c@elsewhere.test>\r\nDATA\r\n"
for n in range(3):
    s.sendall(one)
    print([reply()[:3] for _ in range(4)])
    s.sendall(b"Subject: %d\r\n\r\nbody\r\n.\r\n" % n + (b"NOOP\r\n" * 50 if n == 2 else b""))
    print(reply()[:9])
print({reply() for _ in range(50)})
s.sendall(b"QUIT\r\n"); print(reply()[:3])
END
    [[ $output == *"['250', '250', '554', '354']"* ]]
    [ "$(grep -c '250 2.0.0' <<<"$output")" -ge 3 ]
    [ "$(stored)" -eq 3 ]
}

@test "BDAT: chunks make one message, and their octets are never commands" {
    relayd_config
    relayd_start
    converse "$SMTP_PORT" <<'END'
S: 220 *
C: EHLO client.test
S: 250 *
C: MAIL FROM:<alice@remote.test> BODY=BINARYMIME
S: 250 *
C: RCPT TO:<bob@dest.test>
S: 250 *
C\ BDAT 14\r\nSubject: x\r\n\r\n
S: 250 *
C\ BDAT 8 LAST\r\nQUIT\n\r.\n
S: 250 2.0.0 queued as *
C: BDAT 99999999999999999999
S: 5?? *
END
    [ "$(stored)" -eq 1 ]
    stored_has 'QUIT'
}

@test "real clients: swaks plain and STARTTLS, curl with SMTPS, openssl" {
    relayd_config
    relayd_start
    send_mail --to bob@dest.test
    send_mail --to bob@dest.test --tls
    printf 'From: a@remote.test\r\n\r\nhi\r\n' |
        curl -sS --cacert "$RELAY/cert.pem" "smtps://localhost:$TLS_PORT" \
            --mail-from a@remote.test --mail-rcpt bob@dest.test --upload-file -
    printf 'EHLO c.test\nQUIT\n' | openssl s_client -quiet -crlf -starttls smtp \
        -connect "127.0.0.1:$SMTP_PORT" 2>/dev/null | grep -q '^250'
    [ "$(stored)" -eq 3 ]
    logged 'message-accepted .*tls=TLSv1.3'
    stored_has 'with ESMTPS'
}

@test "DSN, SMTPUTF8 and SIZE parameters are kept with the message" {
    relayd_config
    relayd_start
    converse "$SMTP_PORT" <<'END'
S: 220 *
C: EHLO client.test
S: 250 *
C: MAIL FROM:<alice@remote.test> RET=HDRS ENVID=QQ314159 SIZE=100 SMTPUTF8
S: 250 *
C: RCPT TO:<bøb@dest.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;bob@dest.test
S: 250 *
C: DATA
S: 354 *
C: Subject: x
C:
C: .
S: 250 *
C: MAIL FROM:<alice@remote.test> SIZE=999999999
S: 552 5.3.4 *
END
    stored_has QQ314159
    stored_has 'rfc822;bob@dest.test'
    stored_has 'UTF8SMTP'
}

# -- who may relay ------------------------------------------------------------------------

@test "a stranger reaches served domains only, in every classic form of asking" {
    relayd_config
    relayd_start
    for address in '<victim@elsewhere.test>' '<victim%elsewhere.test@dest.test>' \
        '<victim@elsewhere.test@dest.test>' '<"victim@elsewhere.test"@dest.test>' \
        '<"victim%elsewhere.test"@dest.test>' '<elsewhere.test!victim@dest.test>' \
        '<dest.test!victim@elsewhere.test>' '<@dest.test:victim@elsewhere.test>' \
        '<@elsewhere.test:victim@dest.test>' '<@dest.test,@elsewhere.test:victim@dest.test>' \
        '<"victim@elsewhere.test">' '<victim%elsewhere.test>' '<elsewhere.test!victim>' \
        '<victim@[192.0.2.1]>' '<victim@[IPv6:2001:db8::1]>' '<victim%elsewhere.test@[127.0.0.1]>' \
        '<victim@dest.test.elsewhere.test>' '<victim@sub.dest.test>' '<victim>' \
        'victim@elsewhere.test' '<victim@elsewhere.test> <bob@dest.test>' \
        '<postmaster@elsewhere.test>' '<victim%elsewhere.test@list.test>'; do
        reply=$(to "$address")
        echo "$address: $reply"
        [[ $reply == 5??\ * ]]
    done
    for address in '<bob@dest.test>' '<bob@DEST.TEST>' '<bob@list.test>' '<Bob@list.test>' \
        '<postmaster>' '<Postmaster@list.test>'; do
        reply=$(to "$address")
        echo "$address: $reply"
        [[ $reply == "250 2.1.5 "* ]]
    done
    [[ $(to '<nobody@list.test>') == "550 5.1.1 "* ]]
    logged 'recipient-refused client=127.0.0.1 .*recipient=nobody@list.test'
}

@test "neighbours in relay-from may send to everybody" {
    LISTENER_LINES='relay-from = 127.0.0.0/8' relayd_config
    relayd_start
    [[ $(to '<victim@elsewhere.test>') == "250 "* ]]
}

@test "our domains as sender are refused from outside when that is set" {
    LISTENER_LINES='own-sender = refuse' relayd_config
    relayd_start
    run -23 send_mail --from ceo@dest.test --to bob@dest.test
    [[ $output == *'550 5.7.1'* ]]
    send_mail --to bob@dest.test
}

@test "on-relay = delay lets strangers wait for their refusal" {
    LISTENER_LINES='on-relay = delay' relayd_config 'tarpit = 2s'
    relayd_start
    begin=$(date +%s%N)
    [[ $(to '<victim@elsewhere.test>') == "554 5.7.1"* ]]
    [ $(($(date +%s%N) - begin)) -ge 1900000000 ]
}

@test "a domain with verify = probe asks its backend, and remembers the answer" {
    relayd_config
    backend=$(free_port)
    cat >"$TMP/backend.py" <<'END'
import socketserver, sys
class Backend(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 backend\r\n")
        for line in self.rfile:
            print(line.decode().strip(), flush=True)
            if line.startswith(b"RCPT") and b"known@" not in line:
                self.wfile.write(b"550 5.1.1 who?\r\n")
            elif line.startswith(b"EHLO"):
                self.wfile.write(b"250 backend\r\n")
            else:
                self.wfile.write(b"250 ok\r\n")
            if line.startswith(b"QUIT"):
                return
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
Server(("127.0.0.1", int(sys.argv[1])), Backend).serve_forever()
END
    printf 'name,verify\nprobe.test,probe\ndown.test,probe\n' |
        sponts --config "$CONF" import domains -
    printf 'pattern,host,port,tls\nprobe.test,127.0.0.1,%s,none\ndown.test,127.0.0.1,%s,none\n' \
        "$backend" "$(free_port)" | sponts --config "$CONF" import routes -
    start backend /usr/bin/python3 "$TMP/backend.py" "$backend"
    wait_for 10 listens "$backend"
    relayd_start
    [[ $(to '<known@probe.test>') == "250 "* ]]
    [[ $(to '<nobody@probe.test>') == "550 5.1.1"* ]]
    [[ $(to '<known@probe.test>') == "250 "* ]]
    [ "$(grep -c 'RCPT TO:<known@' "$TMP/backend.out")" -eq 1 ]
    [[ $(to '<known@down.test>') == "451 4.4.1"* ]]
    logged 'probe-failed recipient=known@down.test'
}

# -- logins -------------------------------------------------------------------------------

@test "submission: nothing before login, nothing of a login before TLS" {
    relayd_config
    add_user carol secret
    relayd_start
    converse "$SUBMISSION_PORT" <<'END'
S: 220 *
C: EHLO client.test
S: 250 *
C: MAIL FROM:<carol@dest.test>
S: 530 5.7.0 *
C: AUTH PLAIN AGNhcm9sAHNlY3JldA==
S: 5?? *
END
    # Logins are not even offered in the clear.
    run ! grep -q '^250.AUTH' "$TMP/heard"
}

@test "PLAIN, LOGIN and SCRAM-SHA-256 against the users table" {
    relayd_config
    add_user carol secret
    relayd_start
    TO=$SUBMISSION_PORT
    for mechanism in PLAIN LOGIN; do
        send_mail --tls --to any@elsewhere.test \
            --auth "$mechanism" --auth-user carol --auth-password secret
        run -28 send_mail --tls --to any@elsewhere.test \
            --auth "$mechanism" --auth-user carol --auth-password wrong
        [[ $output == *'535 5.7.8'* ]]
    done
    run -28 send_mail --tls --to any@elsewhere.test \
        --auth PLAIN --auth-user nobody --auth-password secret
    /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/scram.py" "$SUBMISSION_PORT" carol secret
    run -1 /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/scram.py" "$SUBMISSION_PORT" carol wrong
    run -1 /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/scram.py" "$SUBMISSION_PORT" nobody x
    logged 'login-accepted client=127.0.0.1 user=carol mechanism=SCRAM-SHA-256'
    logged 'login-refused client=127.0.0.1 user=carol mechanism=LOGIN'
    logged 'login-refused client=127.0.0.1 user=nobody .*reason="no such user"'
    stored_has 'with ESMTPSA'
    run ! grep -q secret "$TMP/relayd.log"
}

@test "three wrong passwords end the session" {
    SUBMISSION_LINES='auth-without-tls = yes' relayd_config
    add_user carol secret
    relayd_start
    converse "$SUBMISSION_PORT" <<'END'
S: 220 *
C: EHLO client.test
S: 250 *
C: AUTH PLAIN AGNhcm9sAHdyb25n
S: 535 *
C: AUTH PLAIN AGNhcm9sAHdyb25n
S: 535 *
C: AUTH PLAIN AGNhcm9sAHdyb25n
S: 421 4.7.0 *
END
}

@test "logins are checked at the backend, over TLS, when that is set" {
    relayd_config
    add_user carol secret
    front=$(free_port)
    mkdir -p "$RELAY/spool2"
    cat >"$TMP/front.conf" <<END
[general]
hostname = front.test
spool = $RELAY/spool2
database = $RELAY/sponts.db
run-directory = $RELAY/run
[tls]
certificate = $RELAY/cert.pem $RELAY/key.pem
[listener in]
address = 127.0.0.1:$front
auth = backend
auth-backend = localhost:$SUBMISSION_PORT
auth-backend-ca = $RELAY/cert.pem
[queue]
free-space = 0
END
    relayd_start
    start front smtp-relayd --config "$TMP/front.conf"
    wait_for 10 listens "$front"
    swaks --server "127.0.0.1:$front" --from a@remote.test --to any@elsewhere.test --tls \
        --auth PLAIN --auth-user carol --auth-password secret
    run -28 swaks --server "127.0.0.1:$front" --from a@remote.test --to any@elsewhere.test \
        --tls --auth PLAIN --auth-user carol --auth-password wrong
    [[ $output == *'535 5.7.8'* ]]

    kill "$RELAYD_PID"
    wait_for 10 gone "$RELAYD_PID"
    run -28 swaks --server "127.0.0.1:$front" --from a@remote.test --to any@elsewhere.test \
        --tls --auth PLAIN --auth-user carol --auth-password secret
    [[ $output == *'454 4.7.0'* ]]
    grep -q 'login-unavailable client=127.0.0.1' "$TMP/front.log"
}

# -- hostile clients ----------------------------------------------------------------------

# Each body would, somewhere, end early and let the rest run as commands.
@test "smuggled ends of data end nothing, and what follows is never a command" {
    relayd_config
    relayd_start
    for end in '\n.\n' '\n.\r\n' '\r.\r' '\r\n.\n' '\r\n.\r' '\n.\r' '\r.\r\n' '\r\n\0.\r\n' \
        '\r\n..\r\n' '\r\r\n.\r\r\n' '\r\n.\r\r\n'; do
        before=$(stored)
        printf 'EHLO c.test\r\nMAIL FROM:<a@remote.test>\r\nRCPT TO:<bob@dest.test>\r\nDATA\r\nSubject: x\r\n\r\nfirst%bMAIL FROM:<evil@remote.test>\r\nRCPT TO:<bob@dest.test>\r\nDATA\r\nSubject: smuggled\r\n\r\nsecond\r\n.\r\nQUIT\r\n' \
            "$end" | speak "$SMTP_PORT" >"$TMP/said"
        echo "end $end:" && cat "$TMP/said"
        [ "$(grep -c '^354' "$TMP/said")" -eq 1 ]
        [ $(($(stored) - before)) -le 1 ]
        run ! grep -q 'evil' "$TMP/relayd.log"
    done
}

@test "normalise: bare newlines become CRLF and still end nothing" {
    relayd_config 'stray-newline = normalise'
    relayd_start
    printf 'EHLO c.test\r\nMAIL FROM:<a@remote.test>\r\nRCPT TO:<bob@dest.test>\r\nDATA\r\nSubject: x\n\nfirst\n.\nsecond\r\n.\r\nQUIT\r\n' |
        speak "$SMTP_PORT" | grep -q '^250 2.0.0 queued'
    stored_has $'first\r\n.\r\nsecond\r\n'
}

@test "what is sent in the clear behind STARTTLS is refused, never used" {
    relayd_config
    relayd_start
    printf 'EHLO c.test\r\nSTARTTLS\r\nMAIL FROM:<evil@remote.test>\r\nRCPT TO:<bob@dest.test>\r\n' |
        speak "$SMTP_PORT" >"$TMP/said"
    run ! grep -q '^250 2.1' "$TMP/said"
    run -0 /usr/bin/python3 - "$SMTP_PORT" <<'END'
import socket, ssl, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.recv(4096); s.sendall(b"EHLO early.test\r\n"); s.recv(4096)
s.sendall(b"MAIL FROM:<early@remote.test>\r\n"); s.recv(4096)
s.sendall(b"RSET\r\n"); s.recv(4096)
s.sendall(b"STARTTLS\r\n"); assert s.recv(4096).startswith(b"220")
c = ssl._create_unverified_context().wrap_socket(s)
c.sendall(b"MAIL FROM:<a@remote.test>\r\n")
print(c.recv(4096).decode())
END
    [[ $output == 503* ]]    # EHLO in the clear is forgotten
}

@test "a browser is sent away, and so is whoever makes nothing but errors" {
    relayd_config
    relayd_start
    printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' | speak "$SMTP_PORT" >"$TMP/said"
    [ "$(wc -l <"$TMP/said")" -le 2 ]
    for _ in {1..30}; do printf 'RCPT TO:<x>\r\n'; done |
        speak "$SMTP_PORT" >"$TMP/said"
    [[ $(tail -n 1 "$TMP/said") == 421* ]]
}

# -- limits -------------------------------------------------------------------------------

@test "connections of one client beyond the limit get 421" {
    PER_CLIENT=2 relayd_config
    relayd_start
    exec {a}<>"/dev/tcp/127.0.0.1/$SMTP_PORT" {b}<>"/dev/tcp/127.0.0.1/$SMTP_PORT"
    read -r _ <&"$a"
    read -r _ <&"$b"
    run -0 speak "$SMTP_PORT" </dev/null
    [[ $output == 421\ 4.7.0* ]]
    logged 'client-refused client=127.0.0.1'
    exec {a}<&- {b}<&-
}

@test "messages of one client beyond the rate get 421" {
    relayd_config 'messages-per-client-minute = 2'
    relayd_start
    send_mail --to bob@dest.test
    send_mail --to bob@dest.test
    # The minute may turn in between: then the third goes through and the fourth does not.
    run send_mail --to bob@dest.test
    [ "$status" -ne 0 ] || { send_mail --to bob@dest.test; run -23 send_mail --to bob@dest.test; }
    [[ $output == *'421 4.7.0'* ]]
}

@test "an idle client is told and sent away; one in the middle of a message too" {
    relayd_config 'idle-timeout = 1s'
    relayd_start
    run -0 speak "$SMTP_PORT" < <(sleep 4)
    [[ $output == *'421 4.4.2'* ]]
    run -0 speak "$SMTP_PORT" < <(printf 'EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<bob@dest.test>\r\nDATA\r\nhalf'; sleep 4)
    [[ $output == *'421 4.4.2'* ]]
    [ "$(stored)" -eq 0 ]
    logged 'session-ended .*reason=timeout'
}

@test "a client that drips bytes does not hold us beyond message-timeout" {
    relayd_config 'message-timeout = 1s' 'min-rate = 1000'
    relayd_start
    drip() {
        printf 'EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<bob@dest.test>\r\nDATA\r\n'
        for _ in {1..30}; do
            printf x
            pause
            pause
            pause
            pause
        done
    }
    run -0 speak "$SMTP_PORT" < <(drip)
    [[ $output == *'421 4.4.2'* ]]
}

@test "too little space: 452 before DATA, and mail again when there is room" {
    FREE_SPACE=100000G relayd_config
    relayd_start
    run -23 send_mail --to bob@dest.test
    [[ $output == *'452 4.3.1'* ]]
    logged 'no-space'
}

@test "a message beyond the size limit is refused and read to its end" {
    relayd_config 'message-size = 100k'
    relayd_start
    run -0 /usr/bin/python3 - "$SMTP_PORT" <<'END'
import smtplib, sys
s = smtplib.SMTP("127.0.0.1", int(sys.argv[1]))
s.ehlo(); s.mail("a@remote.test"); s.rcpt("bob@dest.test")
print(s.data(b"Subject: x\r\n\r\n" + b"x" * 70 + b"\r\n" + (b"y" * 98 + b"\r\n") * 3000))
print(s.noop())
END
    [[ $output == *"(552,"*"(250,"* ]]
    [ "$(stored)" -eq 0 ]
}

# -- trusted hosts ------------------------------------------------------------------------

@test "XCLIENT and PROXY name the client, from trusted hosts only" {
    LISTENER_LINES='trust-xclient = 127.0.0.1' relayd_config
    proxied=$(free_port)
    printf '[listener proxied]\naddress = 127.0.0.1:%s\ntrust-proxy = 127.0.0.0/8\n' "$proxied" >>"$CONF"
    relayd_start
    converse "$SMTP_PORT" <<'END'
S: 220 *
C: EHLO front.test
S: 250 *
C: XCLIENT NAME=real.test ADDR=192.0.2.77 HELO=real.test
S: 220 *
C: EHLO real.test
S: 250 *
C: MAIL FROM:<alice@remote.test>
S: 250 *
C: RCPT TO:<bob@dest.test>
S: 250 *
C: DATA
S: 354 *
C: x: y
C:
C: .
S: 250 *
END
    logged 'message-accepted .*client=192.0.2.77'
    stored_has '(real.test [192.0.2.77])'

    printf 'PROXY TCP4 192.0.2.88 127.0.0.1 4711 25\r\nEHLO c.test\r\nMAIL FROM:<a@remote.test>\r\nRCPT TO:<x@elsewhere.test>\r\nQUIT\r\n' |
        speak "$proxied" | grep -q '^554'
    logged 'recipient-refused client=192.0.2.88'
    printf 'EHLO c.test\r\nQUIT\r\n' | speak "$proxied" >"$TMP/said"
    [ ! -s "$TMP/said" ]
    logged 'proxy-header-refused peer=127.0.0.1'
    # Others may not: the word is unknown there, and a PROXY line no command.
    printf 'EHLO c.test\r\nXCLIENT ADDR=192.0.2.99\r\nQUIT\r\n' | speak "$SUBMISSION_PORT" |
        grep -q '^5'
    run ! grep -q 192.0.2.99 "$TMP/relayd.log"
}

@test "PROXY in front of implicit TLS" {
    relayd_config
    sed -i '/^\[listener smtps\]/a trust-proxy = 127.0.0.0/8' "$CONF"
    relayd_start
    run -0 /usr/bin/python3 - "$TLS_PORT" <<'END'
import socket, ssl, sys
for header in (b"PROXY TCP4 192.0.2.88 127.0.0.1 4711 25\r\n",
               b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes([192, 0, 2, 89, 127, 0, 0, 1, 1, 2, 0, 25])):
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    s.sendall(header)
    c = ssl._create_unverified_context().wrap_socket(s)
    print(c.recv(100).decode())
    c.sendall(b"QUIT\r\n"); c.recv(100); c.close()
END
    [ "$(grep -c '^220 gw.test' <<<"$output")" -eq 2 ]
    wait_for 5 logged 'session-ended client=192.0.2.88'
    wait_for 5 logged 'session-ended client=192.0.2.89'
}

# -- running ------------------------------------------------------------------------------

@test "SIGTERM: a message under way is taken, others are told to come back" {
    relayd_config
    relayd_start
    exec {busy}<>"/dev/tcp/127.0.0.1/$SMTP_PORT" {idle}<>"/dev/tcp/127.0.0.1/$SMTP_PORT"
    printf 'EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<bob@dest.test>\r\nDATA\r\nSubject: late\r\n\r\n' >&"$busy"
    until read -r line <&"$busy" && [[ $line == 354* ]]; do :; done
    read -r _ <&"$idle"
    kill -TERM "$RELAYD_PID"
    read -r line <&"$idle"
    [[ $line == '421 4.3.2'* ]]
    wait_for 5 refuses "$SMTP_PORT"
    printf 'done\r\n.\r\n' >&"$busy"
    read -r line <&"$busy"
    [[ $line == '250 2.0.0'* ]]
    read -r line <&"$busy"
    [[ $line == '421 4.3.2'* ]]
    wait_for 10 gone "$RELAYD_PID"
    [ "$(stored)" -eq 1 ]
    logged 'stopped abandoned=0'
}

refuses() { ! listens "$1"; }
gone() { ! kill -0 "$1" 2>/dev/null; }

@test "SIGHUP: new sessions get the new settings, a bad configuration changes nothing" {
    relayd_config
    relayd_start
    [[ $(to '<x@elsewhere.test>') == 554* ]]
    sed -i '/^\[listener in\]/a relay-from = 127.0.0.1' "$CONF"
    kill -HUP "$RELAYD_PID"
    wait_for 5 logged ' reloaded '
    [[ $(to '<x@elsewhere.test>') == 250* ]]
    echo 'nonsense = yes' >>"$CONF"
    kill -HUP "$RELAYD_PID"
    wait_for 5 logged 'reload-failed .*nonsense'
    [[ $(to '<x@elsewhere.test>') == 250* ]]
}

@test "inetd: one session on descriptor 0, then it ends" {
    relayd_config
    port=$(free_port)
    start inetd socat "TCP-LISTEN:$port,bind=127.0.0.1,fork,reuseaddr" \
        "EXEC:smtp-relayd --config $CONF,nofork=0"
    wait_for 5 listens "$port"
    one_message | converse "$port"
    [ "$(stored)" -eq 1 ]
}

@test "sockets passed in are served with the settings of their names" {
    relayd_config
    start activated systemd-socket-activate -l "127.0.0.1:$SMTP_PORT" \
        --fdname=submission smtp-relayd --config "$CONF"
    wait_for 5 listens "$SMTP_PORT"
    run -23 send_mail --to bob@dest.test
    [[ $output == *'530 5.7.0'* ]]
}

@test "the command line: help, version, check, and one line with the right status" {
    relayd_config
    smtp-relayd --help | grep -q -- --config
    [[ $(smtp-relayd --version) == "smtp-relayd "* ]]
    smtp-relayd --config "$CONF" --check
    smtp-relayd --config "$CONF" --dump-config | grep -q 'hostname = gw.test'
    run -64 --separate-stderr smtp-relayd --frobnicate
    [ "${#stderr_lines[@]}" -eq 1 ]
    run -78 --separate-stderr smtp-relayd --config /nonexistent
    [ "${#stderr_lines[@]}" -eq 1 ]
    rm -rf "$RELAY/spool"
    run -78 --separate-stderr smtp-relayd --config "$CONF"
    [ "${#stderr_lines[@]}" -eq 1 ]
}

@test "without a database: 451, a clear log line, and all is well when it is back" {
    relayd_config
    mv "$RELAY/sponts.db" "$RELAY/away"
    relayd_start
    [[ $(to '<bob@dest.test>') == "451 4.3.0"* ]]
    logged 'directory-unavailable error='
    mv "$RELAY/away" "$RELAY/sponts.db"
    accepted() { [[ $(to '<bob@dest.test>') == "250 "* ]]; }
    wait_for 5 accepted
}

# -- crashes and crowds -------------------------------------------------------------------

# bats test_tags=crash
@test "killed at any step between 354 and 250: 250 implies stored" {
    relayd_config
    for step in pwritev:when=1 pwritev:when=3 pwritev:when=4 fdatasync:when=1 \
        fdatasync:when=2 link:when=1 write:when=6 sendmsg:when=6 sendmsg:when=7; do
        echo "killed at $step"
        rm -rf "$RELAY/spool" && mkdir "$RELAY/spool"
        SMTP_PORT=$(free_port)
        sed -i "/^\[listener in\]/{n;s/.*/address = 127.0.0.1:$SMTP_PORT/}" "$CONF"
        relayd_start strace -D -f -qq -o /dev/null -e "trace=${step%:*}" \
            -e "inject=${step%:*}:signal=KILL:${step#*:}"
        one_message | converse "$SMTP_PORT" 2>/dev/null || true
        if grep -q '^250 2.0.0' "$TMP/heard"; then
            [ "$(stored)" -eq 1 ]
            stored_has $'\r\n.the last line starts with a dot\r\n'
        fi
        kill -TERM "$RELAYD_PID" 2>/dev/null || true
        wait_for 20 gone "$RELAYD_PID"
    done
}

@test "the disk fails while a message comes in: 451, a log line, and nothing half-written" {
    relayd_config
    relayd_start strace -D -f -qq -o /dev/null -e trace=fdatasync \
        -e inject=fdatasync:error=EIO:when=1+
    run -26 send_mail --to bob@dest.test
    [[ $output == *'451 4.3.0'* ]]
    logged 'message-not-stored .*error='
}

# bats test_tags=slow
@test "a thousand clients, each with a large message at once: all stored in bounded memory" {
    relayd_config
    relayd_start
    size=${FLOOD_MB:-2}
    run -0 /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/flood.py" "$SMTP_PORT" 1000 "$size"
    echo "$output"
    [ "$output" = "1000 accepted" ]
    peak=$(sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$RELAYD_PID/status")
    echo "peak memory: $peak kB"
    [ "$peak" -lt 204800 ]
}
