#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# smtp-relayd(8) and people: who may relay, who may log in, for whom a host may speak.

bats_require_minimum_version 1.5.0

load helpers/relayd

setup() { sponts_setup; }
teardown() { sponts_teardown; }

# -- helpers ------------------------------------------------------------------------------

add_user() { # NAME PASSWORD
    printf '%s\n' "$2" | sponts --config "$CONF" user add "$1"
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
    export TO=$SUBMISSION_PORT
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

@test "logins that are malformed or cancelled are logged, and only the former count" {
    SUBMISSION_LINES='auth-without-tls = yes' relayd_config
    relayd_start
    converse "$SUBMISSION_PORT" <<'END'
S: 220 *
C: EHLO client.test
S: 250 *
C: AUTH PLAIN ====
S: 501 5.5.2 *
C: AUTH LOGIN
S: 334 *
C: *
S: 501 5.7.0 *
C: AUTH LOGIN
S: 334 *
C: Y2Fyb2w=
S: 334 *
C: *
S: 501 5.7.0 *
C: AUTH LOGIN
S: 334 *
C: ***
S: 501 5.5.2 *
C: AUTH PLAIN AA==
S: 421 4.7.0 *
END
    refused() { # COUNT USER MECHANISM REASON
        [ "$(grep -c "login-refused client=127.0.0.1 user=$2 mechanism=$3 .*reason=$4" \
            "$TMP/relayd.log")" -eq "$1" ]
    }
    refused 2 '""' PLAIN malformed
    refused 1 '""' LOGIN malformed
    refused 1 '""' LOGIN cancelled
    refused 1 carol LOGIN cancelled
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

@test "logins are checked by Dovecot when that is set" {
    mkdir -p "$TMP/dovecot"
    cat >"$TMP/dovecot/dovecot.conf" <<END
base_dir = $TMP/dovecot/run
state_dir = $TMP/dovecot/run
log_path = $TMP/dovecot/log
protocols =
ssl = no
default_internal_user = $(id -un)
default_internal_group = $(id -gn)
default_login_user = $(id -un)
auth_failure_delay = 1 secs
passdb {
  driver = passwd-file
  args = $TMP/dovecot/users
}
service auth {
  unix_listener $TMP/dovecot/auth {
    mode = 0666
  }
}
service stats {
  chroot =
}
END
    echo 'carol:{PLAIN}secret' >"$TMP/dovecot/users"
    SUBMISSION_AUTH=dovecot SUBMISSION_LINES="auth-socket = $TMP/dovecot/auth" relayd_config
    start dovecot dovecot -F -c "$TMP/dovecot/dovecot.conf"
    wait_for 20 test -S "$TMP/dovecot/auth"
    relayd_start
    export TO=$SUBMISSION_PORT
    send_mail --tls --to any@elsewhere.test --auth PLAIN --auth-user carol --auth-password secret
    run -28 send_mail --tls --to any@elsewhere.test --auth LOGIN --auth-user carol \
        --auth-password wrong
    [[ $output == *'535 5.7.8'* ]]
    logged 'login-accepted client=127.0.0.1 user=carol mechanism=PLAIN'
    rm "$TMP/dovecot/auth"
    run -28 send_mail --tls --to any@elsewhere.test --auth PLAIN --auth-user carol \
        --auth-password secret
    [[ $output == *'454 4.7.0'* ]]
}

@test "ETRN wakes the queue for those a domain belongs to" {
    LISTENER_LINES='etrn = yes' relayd_config
    printf 'name,etrn\ndest.test,yes\nother.test,no\naway.test,yes\n' |
        sponts --config "$CONF" import domains -
    printf 'pattern,host,port,tls\ndest.test,127.0.0.1,%s,none\naway.test,192.0.2.1,25,none\n' \
        "$(free_port)" | sponts --config "$CONF" import routes -
    relayd_start
    etrn() { printf 'EHLO c.test\r\nETRN %s\r\nQUIT\r\n' "$1" | speak "$SMTP_PORT" | tail -n 2; }
    [[ $(etrn dest.test) == "458 "* ]] # smtp-sendd does not run
    start sendd smtp-sendd --config "$CONF"
    woken() { [[ $(etrn dest.test) == "250 "* ]]; }
    wait_for 20 woken || { cat "$TMP/sendd.log" "$TMP/relayd.log"; false; }
    [[ $(etrn other.test) == "459 "* ]]
    [[ $(etrn away.test) == "459 "* ]]
    [[ $(etrn nowhere.test) == "459 "* ]]
    logged ' etrn client=127.0.0.1 domain=dest.test code=250'
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
