#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# pop-proxy(8), "What a client can notice": nothing but what the manual lists, octet for
# octet.

setup() {
    load helpers/common
    load helpers/proxy
    proxy_setup
    mailbox_server one
    mkdir -p "$TMP/one/mail/anna"/{new,cur,tmp}
    printf 'Subject: one\r\n\r\n.\r\n..\r\n.x\r\nend\r\n' >"$TMP/one/mail/anna/new/1000000001.a.test"
    printf 'Subject: two\n\n\xc3\xa4 8 bit \xff\n.\n\n+OK\n-ERR\n' >"$TMP/one/mail/anna/new/1000000002.b.test"
    printf 'Subject: no end' >"$TMP/one/mail/anna/new/1000000003.c.test"
    chown -R nobody "$TMP/one/mail/anna"
}
teardown() { sponts_teardown; }

# said PORT tls|plain - what anna's sessions hear after the login, one after the other.
said() {
    /usr/bin/python3 - "$@" <<'END'
import sys
from pop_talk import Talk

port, tls = int(sys.argv[1]), sys.argv[2] == "tls"
SESSIONS = [
    b"STAT|LIST|LIST 1|LIST 99|LIST x|UIDL|UIDL 1|UIDL 0|NOOP|NOOP x|QUIT",
    b"RETR 1|retr 2|Retr 3|RETR|RETR x|RETR 99|TOP 1 0|TOP 1 1|TOP 2 100000|TOP 1|TOP x 1|QUIT",
    b"DELE 1|DELE 1|RETR 1|LIST|STAT|UIDL|LIST 1|RSET|STAT|DELE 99|LAST|QUIT",
    b"CAPA|LANG|LANG *|UTF8|LAST|XTND|APOP anna x|USER anna|PASS x|QUIT",
    b"AUTH|AUTH PLAIN|STLS|XCLIENT ADDR=192.0.2.1||  STAT|STAT  |\xff\xfe|QUIT now",
    b"NOOP " + b"x" * 3000 + b"|STAT|" + b"y" * 300 + b"|STAT|QUIT",
    b"STAT\nLIST\nQUIT",
    b"ST\rAT|STAT\0|QUIT",
    b"DELE 2|RETR 2|NOOP", # and away: nothing is deleted
]
for session in SESSIONS:
    for pieces in ([session.replace(b"|", b"\r\n") + b"\r\n"], # all at once
                   [line + b"\r\n" for line in session.split(b"|")]):
        talk = Talk(port, tls=tls).login("anna")
        heard = b""
        for number, piece in enumerate(pieces):
            # The answers come before the next piece, as they do for a user.
            last = number + 1 == len(pieces)
            try:
                talk.say(piece if last else piece + b"NOOP\r\n")
            except OSError: # ended in between
                break
            while not last and not heard.endswith(b"+OK\r\n"):
                data = talk.more()
                if not data:
                    break
                heard += data
        if b"QUIT" not in session:
            talk.say(b"STAT\r\n")
            while heard.count(b"\r\n") < 10 and b"\r\n+OK 2 " not in heard:
                heard += talk.more()
            talk.socket.close()
        else:
            heard += talk.rest()
        print(session[:40], len(pieces), len(heard), heard)
END
}

@test "after the login the sessions are the same, plain and in TLS" {
    proxy_config pop-proxy "backend = localhost:${PORT[one-pop3]}" "backend-ca = $TMP/one/cert.pem"
    proxy_start
    said "${PORT[one-pop3]}" plain >"$TMP/directly"
    [ "$(wc -l <"$TMP/directly")" -eq 18 ]
    grep -q 'Subject: one' "$TMP/directly"
    said "$PLAIN_PORT" plain | diff "$TMP/directly" -
    said "$TLS_PORT" tls | diff "$TMP/directly" -
    proxy_config pop-proxy "backend = localhost:${PORT[one-pop3]}" "backend-tls = none"
    proxy_start
    said "$PLAIN_PORT" plain | diff "$TMP/directly" -
}

@test "before the login they differ in the words of the manual, not in the codes" {
    proxy_config pop-proxy "backend = localhost:${PORT[one-pop3]}" "backend-tls = none" \
        '[pop-proxy]' 'login-delay = 0s'
    proxy_start
    codes() {
        /usr/bin/python3 - "$1" <<'END'
import sys
from pop_talk import Talk
talk = Talk(int(sys.argv[1]))
print(talk.greeting.decode())
print(talk.short(b"CAPA").decode())
print(talk.text().decode().replace("\r\n", "\n"), end="")
for command in ("USER anna", "PASS wrong", "STAT", "AUTH PLAIN AGFubmEAd3Jvbmc=", "APOP anna x",
                "PASS secret", "USER anna", "PASS secret", "QUIT"):
    print(talk.short(command.encode()).decode())
END
    }
    codes "${PORT[one-pop3]}" >"$TMP/directly"
    codes "$PLAIN_PORT" >"$TMP/proxied"
    # The capabilities, whatever their order; ours adds nothing and takes nothing away.
    capabilities() { sed -n '/^CAPA$/,/^\.$/p' "$1" | sort; }
    diff <(capabilities "$TMP/directly") <(capabilities "$TMP/proxied")
    answers() { sed -n 's/^\(+OK\|-ERR\)\( \[[A-Z/-]*\]\)\?.*/\1\2/p' "$1"; }
    diff <(answers "$TMP/directly") <(answers "$TMP/proxied")
    [ "$(tail -n 2 "$TMP/proxied")" = "$(tail -n 2 "$TMP/directly")" ]
}
