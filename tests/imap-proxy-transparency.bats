#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# imap-proxy(8), "What a client can notice": nothing but what the manual lists, octet for
# octet.

setup() {
    load helpers/common
    load helpers/proxy
    proxy_setup
}
teardown() { sponts_teardown; }

talk() { /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/imap_talk.py" "$@"; }

# What differs between any two sessions with the same server: times, and the numbers that it
# makes from them.
same_for_all() {
    sed -E -e 's/ \([0-9.]+ \+ [0-9. +]+secs\)//' -e 's/UIDVALIDITY [0-9]+/UIDVALIDITY N/g' \
        -e 's/(APPENDUID|COPYUID) [0-9]+/\1 N/' -e 's/(anna|bert)/USER/g' \
        -e 's/"[ 0-9]{2}-[A-Z][a-z]{2}-20[0-9]{2} [0-9:]+ [+-][0-9]{4}"/"DATE"/g'
}

messages() {
    printf 'Subject: one\r\nFrom: a@test\r\n\r\nHello {5}\r\n* 1 FETCH (X)\r\n' >"$TMP/one.eml"
    printf 'Subject: two\r\n\r\n\xc3\xa4 8 bit \xff\r\n.\r\n\r\na OK [CAPABILITY X]\r\n' >"$TMP/two.eml"
    printf 'Subject: bin\r\nContent-Transfer-Encoding: binary\r\n\r\n\x01\x02\n\r\x7f' >"$TMP/bin.eml"
    : >"$TMP/empty"
}

# Commands of all extensions that Dovecot has, and some that it has not.
script() {
    cat <<END
CAPABILITY
NOOP
NAMESPACE
ID ("name" "test")
ENABLE CONDSTORE QRESYNC UTF8=ACCEPT
LIST "" "*"
CREATE Sent
CREATE "two words"
CREATE {@$TMP/name}
SUBSCRIBE Sent
LIST (SUBSCRIBED) "" "*" RETURN (CHILDREN STATUS (MESSAGES UIDNEXT))
LIST "" ("Se*" "tw*") RETURN (SPECIAL-USE)
LSUB "" "*"
APPEND INBOX {@$TMP/one.eml}
APPEND INBOX (\Seen) "01-Jan-2020 10:00:00 +0000" {+@$TMP/two.eml}
APPEND INBOX (\Seen) {@$TMP/one.eml} (\Flagged) {@$TMP/two.eml}
APPEND INBOX {+@$TMP/one.eml} {+@$TMP/two.eml}
APPEND INBOX ~{@$TMP/bin.eml}
APPEND INBOX {@$TMP/empty}
APPEND Nowhere {@$TMP/one.eml}
APPEND INBOX CATENATE (TEXT {@$TMP/one.eml} TEXT {+@$TMP/two.eml})
APPEND INBOX CATENATE (URL "/INBOX/;UID=1" TEXT {@$TMP/two.eml})
STATUS INBOX (MESSAGES UIDNEXT UNSEEN RECENT HIGHESTMODSEQ SIZE)
SELECT INBOX
FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE MODSEQ)
FETCH 1:* (ENVELOPE BODYSTRUCTURE)
FETCH 1 BODY[]
FETCH 2 (BODY.PEEK[HEADER.FIELDS (SUBJECT "FROM")] BODY.PEEK[TEXT]<0.5>)
FETCH 2 (BODY.PEEK[]<3.100000> RFC822.HEADER RFC822.TEXT)
UID FETCH 1:2 (BINARY.PEEK[1] BINARY.SIZE[1] BODY.PEEK[1])
FETCH 1 (PREVIEW SNIPPET SAVEDATE)
FETCH 99 BODY[]
FETCH nonsense
SEARCH RETURN (MIN MAX COUNT SAVE) ALL
UID SEARCH CHARSET UTF-8 SUBJECT {@$TMP/word}
SORT (REVERSE SUBJECT) UTF-8 ALL
THREAD REFERENCES UTF-8 ALL
STORE 1 +FLAGS (\Deleted \$Label1)
UID STORE 2 (UNCHANGEDSINCE 1) FLAGS (\Seen)
COPY 2 Sent
UID COPY 1:2 "two words"
MOVE 3 Sent
UID MOVE 99 Sent
EXPUNGE
UID EXPUNGE 1:*
UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)
IDLE
SETMETADATA INBOX (/private/comment {@$TMP/one.eml})
GETMETADATA (DEPTH infinity) INBOX (/private)
GETMETADATA "" /shared/admin
NOTIFY SET (selected (MessageNew (FLAGS) MessageExpunge)) (personal (MailboxName))
NOTIFY NONE
&NOOP
&FETCH 1 FLAGS
&STATUS Sent (MESSAGES)
NOOP
UNSELECT
SELECT Sent (QRESYNC (1 1))
EXAMINE INBOX
STORE 1 FLAGS (\Answered)
CLOSE
RENAME Sent Archive
DELETE "two words"
SELECT Nowhere
XYZZY
FETCH
GETQUOTAROOT INBOX
UNSUBSCRIBE Sent
LOGOUT
END
}

@test "the same session directly and through the proxy, all extensions" {
    mailbox_server one 'service imap-login {' 'service_count = 0' '}'
    proxy_config imap-proxy "backend = 127.0.0.1:${PORT[one-imap]}" "backend-verify = none"
    proxy_start
    messages
    printf '{5+} "x"' >"$TMP/name"
    printf '\xc3\xa4' >"$TMP/word"
    script | talk "${PORT[one-imap]}" anna >"$TMP/direct"
    script | talk "$PLAIN_PORT" bert >"$TMP/proxied"
    same_for_all <"$TMP/direct" >"$TMP/direct.same"
    same_for_all <"$TMP/proxied" >"$TMP/proxied.same"

    # Only the capabilities differ, by what only one leg has.
    diff <(grep -v CAPABILITY "$TMP/direct.same") <(grep -v CAPABILITY "$TMP/proxied.same")
    [ "$(grep -c . "$TMP/direct.same")" -gt 150 ]
    grep -q '^t[0-9]* OK \[APPENDUID N 7\]' "$TMP/proxied.same"
    grep -q '^\* VANISHED' "$TMP/proxied.same"
    grep -a '^\* CAPABILITY' "$TMP/direct" | tr -d '\r' >"$TMP/direct.can"
    grep -a '^\* CAPABILITY' "$TMP/proxied" | tr -d '\r' >"$TMP/proxied.can"
    [ "$(sed -e 's/ SASL-IR//' -e 's/ LOGIN-REFERRALS//' "$TMP/direct.can") COMPRESS=DEFLATE" = \
        "$(cat "$TMP/proxied.can")" ]
}

@test "the same session through compressed legs, on either side" {
    mailbox_server one 'protocol imap {' 'mail_plugins = imap_zlib' '}'
    proxy_config imap-proxy "backend = 127.0.0.1:${PORT[one-imap]}" "backend-verify = none" \
        "backend-compress = yes"
    proxy_start
    messages
    printf '{5+} "x"' >"$TMP/name"
    printf '\xc3\xa4' >"$TMP/word"
    script | talk "${PORT[one-imap]}" anna >"$TMP/direct"
    script | talk "$PLAIN_PORT" bert --compress >"$TMP/proxied"
    diff <(same_for_all <"$TMP/direct" | grep -av CAPABILITY) \
        <(same_for_all <"$TMP/proxied" | grep -av CAPABILITY)
    # Once is enough for one leg.
    grep -a '^\* CAPABILITY' "$TMP/direct" | grep -q ' COMPRESS=DEFLATE'
    run ! grep -aq 'CAPABILITY.*COMPRESS' "$TMP/proxied"
}

# A folder of mails that people and programs wrote, one of 20 MB and one of 100,000 lines.
real_folder() {
    local folder=$TMP/one/mail/anna/new mail number=0
    mkdir -p "$folder" "${folder%new}cur" "${folder%new}tmp"
    for mail in /usr/lib/python3.11/test/test_email/data/msg_*.txt; do
        number=$((number + 1))
        cp "$mail" "$folder/$number.real"
    done
    {
        printf 'Subject: twenty megabytes\n\n'
        head -c 15000000 /dev/urandom | base64 -w 76
    } >"$folder/large.real"
    {
        printf 'Subject: many lines\n\n'
        seq 1 100000
    } >"$folder/long.real"
    chown -R nobody "$TMP/one/mail/anna"
    REAL=$((number + 2))
}

# mirror NAME PORT [LINE...] - with mbsync into $TMP/NAME/.
mirror() {
    local name=$1 at=$2
    shift 2
    mkdir -p "$TMP/$name"
    {
        printf '%s\n' "IMAPAccount a" "Host localhost" "Port $at" "User anna" "Pass secret" "$@"
        printf '%s\n' "" "IMAPStore far" "Account a" "" "MaildirStore near" "Path $TMP/$name/" \
            "Inbox $TMP/$name/inbox" "" "Channel c" "Far :far:" "Near :near:" "Create Near" \
            "Sync Pull" "SyncState *"
    } >"$TMP/$name.rc"
    mbsync -c "$TMP/$name.rc" c
}
# mbsync puts a line of its own into each header: without it, octet for octet.
sums() {
    local mail
    find "$TMP/$1/inbox" -type f -path '*/[cn]*/*' | while read -r mail; do
        sed '/^X-TUID: /d' "$mail" | sha256sum
    done | sort
}

@test "real mail mirrored by mbsync is byte-identical: plain, STARTTLS, TLS, compressed leg" {
    mailbox_server one 'protocol imap {' 'mail_plugins = imap_zlib' '}'
    proxy_config imap-proxy "backend = localhost:${PORT[one-imap]}" \
        "backend-ca = $TMP/one/cert.pem" "backend-compress = yes"
    proxy_start
    real_folder
    mirror direct "${PORT[one-imap]}" "SSLType None" "AuthMechs LOGIN"
    mirror plain "$PLAIN_PORT" "SSLType None" "AuthMechs LOGIN"
    mirror starttls "$PLAIN_PORT" "SSLType STARTTLS" "CertificateFile $PROXY/cert.pem"
    mirror tls "$TLS_PORT" "SSLType IMAPS" "CertificateFile $PROXY/cert.pem"
    sums direct >"$TMP/direct.sums"
    [ "$(wc -l <"$TMP/direct.sums")" -ge 45 ]
    for way in plain starttls tls; do
        sums "$way" >"$TMP/sums"
        cmp "$TMP/direct.sums" "$TMP/sums"
    done
    wait_for 5 proxy_logged "session-ended .* user=anna fetched=[0-9]{2} parts=.* reason=quit"
}

@test "real mail uploaded through the proxy is stored as it was" {
    mailbox_server one
    proxy_config imap-proxy "backend = 127.0.0.1:${PORT[one-imap]}" "backend-verify = none"
    proxy_start
    real_folder
    /usr/bin/python3 - "$TLS_PORT" "$PROXY/cert.pem" "$TMP/one/mail/anna/new" <<'END'
import glob, imaplib, re, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[2])
imap = imaplib.IMAP4_SSL("localhost", int(sys.argv[1]), ssl_context=context)
imap.login("bert", "secret")
mails = [re.sub(rb"\r?\n", b"\r\n", open(name, "rb").read())
         for name in sorted(glob.glob(sys.argv[3] + "/*.real"))]
for mail in mails:
    kind, answer = imap.append("INBOX", r"(\Seen)", None, mail)
    assert kind == "OK", answer
imap.select("INBOX")
for number, mail in enumerate(mails, 1):
    kind, parts = imap.fetch(str(number), "(BODY.PEEK[])")
    assert parts[0][1] == mail, number
imap.logout()
END
    proxy_logged "session-ended .* user=bert fetched=$REAL parts=0 uploaded=$REAL "
}
