#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A mailbox server has lost its mailboxes: replayctl(8) fills them again.

setup() {
    load helpers/common
    load helpers/gateway
    load helpers/neighbours
    sponts_setup
}
teardown() { sponts_teardown; }

helper() { /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/$1" "${@:2}"; }
digests() { helper restore.py digests "$TMP/dovecot/mail"; }
is_later_than() { [ "$(date +%s)" -gt "$1" ]; }

@test "a thousand mails are lost behind the gateway, and restored exactly while mail flows" {
    port=$(free_port)
    dovecot_lmtp_at "$port"
    dovecot=$(tail -n 1 "$STARTED")
    gateway_config
    sed -i '/^free-inodes/a retention = 2d' "$CONF"
    printf '[smtp-sendd]\nretry = 1s\ndead-for = 1s\n' >>"$CONF"
    gateway_route dest.test "$port" protocol=lmtp
    gateway_start
    # Who has a copy made is a recipient of the message and of the forward.
    gateway_table addresses <<<$'address,kind,target\nu0@dest.test,copy,archive@dest.test'
    mkdir "$TMP/first" "$TMP/meanwhile" "$TMP/later"
    helper mime_mails.py write 1 1000 "$TMP/first"
    helper mime_mails.py write 2 60 "$TMP/meanwhile"
    helper mime_mails.py write 3 200 "$TMP/later"
    helper restore.py send "$SMTP_PORT" "$TMP/first"
    wait_for 60 queue_is_empty
    digests >"$TMP/before"
    [ "$(wc -l <"$TMP/before")" -ge 1000 ]
    lost=$(date +%s)
    wait_for 5 is_later_than "$lost"

    kill -TERM "$dovecot"
    wait_for 20 gone "$dovecot"
    rm -rf "$TMP"/dovecot/mail/*
    helper restore.py send "$SMTP_PORT" "$TMP/meanwhile"
    dovecot_lmtp_at "$port"

    helper restore.py send "$SMTP_PORT" "$TMP/later" &
    sender=$!
    run -0 replayctl resend --since yesterday --until "@$((lost + 1))" --rate 400 --config "$CONF"
    [[ $output == *"left out: "*" recipients of forwards"*": 1000 sent, 0 lost, 0 left" ]]
    wait "$sender"
    wait_for 120 queue_is_empty

    digests >"$TMP/after"
    comm -13 "$TMP/before" "$TMP/after" >"$TMP/new"
    [ -z "$(comm -23 "$TMP/before" "$TMP/after")" ] # nothing is missing
    helper restore.py expect "$TMP/meanwhile" "$TMP/later" |
        sed '/^u0@/{p;s/u0/archive/}' >"$TMP/expected"
    [ "$(wc -l <"$TMP/new")" -eq "$(wc -l <"$TMP/expected")" ] # nothing came twice
    [ -z "$(uniq -d "$TMP/new")" ]
    cut -d ' ' -f 1 "$TMP/new" | sort | cmp - <(sort "$TMP/expected")
}

@test "a new server gets all that the old one has had, by a route that only replays take" {
    port=$(free_port)
    dovecot_lmtp_at "$port"
    gateway_config
    sed -i '/^free-inodes/a retention = 2d' "$CONF"
    gateway_route dest.test "$port" protocol=lmtp
    gateway_start
    # Copies and forwards are in the mailboxes, and must not be made once more.
    gateway_table addresses <<<$'address,kind,target\nu0@dest.test,copy,archive@dest.test\nu1@dest.test,forward,u2@dest.test'
    mkdir "$TMP/first" "$TMP/restored"
    helper mime_mails.py write 1 200 "$TMP/first"
    helper restore.py send "$SMTP_PORT" "$TMP/first"
    wait_for 60 queue_is_empty
    digests >"$TMP/before"
    [ "$(wc -l <"$TMP/before")" -ge 200 ]

    new_port=$(free_port)
    TMP=$TMP/restored dovecot_lmtp_at "$new_port"
    gateway_table routes < <(printf 'pattern,host,port,tls,protocol\nrestored.example,127.0.0.1,%s,none,lmtp\n' "$new_port")
    run -0 replayctl resend --rcpt @dest.test --since yesterday --rate 0 \
        --route restored.example --config "$CONF"
    wait_for 60 queue_is_empty
    helper restore.py digests "$TMP/restored/dovecot/mail" | cmp - "$TMP/before"
    digests | cmp - "$TMP/before" # the old one has not heard of it
}
