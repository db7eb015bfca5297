#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The gateway between programs that we did not write, with mails that people wrote.

setup() {
    load helpers/common
    load helpers/gateway
    load helpers/neighbours
    sponts_setup
}
teardown() { sponts_teardown; }

# without_trace FILE - the message without the Received field that the gateway put in front.
without_trace() {
    /usr/bin/python3 - "$1" <<'END'
import re, sys
data = open(sys.argv[1], "rb").read()
match = re.match(rb"Received: [^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*", data)
assert match, "no trace header"
sys.stdout.buffer.write(data[match.end():])
END
}

@test "real mails arrive byte for byte apart from the trace header" {
    port=$(free_port)
    recorder "$port"
    gateway_config
    gateway_route dest.test "$port"
    gateway_start
    count=0
    while read -r mail; do
        submit "$mail"
        count=$((count + 1))
        wait_for 10 has_recorded "$count"
        without_trace "$TMP/recorded/$count.eml" >"$TMP/got"
        /usr/bin/python3 - "$mail" >"$TMP/sent" <<'END'
import sys
data = open(sys.argv[1], "rb").read()
if b"\r\n" not in data:
    data = data.replace(b"\n", b"\r\n")
sys.stdout.buffer.write(data if data.endswith(b"\r\n") else data + b"\r\n")
END
        cmp "$TMP/sent" "$TMP/got"
    done < <(real_mails)
    [ "$count" -ge 40 ]
    wait_for 10 queue_is_empty
}

@test "sandwich: Postfix in front, Postfix behind, the true client kept" {
    back=$(free_port)
    postfix_at back "$back" "smtpd_authorized_xclient_hosts = 127.0.0.0/8" \
        "mynetworks = 127.0.0.0/8 192.0.2.0/24"
    gateway_config
    gateway_route dest.test "$back" client_info=xclient
    sed -i '/^relay-from/a trust-xforward = 127.0.0.0/8' "$CONF"
    gateway_start
    front=$(free_port)
    postfix_at front "$front" "content_filter = smtp:[127.0.0.1]:$SMTP_PORT" \
        "smtp_send_xforward_command = yes" "smtpd_authorized_xclient_hosts = 127.0.0.0/8" \
        "mynetworks = 127.0.0.0/8 192.0.2.0/24"

    # Postfix in front believes that a stranger has come; nobody told the gateway but it.
    swaks --server "127.0.0.1:$front" --from a@test --to b@dest.test --helo client.test \
        --xclient-addr 192.0.2.77 --xclient-name outside.example \
        --header "Subject: sandwich" >"$TMP/swaks"
    wait_for 30 postfix_has back 1 || { cat "$TMP/gateway.log" "$TMP/swaks" "$TMP/front/maillog"; false; }
    mail=$(find "$TMP/back/mail/box/new" -type f)
    grep -q '^Subject: sandwich' "$mail"
    [ "$(grep -c '^Received: ' "$mail")" -eq 3 ]
    grep -q 'client=outside.example\[192\.0\.2\.77\]' "$TMP/back/maillog"
    grep -q ' xforward .*client=192\.0\.2\.77' "$TMP/gateway.log"
    wait_for 10 queue_is_empty
}

@test "XCLIENT carries the true client address through the gateway to the backend" {
    back=$(free_port)
    postfix_at back "$back" "smtpd_authorized_xclient_hosts = 127.0.0.0/8" \
        "mynetworks = 127.0.0.0/8 192.0.2.0/24"
    gateway_config
    sed -i '/^relay-from/a trust-xclient = 127.0.0.0/8' "$CONF"
    gateway_route dest.test "$back" client_info=xclient
    gateway_start
    swaks --server "127.0.0.1:$SMTP_PORT" --from a@test --to b@dest.test \
        --xclient-addr 192.0.2.77 --xclient-name outside.example >"$TMP/swaks"
    wait_for 30 postfix_has back 1 || { cat "$TMP/gateway.log" "$TMP/swaks" "$TMP/back/maillog"; false; }
    grep -q 'client=.*\[192\.0\.2\.77\]' "$TMP/back/maillog"
    grep -q '192\.0\.2\.77' "$(find "$TMP/back/mail/box/new" -type f)"
}

@test "Dovecot LMTP behind: one result per recipient" {
    port=$(free_port)
    dovecot_lmtp_at "$port"
    gateway_config
    gateway_route dest.test "$port" protocol=lmtp
    gateway_start
    mail_of 5000 1 >"$TMP/m"
    submit "$TMP/m" a@test joe@dest.test ann@dest.test
    wait_for 20 dovecot_has joe@dest.test 1
    wait_for 20 dovecot_has ann@dest.test 1
    wait_for 10 queue_is_empty
}

@test "swaks over STARTTLS and curl over SMTPS deliver through the gateway" {
    port=$(free_port)
    recorder "$port"
    self_signed "$TMP"
    smtps=$(free_port)
    gateway_config "[tls]" "certificate = $TMP/cert.pem $TMP/key.pem" \
        "[listener smtps]" "address = 127.0.0.1:$smtps" "program = smtp-relayd" \
        "tls = implicit" "relay-from = 127.0.0.0/8"
    sed -i 's/^tls = none/tls = starttls/' "$CONF"
    gateway_route dest.test "$port"
    gateway_start
    swaks --server "127.0.0.1:$SMTP_PORT" --tls --from a@test --to b@dest.test >"$TMP/swaks"
    mail_of 100000 2 >"$TMP/m"
    curl -sS --cacert "$TMP/cert.pem" --mail-from a@test --mail-rcpt b@dest.test \
        --upload-file "$TMP/m" "smtps://localhost:$smtps"
    wait_for 20 has_recorded 2
    grep -q '^Received: .*' "$TMP/recorded/1.eml"
    grep -rqE 'with (ESMTPS|UTF8SMTPS)' "$TMP/recorded/1.eml"
}

@test "TLS to Postfix behind with a pinned certificate; a wrong pin sends nothing" {
    back=$(free_port)
    self_signed "$TMP"
    postfix_at back "$back" "smtpd_tls_cert_file = $TMP/cert.pem" \
        "smtpd_tls_key_file = $TMP/key.pem" "smtpd_tls_security_level = encrypt"
    pin=$(openssl x509 -in "$TMP/cert.pem" -outform DER | sha256sum | cut -d' ' -f1)
    gateway_config
    gateway_route dest.test "$back" tls=fingerprint "fingerprint=$pin"
    gateway_route wrong.test "$back" tls=fingerprint "fingerprint=$(printf '0%.0s' {1..64})"
    gateway_start
    mail_of 1000 1 >"$TMP/m"
    submit "$TMP/m" a@test b@dest.test
    wait_for 30 postfix_has back 1
    submit "$TMP/m" a@test b@wrong.test
    wait_for 20 logged 'deferred .*(certificate|fingerprint)'
    queue_holds 1
    [ "$(postfix_mails back)" -eq 1 ]
}
