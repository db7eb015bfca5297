# SPDX-License-Identifier: Apache-2.0
# ums.bash - a gateway with ums-popd in front of Dovecot.  Needs common.bash, gateway.bash,
# dovecot.bash.
#
#     server_of_mailboxes              Dovecot "dove": anna, bert and carl at dest.test
#     gateway_with_ums [LINE...]       LINEs are added to [ums]; listeners pop3s, imaps, ums;
#                                      $SENDD_PAUSE, $STEADY and $WORKERS of pop-proxy

# Dovecot with POP3 and LMTP that takes unique ids from the messages.
server_of_mailboxes() {
    # shellcheck disable=SC2154 # dovecot.bash declares it
    PORT[dove-lmtp]=$(free_port)
    mailbox_server dove 'protocols = imap pop3 lmtp' 'pop3_reuse_xuidl = yes' \
        'auth_username_format = %Ln' \
        "service lmtp {" "inet_listener lmtp {" "address = 127.0.0.1" "port = ${PORT[dove-lmtp]}" "}" "}"
    dove=$PID
}
dove_stops() {
    kill -TERM "$dove"
    wait_for 20 gone "$dove"
}
dove_returns() {
    mailbox_server_start dove
    dove=$PID
}

gateway_with_ums() {
    ports_for_gate pop3s imaps ums
    gateway_config
    {
        printf '[tls]\ncertificate = %s\n' "$TMP/dove/cert.pem $TMP/dove/key.pem"
        printf '[smtp-sendd]\nretry = %s\ndead-for = %s\n' "${SENDD_PAUSE:-1s}" "${SENDD_PAUSE:-1s}"
        printf '[pop-proxy]\ndead-for = 1s\nlogin-delay = 0\nconnections-per-client = 0\nworkers = %s\n' "${WORKERS:-1}"
        printf '[ums]\nenabled = yes\ndatabase = %s\nlearn = dest.test\nafter = 1s\nsteady = %s\n' "$GW/policy.db" "${STEADY:-1s}"
        printf '%s\n' "$@"
        mailbox_listener pop3s 'tls = implicit' 'user-domain = dest.test'
        mailbox_listener imaps 'tls = implicit' 'user-domain = dest.test'
        printf '%s\n' '[listener ums]' "address = 127.0.0.1:${GATE[ums]}" 'program = ums-popd' \
            'tls = implicit' 'user-domain = dest.test'
    } >>"$CONF"
    sponts init --config "$CONF" >/dev/null
    sponts db migrate --policy --config "$CONF" >/dev/null
    gateway_route dest.test "${PORT[dove-lmtp]}" protocol=lmtp
    printf '%s\n' address,kind,target team@dest.test,forward,anna@dest.test \
        team@dest.test,forward,bert@dest.test | gateway_table addresses
    gateway_start
    wait_for 20 bound "${GATE[ums]}"
    wait_for 20 test -S "$GW/run/ums"
}

keeper() { /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/pop_keeper.py" "$@"; }
poll() { keeper poll "${GATE[$1]}" "$2" secret "$TMP/$2"; }
forgetful() { keeper forgetful "${GATE[$1]}" "$2" secret "$TMP/$2"; }
forgetful_polls() { [ "$(forgetful "$1" "$2")" = "$3" ]; }
# What pop-proxy remembers of a user's mailbox: "ID OCTETS", a line each.
list_file() { echo "$GW/spool/lists/$(printf %s "$1@dest.test" | sha256sum | cut -d' ' -f1)"; }
listed() { tail -n +2 "$(list_file "$1")" 2>/dev/null; }
has_listed() { [ "$(listed "$1" | wc -l)" -eq "$2" ]; }
polls() { [ "$(poll "$1" "$2")" = "$3" ]; }
say() { keeper say "${GATE[$1]}" "$2" secret "${@:3}"; }
# Logs in by IMAP or POP3, so that the password is learned.
teach() {
    poll pop3s "$1" >/dev/null
    wait_for 20 knows "$1@dest.test"
}
knows() { sqlite3 -readonly "$GW/policy.db" "SELECT user FROM verifiers" | grep -qxF "$1"; }
# send_to USER... <FILE
send_to() {
    cat >"$TMP/mail"
    submit "$TMP/mail" sender@remote.test "$@"
}
mailbox_of() { find "$TMP/dove/mail/$1" -path '*/new/*' -o -path '*/cur/*' 2>/dev/null; }
has_mails() { [ "$(mailbox_of "$1" | wc -l)" -ge "$2" ]; }

