#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# journalq(1): what it finds, in which form, and how it says that it cannot.

setup() {
    load helpers/common
    load helpers/journal
    journal_setup
}
teardown() { sponts_teardown; }

@test "every criterion finds what it says" {
    fill
    found '5 4 3 2 1'
    found '1' --rcpt carl@example.org
    found '5 3 1' --recipient BOB@example.org
    found '5 3 1' --recipient @example.org
    found '3' --sender dora@example.com
    found '2' --sender '<>'
    found '3' --sender @example.com
    found '2' --address ann@example.net --origin bounce
    found '4 3' --domain example.com
    found '3' --client 198.51.100.3
    found '3' --login dora
    found '3' --listener submission
    found '3' --tenant acme
    found '1' --message-id '<1@example.net>'
    found '1' --subject 'ROOF off*'
    found '3' --subject größe
    found '1' --attachment roof.pdf
    found '1' --type application/x-dosexec
    found '3' --type 'image/*'
    found '1' --result failed
    found '3' --larger 1M
    found '2' --smaller 950
    found '1' --recipient bob@example.org --sender ann@example.net --subject roof
    run -1 q list --recipient nobody@example.net
    [ -z "$output" ]
}

@test "times are those of the local zone, and a day is a day" {
    fill
    found '4 3 2 1' --on 2026-11-22
    found '5' --on 23.11.2026
    found '3' --since '2026-11-22 09:00' --until '2026-11-22 10:00'
    found '3' --since 2026-11-22T08:00:00Z --until 2026-11-22T09:00:00Z
    found '2 1' --on '2026-11-22 08:00'
    tell message id=2001 time='90m ago' to=new@example.org -- \
        message id=2002 time='30m ago' to=new@example.org
    run -0 q list --since '2h ago' --count --rcpt new@example.org
    [ "$output" = 2 ]
    run -0 q list --since '1 hour ago' --count --rcpt new@example.org
    [ "$output" = 1 ]
    run -0 q list --since yesterday --count --rcpt new@example.org
    [ "$output" = 2 ]
}

@test "the hours around a change of the clocks are found by what the clock showed" {
    tell message id=1 time=2026-10-25T02:30+02:00 to=a@example.org -- \
        message id=2 time=2026-10-25T02:30+01:00 to=a@example.org -- \
        message id=3 time='2026-10-25 23:59' to=a@example.org >/dev/null
    run -0 q list --on 2026-10-25 --count
    [ "$output" = 3 ]
    run -0 q list --since 2026-10-25T02:00+01:00 --until '2026-10-25 03:00' --count
    [ "$output" = 1 ]
    run -64 q list --since '2026-10-25 02:30'
    [[ $output == 'journalq: --since 2026-10-25 02:30: is in an hour that comes twice'* ]]
    run -64 q list --since '2026-03-29 02:30'
    [[ $output == *'is in an hour that the change of the clocks leaves out' ]]
}

@test "a line tells time, id, result, size, from whom to whom, and the subject" {
    fill
    run -0 q list --on 2026-11-22 --sort oldest
    [ "${lines[0]}" = "2026-11-22 08:00:00 ${ID[1]} failed         4711 ann@example.net -> carl@example.org (+1): Offer for the roof" ]
    [ "${lines[1]}" = "2026-11-22 08:00:03 ${ID[2]} waiting         900 <> -> ann@example.net: Undelivered Mail" ]
    run -0 q list --recipient Bob@example.org --subject roof
    [[ $output == *' delivered      4711 ann@example.net -> bob@example.org (+1): Offer for the roof' ]]
    run -0 q list --refused
    [ "$output" = '2026-11-22 12:00:00 -             refused           0 eve@example.com -> nobody@example.org (550 5.1.1 unknown-recipient) from 203.0.113.9' ]
    run -0 q list --result refused --count
    [ "$output" = 1 ]
    run -0 q list --reason unknown-recipient --count
    [ "$output" = 1 ]
    run -1 q list --reason relay-denied --count
    [ "$output" = 0 ]
    run -0 q list --with-refused --count
    [ "$output" = 6 ]
}

@test "a line tells the result of who was searched for, also behind a pseudonym" {
    local key=0123456789abcdef0123456789abcdef bob
    printf '%s\n' "$key" >"$TMP/key"
    printf '%s\n' '[journal]' "database = $JOURNAL" 'pseudonyms = *' \
        "pseudonym-key-file = $TMP/key" >"$TMP/sponts.conf"
    bob=$(python3 -c 'import hmac, sys
print("p-" + hmac.digest(sys.argv[1].encode(), b"bob@example.org", "sha256")[:10].hex())' "$key")
    tell message id=1 to="$bob@example.org" to=carl@example.org -- \
        result id=1 to="$bob@example.org" outcome=delivered -- \
        result id=1 to=carl@example.org outcome=failed >/dev/null
    for option in --rcpt --address; do
        run -0 journalq list "$option" Bob@example.org --config "$TMP/sponts.conf"
        [[ $output == *" delivered "*" -> $bob@example.org (+1)" ]]
    done
    run -0 journalq list --config "$TMP/sponts.conf"
    [[ $output == *" failed "*" -> carl@example.org (+1)" ]]
    start follow journalq follow --since '1h ago' --rcpt bob@example.org \
        --config "$TMP/sponts.conf"
    wait_for 10 grep -q " delivered .* -> $bob@example.org (+1)" "$TMP/follow.out"
}

@test "pages go on where the last one ended, in every order" {
    fill
    local sort place page all
    for sort in newest oldest size recipients delay; do
        all=$(q list --ids --sort "$sort")
        [ "$(wc -l <<<"$all")" -eq 5 ]
        page='' place=()
        for _ in 1 2 3; do
            run -0 --separate-stderr q list --ids --sort "$sort" --limit 2 "${place[@]}"
            page+=$output$'\n'
            [[ $stderr =~ ^(journalq: there is more: --after (.*))?$ ]]
            place=(--after "${BASH_REMATCH[2]}")
        done
        [ "$page" = "$all"$'\n' ]
        [ -z "$stderr" ]
    done
    found '3 1 5 4 2' --sort size
    found '1 5 4 3 2' --sort recipients
    found '3 1 5 4 2' --sort delay
    run -64 q list --sort delay --after 17
    [[ $output == 'journalq: --after 17: is not what'* ]]
    run -64 q list --sort beauty
    run -64 q list --limit 0
}

@test "many messages come in one list, each once, without a limit" {
    tell fill 2500
    q list --ids >"$TMP/list"
    [ "$(wc -l <"$TMP/list")" -eq 2500 ]
    [ "$(sort -u "$TMP/list" | wc -l)" -eq 2500 ]
    run -0 q list --count
    [ "$output" = 2500 ]
    run -0 q list --sort size --limit 1
    [[ $output == *'number 2500'* ]]
    # Whoever reads no further ends it, without a word.
    q list --json 2>"$TMP/err" | head -n 1 >"$TMP/first"
    [ "$(wc -l <"$TMP/first")" -eq 1 ]
    [ ! -s "$TMP/err" ]
}

@test "show tells a message's whole story" {
    fill
    run -0 q show "${ID[1]}"
    diff - <(echo "$output") <<END
id:          ${ID[1]}
accepted:    2026-11-22T08:00:00+01:00
client:      192.0.2.1 (mail.example.net)
helo:        mail.example.net
protocol:    ESMTPS TLSv1.3
listener:    mx
sender:      <ann@example.net>
message-id:  <1@example.net>
subject:     Offer for the roof
size:        4711
attachment:  roof.pdf, application/pdf (its content: application/x-dosexec), 9000 bytes
delivered:   <bob@example.org> at 2026-11-22T08:00:01+01:00 after 1.500 s, mail1[192.0.2.9]:25: 250 2.0.0 ok
failed:      <carl@example.org> at 2026-11-22T08:00:02+01:00 after 2.000 s: 550 5.1.1 no such user
bounce:      ${ID[2]} waiting, to <ann@example.net>
END
    run -0 q show "${ID[2]}"
    [[ $output == *"origin:      bounce, of ${ID[1]}"* ]]
    run -0 q show - <"$TMP/ids"
    [ "$(grep -c ^id: <<<"$output")" -eq 5 ]
    run -1 --separate-stderr q show 0000000000000 "${ID[3]}"
    [ "$stderr" = 'journalq: 0000000000000: not in the journal' ]
    [[ $output == id:* ]]
    run -64 q show nonsense
    [ "$output" = 'journalq: not an id of a message: nonsense' ]
}

@test "JSON is an object a line, called as the columns of journal-db(5)" {
    fill
    run -0 q list --json --on 2026-11-22
    [ "${#lines[@]}" -eq 4 ]
    run -0 q show --json "${ID[1]}"
    [ "$(jq -r .sender <<<"$output")" = ann@example.net ]
    [ "$(jq -r .time <<<"$output")" = 2026-11-22T07:00:00.000Z ]
    [ "$(jq -r '.recipients[1].result' <<<"$output")" = failed ]
    [ "$(jq -r '.recipients[0].delay_ms' <<<"$output")" = 1500 ]
    [ "$(jq -r '.attachments[0].found_type' <<<"$output")" = application/x-dosexec ]
    [ "$(jq -r '.children[0]' <<<"$output")" = "${ID[2]}" ]
    # A clock that was put back makes no delay less than nothing.
    tell message id=3001 time='2026-11-22 08:00' to=early@example.org -- \
        result id=3001 to=early@example.org outcome=delivered time='2026-11-22 07:59' >/dev/null
    [ "$(q list --rcpt early@example.org --json | jq '.recipients[].delay_ms')" = 0 ]
    [[ $(q list --rcpt early@example.org --csv) == *,0.000,* ]]
    q list --json --with-refused | jq -r 'paths(scalars) | map(strings) | last' | sort -u |
        grep -vxE 'delay_ms|children' >"$TMP/members"
    while IFS= read -r member; do
        grep -qE "^\.It Cm $member\$" "$REPO/man/journal-db.5" || {
            echo "what is $member?"
            false
        }
    done <"$TMP/members"
    [ "$(sqlite3 "$JOURNAL" "SELECT time FROM journal_messages WHERE id = '${ID[3]}'")" = \
        "$(q show --json "${ID[3]}" | jq -r .time)" ]
}

@test "CSV is what a spreadsheet reads, and computes nothing" {
    tell message id=1 time='2026-11-22 08:00' sender=-x@example.net to=bob@example.org \
        to=carl@example.org subject='=HYPERLINK("http://evil.example","click")' \
        attach='+a, b.pdf:text/plain:text/plain:1' >/dev/null
    q list --csv >"$TMP/list.csv"
    run -0 python3 - "$TMP/list.csv" <<'END'
import csv, sys
with open(sys.argv[1], newline="") as file:
    assert file.read().count("\r\n") == 3
    file.seek(0)
    rows = list(csv.DictReader(file, strict=True))
assert [row["recipient"] for row in rows] == ["bob@example.org", "carl@example.org"]
assert rows[0]["subject"] == "'=HYPERLINK(\"http://evil.example\",\"click\")", rows[0]
assert rows[0]["sender"] == "'-x@example.net"
assert rows[0]["attachments"] == "'+a, b.pdf"
assert rows[0]["time"] == "2026-11-22T07:00:00.000Z"
END
    run -0 q list --json
    [ "$(jq -r .subject <<<"$output")" = '=HYPERLINK("http://evil.example","click")' ]
}

@test "nothing that strangers write reaches the terminal as a control character" {
    # As bytes: what the shell makes of \u009b is another thing in every locale.
    local csi=$'\xc2\x9b' override=$'\xe2\x80\xae' next_line=$'\xc2\x85'
    tell message id=1 to=bob@example.org subject=$'a\x1b[2J'"${csi}31m${override}fdp.exe" \
        sender="x$next_line@example.net" attach="${csi}name:a/b:a/b:1" -- \
        refusal sender="${csi}1m@x" reason="$csi" reply="$csi" -- \
        login login="${csi}2J" reason="$override" >/dev/null
    # What is filed has no control characters; whatever else writes the file may have put some.
    run -0 sqlite3 "$JOURNAL" 'SELECT hex(subject) FROM messages WHERE subject IS NOT NULL'
    [ "$output" = 61EFBFBD5B324AEFBFBD33316DE280AE6664702E657865 ]
    sqlite3 "$JOURNAL" "UPDATE messages SET subject = CAST(x'611B5B324AC29B33316DE280AE6664702E657865' AS TEXT)
        WHERE subject IS NOT NULL"
    local forbidden
    for words in 'list --with-refused' 'list --long --with-refused' 'list --csv --with-refused' \
        'list --json --with-refused' 'show 0000000000001' logins 'logins --csv' 'logins --json' \
        'report senders' 'report summary' 'report refusals' 'report attachments --json'; do
        # shellcheck disable=SC2086
        q $words >"$TMP/shown"
        [ -s "$TMP/shown" ]
        forbidden='[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]'
        [[ $words == *--json* ]] || forbidden+='|\xe2\x80[\xaa-\xae]'
        LC_ALL=C run -1 grep -aP "$forbidden" "$TMP/shown"
    done
    run -64 q list --result $'\x1b[2J'
    [[ $output != *$'\x1b'* ]]
}

@test "reports sum up a time" {
    fill
    run -0 q report senders --on 2026-11-22
    diff - <(echo "$output") <<'END'
MESSAGES   OCTETS  SENDER
       2     5711  ann@example.net
       1      900  <>
       1  2000000  dora@example.com
END
    run -0 q report hours --on 2026-11-22
    [ "${lines[0]}" = 'MESSAGES   OCTETS  HOUR (UTC)' ]
    [ "${lines[1]}" = '       2     5611  2026-11-22T07' ]
    [ "${#lines[@]}" -gt 2 ]
    run -0 q report hours --on 2026-11-22 --limit 1
    [ "${#lines[@]}" -eq 2 ]
    run -0 q report days --since 2026-11-22 --json
    [ "$(jq -s 'map(.messages) | add' <<<"$output")" -eq 5 ]
    run -0 q report domains --since 2026-11-22 --csv
    [ "${lines[0]}" = $'domain,messages,octets\r' ]
    run -0 q report recipients --on 2026-11-22 --limit 1 --json
    [ "$output" = '{"recipient":"bob@example.org","messages":2,"octets":2004711}' ]
    run -0 q report clients --on 2026-11-22 --json
    [ "${lines[0]}" = '{"client":"192.0.2.1","messages":3,"octets":6611}' ]
    run -0 q report tenants --since 2026-11-22
    [[ ${lines[1]} == *'  -' && ${lines[2]} == *'  acme' ]]
    run -0 q report refusals --since 2026-11-22 --json
    [ "$output" = '{"reason":"unknown-recipient","refusals":1,"octets":0}' ]
    run -0 q report failures --since 2026-11-22 --json
    [ "$output" = '{"answer":"5.1.1","recipients":1,"octets":4711}' ]
    run -0 q report attachments --since 2026-11-22 --json
    [ "${lines[0]}" = '{"type":"application/x-dosexec","attachments":1,"octets":9000}' ]
    run -0 q report delays --since 2026-11-22 --json
    [ "$output" = '{"of":"arrival to delivery","deliveries":2,"p50_ms":1500,"p95_ms":3600000,"p99_ms":3600000}' ]
    run -0 q report delays --on 2026-01-01 --json
    [ "$output" = '{"of":"arrival to delivery","deliveries":0,"p50_ms":null,"p95_ms":null,"p99_ms":null}' ]
    run -0 q report delays --on 2026-01-01
    [ "${lines[1]}" = '         0       -       -       -  arrival to delivery' ]
    run -0 q report delays --on 2026-01-01 --csv
    [ "${lines[1]}" = $'arrival to delivery,0,,,\r' ]
    run -0 q report logins --since 2026-11-22
    [ "${lines[1]}" = '      1         0      1  203.0.113.9' ]
    run -0 q report summary --on 2026-11-22 --tenant acme
    diff - <(echo "$output") <<'END'
COUNT   OCTETS  WHAT
    1  2000000  accepted from client
    1        0  recipients delivered
    1        0  logins accepted
END
}

@test "without a time a report is of the last 24 hours" {
    tell message id=1 time='25h ago' to=a@example.org -- message id=2 time='23h ago' to=a@example.org
    run -0 q report senders --json
    [ "$(jq .messages <<<"$output")" -eq 1 ]
    run -0 q report senders --json --since '2d ago'
    [ "$(jq .messages <<<"$output")" -eq 2 ]
}

@test "logins are found by user, client, result and time" {
    fill
    run -0 q logins
    [ "${lines[0]}" = '2026-11-22 13:01:00 pop3  accepted    bob 192.0.2.55 PLAIN TLSv1.3 -' ]
    [ "${lines[1]}" = '2026-11-22 13:00:00 imap  refused     bob 203.0.113.9 PLAIN TLSv1.3 -' ]
    run -0 q logins --login bob --result refused --json
    [ "$(jq -r .client <<<"$output")" = 203.0.113.9 ]
    run -0 q logins --client 192.0.2.55 --on 2026-11-22 --csv
    [ "${#lines[@]}" -eq 2 ]
    run -0 --separate-stderr q logins --limit 1
    run -0 --separate-stderr q logins --limit 1 --after "${stderr##* }"
    [[ $output == *refused* && -z $stderr ]]
    run -1 q logins --tenant nobody
    run -64 q logins --result maybe
}

@test "a journal that somebody has locked is said, after some patience" {
    fill
    mkfifo "$TMP/end"
    start hold python3 -c 'import fcntl, sys
file = open(sys.argv[1], "r+b")
fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)
print("held", flush=True)
open(sys.argv[2]).read()' "$JOURNAL" "$TMP/end"
    wait_for 10 grep -q held "$TMP/hold.out"
    run -75 --separate-stderr q list
    [ "$stderr" = "journalq: read $JOURNAL: database is locked" ]
    : >"$TMP/end"
    run -0 q list --count
}

@test "who may not read the journal is told so, and who may need not write" {
    only_root 'may become another user'
    fill
    others_may_enter
    chmod 640 "$JOURNAL"*
    run -77 --separate-stderr setpriv --reuid=nobody --clear-groups --regid=nogroup \
        "$BIN/journalq" list --database "$JOURNAL"
    [ "$stderr" = "journalq: open $JOURNAL: Permission denied" ]
    chgrp nogroup "$JOURNAL"*
    run -0 setpriv --reuid=nobody --clear-groups --regid=nogroup \
        "$BIN/journalq" list --database "$JOURNAL" --count
    [ "$output" = 5 ]
}

@test "the configuration names the journal" {
    fill
    printf '[journal]\ndatabase = %s\n' "$JOURNAL" >"$TMP/sponts.conf"
    run -0 journalq list --count --config "$TMP/sponts.conf"
    [ "$output" = 5 ]
    run -0 journalq --config "$TMP/sponts.conf" show "${ID[1]}"
    run -0 journalq --database "$JOURNAL" show "${ID[1]}"
    run -0 journalq --database "$JOURNAL" report senders --since 2026-11-22
    run -0 journalq report --database "$JOURNAL" senders --since 2026-11-22
    run -0 journalq list --database "$JOURNAL" --count
}

# The page's examples, each a line; the journal and the times are those of this test.
examples() {
    awk '/^\.Sh EXAMPLES/ { on = 1 } /^\.Sh SECURITY/ { on = 0 } /^\.Ed/ { inside = 0 }
        on && inside { print } /^\.Bd -literal/ { inside = 1 }' "$REPO/man/journalq.1"
}

heard() {
    tell message id="$RANDOM" subject=heard >/dev/null
    grep -q heard "$TMP/heard.out"
}

@test "the examples of journalq(1) work as printed" {
    tell message id=1234567 time='yesterday 10:00' to=bob@example.org to=eve@example.org \
        sender=ann@example.net subject='Offer for the roof' size=30000000 tenant=acme \
        attach=offer.pdf:application/pdf:application/x-dosexec:9 -- \
        result id=1234567 to=bob@example.org outcome=delivered time='yesterday 10:01' -- \
        message id=1234568 time='1m ago' sender= origin=bounce to=ann@example.net tenant=acme -- \
        result id=1234568 to=ann@example.net outcome=failed time=now enhanced=5.1.1 -- \
        refusal time='10m ago' reason=unknown-recipient client=192.0.2.1 -- \
        login time='10m ago' login=bob@example.org result=refused >"$TMP/ids"
    mkdir "$TMP/bin"
    cat >"$TMP/bin/journalq" <<END
#!/bin/sh
[ "\$1" != follow ] || echo \$\$ >>"$STARTED"
exec "$BIN/journalq" "\$@" --database "$JOURNAL"
END
    chmod +x "$TMP/bin/journalq"
    examples >"$TMP/examples"
    [ "$(grep -c ^journalq "$TMP/examples")" -ge 12 ]
    PATH=$TMP/bin:$PATH
    while IFS= read -r example; do
        case $example in
        *' follow '*) # from now on, so one mail after the other until it is heard
            start heard bash -c "${example/jq/jq --unbuffered}"
            wait_for 10 heard
            continue
            ;;
        esac
        run -0 bash -c "set -o pipefail; cd '$TMP'; $example"
        [[ -n $output || $example == *'>'* ]] || {
            echo "nothing: $example"
            false
        }
    done <"$TMP/examples"
    grep -q 'Offer for the roof' "$TMP/journal.csv"
}

@test "what is not understood changes nothing and says so" {
    run -64 journalq
    run -64 --separate-stderr q show
    [ "$stderr" = 'journalq: show: ID required, or - for ids from standard input' ]
    run -64 q list --since 2h
    [ "$output" = 'journalq: --since 2h: is a period, no time: is "2h ago" meant?' ]
    run -64 q list --json --csv
    [ "$output" = 'journalq: --json and --csv exclude each other' ]
    run -64 q list --refused --with-refused
    run -64 q follow --until now
    run -64 q list --subject '!!!'
    [ "$output" = 'journalq: search the journal: there is no word in "!!!"' ]
    run -64 q list --larger much
    run -64 q list --since 'the day after'
    for option in --sender --since --after --reason --limit --sort; do
        run -64 q list "$option" ''
        [ "$output" = "journalq: $option: is empty" ]
    done
    # Before the journal is looked for, and also where it would change nothing.
    for words in '--sort beauty' '--limit 0' '--after x' '--sort size --after 17' \
        '--count --sort beauty' '--count --limit no' '--count --after x'; do
        # shellcheck disable=SC2086
        run -64 journalq list $words --database "$TMP/none.db"
    done
    run -0 journalq --version
    [[ $output == 'journalq '* ]]
    [ -c /dev/full ] || skip 'no /dev/full'
    fill
    # shellcheck disable=SC2016
    run -74 --separate-stderr bash -c 'journalq list --database "$1" >/dev/full' - "$JOURNAL"
    [ "$stderr" = 'journalq: write standard output: No space left on device' ]
}
