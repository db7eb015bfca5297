#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# sponts(8) init, and the demonstration that `make run` makes with it.

# shellcheck disable=SC2153  # PORT is of helpers/dovecot

bats_require_minimum_version 1.5.0

setup() {
    load helpers/common
    load helpers/sponts
    sponts_setup
    CONF=$TMP/sponts.conf
}

teardown() { sponts_teardown; }

@test "init makes directories, database and certificate with their modes" {
    configuration '[tls]' "certificate = $TMP/tls/chain.pem $TMP/tls/key.pem" \
        '[listener in]' 'tls = starttls'
    run -0 sponts init --self-signed --config "$CONF"
    [ "$(stat -c %a "$TMP/spool")" = 750 ]
    [ "$(stat -c %a "$TMP/sponts.db")" = 640 ]
    [ "$(stat -c %a "$TMP/tls/key.pem")" = 640 ]
    openssl x509 -in "$TMP/tls/chain.pem" -noout -text >"$TMP/text"
    grep -q 'NIST CURVE: P-256' "$TMP/text"
    grep -q 'DNS:mx.test' "$TMP/text"
    run -0 --separate-stderr sponts check --config "$CONF"
    [ -z "$output$stderr" ]
}

@test "init may be repeated: what is there stays byte for byte" {
    configuration '[tls]' "certificate = $TMP/tls/chain.pem $TMP/tls/key.pem"
    sponts init --self-signed --config "$CONF"
    echo kept >"$TMP/spool/file"
    sha256sum "$CONF" "$TMP"/tls/* >"$TMP/sums"
    run -0 sponts init --self-signed --config "$CONF"
    [ -z "$output" ]
    sha256sum --check --status "$TMP/sums"
    [ "$(cat "$TMP/spool/file")" = kept ]
}

@test "init has a sample that says every key, and etc/sponts.conf is the sample" {
    run -0 sponts init --sample
    [ "$output" = "$(cat "$REPO/etc/sponts.conf")" ]
}

@test "init --demo is ready to run and says what to try" {
    run -0 sponts init --demo "$TMP/demo"
    [[ $output == *2525*4650*5870*swaks*curl*mailq*queuectl* ]]
    password=$(cat "$TMP/demo/demo-password")
    [[ $output == *"password $password"* ]]
    run -0 sponts check --config "$TMP/demo/sponts.conf"
    [ "$(sqlite3 "$TMP/demo/sponts.db" 'SELECT name, hold FROM domains')" = 'demo.example|1' ]
    [ "$(sqlite3 "$TMP/demo/sponts.db" 'SELECT name FROM users')" = demo ]
}

@test "init --demo again: the same password, and the backend of the latest call" {
    sponts init --demo "$TMP/demo"
    password=$(cat "$TMP/demo/demo-password")
    sponts init --demo "$TMP/demo" --backend 127.0.0.1:2600
    run -0 sponts init --demo "$TMP/demo" --backend '[::1]:2601'
    [[ $output == *"password $password"* ]]
    [ "$(sqlite3 "$TMP/demo/sponts.db" 'SELECT host, port FROM routes')" = '::1|2601' ]
    [ "$(sqlite3 "$TMP/demo/sponts.db" 'SELECT hold FROM domains')" = 0 ]
}

@test "init --demo again without a backend changes nothing that is there" {
    sponts init --demo "$TMP/demo" --backend 127.0.0.1:2600
    echo '# ours' >>"$TMP/demo/sponts.conf"
    sponts export domains --config "$TMP/demo/sponts.conf" >"$TMP/before"
    run -0 sponts init --demo "$TMP/demo"
    [[ $output == *'goes on to 127.0.0.1, port 2600'* ]]
    [ "$(tail -n 1 "$TMP/demo/sponts.conf")" = '# ours' ]
    sponts export domains --config "$TMP/demo/sponts.conf" | diff "$TMP/before" -
    [ "$(sqlite3 "$TMP/demo/sponts.db" 'SELECT host, port FROM routes')" = '127.0.0.1|2600' ]
    rm "$TMP/demo/demo-password"
    sponts init --demo "$TMP/demo"
}

@test "make run heeds BACKEND although there is a demonstration already" {
    mkdir "$TMP/demo" && : >"$TMP/demo/sponts.conf"
    run -0 make -C "$REPO" -n run RUN="$TMP/demo" BACKEND=127.0.0.1:2600
    [[ $output == *"install-deps build run"* ]]
    grep -q "^[^|&]*sponts init --demo $TMP/demo --backend 127.0.0.1:2600" <<<"$output"
}

@test "make run heeds IMAP_BACKEND and POP3_BACKEND" {
    run -0 make -C "$REPO" -n run RUN="$TMP/demo" IMAP_BACKEND=a.test:143 POP3_BACKEND=b.test:110
    [[ ${output//$'\\\n'/} == *"--imap-backend a.test:143"*"--pop3-backend b.test:110"* ]]
}

@test "each command that init --demo tells works as it is told" {
    load helpers/gateway
    sponts init --demo "$TMP/demo"
    CONF=$TMP/demo/sponts.conf
    for port in 2525 4650 5870; do
        real=$(free_port) # others may use these
        sed -i "s/127.0.0.1:$port/127.0.0.1:$real/" "$CONF"
        SMTP_PORT=${SMTP_PORT:-$real}
    done
    sponts init --demo "$TMP/demo" >"$TMP/guide" # tells what the edited file says
    gateway_start
    wait_for 20 logged gateway-ready
    sed '1,/in another terminal/d' "$TMP/guide" >"$TMP/commands"
    [ "$(grep -c '^  [a-z/]' "$TMP/commands")" -eq 4 ]
    bash -ex "$TMP/commands"
    wait_for 20 queue_holds 2
    sed -n 's,^  \(.*queuectl .* release .*\)$,\1,p' "$TMP/guide" >"$TMP/release"
    [ -s "$TMP/release" ]
    bash -ex "$TMP/release"
}

@test "init --demo puts the proxies in front of the mailboxes that are named, once" {
    sponts init --demo "$TMP/demo"
    run ! grep -q proxy "$TMP/demo/sponts.conf"
    run -0 sponts init --demo "$TMP/demo" --imap-backend 127.0.0.1:143 --pop3-backend mail.test:995
    [[ $output == *"127.0.0.1:1143 "*"IMAP, with STARTTLS, for the users of 127.0.0.1:143"* ]]
    [[ $output == *"127.0.0.1:9950 "*"POP3 over TLS for the users of mail.test:995"* ]]
    [[ $output == *"curl --insecure --ssl-reqd --user USER:PASSWORD imap://127.0.0.1:1143/"* ]]
    # Plain only where nobody else hears it, else TLS, and with its name.
    run -0 sponts check --dump-config --config "$TMP/demo/sponts.conf"
    [[ $output == *"[listener imaps]"*"backend-tls = none"*"[listener pop3]"* ]]
    [[ $output == *"[listener pop3]"*"backend-tls = implicit"*"backend-verify = name"* ]]
    sha256sum "$TMP/demo/sponts.conf" >"$TMP/sums"
    run -0 sponts init --demo "$TMP/demo" --imap-backend 127.0.0.1:143
    sha256sum --check --status "$TMP/sums"
    run -78 --separate-stderr sponts init --demo "$TMP/demo" --imap-backend 127.0.0.1:144
    [[ $stderr == *"[listener imap] is there, with another backend; change it there" ]]
}

@test "what init --demo tells of mailboxes works as it is told" {
    load helpers/gateway
    load helpers/dovecot
    mailbox_server mailboxes
    sponts init --demo "$TMP/demo" --imap-backend "127.0.0.1:${PORT[mailboxes-imap]}" \
        --pop3-backend "localhost:${PORT[mailboxes-pop3]}"
    CONF=$TMP/demo/sponts.conf
    for port in 2525 4650 5870 1143 9930 1110 9950; do
        real=$(free_port) # others may use these
        sed -i "s/127.0.0.1:$port\$/127.0.0.1:$real/" "$CONF"
        SMTP_PORT=${SMTP_PORT:-$real}
    done
    sponts init --demo "$TMP/demo" >"$TMP/guide"
    gateway_start
    wait_for 20 logged gateway-ready
    sed -n 's/USER:PASSWORD/anna:secret/p' "$TMP/guide" >"$TMP/commands"
    [ "$(wc -l <"$TMP/commands")" -eq 4 ]
    bash -ex "$TMP/commands" | grep -q INBOX
}

@test "init refuses a bad backend and leaves nothing behind" {
    run -64 --separate-stderr sponts init --demo "$TMP/demo" --backend nowhere
    [ "$stderr" = "sponts: --backend nowhere: is no host:port" ]
    run -64 --separate-stderr sponts init --demo "$TMP/demo" --imap-backend nowhere
    [ "$stderr" = "sponts: --imap-backend nowhere: is no host:port" ]
    [ ! -e "$TMP/demo" ]
    run -64 --separate-stderr sponts init --backend 127.0.0.1:25
    run -64 --separate-stderr sponts init --pop3-backend 127.0.0.1:110
}
