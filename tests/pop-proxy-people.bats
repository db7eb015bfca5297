#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# pop-proxy(8) in front of Dovecot, and the programs that people fetch their mail with.

setup() {
    load helpers/common
    load helpers/proxy
    proxy_setup
    mailbox_server one
    proxy_config pop-proxy "backend = localhost:${PORT[one-pop3]}" \
        "backend-ca = $TMP/one/cert.pem"
    proxy_start
    HOME=$TMP/home
    mkdir -p "$HOME"
}
teardown() { sponts_teardown; }

# deliver USER FILE... - puts mail into the mailbox, as it is.
deliver() {
    local user=$1 file number=0
    shift
    mkdir -p "$TMP/one/mail/$user"/{new,cur,tmp}
    for file in "$@"; do
        number=$((number + 1))
        cp "$file" "$TMP/one/mail/$user/new/$(printf '%d.%04d.test' $((1000000000 + number)) "$number")"
    done
    chown -R nobody "$TMP/one/mail/$user"
}

# letter NAME - a small message in $TMP/NAME, with lines that begin with dots.
letter() {
    printf 'From: s@example.test\r\nTo: anna@example.test\r\nSubject: %s\r\n\r\n.\r\n..two\r\nend\r\n' \
        "$1" >"$TMP/$1"
}

secret_file() { printf '%s\n' "$1" >"$2" && chmod 600 "$2"; }

@test "curl: plain, by STLS and by TLS from the first byte, with several mechanisms" {
    letter first
    deliver anna "$TMP/first"
    fetch() { curl -sS --cacert "$PROXY/cert.pem" -u anna:secret "$@" -o "$TMP/got" && cmp "$TMP/first" "$TMP/got"; }
    fetch "pop3://localhost:$PLAIN_PORT/1"
    fetch --ssl-reqd "pop3://localhost:$PLAIN_PORT/1"
    fetch "pop3s://localhost:$TLS_PORT/1"
    fetch --login-options AUTH=PLAIN --sasl-ir "pop3s://localhost:$TLS_PORT/1"
    fetch --login-options AUTH=LOGIN "pop3s://localhost:$TLS_PORT/1"
    proxy_logged 'login-accepted .*mechanism=LOGIN .*tls=TLSv1.3'
    [[ $(curl -sS --cacert "$PROXY/cert.pem" -u anna:secret "pop3s://localhost:$TLS_PORT/") == "1 "* ]]
    run curl -sS --cacert "$PROXY/cert.pem" -u anna:wrong "pop3s://localhost:$TLS_PORT/1"
    [ "$status" -eq 67 ]
}

@test "fetchmail: STLS, UIDL, and deletes what it has fetched" {
    letter first
    letter second
    deliver anna "$TMP/first" "$TMP/second"
    mkdir "$TMP/fetched"
    secret_file "poll localhost protocol pop3 port $PLAIN_PORT uidl
user anna password secret sslproto 'TLS1.2+' sslcertck sslcertfile $PROXY/cert.pem
mda 'cat >$TMP/fetched/\$\$' no rewrite" "$TMP/fetchmailrc"
    fetchmail -f "$TMP/fetchmailrc" --nosyslog -v -i "$TMP/ids" --pidfile "$TMP/pid"
    [ "$(cat "$TMP/fetched"/* | grep -c '^Subject: ')" -eq 2 ]
    # It asks for TOP with more lines than there can be.
    wait_for 5 proxy_logged 'session-ended .*user=anna fetched=0 parts=2 .*deleted=2'
    [ -z "$(find "$TMP/one/mail/anna" -name '*.test*')" ]
}

@test "getmail: TLS from the first byte" {
    letter first
    deliver anna "$TMP/first"
    mkdir -p "$TMP/box"/{new,cur,tmp} "$TMP/getmail"
    secret_file "[retriever]
type = SimplePOP3SSLRetriever
server = localhost
port = $TLS_PORT
username = anna
password = secret
ca_certs = $PROXY/cert.pem
[destination]
type = Maildir
path = $TMP/box/
[options]
delete = true
delivered_to = false
received = false" "$TMP/getmail/getmailrc"
    chown -R nobody "$TMP/box" "$TMP/getmail" "$HOME"
    runuser=()
    [ "$(id -u)" -ne 0 ] || runuser=(setpriv --reuid nobody --regid nogroup --clear-groups)
    "${runuser[@]}" getmail --getmaildir "$TMP/getmail"
    [ "$(cat "$TMP/box/new"/* | grep -c '^Subject: first')" -eq 1 ]
    wait_for 5 proxy_logged 'session-ended .*user=anna fetched=1 .*deleted=1'
}

@test "mpop: STLS, commands sent ahead" {
    letter first
    letter second
    deliver anna "$TMP/first" "$TMP/second"
    mkdir -p "$TMP/box"/{new,cur,tmp}
    secret_file "account default
host localhost
port $PLAIN_PORT
tls on
tls_starttls on
tls_trust_file $PROXY/cert.pem
user anna
password secret
auth scram-sha-256
delivery maildir $TMP/box
uidls_file $TMP/uidls
received_header off" "$TMP/mpoprc"
    mpop -C "$TMP/mpoprc"
    [ "$(find "$TMP/box/new" -type f | wc -l)" -eq 2 ]
    wait_for 5 proxy_logged 'session-ended .*user=anna fetched=2 .*deleted=2'
}

@test "a script in the shell: its words at once, or each when the last is answered" {
    letter first
    deliver anna "$TMP/first"
    words() { printf '%s\r\n' 'USER anna' 'PASS secret' 'RETR 1' QUIT; }
    secured() {
        timeout 20 openssl s_client -quiet -verify_return_error -CAfile "$PROXY/cert.pem" \
            -connect "localhost:$1" "${@:2}" 2>"$TMP/s_client"
    }
    complete() {
        tr -d '\r' >"$TMP/heard"
        grep -qx '\.\.\.two' "$TMP/heard" && [[ $(tail -n 1 "$TMP/heard") == "+OK Logging out." ]]
    }
    words | secured "$TLS_PORT" | complete
    words | secured "$PLAIN_PORT" -starttls pop3 | complete
    words | socat -t10 - "TCP:localhost:$PLAIN_PORT" | complete
    exec {wire}<>"/dev/tcp/localhost/$PLAIN_PORT"
    IFS= read -ru "$wire" heard
    [[ $heard == "+OK ready"* ]]
    words | while read -r word; do
        echo "$word" >&"$wire"
        while IFS= read -rt 10 -u "$wire" heard; do
            echo "$heard"
            [[ $word != RETR* && $heard == "+OK"* || $heard == $'.\r' ]] && break
        done
    done | complete
    exec {wire}>&-
}

@test "neomutt reads a message" {
    letter first
    deliver anna "$TMP/first"
    secret_file "set folder = $HOME
set pop_user = anna
set pop_pass = secret
set spoolfile = pops://localhost:$TLS_PORT/
set ssl_ca_certificates_file = $PROXY/cert.pem
set certificate_file = $PROXY/cert.pem
set pop_delete = no" "$TMP/muttrc"
    tmux -S "$TMP/tmux" -f /dev/null new-session -d -x 100 -y 30 \
        "TERM=screen neomutt -n -F $TMP/muttrc"
    screen() { tmux -S "$TMP/tmux" capture-pane -p; }
    shows() { screen | grep -q "$1"; }
    wait_for 20 shows 'first$' || { screen >&2; tmux -S "$TMP/tmux" kill-server; false; }
    tmux -S "$TMP/tmux" send-keys Enter
    wait_for 10 shows '^\.\.two' || { screen >&2; tmux -S "$TMP/tmux" kill-server; false; }
    tmux -S "$TMP/tmux" send-keys q x
    wait_for 10 proxy_logged 'session-ended .*user=anna '
    tmux -S "$TMP/tmux" kill-server || true
}

@test "poplib: all commands it has" {
    letter first
    letter second
    deliver anna "$TMP/first" "$TMP/second"
    python "$PLAIN_PORT" "$PROXY/cert.pem" <<'END'
import poplib, ssl, sys
port, ca = int(sys.argv[1]), sys.argv[2]
box = poplib.POP3("localhost", port, timeout=30)
box.stls(ssl.create_default_context(cafile=ca))
assert "SASL" in box.capa()
box.user("anna")
box.pass_("secret")
assert box.stat()[0] == 2
assert len(box.list()[1]) == 2 and len(box.uidl()[1]) == 2
assert box.uidl(1).startswith(b"+OK 1 ")
assert box.list(2).startswith(b"+OK 2 ")
first = box.retr(1)
assert first[1][-3:] == [b".", b"..two", b"end"], first[1]
assert box.top(2, 1)[1][-1] == b"."
box.dele(1)
box.rset()
box.dele(2)
box.noop()
box.quit()
END
    wait_for 5 proxy_logged 'session-ended .*fetched=1 parts=1 .*deleted=1 '
}

# A mailbox of mails that people and programs wrote, one of 20 MB and one of 100,000 lines,
# with dots at the beginnings.
real_mail() {
    python "$TMP" <<'END'
import sys
where = sys.argv[1]
with open(where + "/big", "wb") as out:
    out.write(b"Subject: big\r\n\r\n")
    line = b"." + bytes(33 + n % 90 for n in range(70)) + b"\r\n"
    while out.tell() < 20 << 20:
        out.write(line)
with open(where + "/long", "wb") as out:
    out.write(b"Subject: long\r\n\r\n")
    for number in range(100000):
        out.write(b"." * (number % 4) + b"%d\r\n" % number)
END
    deliver anna /usr/lib/python3.11/test/test_email/data/msg_*.txt "$TMP/big" "$TMP/long"
}

@test "real mail is the same through the proxy and directly, byte for byte" {
    real_mail
    python "${PORT[one-pop3]}" "$PLAIN_PORT" "$TLS_PORT" <<'END'
import hashlib, sys
from pop_talk import Talk

def everything(port, tls=False, ahead=False):
    talk = Talk(port, tls).login("anna")
    count = int(talk.short(b"STAT").split()[1])
    heard = [talk.long(b"LIST"), talk.long(b"UIDL")]
    for number in range(1, count + 1):
        heard.append(talk.long(b"RETR %d" % number))
        heard.append(talk.long(b"TOP %d 3" % number))
    talk.quit()
    return count, [hashlib.sha256(b"\r\n".join(each)).hexdigest() for each in heard]

directly = everything(int(sys.argv[1]))
assert directly[0] > 40, directly[0]
assert everything(int(sys.argv[2])) == directly
assert everything(int(sys.argv[3]), tls=True) == directly
END
    wait_for 5 proxy_logged 'session-ended .*down=[0-9]{8,} '
}

# mirror NAME PORT LINE... - with mpop into $TMP/NAME.
mirror() {
    local name=$1 at=$2
    shift 2
    mkdir -p "$TMP/$name"/{new,cur,tmp}
    printf '%s\n' "account default" "host localhost" "port $at" "user anna" "password secret" \
        "delivery maildir $TMP/$name" "uidls_file $TMP/$name.uidls" "keep on" \
        "received_header off" "$@" >"$TMP/$name.rc"
    chmod 600 "$TMP/$name.rc"
    mpop -C "$TMP/$name.rc" >/dev/null
    find "$TMP/$name/new" -type f -exec sha256sum {} + | cut -d' ' -f1 | sort >"$TMP/$name.sums"
}

@test "real mail mirrored by mpop is byte-identical: plain, STLS, TLS" {
    real_mail
    mirror directly "${PORT[one-pop3]}" "tls off" "auth user"
    [ "$(wc -l <"$TMP/directly.sums")" -ge 45 ]
    mirror plain "$PLAIN_PORT" "tls off" "auth user"
    mirror stls "$PLAIN_PORT" "tls on" "tls_starttls on" "tls_trust_file $PROXY/cert.pem"
    mirror tls "$TLS_PORT" "tls on" "tls_starttls off" "tls_trust_file $PROXY/cert.pem"
    for way in plain stls tls; do
        cmp "$TMP/directly.sums" "$TMP/$way.sums"
    done
    proxy_logged "session-ended .*user=anna fetched=$(wc -l <"$TMP/directly.sums") "
}

@test "a client that sends all its commands at once gets all its answers" {
    letter first
    deliver anna "$TMP/first"
    python "$PLAIN_PORT" <<'END'
import sys
from pop_talk import Talk
talk = Talk(int(sys.argv[1]))
talk.say(b"USER anna\r\nPASS secret\r\n" + b"RETR 1\r\nNOOP\r\n" * 3000 + b"QUIT\r\n")
heard = talk.rest()
assert heard.count(b"\r\nSubject: first\r\n") == 3000, heard[-200:]
assert heard.endswith(b"+OK Logging out.\r\n"), heard[-100:]
END
}
