#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# pop-proxy(8) as a program: where connections come from, certificates, limits, signals.

setup() {
    load helpers/common
    load helpers/proxy
    proxy_setup
}
teardown() { sponts_teardown; }

in_front_of_dovecot() {
    mailbox_server one
    proxy_config pop-proxy "backend = 127.0.0.1:${PORT[one-pop3]}" "backend-verify = none" "$@"
    proxy_start
}
# Where no backend is needed.
alone() {
    proxy_config pop-proxy "backend = 127.0.0.1:9" "backend-verify = none" "$@"
    proxy_start
}

@test "the command line: help, version, check, and one line with the right status" {
    proxy_config pop-proxy "backend = mail.test:110"
    pop-proxy --help | grep -q -- --listener
    [[ $(pop-proxy --version) == "pop-proxy "* ]]
    pop-proxy --config "$CONF" --check
    run -78 pop-proxy --config "$CONF" --check --listener nosuch
    run -64 pop-proxy --config "$CONF" --check --listen foo
    pop-proxy --config "$CONF" --dump-config | grep -q '^backend = mail.test:110'
    run -64 --separate-stderr pop-proxy --nonsense
    [ "${#stderr_lines[@]}" -eq 1 ]
    run -78 --separate-stderr pop-proxy --config "$TMP/missing.conf"
    [[ $stderr == "pop-proxy: "*missing.conf* ]]
    start other socat "TCP-LISTEN:$PLAIN_PORT,bind=127.0.0.1" -
    wait_for 5 bound "$PLAIN_PORT"
    run -69 --separate-stderr pop-proxy --config "$CONF"
    [ "${#stderr_lines[@]}" -eq 1 ]
    sed -i "s,^certificate = .*,certificate = $TMP/none.pem $TMP/none.key," "$CONF"
    run -78 --separate-stderr pop-proxy --config "$CONF" --check
    [[ $stderr == "pop-proxy: "*"/none."* ]]
}

@test "inetd: one session on descriptor 0, and not a line of the log in it" {
    mailbox_server one
    proxy_config pop-proxy "backend = 127.0.0.1:${PORT[one-pop3]}" "backend-verify = none"
    start inetd socat "TCP-LISTEN:$PLAIN_PORT,bind=127.0.0.1,fork,reuseaddr" \
        "EXEC:pop-proxy --config $CONF,nofork=0,stderr"
    wait_for 5 bound "$PLAIN_PORT"
    lines 'USER anna' 'PASS secret' STAT QUIT | speak "$PLAIN_PORT" >"$TMP/heard"
    [ "$(wc -l <"$TMP/heard")" -eq 5 ]
    [ "$(sed -n 4p "$TMP/heard")" = "+OK 0 0" ]
}

@test "sockets passed in are served with the settings of their names" {
    proxy_config pop-proxy "backend = 127.0.0.1:9" "backend-verify = none"
    start activated systemd-socket-activate -l "127.0.0.1:$TLS_PORT" --fdname=tls \
        pop-proxy --config "$CONF"
    wait_for 5 bound "$TLS_PORT"
    lines QUIT | timeout 10 openssl s_client -connect "127.0.0.1:$TLS_PORT" -quiet \
        -ign_eof 2>/dev/null | grep -q '^+OK bye'
}

@test "what is said before the login, without any backend" {
    alone
    lines CAPA NOOP STAT UTF8 'USER anna' 'PASS secret' QUIT | speak "$PLAIN_PORT" >"$TMP/heard"
    diff "$TMP/heard" - <<'END'
+OK ready
+OK
TOP
UIDL
RESP-CODES
AUTH-RESP-CODE
STLS
USER
SASL PLAIN LOGIN XOAUTH2 OAUTHBEARER SCRAM-SHA-256 SCRAM-SHA-1
.
+OK nothing done
-ERR log in first
-ERR UTF-8 is not offered
+OK password, please
-ERR [SYS/TEMP] your mailbox cannot be reached now
+OK bye
END
    proxy_logged 'login-unavailable client=127.0.0.1 user=anna .* kind=down .*error=.*refused'
}

@test "no login in the clear unless the listener says so" {
    proxy_config pop-proxy "backend = 127.0.0.1:9" "backend-verify = none"
    sed -i '/^auth-without-tls/d' "$CONF"
    proxy_start
    lines CAPA 'USER anna' 'PASS secret' 'AUTH PLAIN YW5uYQBiZXJ0AHNlY3JldA==' QUIT |
        speak "$PLAIN_PORT" >"$TMP/heard"
    grep -qx STLS "$TMP/heard"
    run ! grep -qx 'USER\|SASL.*' "$TMP/heard"
    [ "$(grep -c '^-ERR \[SYS/PERM\] use STLS first' "$TMP/heard")" -eq 2 ]
    for login in USER PLAIN; do
        proxy_logged "login-refused client=127.0.0.1 user=anna mechanism=$login listener=plain .*\
kind=refused by=(anna|bert) reason=\"TLS is required\"\$"
    done
    proxy_logged ' mechanism=PLAIN .*by=bert ' # who has authenticated, if for another
    run ! proxy_logged 'secret|c2VjcmV0|HNlY3JldA'
}

@test "without PLAIN and LOGIN no password passes, and the client hears why" {
    mailbox_server one
    proxy_config pop-proxy "backend = 127.0.0.1:${PORT[one-pop3]}" "backend-verify = none" \
        "login-mechanisms = SCRAM-SHA-256"
    proxy_start
    lines CAPA 'USER anna' 'PASS secret' 'AUTH PLAIN AGFubmEAc2VjcmV0' QUIT |
        speak "$PLAIN_PORT" >"$TMP/heard"
    grep -qx 'SASL SCRAM-SHA-256' "$TMP/heard"
    run ! grep -qx USER "$TMP/heard"
    grep -qx -- '-ERR \[SYS/PERM\] passwords are not taken here, use AUTH' "$TMP/heard"
    grep -qx -- '-ERR unknown mechanism' "$TMP/heard"
    proxy_logged 'login-refused .* user=anna mechanism=USER .*reason="passwords are not taken"$'
}

@test "STLS: what was sent ahead of it ends the session, what was said before is forgotten" {
    in_front_of_dovecot "trust-xclient = 127.0.0.1"
    python "$PLAIN_PORT" <<'END'
import sys
from pop_talk import Talk
port = int(sys.argv[1])
talk = Talk(port)
talk.say(b"STLS\r\nUSER anna\r\n")
assert talk.rest() == b"-ERR bytes sent ahead of TLS\r\n"
talk = Talk(port)
assert talk.short(b"XCLIENT ADDR=192.0.2.66").startswith(b"+OK")
assert talk.short(b"USER bert").startswith(b"+OK")
assert talk.short(b"STLS").startswith(b"+OK")
talk.start_tls()
assert talk.short(b"PASS secret").startswith(b"-ERR USER first")
assert talk.short(b"STLS") == b"-ERR TLS is active already"
assert b"STLS\r\n" not in talk.long(b"CAPA")[1]
talk.login("anna").quit()
END
    proxy_logged 'login-accepted client=127.0.0.1 user=anna .*tls=TLSv1.3'
    proxy_logged 'session-ended .* reason=refused'
}

@test "limits: connections of a client, sessions of a user, errors, commands, time" {
    in_front_of_dovecot "[pop-proxy]" "connections-per-client = 3" "connections-per-user = 2" \
        "errors = 3" "commands-without-login = 4" "login-timeout = 2s" "auth-failures = 2" \
        "login-delay = 0s"
    python "$PLAIN_PORT" <<'END'
import sys
from pop_talk import Talk
port = int(sys.argv[1])
one, two, three = Talk(port).login("anna"), Talk(port).login("anna"), Talk(port)
three.short(b"USER Anna")  # the same, however it is written
assert three.short(b"PASS secret") == b"-ERR [IN-USE] too many connections of this user"
assert Talk(port).greeting == b"-ERR [SYS/TEMP] too many connections from your address"
three.login("bert").quit()

def last_of(said):
    talk = Talk(port)
    talk.say(said)
    return talk.rest().split(b"\r\n")[-2]

assert last_of(b"XYZZY\r\n" * 3) == b"-ERR too many errors"
assert last_of(b"NOOP\r\n" * 5) == b"-ERR too many commands without login"
assert last_of(b"USER anna\r\nPASS wrong\r\n" * 2).startswith(b"-ERR [AUTH]")
assert last_of(b"USER an") == b"-ERR [SYS/TEMP] too slow, log in faster"
one.quit()
two.quit()
END
    proxy_logged 'client-refused client=127.0.0.1 .*limit=connections-per-client '
    proxy_logged 'login-refused client=127.0.0.1 user=Anna mechanism=USER listener=plain .* kind=in-use'
    proxy_logged 'session-ended .* reason=timeout'
}

@test "a session in which nothing passes is ended without a word" {
    in_front_of_dovecot "[pop-proxy]" "idle-timeout = 2s"
    python "$PLAIN_PORT" <<'END'
import sys, time
from pop_talk import Talk
silent, busy = (Talk(int(sys.argv[1])).login(user) for user in ("anna", "bert"))
for _ in range(8):
    time.sleep(0.5)
    assert busy.short(b"NOOP").startswith(b"+OK")
assert silent.rest() == b""
busy.quit()
END
    proxy_logged 'session-ended .* user=anna .* reason=timeout'
}

@test "behind PROXY, version 1 and 2, the client it names is counted and logged" {
    alone "trust-proxy = 127.0.0.0/8" "[pop-proxy]" "connections-per-client = 1"
    python "$PLAIN_PORT" <<'END'
import socket, struct, sys
from pop_talk import Talk
port = int(sys.argv[1])
def version2(address):
    return (b"\r\n\r\n\0\r\nQUIT\n\x21\x11" + struct.pack(">H", 12) +
            socket.inet_aton(address) + socket.inet_aton("127.0.0.1") + struct.pack(">HH", 1, 110))
one = Talk(port, before=version2("192.0.2.99"))
assert one.greeting == b"+OK ready"
two = Talk(port, before=b"PROXY TCP4 192.0.2.99 127.0.0.1 4711 110\r\n")
assert two.greeting.startswith(b"-ERR [SYS/TEMP] too many connections"), two.greeting
three = Talk(port, before=b"PROXY TCP4 192.0.2.88 127.0.0.1 4711 110\r\n")
three.short(b"USER anna")
assert three.short(b"PASS x").startswith(b"-ERR [SYS/TEMP]")
assert Talk(port, before=b"CAPA\r\n").greeting == b""
END
    proxy_logged 'login-unavailable client=192.0.2.88 '
    proxy_logged 'client-refused client=192.0.2.99'
    proxy_logged 'proxy-header-refused peer=127.0.0.1'
}

@test "SNI chooses between certificates; a session is resumed" {
    mkdir "$TMP/other"
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other.test \
        -addext 'subjectAltName=DNS:other.test' -keyout "$TMP/other/key.pem" \
        -out "$TMP/other/cert.pem" 2>/dev/null
    proxy_config pop-proxy "backend = 127.0.0.1:9" "backend-verify = none"
    sed -i "/^certificate/a certificate = $TMP/other/cert.pem $TMP/other/key.pem" "$CONF"
    proxy_start
    client() { timeout 10 openssl s_client -connect "127.0.0.1:$1" "${@:2}" 2>/dev/null; }
    shown() { client "$@" </dev/null | openssl x509 -noout -subject; }
    [[ $(shown "$TLS_PORT" -servername other.test) == *other.test ]]
    [[ $(shown "$TLS_PORT" -servername localhost) == *localhost ]]
    [[ $(shown "$PLAIN_PORT" -starttls pop3 -servername other.test) == *other.test ]]
    local version
    for version in -tls1_2 -tls1_3; do
        lines QUIT | client "$TLS_PORT" "$version" -ign_eof -sess_out "$TMP/session" >/dev/null
        lines QUIT | client "$TLS_PORT" "$version" -ign_eof -sess_in "$TMP/session" |
            grep -q '^Reused, '
    done
    run ! client "$TLS_PORT" -tls1_1 </dev/null
}

@test "SIGHUP: a new certificate for new sessions, no old session is dropped" {
    in_front_of_dovecot
    cp "$PROXY/cert.pem" "$TMP/first.pem"
    mkfifo "$TMP/go"
    start old /usr/bin/python3 -c '
import sys
from pop_talk import Talk
talk = Talk(int(sys.argv[1]), tls=True).login("anna")
print("in", flush=True)
open(sys.argv[2]).read()
assert talk.short(b"STAT") == b"+OK 0 0"
talk.quit()
print("out", flush=True)' "$TLS_PORT" "$TMP/go"
    wait_for 10 grep -q in "$TMP/old.out"
    trusts() { curl -sS --cacert "$1" -u anna:secret "pop3s://localhost:$TLS_PORT/" >/dev/null; }
    self_signed "$PROXY"
    kill -HUP "$PROXY_PID"
    wait_for 5 proxy_logged ' reloaded '
    trusts "$PROXY/cert.pem"
    run ! trusts "$TMP/first.pem"
    echo 'nonsense = yes' >>"$CONF"
    kill -HUP "$PROXY_PID"
    wait_for 5 proxy_logged 'reload-failed .*nonsense'
    trusts "$PROXY/cert.pem"
    echo >"$TMP/go"
    wait_for 10 grep -q out "$TMP/old.out"
}

@test "SIGTERM: who has not logged in is sent away, who has may finish" {
    in_front_of_dovecot
    python "$PLAIN_PORT" "$PROXY_PID" <<'END'
import os, signal, sys, time
from pop_talk import Talk
port = int(sys.argv[1])
outside, inside = Talk(port), Talk(port).login("anna")
os.kill(int(sys.argv[2]), signal.SIGTERM)
began = time.monotonic()
assert outside.rest() == b"-ERR [SYS/TEMP] shutting down\r\n"
assert time.monotonic() - began < 1.5
assert inside.short(b"STAT") == b"+OK 0 0"
inside.quit()
END
    wait_for 10 gone "$PROXY_PID"
    proxy_logged 'session-ended .* reason=shutdown'
    proxy_logged ' stopped '
}

@test "SIGTERM: who does not finish in time is cut off" {
    mailbox_server one
    proxy_config pop-proxy "backend = 127.0.0.1:${PORT[one-pop3]}" "backend-verify = none"
    sed -i 's/^drain-timeout.*/drain-timeout = 1s/' "$CONF"
    proxy_start
    python "$PLAIN_PORT" "$PROXY_PID" <<'END'
import os, signal, sys
from pop_talk import Talk
talk = Talk(int(sys.argv[1])).login("anna")
os.kill(int(sys.argv[2]), signal.SIGTERM)
assert talk.rest() == b""
END
    wait_for 10 gone "$PROXY_PID"
    proxy_logged 'session-ended .* user=anna .* reason=shutdown'
}

@test "without a database: SYS/TEMP, a clear log line, and all is well when it is back" {
    in_front_of_dovecot
    mv "$PROXY/sponts.db" "$PROXY/away"
    login() { lines 'USER anna' 'PASS secret' QUIT | speak "$PLAIN_PORT"; }
    refused() { login | grep -q '^-ERR .SYS/TEMP'; }
    accepted() { login | grep -q '^+OK Logged in'; }
    wait_for 10 refused
    proxy_logged 'login-unavailable .* kind=unavailable .*error=.*sponts.db'
    mv "$PROXY/away" "$PROXY/sponts.db"
    wait_for 10 accepted
}
