# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# rehearsal.bash - a gateway with every protocol in front of Dovecot, two test accounts with
# mailboxes there (anna and bert), and a test measure on one of them.  Needs common.bash,
# gateway.bash, tkuev.bash, exportd.bash and dovecot.bash.
#
#     stage [LINE...]          the gateway, running; LINEs are added to [tkuev]
#     test_measure [LINE...]   an active one on anna, delivered to $DESTINATION
#     rehearse [OPTION...]     of $MEASURE, with the passwords

stage() {
    local what lmtp
    ports_for_gate submission pop3 imap
    lmtp=$(free_port)
    self_signed "$TMP"
    mailbox_server dove 'protocols = imap pop3 lmtp' 'auth_username_format = %Ln' \
        'service lmtp {' ' inet_listener lmtp {' '  address = 127.0.0.1' "  port = $lmtp" \
        ' }' '}'
    wait_for 20 bound "$lmtp"
    interception "$@" "$(listeners)"
    printf 'pattern,host,port,tls,protocol\n%s\n%s\n' "example.org,127.0.0.1,$lmtp,none,lmtp" \
        "example.net,127.0.0.1,$lmtp,none,lmtp" | gateway_table routes
    for what in anna bert; do
        echo secret | sponts --config "$CONF" user add "$what@example.org"
        printf "identity = %s@example.org\nidentity = %s@example.net\nmailbox = %s@example.org\n" "$what" "$what" "$what" |
            ctl test-account add "$what" --registration 'BNetzA 2026-11-03' --file -
    done
    DESTINATION=$(free_port)
}

listeners() {
    cat <<END
[tls]
certificate = $TMP/cert.pem $TMP/key.pem
[listener submission]
address = 127.0.0.1:${GATE[submission]}
program = smtp-relayd
auth = users
auth-required = yes
auth-without-tls = yes
[pop-proxy]
login-delay = 0s
[imap-proxy]
login-delay = 0s
END
    mailbox_listener pop3
    mailbox_listener imap
}

test_measure() {
    goes_by_tcp "$DESTINATION"
    armed "${GOES[@]}" 'test = yes' 'test-account = anna' 'Mailbox = anna@example.org' "$@"
}

rehearse() {
    printf '%s\n' 'password = secret' 'bystander = bert' 'bystander-password = secret' |
        ctl rehearse "$MEASURE" --file - "$@"
}
# Of the last rehearsal with --json: checks that are not right, as "RESULT EVENT" in a line.
# shellcheck disable=SC2154 # of the test that has run it
wrong() {
    jq -r '.checks[] | select(.result != "ok") | .result + " " + .event' <<<"$output" |
        sort | uniq -c | sed 's/^ *//' | paste -sd';'
}
# only_wrong TEXT - that and nothing else; shown if it is not so.
only_wrong() {
    [ "$(wrong)" = "$1" ] || { echo "wrong: $(wrong)" >&2; return 1; }
}
mails_in() { find "$TMP/dove/mail/$1" -path '*/cur/*' -o -path '*/new/*' 2>/dev/null | wc -l; }
