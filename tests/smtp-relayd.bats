#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# smtp-relayd(8): what it says, whom it lets send what, and from when on a message is ours.

bats_require_minimum_version 1.5.0

load helpers/relayd

setup() { sponts_setup; }
teardown() { sponts_teardown; }

# -- helpers ------------------------------------------------------------------------------

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
    stored_has "with ESMTP id $id"
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
    logged 'sender-refused client=127.0.0.1 .*reply="452 4.3.1'
}

@test "a message beyond the size limit is refused and read to its end" {
    relayd_config 'message-size = 100k'
    relayd_start
    run -0 /usr/bin/python3 - "$SMTP_PORT" <<'END'
import smtplib, sys
s = smtplib.SMTP("127.0.0.1", int(sys.argv[1]))
s.ehlo(); s.mail("a@remote.test"); s.rcpt("bob@dest.test")
print(s.data(b"Subject: x\r\n\r\n" + b"x" * 70 + b"\r\n" + (b"y" * 98 + b"\r\n") * 1500))
print(s.noop())
END
    [[ $output == *"(552,"*"(250,"* ]]
    [ "$(stored)" -eq 0 ]
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

@test "a Unix socket is for whoever reaches it, and gone when the program is" {
    relayd_config
    mkdir "$TMP/door"
    printf '[listener local]\naddress = %s\n' "$TMP/door/smtp" >>"$CONF"
    relayd_start
    [ "$(stat -c %a "$TMP/door/smtp")" = 666 ]
    [[ $(socat -t 5 - "UNIX-CONNECT:$TMP/door/smtp" <<<$'QUIT\r') == '220 gw.test '* ]]
    kill -TERM "$RELAYD_PID"
    wait_for 10 gone "$RELAYD_PID"
    [ ! -e "$TMP/door/smtp" ]
}

@test "SIGHUP: new sessions get the new settings, a bad configuration changes nothing" {
    relayd_config
    relayd_start
    [[ $(to '<x@elsewhere.test>') == 554* ]]
    sed -i '/^\[listener in\]/a relay-from = 127.0.0.1' "$CONF"
    kill -HUP "$RELAYD_PID"
    wait_for 5 logged ' reloaded '
    [[ $(to '<x@elsewhere.test>') == 250* ]]
    run ! logged restart-needed
    sed -i 's/^hostname = .*/hostname = other.test/' "$CONF"
    kill -HUP "$RELAYD_PID"
    wait_for 5 logged ' restart-needed keys="\[general\] hostname"'
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

# In the way of inetd(8): the connection is standard error too.
inetd_with_errors() {
    start inetd socat "TCP-LISTEN:$1,bind=127.0.0.1,fork,reuseaddr" \
        "EXEC:smtp-relayd --config $2,nofork=0,stderr"
    wait_for 5 bound "$1"
}

@test "inetd: the client hears SMTP and not a line of the log" {
    relayd_config '[log]' 'level = debug'
    port=$(free_port)
    inetd_with_errors "$port" "$CONF"
    one_message >"$TMP/dialogue"
    converse "$port" <"$TMP/dialogue"
    speak "$port" <<<$'NOOP\r\nQUIT\r' >"$TMP/heard"
    grep -q '^221 ' "$TMP/heard"
    run ! grep -vE '^[2-5][0-9][0-9][ -]' "$TMP/heard"
    [ "$(stored)" -eq 1 ]
}

@test "inetd: why it cannot start is nothing for the client" {
    port=$(free_port)
    inetd_with_errors "$port" "$TMP/missing.conf"
    run speak "$port" </dev/null
    [ -z "$output" ]
}

@test "sockets passed in are served with the settings of their names" {
    relayd_config
    start activated systemd-socket-activate -l "127.0.0.1:$SMTP_PORT" \
        --fdname=submission smtp-relayd --config "$CONF"
    wait_for 5 listens "$SMTP_PORT"
    run -23 send_mail --to bob@dest.test
    [[ $output == *'530 5.7.0'* ]]
}

@test "one connection passed in is served as --listener says" {
    relayd_config
    start activated systemd-socket-activate --accept -l "127.0.0.1:$SMTP_PORT" \
        --fdname=connection smtp-relayd --config "$CONF" --listener submission
    wait_for 5 bound "$SMTP_PORT"
    run -23 send_mail --to bob@dest.test
    [[ $output == *'530 5.7.0'* ]]
}

@test "the command line: help, version, check, and one line with the right status" {
    relayd_config
    smtp-relayd --help | grep -q -- --config
    [[ $(smtp-relayd --version) == "smtp-relayd "* ]]
    smtp-relayd --config "$CONF" --check
    run -78 smtp-relayd --config "$CONF" --check --listener nosuch
    run -64 smtp-relayd --config "$CONF" --check --listen foo
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
    logged '(sender|recipient)-refused client=127.0.0.1 .*reply="451 4.3.0'
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

@test "the disk fails while a message comes in: 451, a log line, nothing half-written" {
    relayd_config
    relayd_start strace -D -f -qq -o /dev/null -e trace=fdatasync \
        -e inject=fdatasync:error=EIO:when=1+
    run -26 send_mail --to bob@dest.test
    [[ $output == *'451 4.3.0'* ]]
    logged 'message-not-stored .*error='
}

@test "the disk fills up while a message comes in: 452, read to its end, nothing stays" {
    relayd_config
    relayd_start strace -D -f -qq -o /dev/null -e trace=pwritev,pwrite64,write \
        -e inject=pwritev:error=ENOSPC:when=1+
    head -c 3000000 /dev/zero | tr '\0' x | fold -w 70 >"$TMP/large"
    for body in small "@$TMP/large"; do
        run -26 send_mail --to bob@dest.test --body "$body"
        [[ $output == *'452 4.3.1'* ]]
    done
    logged 'No space left on device'
    [ "$(stored)" -eq 0 ]
    [ -z "$(find "$RELAY/spool/log/incoming" -type f -size +100k)" ]
}

# bats test_tags=slow,plain
@test "a thousand clients, each with a large message at once: all stored in bounded memory" {
    relayd_config
    relayd_start
    size=${FLOOD_MB:-1}
    run -0 /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/flood.py" "$SMTP_PORT" 1000 "$size"
    echo "$output"
    [ "$output" = "1000 accepted" ]
    peak=$(sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$RELAYD_PID/status")
    echo "peak memory: $peak kB"
    [ "$peak" -lt 204800 ]
}
