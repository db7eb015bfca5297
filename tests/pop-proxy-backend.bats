#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# pop-proxy(8) and the servers behind it: TLS, who the client is, routes, mechanisms.

setup() {
    load helpers/common
    load helpers/proxy
    proxy_setup
}
teardown() { sponts_teardown; }

# log_in USER [PASSWORD] - prints what the password is answered with.
log_in() {
    python "$PLAIN_PORT" "$@" <<'END'
import sys
from pop_talk import Talk
talk = Talk(int(sys.argv[1]))
talk.short(b"USER " + sys.argv[2].encode())
print(talk.short(b"PASS " + (sys.argv[3:] or ["secret"])[0].encode()).decode())
END
}

logs_in() { [[ $(log_in "$@") == "+OK"* ]]; }
has_trouble() { [[ $(log_in anna) == "-ERR [SYS/TEMP] your mailbox cannot be reached now" ]]; }

# behind LINE... - the proxy with these lines, instead of one that runs.
behind() {
    if [ -n "${PROXY_PID:-}" ]; then
        kill -TERM "$PROXY_PID"
        wait_for 10 gone "$PROXY_PID"
    fi
    proxy_config pop-proxy "$@"
    proxy_start
}

@test "the backend in the clear, by STLS and by TLS from the first byte" {
    mailbox_server one
    behind "backend = 127.0.0.1:${PORT[one-pop3]}" "backend-tls = none"
    logs_in anna
    run ! said_by one 'user=<anna>.* TLS'
    behind "backend = 127.0.0.1:${PORT[one-pop3]}" "backend-verify = none"
    logs_in bert
    wait_for 5 said_by one 'user=<bert>.* TLS'
    behind "backend = 127.0.0.1:${PORT[one-pop3s]}" "backend-tls = implicit" \
        "backend-verify = none"
    logs_in carl
    wait_for 5 said_by one 'user=<carl>.* TLS'
}

@test "the backend's certificate is verified, or nobody logs in" {
    mailbox_server one
    mkdir "$TMP/other"
    self_signed "$TMP/other"
    local finger backend="backend = localhost:${PORT[one-pop3]}"
    finger=$(openssl x509 -in "$TMP/one/cert.pem" -noout -fingerprint -sha256 | cut -d= -f2)
    behind "$backend" "backend-ca = $TMP/one/cert.pem"
    logs_in anna
    behind "$backend" # by the CAs of the system
    has_trouble
    proxy_logged 'login-unavailable .*kind=tls .*error="localhost.*self-signed certificate'
    behind "$backend" "backend-ca = $TMP/other/cert.pem"
    has_trouble
    behind "$backend" "backend-ca = $TMP/one/cert.pem" "backend-name = mail.other.test"
    has_trouble
    behind "$backend" "backend-ca = $TMP/one/cert.pem" "backend-name = mx.test"
    logs_in anna
    behind "$backend" "backend-verify = fingerprint" "backend-fingerprint = $finger"
    logs_in anna
    behind "$backend" "backend-verify = fingerprint" "backend-fingerprint = ${finger//A/B}"
    has_trouble
    proxy_logged 'backend-failed .*kind=tls'
}

@test "a backend without STLS is never spoken to in the clear instead" {
    scripted bad 'S +OK hello' 'C STLS' 'S -ERR what?' 'C .*'
    behind "backend = 127.0.0.1:${PORT[bad]}" "backend-verify = none"
    has_trouble
    proxy_logged 'login-unavailable .*kind=tls'
    [ "$(sort -u "$TMP/bad.out")" = STLS ]
}

@test "Dovecot learns by XCLIENT who the client is" {
    mailbox_server one "login_trusted_networks = 127.0.0.0/8"
    behind "backend = 127.0.0.1:${PORT[one-pop3]}" "backend-verify = none" \
        "client-info = xclient" "trust-proxy = 127.0.0.1" "trust-xclient = 198.51.100.0/24"
    python "$PLAIN_PORT" <<'END'
import sys
from pop_talk import Talk
port = int(sys.argv[1])
Talk(port, before=b"PROXY TCP4 203.0.113.9 192.0.2.1 40000 110\r\n").login("anna").quit()
# A front end behind the balancer names its client itself.
talk = Talk(port, before=b"PROXY TCP4 198.51.100.7 192.0.2.1 40000 110\r\n")
assert talk.greeting == b"+OK [XCLIENT] ready", talk.greeting
assert talk.short(b"XCLIENT ADDR=2001:db8::7 PORT=5") == b"+OK Updated"
talk.login("bert").quit()
# Others do not.
talk = Talk(port, before=b"PROXY TCP4 203.0.113.10 192.0.2.1 40000 110\r\n")
assert talk.short(b"XCLIENT ADDR=192.0.2.77") == b"-ERR unknown command"
talk.login("carl").quit()
END
    wait_for 5 said_by one 'user=<anna>.*rip=203.0.113.9,'
    wait_for 5 said_by one 'user=<bert>.*rip=2001:db8::7,'
    wait_for 5 said_by one 'user=<carl>.*rip=203.0.113.10,'
    proxy_logged 'login-accepted client=203.0.113.9 user=anna '
    proxy_logged 'login-accepted client=2001:db8::7 user=bert '
}

@test "a Dovecot that does not trust us is not told, and the log says so" {
    mailbox_server one
    behind "backend = 127.0.0.1:${PORT[one-pop3]}" "backend-verify = none" \
        "client-info = xclient"
    logs_in anna
    proxy_logged 'backend-option-refused .*command=XCLIENT'
}

@test "Dovecot learns by a PROXY header who the client is" {
    mailbox_server one
    behind "backend = 127.0.0.1:${PORT[one-pop3-proxied]}" "backend-verify = none" \
        "client-info = proxy" "trust-proxy = 127.0.0.1"
    python "$PLAIN_PORT" <<'END'
import socket, struct, sys
from pop_talk import Talk
port = int(sys.argv[1])
Talk(port, before=b"PROXY TCP4 203.0.113.9 192.0.2.1 40000 110\r\n").login("anna").quit()
v2 = b"\r\n\r\n\0\r\nQUIT\n" + struct.pack("!BBH", 0x21, 0x21, 36) + \
    socket.inet_pton(socket.AF_INET6, "2001:db8::9") + \
    socket.inet_pton(socket.AF_INET6, "2001:db8::1") + struct.pack("!HH", 40000, 110)
Talk(port, before=v2).login("bert").quit()
END
    wait_for 5 said_by one 'user=<anna>.*rip=203.0.113.9,'
    wait_for 5 said_by one 'user=<bert>.*rip=2001:db8::9,'
}

@test "users with a route go to theirs, the others to the backend of the listener" {
    mailbox_server one
    mailbox_server two
    behind "backend = 127.0.0.1:${PORT[one-pop3]}" "backend-verify = none" \
        "user-domain = example.test"
    proxy_route 'pattern,host,port,protocol,tls' \
        "anna@example.test,127.0.0.1,${PORT[two-pop3s]},pop3s,encrypt" \
        "bert,127.0.0.1,${PORT[two-pop3]},pop3,none"
    logs_in anna
    logs_in bert
    wait_for 5 said_by two 'user=<anna>'
    wait_for 5 said_by one 'user=<bert>' # with its domain it is somebody else
}

@test "a host that is down is left for the next one, and comes back" {
    local first
    mailbox_server one
    first=$PID
    mailbox_server two
    behind '[pop-proxy]' 'dead-for = 1s'
    proxy_route 'pattern,host,port,protocol,tls,priority' \
        "*,127.0.0.1,${PORT[one-pop3]},pop3,encrypt,1" \
        "*,127.0.0.1,${PORT[two-pop3]},pop3,encrypt,2"
    logs_in anna
    wait_for 5 said_by one 'user=<anna>'
    kill -TERM "$first"
    wait_for 10 gone "$first"
    logs_in bert
    wait_for 5 said_by two 'user=<bert>'
    proxy_logged "backend-failed backend=127.0.0.1:${PORT[one-pop3]} kind=down"
    mailbox_server_start one
    back() { logs_in carl && said_by one 'user=<carl>'; }
    wait_for 20 back
    proxy_logged "backend-alive backend=127.0.0.1:${PORT[one-pop3]}"
}

@test "a host that greets and then fails at logins is left, too, and has a rest" {
    scripted bad 'S +OK hello' 'K USER' 'K SASL PLAIN' 'C (USER|AUTH) .*' STOP
    mailbox_server two
    behind '[pop-proxy]' 'dead-for = 60s'
    proxy_route 'pattern,host,port,protocol,tls,priority' \
        "*,127.0.0.1,${PORT[bad]},pop3,none,1" "*,127.0.0.1,${PORT[two-pop3]},pop3,encrypt,2"
    logs_in anna
    proxy_logged "backend-failed backend=127.0.0.1:${PORT[bad]} kind=broken"
    for user in bert carl anna; do
        curl -sS --login-options AUTH=PLAIN -u "$user:secret" "pop3://127.0.0.1:$PLAIN_PORT/"
    done
    [ "$(grep -cE '^(USER|AUTH) ' "$TMP/bad.out")" -eq 3 ]
    run ! proxy_logged login-unavailable
}

@test "without a route and without a backend nobody logs in, and is told no more" {
    behind
    [[ $(log_in anna) == "-ERR [AUTH] Authentication failed." ]]
    proxy_logged 'login-refused client=127.0.0.1 user=anna .*kind=no-route'
}

@test "refused, locked and unreachable are told apart" {
    mailbox_server one "protocol pop3 {" "pop3_lock_session = yes" "}"
    behind "backend = 127.0.0.1:${PORT[one-pop3]}" "backend-verify = none" \
        '[pop-proxy]' 'login-delay = 0s'
    [[ $(log_in anna wrong) == "-ERR [AUTH] "* ]]
    proxy_logged 'login-refused client=127.0.0.1 user=anna mechanism=USER .* tls=none backend=[^ ]+:[0-9]+ kind=refused'
    python "$PLAIN_PORT" <<'END'
import sys
from pop_talk import Talk
first = Talk(int(sys.argv[1])).login()
second = Talk(int(sys.argv[1]))
second.short(b"USER anna")
heard = second.short(b"PASS secret")
assert heard.startswith(b"-ERR [IN-USE] "), heard
first.quit()
END
    proxy_logged 'login-refused .*kind=in-use'
    behind "backend = 127.0.0.1:$(free_port)" "backend-verify = none"
    has_trouble
    proxy_logged 'login-unavailable .*kind=down'
}

@test "PLAIN, LOGIN and SCRAM go through to Dovecot" {
    mailbox_server one
    behind "backend = 127.0.0.1:${PORT[one-pop3]}" "backend-verify = none"
    python "$PLAIN_PORT" "$BATS_TEST_DIRNAME/helpers" <<'END'
import base64, subprocess, sys
from pop_talk import Talk
port, helpers = int(sys.argv[1]), sys.argv[2]
plain = base64.b64encode(b"\0anna\0secret")

def ended(talk):
    assert talk.short(b"STAT") == b"+OK 0 0"
    talk.quit()

talk = Talk(port)
capabilities = talk.long(b"CAPA")[1].split(b"\r\n")
assert b"SASL PLAIN LOGIN SCRAM-SHA-256 SCRAM-SHA-1" in capabilities, capabilities
assert talk.short(b"AUTH PLAIN " + plain).startswith(b"+OK")
ended(talk)

talk = Talk(port)
assert talk.short(b"AUTH PLAIN") == b"+ "
assert talk.short(plain).startswith(b"+OK")
ended(talk)

talk = Talk(port)
assert talk.short(b"AUTH LOGIN") == b"+ " + base64.b64encode(b"Username:")
assert talk.short(base64.b64encode(b"anna")) == b"+ " + base64.b64encode(b"Password:")
assert talk.short(base64.b64encode(b"secret")).startswith(b"+OK")
ended(talk)

import hashlib, hmac
def scram(password):
    talk = Talk(port)
    bare = b"n=anna,r=client"
    challenge = talk.short(b"AUTH SCRAM-SHA-256 " + base64.b64encode(b"n,," + bare))
    assert challenge.startswith(b"+ "), challenge
    first = base64.b64decode(challenge[2:])
    said = dict(part.split(b"=", 1) for part in first.split(b","))
    salted = hashlib.pbkdf2_hmac("sha256", password, base64.b64decode(said[b"s"]), int(said[b"i"]))
    sign = lambda key, text: hmac.new(key, text, "sha256").digest()
    key = sign(salted, b"Client Key")
    final = b"c=biws,r=" + said[b"r"]
    everything = bare + b"," + first + b"," + final
    proof = bytes(a ^ b for a, b in zip(key, sign(hashlib.sha256(key).digest(), everything)))
    heard = talk.short(base64.b64encode(final + b",p=" + base64.b64encode(proof)))
    if heard.startswith(b"+ "): # the server's own proof
        verifier = base64.b64encode(sign(sign(salted, b"Server Key"), everything))
        assert base64.b64decode(heard[2:]) == b"v=" + verifier
        heard = talk.short(b"")
    return talk, heard

talk, heard = scram(b"secret")
assert heard.startswith(b"+OK"), heard
ended(talk)
talk, heard = scram(b"wrong")
assert heard.startswith(b"-ERR [AUTH]"), heard
END
    proxy_logged 'login-accepted .*user=anna mechanism=SCRAM-SHA-256 '
    proxy_logged 'login-refused .*user=anna mechanism=SCRAM-SHA-256 .*kind=refused'
}

@test "tokens are relayed, and so is what a server says to a bad one" {
    local token refusal
    token=$(printf 'user=anna@example.test\1auth=Bearer token\1\1' | base64 -w0)
    refusal=$(printf '{"status":"401"}' | base64 -w0)
    scripted good 'S +OK hello' 'K SASL XOAUTH2 OAUTHBEARER' \
        "C AUTH XOAUTH2 ${token//+/.}" 'S +OK welcome' 'C QUIT' 'S +OK bye' STOP
    scripted bad 'S +OK hello' 'K SASL XOAUTH2 OAUTHBEARER' \
        "C AUTH OAUTHBEARER .*" "S + $refusal" 'C AQ==' 'S -ERR [AUTH] token' 'C .*'
    behind "backend = 127.0.0.1:${PORT[good]}" "backend-tls = none"
    proxy_route 'pattern,host,port,protocol,tls' \
        "bert@example.test,127.0.0.1,${PORT[bad]},pop3,none"
    python "$PLAIN_PORT" "$token" "$refusal" <<'END'
import base64, sys
from pop_talk import Talk
port, token, refusal = int(sys.argv[1]), sys.argv[2].encode(), sys.argv[3].encode()
talk = Talk(port)
heard = talk.short(b"AUTH XOAUTH2 " + token)
assert heard == b"+OK welcome", heard
talk.quit()
talk = Talk(port)
bad = base64.b64encode(b"n,a=bert@example.test,\1auth=Bearer x\1\1")
heard = talk.short(b"AUTH OAUTHBEARER " + bad)
assert heard == b"+ " + refusal, heard
assert talk.short(b"AQ==") == b"-ERR [AUTH] token"
END
    proxy_logged 'login-accepted .*user=anna@example.test mechanism=XOAUTH2 '
    proxy_logged 'login-refused .*user=bert@example.test mechanism=OAUTHBEARER '
}

@test "APOP passes with Dovecot's own challenge" {
    mailbox_server one "auth_mechanisms = plain apop"
    behind "backend = 127.0.0.1:${PORT[one-pop3]}" "backend-verify = none" "apop = yes"
    python "$PLAIN_PORT" <<'END'
import poplib, sys
box = poplib.POP3("127.0.0.1", int(sys.argv[1]), timeout=30)
assert b"<" in box.getwelcome(), box.getwelcome()
print(box.apop("anna", "secret"))
assert box.stat() == (0, 0)
box.quit()
END
    proxy_logged 'login-accepted .*user=anna mechanism=APOP '
    wait_for 5 said_by one 'user=<anna>, method=APOP.* TLS'
}
