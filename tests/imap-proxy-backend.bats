#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# imap-proxy(8) and the servers behind it: TLS, who the client is, routes, failover,
# mechanisms.

setup() {
    load helpers/common
    load helpers/proxy
    proxy_setup
}
teardown() { sponts_teardown; }

# log_in PORT USER - prints what the login is answered with.
log_in() {
    python "$@" <<'END'
import sys
from imap_talk import Talk
talk = Talk(int(sys.argv[1]))
print(talk.command(b"a LOGIN %s secret" % sys.argv[2].encode())[-1].decode())
END
}
logs_in() { [[ $(log_in "$PLAIN_PORT" "$@") == "a OK "* ]]; }
is_out_of_reach() { [[ $(log_in "$PLAIN_PORT" "$1") == "a NO [UNAVAILABLE] "* ]]; }

with_backend() {
    proxy_config imap-proxy "$@"
    proxy_start
}
end_proxy() {
    kill -TERM "$PROXY_PID"
    wait_for 10 gone "$PROXY_PID"
}

@test "the backend in the clear, by STARTTLS and by TLS from the first byte" {
    mailbox_server one
    for tls in none starttls implicit; do
        at=${PORT[one-imap]}
        [ "$tls" != implicit ] || at=${PORT[one-imaps]}
        with_backend "backend = 127.0.0.1:$at" "backend-tls = $tls" \
            "$([ "$tls" = none ] || echo 'backend-verify = none')"
        logs_in anna
        end_proxy
    done
    [ "$(grep -c 'Login: user=<anna>.* TLS' "$TMP/one/log")" -eq 2 ]
}

@test "the backend's certificate is verified by name, CA and fingerprint, or nothing is said" {
    mailbox_server one
    pin=$(openssl x509 -in "$TMP/one/cert.pem" -outform DER | sha256sum | cut -d' ' -f1)
    for tls in starttls implicit; do
        at=${PORT[one-imap]}
        [ "$tls" != implicit ] || at=${PORT[one-imaps]}
        for right in "backend-ca = $TMP/one/cert.pem" \
            "backend-verify = fingerprint|backend-fingerprint = $pin" \
            "backend-ca = $TMP/one/cert.pem|backend-name = mx.test"; do
            IFS='|' read -ra lines <<<"$right"
            with_backend "backend = localhost:$at" "backend-tls = $tls" "${lines[@]}"
            logs_in anna
            end_proxy
        done
        accepted=$(grep -c 'Login: user' "$TMP/one/log")
        self_signed "$TMP" # somebody else's
        for wrong in "backend-ca = $TMP/cert.pem" \
            "backend-verify = name" \
            "backend-verify = fingerprint|backend-fingerprint = $(printf '0%.0s' {1..64})" \
            "backend-ca = $TMP/one/cert.pem|backend-name = elsewhere.test"; do
            IFS='|' read -ra lines <<<"$wrong"
            with_backend "backend = localhost:$at" "backend-tls = $tls" "${lines[@]}"
            is_out_of_reach anna
            proxy_logged 'login-unavailable .* kind=tls '
            end_proxy
        done
        [ "$(grep -c 'Login: user' "$TMP/one/log")" -eq "$accepted" ]
    done
}

@test "a backend without STARTTLS is not spoken to in the clear" {
    mailbox_server one 'ssl = no'
    with_backend "backend = localhost:${PORT[one-imap]}" "backend-verify = none"
    is_out_of_reach anna
    proxy_logged 'backend-failed .* kind=tls .*STARTTLS'
    run ! said_by one 'Login: user'
}

@test "the backend knows the client: by PROXY, by ID, and only from those it trusts" {
    mailbox_server one 'login_trusted_networks = 127.0.0.0/8'
    proxied() {
        printf 'PROXY TCP4 192.0.2.88 127.0.0.1 4711 143\r\n%s\r\n%s\r\n' \
            'a LOGIN anna secret' 'b LOGOUT' | socat -t10 - "TCP:127.0.0.1:$PLAIN_PORT"
    }
    with_backend "backend = 127.0.0.1:${PORT[one-imap-proxied]}" "backend-tls = none" \
        "client-info = proxy" "trust-proxy = 127.0.0.0/8"
    proxied | grep -q '^a OK'
    wait_for 5 said_by one 'Login: user=<anna>.* rip=192\.0\.2\.88,'
    end_proxy
    : >"$TMP/one/log"
    with_backend "backend = 127.0.0.1:${PORT[one-imap]}" "backend-verify = none" \
        "client-info = id" "trust-proxy = 127.0.0.0/8"
    proxied | grep -q '^a OK'
    wait_for 5 said_by one 'Login: user=<anna>.* rip=192\.0\.2\.88,.* session=<[0-9a-f]+\.[0-9a-f]+>'
    end_proxy
    : >"$TMP/one/log"
    with_backend "backend = 127.0.0.1:${PORT[one-imap]}" "backend-verify = none"
    # What a client claims itself goes nowhere.
    printf '%s\r\n' 'i ID ("x-originating-ip" "192.0.2.99")' 'a LOGIN anna secret' 'b LOGOUT' |
        socat -t10 - "TCP:127.0.0.1:$PLAIN_PORT" | grep -q '^a OK'
    wait_for 5 said_by one 'Login: user=<anna>.* rip=127\.0\.0\.1,'
    end_proxy
    : >"$TMP/one/log"
    # But for whom a trusted front end speaks does: another imap-proxy.
    with_backend "backend = 127.0.0.1:${PORT[one-imap]}" "backend-verify = none" \
        "client-info = id" "trust-xclient = 127.0.0.1"
    claim='i ID ("x-originating-ip" "192.0.2.99" "x-originating-port" "7" "x-session-id" "front.1")'
    printf '%s\r\n' "$claim" \
        'a AUTHENTICATE PLAIN AGFubmEAc2VjcmV0' 'b LOGOUT' |
        socat -t10 - "TCP:127.0.0.1:$PLAIN_PORT" | grep -q '^a OK'
    wait_for 5 said_by one 'Login: user=<anna>.* rip=192\.0\.2\.99,'
    proxy_logged 'xclient peer=127.0.0.1 client=192.0.2.99 session=front.1'
    proxy_logged 'login-accepted client=192.0.2.99 user=anna'
}

@test "users with a route go to theirs, the others to the listener's backend" {
    mailbox_server one
    mailbox_server two
    with_backend "backend = 127.0.0.1:${PORT[one-imap]}" "backend-verify = none" \
        "user-domain = here.test"
    cp "$TMP/two/cert.pem" "$PROXY/two.pem"
    proxy_route "pattern,host,port,protocol,tls,ca_file" \
        "bert@here.test,localhost,${PORT[two-imap]},imap,verify,$PROXY/two.pem" \
        "carl@here.test,127.0.0.1,${PORT[two-imaps]},imaps,encrypt," \
        "anna@here.test,127.0.0.1,9,pop3,none,"
    wait_for 5 eval 'logs_in bert && said_by two "Login: user=<bert>"'
    logs_in carl
    logs_in anna
    wait_for 5 said_by two 'Login: user=<carl>'
    wait_for 5 said_by one 'Login: user=<anna>'
    run ! said_by one 'Login: user=<(bert|carl)>'
    end_proxy
    # Without a backend of the listener only they can log in.
    proxy_config imap-proxy
    proxy_start
    proxy_route "pattern,host,port,protocol,tls" "bert,127.0.0.1,${PORT[two-imap]},imap,encrypt"
    wait_for 5 logs_in bert
    [[ $(log_in "$PLAIN_PORT" anna) == "a NO [AUTHENTICATIONFAILED] "* ]]
    proxy_logged 'login-refused client=127.0.0.1 user=anna .* kind=no-route'
}

@test "a second Dovecot fails over, and the first is used again when it is back" {
    mailbox_server one
    one_pid=$PID
    mailbox_server two
    with_backend "[imap-proxy]" "dead-for = 1s"
    proxy_route "pattern,host,port,protocol,tls,priority" \
        "*,127.0.0.1,${PORT[one-imap]},imap,encrypt,1" \
        "*,127.0.0.1,${PORT[two-imap]},imap,encrypt,2"
    wait_for 5 logs_in anna
    wait_for 5 said_by one 'Login: user=<anna>'
    run ! said_by two 'Login: user=<anna>'
    kill -TERM "$one_pid"
    wait_for 10 gone "$one_pid"
    for _ in 1 2 3; do
        logs_in anna
    done
    wait_for 5 said_by two 'Login: user=<anna>'
    proxy_logged "backend-failed backend=127.0.0.1:${PORT[one-imap]} kind=down"
    mailbox_server_start one
    wait_for 20 eval 'logs_in bert && said_by one "Login: user=<bert>"'
    proxy_logged "backend-alive backend=127.0.0.1:${PORT[one-imap]}"
}

@test "a host that greets and then fails at logins is left, too, and has a rest" {
    scripted bad 'S * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hello' 'C a .*' STOP
    mailbox_server two
    with_backend '[imap-proxy]' 'dead-for = 60s'
    proxy_route 'pattern,host,port,protocol,tls,priority' \
        "*,127.0.0.1,${PORT[bad]},imap,none,1" "*,127.0.0.1,${PORT[two-imap]},imap,encrypt,2"
    for user in anna bert carl anna; do
        logs_in "$user"
    done
    proxy_logged "backend-failed backend=127.0.0.1:${PORT[bad]} kind=broken"
    [ "$(wc -l <"$TMP/bad.out")" -eq 3 ]
    run ! proxy_logged login-unavailable
}

@test "a mechanism that asks the client more than once is not begun anew elsewhere" {
    local challenge=cj1hbm5hLHM9UVE9PSxpPTQwOTY=
    scripted bad 'S * OK [CAPABILITY IMAP4rev1 AUTH=SCRAM-SHA-256 SASL-IR] hello' \
        'C a AUTHENTICATE .*' "S + $challenge" 'C .*' STOP
    mailbox_server two
    with_backend 'login-mechanisms = SCRAM-SHA-256'
    proxy_route 'pattern,host,port,protocol,tls,priority' \
        "*,127.0.0.1,${PORT[bad]},imap,none,1" "*,127.0.0.1,${PORT[two-imap]},imap,encrypt,2"
    printf '%s\r\n' 'a AUTHENTICATE SCRAM-SHA-256 biwsbj1hbm5hLHI9eA==' eA== 'b LOGOUT' |
        socat -t10 - "TCP:127.0.0.1:$PLAIN_PORT" | tr -d '\r' >"$TMP/heard"
    grep -qx "+ $challenge" "$TMP/heard"
    grep -q '^a NO \[UNAVAILABLE\]' "$TMP/heard"
    proxy_logged 'login-unavailable .* kind=broken'
}

@test "a route with a wrong name puts nothing aside for users with a right one" {
    mailbox_server one
    mailbox_server two
    with_backend "backend = 127.0.0.1:${PORT[two-imap]}" "backend-verify = none"
    proxy_route "pattern,host,port,protocol,tls,tls_name,priority" \
        "anna,127.0.0.1,${PORT[one-imap]},imap,encrypt,,1" \
        "anna,127.0.0.1,${PORT[two-imap]},imap,encrypt,,2" \
        "bert,127.0.0.1,${PORT[one-imap]},imap,verify,wrong.test,1"
    wait_for 5 is_out_of_reach bert
    proxy_logged "backend-failed backend=127.0.0.1:${PORT[one-imap]} kind=tls route=bert reason="
    logs_in anna
    said_by one 'Login: user=<anna>'
    run ! said_by two 'Login: user=<anna>'
}

@test "SCRAM through the proxy: both sides prove themselves, and no password passes" {
    mailbox_server one
    with_backend "backend = 127.0.0.1:${PORT[one-imap]}" "backend-tls = none"
    for hash in sha1 sha256; do
        for initial in yes no; do
            python "$PLAIN_PORT" "$hash" "$initial" secret <<'END'
import base64, hashlib, hmac, os, sys
from imap_talk import Talk
name, initial, password = sys.argv[2], sys.argv[3] == "yes", sys.argv[4].encode()
b64, un64 = base64.b64encode, base64.b64decode
mac = lambda key, text: hmac.new(key, text, name).digest()
talk = Talk(int(sys.argv[1]))
nonce = b64(os.urandom(12)).decode()
first = f"n=anna,r={nonce}"
mechanism = b"SCRAM-SHA-" + name[3:].encode()
if initial:
    talk.send(b"a AUTHENTICATE " + mechanism + b" " + b64(b"n,," + first.encode()) + b"\r\n")
else:
    talk.send(b"a AUTHENTICATE " + mechanism + b"\r\n")
    assert talk.line() == b"+ \r\n"
    talk.send(b64(b"n,," + first.encode()) + b"\r\n")
challenge = un64(talk.line()[2:]).decode()
said = dict(part.split("=", 1) for part in challenge.split(","))
salted = hashlib.pbkdf2_hmac(name, password, un64(said["s"]), int(said["i"]))
final = f"c=biws,r={said['r']}"
everything = f"{first},{challenge},{final}".encode()
key = mac(salted, b"Client Key")
proof = bytes(a ^ b for a, b in zip(key, mac(hashlib.new(name, key).digest(), everything)))
talk.send(b64(f"{final},p={b64(proof).decode()}".encode()) + b"\r\n")
assert un64(talk.line()[2:]) == b"v=" + b64(mac(mac(salted, b"Server Key"), everything))
talk.send(b"\r\n")
assert talk.until(b"a OK")
talk.logout()
END
        done
    done
    [ "$(grep -c 'login-accepted .* mechanism=SCRAM-SHA-256 ' "$TMP/proxy.log")" -eq 2 ]
}

@test "tokens: OAUTHBEARER and XOAUTH2 are relayed, and their errors too" {
    at=$(free_port)
    start backend /usr/bin/python3 -c '
import base64, socketserver, sys
class Backend(socketserver.StreamRequestHandler):
    def handle(self):
        say = lambda line: self.wfile.write(line + b"\r\n")
        say(b"* OK [CAPABILITY IMAP4rev1 SASL-IR LOGINDISABLED AUTH=XOAUTH2 AUTH=OAUTHBEARER] ready")
        for line in self.rfile:
            words = line.split()
            if words[1] != b"AUTHENTICATE":
                return say(words[0] + b" OK bye")
            if b"auth=Bearer good" in base64.b64decode(words[3]):
                say(words[0] + b" OK [CAPABILITY IMAP4rev1] in")
            else:
                say(b"+ " + base64.b64encode(b"{\"status\":\"401\"}"))
                self.rfile.readline()
                say(words[0] + b" NO [AUTHENTICATIONFAILED] token")
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
Server(("127.0.0.1", int(sys.argv[1])), Backend).serve_forever()' "$at"
    wait_for 10 bound "$at"
    with_backend "backend = 127.0.0.1:$at" "backend-tls = none" "[imap-proxy]" "login-delay = 0s"
    python "$PLAIN_PORT" <<'END'
import base64, sys
from imap_talk import Talk
talk = Talk(int(sys.argv[1]))
# Passwords are not taken there: nobody is asked for one.
assert b"LOGINDISABLED" in talk.greeting and b"AUTH=PLAIN" not in talk.greeting, talk.greeting
def message(mechanism, token):
    if mechanism == b"XOAUTH2":
        return base64.b64encode(b"user=anna@test\1auth=Bearer " + token + b"\1\1")
    return base64.b64encode(b"n,a=anna@test,\1host=x\1auth=Bearer " + token + b"\1\1")
for mechanism in b"XOAUTH2", b"OAUTHBEARER":
    talk = Talk(int(sys.argv[1]))
    talk.send(b"a AUTHENTICATE %s %s\r\n" % (mechanism, message(mechanism, b"bad")))
    assert b"401" in base64.b64decode(talk.line()[2:])
    talk.send(b"AQ==\r\n")
    assert talk.line() == b"a NO [AUTHENTICATIONFAILED] token\r\n"
    talk.send(b"b AUTHENTICATE %s %s\r\n" % (mechanism, message(mechanism, b"good")))
    assert talk.line() == b"b OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] in\r\n"
    talk.logout()
END
    proxy_logged 'login-accepted .* user=anna@test mechanism=OAUTHBEARER '
    run ! proxy_logged 'Bearer|good'
}
