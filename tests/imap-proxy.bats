#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# imap-proxy(8) as a program: where connections come from, certificates, limits, signals.

setup() {
    load helpers/common
    load helpers/proxy
    proxy_setup
}
teardown() { sponts_teardown; }

in_front_of_dovecot() {
    mailbox_server one
    proxy_config imap-proxy "backend = 127.0.0.1:${PORT[one-imap]}" "backend-verify = none" "$@"
    proxy_start
}
# Where no backend is needed.
alone() {
    proxy_config imap-proxy "backend = 127.0.0.1:9" "backend-verify = none" "$@"
    proxy_start
}

@test "the command line: help, version, check, and one line with the right status" {
    proxy_config imap-proxy "backend = mail.test:143"
    imap-proxy --help | grep -q -- --listener
    [[ $(imap-proxy --version) == "imap-proxy "* ]]
    imap-proxy --config "$CONF" --check
    run -78 imap-proxy --config "$CONF" --check --listener nosuch
    run -64 imap-proxy --config "$CONF" --check --listen foo
    imap-proxy --config "$CONF" --dump-config | grep -q '^backend = mail.test:143'
    run -64 --separate-stderr imap-proxy --nonsense
    [ "${#stderr_lines[@]}" -eq 1 ]
    run -78 --separate-stderr imap-proxy --config "$TMP/missing.conf"
    [[ $stderr == "imap-proxy: "*missing.conf* ]]
    sed -i "s,^certificate = .*,certificate = $TMP/none.pem $TMP/none.key," "$CONF"
    run -78 --separate-stderr imap-proxy --config "$CONF" --check
    [[ $stderr == "imap-proxy: "*none.key* ]]
    sed -i -e "s,^certificate = .*,certificate = $PROXY/cert.pem $PROXY/key.pem," \
        -e 's/^program = .*/program = smtp-relayd/; /^backend/d; /^auth-w/d' "$CONF"
    run -78 --separate-stderr imap-proxy --config "$CONF" --listen 127.0.0.1:0
    [[ $stderr == *"no [listener] section for imap-proxy" ]]
}

@test "an address that is in use is one line and exit status 69" {
    proxy_config imap-proxy "backend = mail.test:143"
    start other socat "TCP-LISTEN:$PLAIN_PORT,bind=127.0.0.1" -
    wait_for 5 bound "$PLAIN_PORT"
    run -69 --separate-stderr imap-proxy --config "$CONF"
    [ "${#stderr_lines[@]}" -eq 1 ]
}

@test "inetd: one session on descriptor 0, and not a line of the log in it" {
    mailbox_server one
    proxy_config imap-proxy "backend = 127.0.0.1:${PORT[one-imap]}" "backend-verify = none"
    start inetd socat "TCP-LISTEN:$PLAIN_PORT,bind=127.0.0.1,fork,reuseaddr" \
        "EXEC:imap-proxy --config $CONF,nofork=0,stderr"
    wait_for 5 bound "$PLAIN_PORT"
    python "$PLAIN_PORT" <<'END'
import sys
from imap_talk import Talk
talk = Talk(int(sys.argv[1])).login("anna")
assert talk.command(b"a SELECT INBOX")[-1].startswith(b"a OK [READ-WRITE]")
talk.logout()
END
}

@test "sockets passed in are served with the settings of their names" {
    proxy_config imap-proxy "backend = 127.0.0.1:9" "backend-verify = none"
    start activated systemd-socket-activate -l "127.0.0.1:$TLS_PORT" --fdname=tls \
        imap-proxy --config "$CONF"
    wait_for 5 bound "$TLS_PORT"
    lines 'a LOGOUT' | timeout 10 openssl s_client -connect "127.0.0.1:$TLS_PORT" -quiet \
        -ign_eof 2>/dev/null | grep -q '^a OK LOGOUT completed'
}

@test "what is said before the login, without any backend" {
    alone
    lines 'a CAPABILITY' 'b NOOP' 'c ID ("name" "x")' 'd SELECT INBOX' 'e ENABLE CONDSTORE' \
        'f LOGIN anna secret' 'g LOGOUT' | speak "$PLAIN_PORT" >"$TMP/heard"
    [ "$(sed -n 1p "$TMP/heard")" = "* OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ID STARTTLS \
AUTH=PLAIN AUTH=LOGIN AUTH=XOAUTH2 AUTH=OAUTHBEARER AUTH=SCRAM-SHA-256 AUTH=SCRAM-SHA-1] ready" ]
    grep -qx 'b OK NOOP completed' "$TMP/heard"
    grep -qx '\* ID NIL' "$TMP/heard"
    grep -qx 'd BAD log in first' "$TMP/heard"
    grep -q '^f NO \[UNAVAILABLE\] ' "$TMP/heard"
    run ! grep -q 'refused\|127.0.0.1' "$TMP/heard"
    grep -qx 'g OK LOGOUT completed' "$TMP/heard"
    proxy_logged 'login-unavailable client=127.0.0.1 user=anna .* kind=down .*error=.*refused'
}

@test "no login in the clear unless the listener says so" {
    proxy_config imap-proxy "backend = 127.0.0.1:9" "backend-verify = none"
    sed -i '/^auth-without-tls/d' "$CONF"
    proxy_start
    lines 'a LOGIN anna secret' 'b AUTHENTICATE PLAIN YW5uYQBiZXJ0AHNlY3JldA==' 'c LOGOUT' |
        speak "$PLAIN_PORT" >"$TMP/heard"
    head -n 1 "$TMP/heard" | grep -q ' STARTTLS LOGINDISABLED\] ready'
    run ! grep -q AUTH= "$TMP/heard"
    [ "$(grep -c '^[ab] NO \[PRIVACYREQUIRED\] ' "$TMP/heard")" -eq 2 ]
    for login in LOGIN PLAIN; do
        proxy_logged "login-refused client=127.0.0.1 user=anna mechanism=$login listener=plain .*\
kind=refused by=(anna|bert) reason=\"TLS is required\"\$"
    done
    proxy_logged ' mechanism=PLAIN .*by=bert ' # who has authenticated, if for another
    run ! proxy_logged 'secret|c2VjcmV0|HNlY3JldA'
}

@test "without PLAIN and LOGIN no password passes, and the client hears why" {
    in_front_of_dovecot "login-mechanisms = SCRAM-SHA-256"
    lines 'a LOGIN anna secret' 'b AUTHENTICATE PLAIN AGFubmEAc2VjcmV0' 'c LOGOUT' |
        speak "$PLAIN_PORT" >"$TMP/heard"
    head -n 1 "$TMP/heard" | grep -q ' LOGINDISABLED AUTH=SCRAM-SHA-256\] ready'
    grep -qx 'a NO \[CANNOT\] passwords are not taken here, use AUTHENTICATE' "$TMP/heard"
    grep -qx 'b NO \[CANNOT\] unknown mechanism' "$TMP/heard"
    proxy_logged 'login-refused .* user=anna mechanism=LOGIN .*reason="passwords are not taken"$'
}

@test "STARTTLS: what was sent ahead of it ends the session, what was said before is forgotten" {
    in_front_of_dovecot "trust-xclient = 127.0.0.1"
    python "$PLAIN_PORT" "$PROXY/cert.pem" <<'END'
import sys
from imap_talk import Talk
port, ca = int(sys.argv[1]), sys.argv[2]
talk = Talk(port)
talk.send(b"a STARTTLS\r\nb LOGIN anna secret\r\n")
assert talk.line() == b"* BYE bytes sent ahead of TLS\r\n"
assert talk.line() == b""
talk = Talk(port)
assert talk.command(b'a ID ("x-originating-ip" "192.0.2.66")')[-1].startswith(b"a OK")
talk.starttls(ca)
assert talk.command(b"b STARTTLS")[-1].startswith(b"b BAD")
assert b"STARTTLS" not in talk.command(b"c CAPABILITY")[0]
talk.login("anna").logout()
END
    proxy_logged 'xclient .* client=192.0.2.66'
    proxy_logged 'login-accepted client=127.0.0.1 user=anna .*tls=TLSv1.3'
    proxy_logged 'session-ended .* reason=(errors|refused)'
}

@test "limits: connections of a client, sessions of a user, errors, commands, time" {
    in_front_of_dovecot "[imap-proxy]" "connections-per-client = 3" "connections-per-user = 2" \
        "errors = 3" "commands-without-login = 4" "login-timeout = 2s" "auth-failures = 2" \
        "login-delay = 0s"
    python "$PLAIN_PORT" <<'END'
import sys
from imap_talk import Talk
port = int(sys.argv[1])
one, two = Talk(port).login("anna"), Talk(port).login("anna")
three = Talk(port)
heard = three.command(b"a LOGIN Anna secret")  # the same, however it is written
assert heard[-1].startswith(b"a NO [LIMIT] "), heard
assert Talk(port).greeting.startswith(b"* BYE too many connections from your address")
assert three.command(b"b LOGIN bert secret")[-1].startswith(b"b OK")
three.logout()

three = Talk(port)
for number in range(3):
    heard = three.command(b"a XYZZY") if number < 2 else three.command(b"* XYZZY")
assert heard[-1] == b"* BYE too many errors\r\n", heard
assert three.line() == b""

three = Talk(port)
for number in range(4):
    three.command(b"a NOOP")
three.send(b"a NOOP\r\n")
assert three.line() == b"* BYE too many commands without login\r\n"

three = Talk(port)
three.command(b"a LOGIN anna wrong")
assert three.command(b"a LOGIN anna wrong")[-1].startswith(b"a NO [AUTHENTICATIONFAILED]")
assert three.line() == b"* BYE too many failed logins\r\n"

three = Talk(port)
three.send(b"a LOGIN anna {6")
assert three.line().startswith(b"* BYE too slow")
assert three.line() == b""
one.logout()
two.logout()
END
    proxy_logged 'client-refused client=127.0.0.1 .*limit=connections-per-client '
    proxy_logged 'login-refused client=127.0.0.1 user=Anna mechanism=LOGIN listener=plain .* kind=in-use'
    proxy_logged 'session-ended .* reason=timeout'
}

@test "a session in which nothing passes is told, and ended; IDLE with news goes on" {
    in_front_of_dovecot "[imap-proxy]" "idle-timeout = 2s"
    python "$PLAIN_PORT" <<'END'
import sys, time
from imap_talk import Talk
silent, busy = (Talk(int(sys.argv[1])).login("anna") for _ in range(2))
for _ in range(8):
    time.sleep(0.5)
    assert busy.command(b"a NOOP")[-1].startswith(b"a OK")
assert silent.line() == b"* BYE idle for too long\r\n"
assert silent.line() == b""
busy.logout()
END
    proxy_logged 'session-ended .* user=anna .* reason=timeout'
}

@test "behind PROXY, version 1 and 2, the client it names is counted and logged" {
    alone "trust-proxy = 127.0.0.0/8" "[imap-proxy]" "connections-per-client = 1"
    { printf 'PROXY TCP4 192.0.2.88 127.0.0.1 4711 143\r\n'; lines 'a LOGIN anna x' 'b LOGOUT'; } |
        speak "$PLAIN_PORT" | grep -q '^a NO \[UNAVAILABLE\]'
    proxy_logged 'login-unavailable client=192.0.2.88 '
    python "$PLAIN_PORT" <<'END'
import socket, struct, sys
def arrive(header):
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    s.sendall(header)
    return s, s.recv(4096)
def version2(address):
    return (b"\r\n\r\n\0\r\nQUIT\n\x21\x11" + struct.pack(">H", 12) +
            socket.inet_aton(address) + socket.inet_aton("127.0.0.1") + struct.pack(">HH", 1, 143))
one, said = arrive(version2("192.0.2.99"))
assert said.startswith(b"* OK"), said
two, said = arrive(version2("192.0.2.99"))
assert said.startswith(b"* BYE too many connections"), said
three, said = arrive(version2("192.0.2.100"))
assert said.startswith(b"* OK"), said
four, said = arrive(b"a CAPABILITY\r\n")
assert said == b"", said
END
    proxy_logged 'client-refused client=192.0.2.99'
    proxy_logged 'proxy-header-refused peer=127.0.0.1'
}

@test "SNI chooses between certificates; a session is resumed" {
    mkdir "$TMP/other"
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other.test \
        -addext 'subjectAltName=DNS:other.test' -keyout "$TMP/other/key.pem" \
        -out "$TMP/other/cert.pem" 2>/dev/null
    proxy_config imap-proxy "backend = 127.0.0.1:9" "backend-verify = none"
    sed -i "/^certificate/a certificate = $TMP/other/cert.pem $TMP/other/key.pem" "$CONF"
    proxy_start
    shown() { openssl s_client -connect "127.0.0.1:$1" "${@:2}" </dev/null 2>/dev/null | openssl x509 -noout -subject; }
    [[ $(shown "$TLS_PORT" -servername other.test) == *other.test ]]
    [[ $(shown "$TLS_PORT" -servername localhost) == *localhost ]]
    [[ $(shown "$PLAIN_PORT" -starttls imap -servername other.test) == *other.test ]]
    for version in -tls1_2 -tls1_3; do
        lines 'a LOGOUT' | openssl s_client -connect "127.0.0.1:$TLS_PORT" "$version" -ign_eof \
            -sess_out "$TMP/session" >/dev/null 2>&1
        lines 'a LOGOUT' | openssl s_client -connect "127.0.0.1:$TLS_PORT" "$version" -ign_eof \
            -sess_in "$TMP/session" 2>/dev/null | grep -q '^Reused, '
    done
    run ! openssl s_client -connect "127.0.0.1:$TLS_PORT" -tls1_1 </dev/null
}

@test "SIGHUP: a new certificate for new sessions, no old session is dropped" {
    in_front_of_dovecot
    start old /usr/bin/python3 -c '
import sys
from imap_talk import Talk
talk = Talk(int(sys.argv[1]), tls=sys.argv[2]).login("anna")
print("in", flush=True)
sys.stdin.readline()
assert talk.command(b"a SELECT INBOX")[-1].startswith(b"a OK")
talk.logout()
print("out", flush=True)' "$TLS_PORT" "$PROXY/cert.pem" < <(wait_for 20 test -e "$TMP/go"; echo)
    wait_for 10 grep -q in "$TMP/old.out"
    cp "$PROXY/cert.pem" "$TMP/first.pem"
    self_signed "$PROXY"
    kill -HUP "$PROXY_PID"
    wait_for 5 proxy_logged ' reloaded '
    curl -sS --cacert "$PROXY/cert.pem" -u anna:secret "imaps://localhost:$TLS_PORT/" >/dev/null
    run ! curl -sS --cacert "$TMP/first.pem" -u anna:secret "imaps://localhost:$TLS_PORT/"
    run ! proxy_logged restart-needed
    cat >>"$CONF" <<END
[log]
level = notice
[listener new]
program = imap-proxy
END
    kill -HUP "$PROXY_PID"
    wait_for 5 proxy_logged ' restart-needed keys="\[log\] level, \[listener new\]"'
    echo 'nonsense = yes' >>"$CONF"
    kill -HUP "$PROXY_PID"
    wait_for 5 proxy_logged 'reload-failed .*nonsense'
    curl -sS --cacert "$PROXY/cert.pem" -u anna:secret "imaps://localhost:$TLS_PORT/" >/dev/null
    touch "$TMP/go"
    wait_for 10 grep -q out "$TMP/old.out"
}

@test "SIGTERM: who has not logged in is told to go, who has is told when time is over" {
    mailbox_server one
    proxy_config imap-proxy "backend = 127.0.0.1:${PORT[one-imap]}" "backend-verify = none"
    sed -i 's/^drain-timeout.*/drain-timeout = 2s/' "$CONF"
    proxy_start
    python "$PLAIN_PORT" "$PROXY_PID" <<'END'
import os, signal, sys, time
from imap_talk import Talk
port = int(sys.argv[1])
outside, inside = Talk(port), Talk(port).login("anna")
os.kill(int(sys.argv[2]), signal.SIGTERM)
began = time.monotonic()
assert outside.line().startswith(b"* BYE shutting down")
assert time.monotonic() - began < 1.5
assert inside.command(b"a NOOP")[-1].startswith(b"a OK")
assert inside.line().startswith(b"* BYE shutting down")
assert inside.line() == b""
END
    wait_for 10 gone "$PROXY_PID"
    proxy_logged 'session-ended .* reason=shutdown'
}

@test "without a database: UNAVAILABLE, a clear log line, and all is well when it is back" {
    in_front_of_dovecot
    mv "$PROXY/sponts.db" "$PROXY/away"
    login() { lines 'a LOGIN anna secret' 'b LOGOUT' | speak "$PLAIN_PORT"; }
    wait_for 10 eval 'login | grep -q "^a NO .UNAVAILABLE"'
    proxy_logged 'login-unavailable .* kind=unavailable .*error=.*sponts.db'
    mv "$PROXY/away" "$PROXY/sponts.db"
    wait_for 10 eval 'login | grep -q "^a OK"'
}
