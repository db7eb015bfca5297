#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# ums-popd(8) at its own port: what a user sees of the queue, and what he can do to it.

# shellcheck disable=SC2034  # RETENTION is for gateway_config

setup() {
    load helpers/common
    load helpers/gateway
    load helpers/dovecot
    load helpers/ums
    sponts_setup
}
teardown() { sponts_teardown; }

# waiting USERS... - anna is known, the server is gone, and a mail for them waits.
waiting() {
    server_of_mailboxes
    gateway_with_ums "${UMS[@]}"
    teach anna
    teach bert
    dove_stops
    send_to "$@" < <(mail_of 300 1)
}
ids() { queue list --ids; }

@test "wrong words, a module that is off and a listener of ours without it are refused" {
    run -64 ums-popd --nonsense
    run -0 ums-popd --help
    [[ $output == *"--listen "* ]]
    run -0 ums-popd --version
    gateway_config
    run -78 ums-popd --check --config "$CONF"
    [[ $output == *"[ums] is not enabled" ]]
    printf '[listener ums]\nprogram = ums-popd\naddress = 127.0.0.1:1\ntls = none\nauth-without-tls = yes\n' >>"$CONF"
    run -78 ums-popd --check --config "$CONF"
    [[ $output == *"program = ums-popd needs enabled = yes in [ums]" ]]
    printf 'backend = 127.0.0.1:110\n[ums]\nenabled = yes\n' >>"$CONF"
    run -78 ums-popd --check --config "$CONF"
    [[ $output == *"backend is not for ums-popd" ]]
    sed -i '/^backend = /d' "$CONF"
    printf 'database = %s\n' "$GW/missing.db" >>"$CONF"
    run -78 sponts check --config "$CONF"
    [[ $output == *policy* || $output == *missing.db* ]]
}

@test "a user sees what waits for him, with every command of POP3" {
    waiting anna@dest.test
    wait_for 20 polls ums anna "1 of 1"
    id=$(ids)
    run -0 say ums anna STAT UIDL "UIDL 1" LIST "TOP 1 0" NOOP RSET CAPA "RETR 2" "LIST 2" NONSENSE
    mail=$TMP/anna/1.eml
    size=$(stat -c %s "$mail")
    [ "${lines[0]}" = "+OK 1 $size" ]
    [[ $output == *"1 $id"*"+OK 1 $id"*"1 $size"* ]]
    [[ $output == *"Return-Path: <sender@remote.test>"*"Received: "*"Subject: message 1"*"+OK nothing done"* ]]
    [[ $output != *xxxxx* ]]
    [[ $output == *UIDL*PIPELINING* ]]
    [ "$(grep -c '^-ERR' <<<"$output")" -eq 3 ]
    grep -qx $'X-UIDL: '"$id"$'\r' "$mail"
    grep -q 'xxxxx' "$mail"
}

@test "STLS and AUTH at a port of its own, and nobody logs in without TLS" {
    server_of_mailboxes
    gateway_with_ums
    plain=$(free_port)
    printf '%s\n' '[listener plain]' "address = 127.0.0.1:$plain" 'program = ums-popd' \
        'user-domain = dest.test' >>"$CONF"
    kill -HUP "$GATEWAY_PID"
    wait_for 20 bound "$plain"
    teach anna
    dove_stops
    send_to anna@dest.test < <(mail_of 300 1)
    wait_for 20 polls ums anna "1 of 1"
    /usr/bin/python3 - "$plain" <<'END'
import base64, poplib, ssl, sys
server = poplib.POP3("127.0.0.1", int(sys.argv[1]), timeout=30)
assert "STLS" in server.capa() and "USER" not in server.capa(), server.capa()
try:
    server.user("anna")
    raise SystemExit("a name in the clear")
except poplib.error_proto as error:
    assert b"STLS" in error.args[0], error
server.stls(ssl._create_unverified_context())
assert "PLAIN" in server.capa()["SASL"], server.capa()
said = base64.b64encode(b"\0anna\0secret").decode()
assert server._shortcmd("AUTH PLAIN " + said).startswith(b"+OK")
assert server.stat()[0] == 1
server.quit()
END
}

@test "another user's mail is not there, and an alias shows it to each" {
    waiting anna@dest.test
    send_to team@dest.test < <(mail_of 300 2)
    wait_for 20 polls ums anna "2 of 2"
    polls ums bert "1 of 1"
    grep -q 'Subject: message 2' "$TMP/bert/1.eml"
}

@test "what an operator holds is shown to nobody" {
    waiting anna@dest.test
    wait_for 20 polls ums anna "1 of 1"
    queue hold "$(ids)"
    wait_for 20 polls ums anna "0 of 0"
    queue release "$(ids)"
    wait_for 20 polls ums anna "0 of 1"
}

@test "deleted is hidden: from this user, over restarts, and delivered all the same" {
    waiting anna@dest.test bert@dest.test
    wait_for 20 polls ums anna "1 of 1"
    say ums anna "DELE 1"
    polls ums anna "0 of 0"
    polls ums bert "1 of 1"
    wait_for 20 logged 'mail-hidden user=anna@dest.test'
    kill -KILL "$(pgrep -P "$GATEWAY_PID" -x ums-popd)"
    wait_for 20 polls ums anna "0 of 0"
    [ -z "$(find "$GW/spool/ums" -perm /077)" ]
    dove_returns
    wait_for 60 queue_is_empty
    has_mails anna 1
    has_mails bert 1
}

@test "a deletion without QUIT never happened" {
    waiting anna@dest.test
    wait_for 20 polls ums anna "1 of 1"
    /usr/bin/python3 - "${GATE[ums]}" <<'END'
import poplib, ssl, sys
server = poplib.POP3_SSL("127.0.0.1", int(sys.argv[1]), timeout=30,
                         context=ssl._create_unverified_context())
server.user("anna"), server.pass_("secret"), server.dele(1)
server.close()
END
    polls ums anna "0 of 1"
}

@test "on-delete = keep: it is there again" {
    UMS=('on-delete = keep')
    waiting anna@dest.test
    wait_for 20 polls ums anna "1 of 1"
    say ums anna "DELE 1" | grep -qx '+OK marked'
    polls ums anna "0 of 1"
}

@test "on-delete = withdraw: the others get it, an alias of several only hides it" {
    UMS=('on-delete = withdraw')
    waiting anna@dest.test bert@dest.test
    wait_for 20 polls ums anna "1 of 1"
    say ums anna "DELE 1"
    wait_for 20 logged 'mail-withdrawn user=anna@dest.test'
    polls ums anna "0 of 0"
    send_to team@dest.test < <(mail_of 300 2)
    wait_for 20 polls ums anna "1 of 1"
    say ums anna "DELE 1"
    dove_returns
    wait_for 60 queue_is_empty
    has_mails bert 2
    run -0 mailbox_of anna
    run ! grep -q 'Subject: message 1' "$output"
}

@test "what its user withdraws is deleted in the journal, its sender hears nothing, and he came by ums" {
    UMS=('on-delete = withdraw' '[journal]' 'enabled = yes' "database = $TMP/gw/journal.db")
    waiting anna@dest.test
    wait_for 20 polls ums anna "1 of 1"
    # By a program's library, with all that a list may be asked.
    run -0 /usr/bin/python3 - "${GATE[ums]}" <<'END'
import poplib, ssl, sys
server = poplib.POP3_SSL("127.0.0.1", int(sys.argv[1]), timeout=30,
                         context=ssl._create_unverified_context())
server.user("anna"), server.pass_("secret")
number, octets = server.stat()
assert server.list(1) == b"+OK 1 %d" % octets, server.list(1)
assert server.uidl(1).split()[:2] == [b"+OK", b"1"], server.uidl(1)
server.dele(1)
for ask in (server.retr, server.list, server.uidl, server.dele):
    try:
        ask(1)
    except poplib.error_proto as error:
        assert error.args[0] == b"-ERR no such message", error
    else:
        raise SystemExit("a deleted message is there")
server.rset(), server.dele(1), server.quit()
END
    wait_for 20 queue_is_empty
    polls ums anna "0 of 0"
    row() { sqlite3 -readonly "$TMP/gw/journal.db" "SELECT $1" 2>/dev/null; }
    is_deleted() { [ "$(row "result || ' ' || reply FROM journal_recipients")" = 'deleted withdrawn' ]; }
    wait_for 20 is_deleted
    [ "$(row "count(*) FROM journal_messages")" -eq 1 ] # no bounce
    came() { [ "$(row "count(*) FROM journal_logins WHERE service = 'ums' AND login LIKE 'anna%' AND result = 'accepted'")" -ge 1 ]; }
    wait_for 20 came
}

@test "the door for pop-proxy is for nobody else, and bad words there hurt nobody" {
    waiting anna@dest.test
    wait_for 20 polls ums anna "1 of 1"
    [ "$(stat -c %a "$GW/run/ums")" = 600 ]
    door() { socat -t 10 - "UNIX-CONNECT:$GW/run/ums" | tr -d '\r'; }
    run -0 door < <(printf 'STAT\r\nUSER anna@dest.test\r\nRETR 1\r\nPASS wrong\r\nNONSENSE\r\nQUIT\r\n')
    [ "$(grep -c '^-ERR' <<<"$output")" -eq 4 ]
    run -0 door < <(head -c 70000 /dev/zero | tr '\0' x)
    [[ $output == *-ERR* ]]
    run -0 door < <(printf 'USER anna@dest.test\r\nPASS secret\r\nLIST %0300d\r\nRETR 1\r\nQUIT\r\n' 1)
    [[ $output == *"-ERR this is no command"*"Subject: message 1"*"+OK bye" ]]
    # A client that goes in the middle of a message.
    printf 'USER anna@dest.test\r\nPASS secret\r\nRETR 1\r\n' | timeout 10 socat -u - "UNIX-CONNECT:$GW/run/ums"
    polls ums anna "0 of 1"
}

@test "inetd: one session on descriptor 0, beside the daemon and without it" {
    waiting anna@dest.test
    port=$(free_port)
    start inetd socat "TCP-LISTEN:$port,bind=127.0.0.1,fork,reuseaddr" \
        "EXEC:ums-popd --config $CONF --listener ums,nofork=0,stderr"
    wait_for 10 bound "$port"
    GATE[inetd]=$port
    wait_for 20 polls inetd anna "1 of 1"
    kill -STOP "$(pgrep -P "$GATEWAY_PID" -x ums-popd)"
    polls inetd anna "0 of 1"
    kill -CONT "$(pgrep -P "$GATEWAY_PID" -x ums-popd)"
    single() { find "$GW/run" -name 'ums.*' | grep -q .; }
    gone_again() { ! single; }
    wait_for 20 gone_again
}

@test "without what logins have taught it does not start, and what is no domain teaches nobody" {
    GW=$TMP/gw
    gateway_config "[ums]" 'enabled = yes' "database = $GW/policy.db"
    rm -f "$GW"/policy.db*
    for _ in missing damaged; do
        run -78 ums-popd --check --config "$CONF"
        [[ $output == *"$GW/policy.db"* ]]
        run -78 timeout 10 ums-popd --config "$CONF"
        rm -f "$GW"/policy.db*
        echo "no database" >"$GW/policy.db"
    done
    for word in foo..bar ann@dest.test .dest.test -; do
        sed -i '/^learn = /d; /^enabled = /a learn = dest.test '"$word" "$CONF"
        run -78 ums-popd --dump-config --config "$CONF"
        [[ $output == *"which is no domain" ]]
    done
}

@test "a bounce of ours and a forward that is sent again are fetched once" {
    RETENTION=1d
    server_of_mailboxes
    gateway_with_ums
    teach anna
    teach bert
    send_to team@dest.test < <(mail_of 300 1)
    wait_for 20 polls pop3s anna "1 of 1"
    wait_for 20 queue_is_empty
    dove_stops
    run -0 replayctl resend --rcpt anna@dest.test --config "$CONF"
    mail_of 300 2 >"$TMP/mail"
    submit "$TMP/mail" anna@dest.test bert@dest.test
    expires() { queue expire --recipient bert@dest.test; }
    wait_for 20 expires
    shows() { say ums anna STAT | grep -q "^+OK $1 "; }
    wait_for 20 shows 2
    polls ums anna "2 of 2"
    grep -qa '^X-Sponts-Replay: ' "$TMP"/anna/*.eml
    grep -qa '^Action: failed' "$TMP"/anna/*.eml
    dove_returns
    wait_for 60 queue_is_empty
    has_mails anna 3
    cp "$TMP/anna/uidl" "$TMP/uidl-before"
    wait_for 20 polls pop3s anna "0 of 3"
    cmp "$TMP/anna/uidl" "$TMP/uidl-before"
}

@test "what users have hidden is listed, and shown again while ums-popd runs" {
    waiting anna@dest.test bert@dest.test
    wait_for 20 polls ums anna "1 of 1"
    id=$(ids)
    send_to anna@dest.test < <(mail_of 300 2)
    wait_for 20 polls ums anna "1 of 2"
    run -1 queue hidden
    say ums anna "DELE 1" "DELE 2" QUIT >/dev/null
    say ums bert "DELE 1" QUIT >/dev/null
    polls ums anna "0 of 0"
    run -0 queue hidden
    [ "${#lines[@]}" -eq 3 ]
    [[ $output == *"$id  bert@dest.test"* ]]
    run -0 queue hidden --json Anna@dest.test
    [ "$(jq -r .user <<<"$output")" = anna@dest.test ]
    [ "$(jq -r '.queue_ids | sort | join(" ")' <<<"$output")" = "$(ids | sort | paste -sd' ')" ]
    run -0 queue unhide anna@dest.test "$id"
    [ "$output" = "1 message is shown again" ]
    polls ums anna "0 of 1"
    run -1 queue unhide anna@dest.test - </dev/null
    run -1 queue unhide anna@dest.test "$id"
    polls ums anna "0 of 1"
    run -0 queue unhide anna@dest.test
    polls ums anna "0 of 2"
    run -0 queue hidden
    [ "$output" = "$id  bert@dest.test" ]
    # By the name of his file; what is left is ums-popd's to write.
    file=$(queue hidden --json | jq -r .file)
    say ums anna "DELE 1" QUIT >/dev/null
    run -0 queue unhide "$file"
    polls ums bert "1 of 1"
    [ "$(stat -c %u "$GW/spool/ums"/*)" = "$(stat -c %u "$GW/spool")" ]
    run -1 queue unhide nobody@dest.test
    run -64 queue unhide
    run -78 queuectl hidden --spool "$TMP/nowhere"
}
