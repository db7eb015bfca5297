#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the pages print about the proxies works as printed, but for ports, files and passwords.

# shellcheck disable=SC2153  # PORT is of helpers/dovecot

setup() {
    load helpers/common
    load helpers/dovecot
    sponts_setup
    CONF=$TMP/sponts.conf
    mailbox_server one
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
        -subj /CN=gateway -addext 'subjectAltName=DNS:imap.example.org,DNS:pop.example.org' \
        -keyout "$TMP/key.pem" -out "$TMP/cert.pem" 2>/dev/null
}
teardown() { sponts_teardown; }

# block PATTERN PAGE - the first example of the page with such a line, as a reader sees it.
block() {
    awk -v pattern="$1" '/^\.Bd -literal/ { inside = 1; text = ""; next }
        /^\.Ed/ { if (inside && text ~ pattern) { printf "%s", text; exit } inside = 0 }
        inside { text = text $0 "\n" }' "$REPO/man/$2" | sed 's/\\e$/\\/'
}

# configuration PAGE - its example of the proxies with our files, addresses and Dovecot.
configuration() {
    cat <<END
[general]
hostname = gw.test
database =
run-directory = $TMP
spool = $TMP
END
    block 'program = (imap|pop)-proxy' "$1" |
        sed -e "s,/etc/sponts/tls/chain.pem,$TMP/cert.pem,; s,/etc/sponts/tls/key.pem,$TMP/key.pem," \
            -e "s,/etc/sponts/[a-z]*-ca.pem,$TMP/one/cert.pem," \
            -e "s,\*:143,127.0.0.1:$(free_port),; s,\*:110,127.0.0.1:$(free_port)," \
            -e "s,\*:993,127.0.0.1:$IMAPS,; s,\*:995,127.0.0.1:$POP3S," \
            -e "s,mail1.example.org:143,localhost:${PORT[one-imap]}," \
            -e "s,mail1.example.org:110,localhost:${PORT[one-pop3]}," \
            -e "s,10.0.0.5:143,127.0.0.1:${PORT[one-imap]}," \
            -e "s,10.0.0.5:110,127.0.0.1:${PORT[one-pop3]}," \
            -e "s,mail.example.org,localhost,"
}

# commands - of standard input, with our ports, a password and our certificate.
commands() {
    sed -e "s,:1143,:$IMAPS,g; s,:1110,:$POP3S,g; s,\./sponts.conf,$CONF," \
        -e "s,\.org:993:,.org:$IMAPS:,; s,imaps://imap.example.org,&:$IMAPS," \
        -e "s,\.org:995:,.org:$POP3S:,; s,pop3s://pop.example.org,&:$POP3S," \
        -e "s, anna , anna:secret ,; s,curl,curl -sS --cacert $TMP/cert.pem,"
}

@test "the examples of imap-proxy(8) and pop-proxy(8)" {
    IMAPS=$(free_port) POP3S=$(free_port)
    for program in imap-proxy pop-proxy; do
        configuration "$program.8" >"$CONF"
        "$program" --config "$CONF" --check
        port=$(free_port)
        IMAPS=$port POP3S=$port
        block 'curl --ssl-reqd' "$program.8" | commands >"$TMP/try"
        grep -v curl "$TMP/try" | grep "^$program" | sed 's/ &$//' >"$TMP/start"
        read -ra start <"$TMP/start"
        start "$program" "${start[@]}"
        wait_for 10 bound "$port"
        sed "/^$program/d" "$TMP/try" >"$TMP/curl"
        bash -e "$TMP/curl"
        grep -q ' login-accepted .*user=anna .*tls=TLSv1.3 ' "$TMP/$program.log"
        IMAPS=$(free_port) POP3S=$(free_port)
    done
}

@test "the examples of the handbook, in both languages" {
    for page in sponts-operating.7 de/sponts-operating.7; do
        IMAPS=$(free_port) POP3S=$(free_port)
        configuration "$page" >"$CONF"
        sponts check --config "$CONF"
        for program in imap-proxy pop-proxy; do
            start "$program" "$program" --config "$CONF"
        done
        wait_for 10 bound "$IMAPS"
        wait_for 10 bound "$POP3S"
        block 'curl --resolve' "$page" | commands >"$TMP/curl"
        [ "$(wc -l <"$TMP/curl")" -eq 2 ]
        bash -e "$TMP/curl"
        for program in imap-proxy pop-proxy; do
            grep -q ' login-accepted .*user=anna .*tls=TLSv1.3 ' "$TMP/$program.log"
        done
    done
}
