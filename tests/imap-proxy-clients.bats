#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# imap-proxy(8) between Dovecot and clients that we did not write.  (mbsync mirrors in
# imap-proxy-transparency.bats.)

setup() {
    load helpers/common
    load helpers/proxy
    proxy_setup
    mailbox_server one
    proxy_config imap-proxy "backend = localhost:${PORT[one-imap]}" \
        "backend-ca = $TMP/one/cert.pem"
    proxy_start
}
teardown() { sponts_teardown; }

a_mail() { printf 'From: a@test\r\nTo: b@test\r\nSubject: %s\r\n\r\nHello.\r\n' "$1"; }

# Into anna's inbox, past the proxy.
delivered() {
    curl -sS -k -u anna:secret -T "$1" "imaps://localhost:${PORT[one-imaps]}/INBOX"
}

@test "curl: IMAP with STARTTLS and IMAPS, every mechanism it has" {
    a_mail 'by curl' >"$TMP/mail"
    curl -sS --cacert "$PROXY/cert.pem" -u anna:secret -T "$TMP/mail" "imaps://localhost:$TLS_PORT/INBOX"
    for mechanism in PLAIN LOGIN ''; do
        for ir in --sasl-ir --no-sasl-ir; do
            for url in "imap://localhost:$PLAIN_PORT" "imaps://localhost:$TLS_PORT"; do
                curl -sS --cacert "$PROXY/cert.pem" --ssl-reqd -u anna:secret "$ir" \
                    ${mechanism:+--login-options "AUTH=$mechanism"} "$url/INBOX;UID=1" >"$TMP/got"
                cmp "$TMP/mail" "$TMP/got"
            done
        done
    done
    proxy_logged 'login-accepted client=127.0.0.1 user=anna mechanism=LOGIN listener=tls tls=TLSv1.3 backend=localhost\[127.0.0.1\]:'
    run -67 curl -sS --cacert "$PROXY/cert.pem" -u anna:wrong "imaps://localhost:$TLS_PORT/"
    proxy_logged 'login-refused .* user=anna mechanism=PLAIN .* kind=refused'
}

@test "fetchmail takes the mail and deletes it" {
    a_mail 'for fetchmail' >"$TMP/mail"
    for _ in 1 2 3; do
        delivered "$TMP/mail"
    done
    cat >"$TMP/fetchmailrc" <<END
poll localhost protocol imap port $PLAIN_PORT
user anna password secret
sslproto tls1.2+ sslcertck sslcertfile $PROXY/cert.pem
nokeep fetchall mda "cat >> $TMP/fetched"
END
    chmod 600 "$TMP/fetchmailrc"
    HOME=$TMP FETCHMAILHOME=$TMP fetchmail --nosyslog -f "$TMP/fetchmailrc" -i "$TMP/ids" \
        --pidfile "$TMP/fetchmail.pid"
    [ "$(grep -c '^Subject: for fetchmail' "$TMP/fetched")" -eq 3 ]
    proxy_logged 'session-ended .* user=anna .*deleted=3 '
}

@test "getmail takes the mail" {
    a_mail 'for getmail' >"$TMP/mail"
    delivered "$TMP/mail"
    mkdir -p "$TMP/box"/{cur,new,tmp} "$TMP/getmail"
    cat >"$TMP/getmail/getmailrc" <<END
[retriever]
type = SimpleIMAPSSLRetriever
server = localhost
port = $TLS_PORT
username = anna
password = secret
ca_certs = $PROXY/cert.pem
[destination]
type = Maildir
path = $TMP/box/
END
    if [ "$(id -u)" -eq 0 ]; then # getmail delivers nothing as root
        chown -R nobody "$TMP/box"
        echo "user = nobody" >>"$TMP/getmail/getmailrc"
    fi
    getmail --getmaildir "$TMP/getmail" --quiet
    grep -rq '^Subject: for getmail' "$TMP/box/new"
}

@test "imaplib: plain, STARTTLS and TLS; folders, flags, search, copy" {
    python "$PLAIN_PORT" "$TLS_PORT" "$PROXY/cert.pem" <<'END'
import imaplib, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[3])
def plain():
    return imaplib.IMAP4("localhost", int(sys.argv[1]))
def starttls():
    imap = plain()
    assert imap.starttls(context)[0] == "OK"
    return imap
def tls():
    return imaplib.IMAP4_SSL("localhost", int(sys.argv[2]), ssl_context=context)
for number, way in enumerate((plain, starttls, tls)):
    imap = way()
    assert ("STARTTLS" in imap.capabilities) == (way is plain), imap.capabilities
    if way is plain:
        assert imap.login("anna", "secret")[0] == "OK"
    else:
        assert imap.authenticate("PLAIN", lambda _: b"\0anna\0secret")[0] == "OK"
    folder = f"Folder {number}"
    assert imap.create(f'"{folder}"')[0] == "OK"
    assert imap.append(f'"{folder}"', r"\Seen", None, b"Subject: x\r\n\r\nText\r\n")[0] == "OK"
    assert imap.select(f'"{folder}"') == ("OK", [b"1"])
    assert imap.search(None, "SEEN", "SUBJECT", '"x"') == ("OK", [b"1"])
    assert imap.store("1", "+FLAGS", r"\Flagged")[0] == "OK"
    assert imap.copy("1", "INBOX")[0] == "OK"
    assert imap.fetch("1", "(BODY.PEEK[TEXT])")[1][0][1] == b"Text\r\n"
    assert imap.logout()[0] == "BYE"
END
}

@test "a script in the shell: its words at once, or each when the last is answered" {
    a_mail 'for a script' >"$TMP/mail"
    delivered "$TMP/mail"
    words() { printf '%s\r\n' 'a LOGIN anna secret' 'b SELECT INBOX' 'c FETCH 1 BODY[TEXT]' 'd LOGOUT'; }
    secured() {
        timeout 20 openssl s_client -quiet -verify_return_error -CAfile "$PROXY/cert.pem" \
            -connect "localhost:$1" "${@:2}" 2>"$TMP/s_client"
    }
    complete() {
        tr -d '\r' >"$TMP/heard"
        grep -qx 'Hello\.' "$TMP/heard" && grep -q '^d OK' "$TMP/heard"
    }
    words | secured "$TLS_PORT" | complete
    words | secured "$PLAIN_PORT" -starttls imap | complete
    words | socat -t10 - "TCP:localhost:$PLAIN_PORT" | complete
    exec {wire}<>"/dev/tcp/localhost/$PLAIN_PORT"
    IFS= read -ru "$wire" heard
    [[ $heard == "* OK "* ]]
    words | while read -r word; do
        echo "$word" >&"$wire"
        while IFS= read -rt 10 -u "$wire" heard; do
            echo "$heard"
            [[ $heard != "${word%% *} "* ]] || break
        done
    done | complete
    exec {wire}>&-
}

@test "neomutt reads and answers the terminal's questions" {
    a_mail 'seen by neomutt' >"$TMP/mail"
    delivered "$TMP/mail"
    cat >"$TMP/muttrc" <<END
set imap_user = anna
set imap_pass = secret
set folder = imaps://localhost:$TLS_PORT/
set spoolfile = +INBOX
set ssl_ca_certificates_file = $PROXY/cert.pem
set certificate_file = $PROXY/cert.pem
set header_cache = ""
END
    tmux -S "$TMP/tmux" -f /dev/null new-session -d -x 100 -y 30 \
        "HOME=$TMP TERM=screen neomutt -n -F $TMP/muttrc"
    screen() { tmux -S "$TMP/tmux" capture-pane -p; }
    shows() { screen | grep -q "$1"; }
    wait_for 20 shows 'seen by neomutt' || { screen >&2; tmux -S "$TMP/tmux" kill-server; false; }
    tmux -S "$TMP/tmux" send-keys Enter
    wait_for 10 shows '^Hello\.' || { screen >&2; tmux -S "$TMP/tmux" kill-server; false; }
    tmux -S "$TMP/tmux" send-keys q x
    tmux -S "$TMP/tmux" kill-server || true
    wait_for 10 proxy_logged 'session-ended .* user=anna '
}

@test "IDLE: what happens elsewhere is heard at once, compressed or not" {
    python "$PLAIN_PORT" "$TLS_PORT" "$PROXY/cert.pem" "${PORT[one-imap]}" <<'END'
import sys, time
from imap_talk import Talk
elsewhere = Talk(int(sys.argv[4])).login("anna")
ways = [Talk(int(sys.argv[1])).login("anna"), Talk(int(sys.argv[1])).login("anna").compress(),
        Talk(int(sys.argv[2]), tls=sys.argv[3]).login("anna"),
        Talk(int(sys.argv[2]), tls=sys.argv[3]).login("anna").compress()]
for talk in ways:
    talk.command(b"a SELECT INBOX")
    talk.send(b"b IDLE\r\n")
    talk.until(b"+")
elsewhere.send(b"a APPEND INBOX {3+}\r\nX:1\r\n")
elsewhere.until(b"a OK")
for talk in ways:
    began = time.monotonic()
    assert talk.until(b"* 1 EXISTS")
    assert time.monotonic() - began < 5
    talk.send(b"DONE\r\n")
    assert talk.until(b"b OK")
    talk.logout()
END
}

@test "a client that goes without a word leaves no session, whatever it was about to do" {
    head -c 8000000 /dev/zero | tr '\0' x | fold -w 70 >"$TMP/mail"
    delivered "$TMP/mail"
    python "$PLAIN_PORT" <<'END'
import sys
from imap_talk import Talk
for begun in (b"", b"a IDLE\r\n", b"a APPEND INBOX {99+}\r\nhalf", b"a APPEND INBOX {99}\r\n",
              b"a NOO", b"a FETCH 1 BODY[]\r\n"):
    talk = Talk(int(sys.argv[1])).login("anna")
    talk.command(b"s SELECT INBOX")
    talk.send(begun)
    if begun.endswith(b"]\r\n") or begun.endswith(b"IDLE\r\n"):
        talk.line()
    talk.socket.close()
END
    all_ended() { [ "$(grep -c 'session-ended .* user=anna ' "$TMP/proxy.log")" -eq 6 ]; }
    wait_for 5 all_ended
}

@test "COMPRESS: both legs; a second time is refused; a lying client ends its own session" {
    sed -i '/^backend =/a backend-compress = yes' "$CONF"
    wait_for 10 proxy_logged ' ready ' # before, a signal ends it
    kill -HUP "$PROXY_PID"
    wait_for 5 proxy_logged ' reloaded '
    python "$PLAIN_PORT" <<'END'
import sys, zlib
from imap_talk import Talk
talk = Talk(int(sys.argv[1])).login("anna").compress()
assert talk.command(b"a COMPRESS DEFLATE")[-1].startswith(b"a NO [COMPRESSIONACTIVE]")
assert b"COMPRESS" not in talk.command(b"b CAPABILITY")[0]
mail = b"Subject: x\r\n\r\n" + b"0123456789abcdef\r\n" * 50000
talk.send(b"c APPEND INBOX {%d+}\r\n%s\r\n" % (len(mail), mail))
talk.until(b"c OK")
talk.command(b"d SELECT INBOX")
assert talk.fetch(1) == mail
talk.send(b"e NOOP\r\nf NOOP\r\n" * 100)
for _ in range(100):
    talk.until(b"e OK")
    talk.until(b"f OK")
talk.logout()

liar = Talk(int(sys.argv[1])).login("anna").compress()
liar.socket.sendall(b"\xff\xff\xff\xff" * 100)
heard = liar.line()
assert heard.startswith(b"* BYE [CLIENTBUG] ") or not heard, heard
END
    wait_for 5 proxy_logged 'session-ended .* reason=client-protocol'
}
