#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# smtp-sendd(8) and real mail servers as its next hop: what they are told of the client, how
# they let us in, and TLS that is remembered.

# shellcheck disable=SC2034  # ROUTE and ROUTE_VALUES are for `sending`
# shellcheck disable=SC2016  # what wait_for evaluates is expanded there

setup() {
    load helpers/common
    load helpers/sendd
    load helpers/neighbours
    sendd_setup
}
teardown() { sponts_teardown; }

maillog() { grep -qE -- "$1" "$TMP/back/maillog"; }
delivered_mail() { find "$TMP/back/mail/box/new" -type f; }

@test "AUTH to Postfix over TLS; refused credentials bounce nothing" {
    login_service carol:secret
    self_signed "$TMP"
    postfix_at back "$MX_PORT" "mynetworks = 192.0.2.1/32" \
        "smtpd_tls_cert_file = $TMP/cert.pem" "smtpd_tls_key_file = $TMP/key.pem" \
        "smtpd_tls_security_level = encrypt" "smtpd_tls_auth_only = yes" \
        "smtpd_sasl_auth_enable = yes" "smtpd_sasl_type = dovecot" \
        "smtpd_sasl_path = $TMP/login/auth" "smtpd_sasl_security_options = noanonymous" \
        "smtpd_relay_restrictions = permit_sasl_authenticated, reject"
    echo wrong >"$TMP/password"
    ROUTE=tls,username,password_file ROUTE_VALUES=encrypt,carol,$TMP/password
    sending
    put 1 s@sender.test r@dest.test
    wait_for 20 logged 'deferred .*to=r@dest.test.*535 5.7.8'
    queue_holds 1
    run ! logged ' report '
    maillog 'SASL PLAIN authentication failed'
    echo secret >"$TMP/password" # read at each connection
    wait_for 20 postfix_has back 1
    wait_for 10 queue_is_empty
    maillog 'sasl_method=PLAIN, sasl_username=carol'
    logged 'delivered .*to=r@dest.test.*tls=TLSv1.3'
}

@test "a password is never sent where TLS is not offered, nor without an extension for it" {
    postfix_at back "$MX_PORT"
    echo secret >"$TMP/password"
    ROUTE=tls,username,password_file ROUTE_VALUES=encrypt,carol,$TMP/password
    sending
    put 1 s@sender.test r@dest.test
    wait_for 20 logged 'deferred .*TLS is demanded but not offered'
    table routes --replace <<<$'pattern,host,port,tls,username,password_file\ndest.test,127.0.0.1,'"$MX_PORT,none,carol,$TMP/password"
    wait_for 20 logged 'deferred .*neither AUTH PLAIN nor LOGIN is offered'
    queue_holds 1
    run ! maillog 'AUTH'
}

@test "XFORWARD tells Postfix the true client" {
    postfix_at back "$MX_PORT" "smtpd_authorized_xforward_hosts = 127.0.0.0/8"
    ROUTE=tls,client_info ROUTE_VALUES=none,xforward
    sending
    put 1 s@sender.test r@dest.test
    wait_for 20 postfix_has back 1
    wait_for 10 queue_is_empty
    maillog 'client=.*\[127\.0\.0\.1\], orig_queue_id=[0-9A-Z]+, orig_client=.*\[192\.0\.2\.7\]'
}

@test "PROXY v2 tells Postfix the true client, one connection for each client" {
    postfix_at back "$MX_PORT" "smtpd_upstream_proxy_protocol = haproxy" \
        "smtpd_upstream_proxy_timeout = 2s" "mynetworks = 192.0.2.0/24"
    ROUTE=tls,client_info ROUTE_VALUES=none,proxy
    sending
    put 1 s@sender.test r@dest.test
    wait_for 20 postfix_has back 1
    wait_for 10 queue_is_empty
    maillog ' connect from .*\[192\.0\.2\.7\]'
    grep -q '^Received: .*(.*\[192\.0\.2\.7\])' <(tr -d '\n' <"$(delivered_mail)" | sed 's/Received/\n&/')
}

@test "PROXY v2 tells Dovecot's LMTP the true client" {
    dovecot_lmtp_at "$MX_PORT" "haproxy = yes" "haproxy_trusted_networks = 127.0.0.0/8"
    ROUTE=tls,protocol,client_info ROUTE_VALUES=none,lmtp,proxy
    sending
    put 1 s@sender.test joe@dest.test
    wait_for 20 dovecot_has joe@dest.test 1
    wait_for 10 queue_is_empty
}

@test "TLS sessions are resumed from connection to connection" {
    self_signed "$TMP"
    postfix_at back "$MX_PORT" "smtpd_tls_cert_file = $TMP/cert.pem" \
        "smtpd_tls_key_file = $TMP/key.pem" "smtpd_tls_security_level = encrypt" \
        "smtpd_tls_loglevel = 2"
    ROUTE=tls,ca_file,tls_name ROUTE_VALUES=verify,$TMP/cert.pem,mx.test
    sending 'messages-per-connection = 1'
    for number in 1 2 3; do
        put $number s@sender.test r@dest.test
        wait_for 20 postfix_has back $number
    done
    wait_for 10 queue_is_empty
    [ "$(grep -c 'TLS connection established' "$TMP/back/maillog")" -eq 3 ]
    # One that was resumed has no certificate in it; Postfix gives no new ticket then.
    handshakes=$(grep -c 'write certificate$' "$TMP/back/maillog")
    [ "$handshakes" -lt 3 ]
    halt && launch # what was remembered is gone with the process
    put 4 s@sender.test r@dest.test
    wait_for 20 postfix_has back 4
    [ "$(grep -c 'write certificate$' "$TMP/back/maillog")" -eq $((handshakes + 1)) ]
}
