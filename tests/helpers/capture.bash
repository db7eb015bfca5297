# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# helpers/capture.bash - a gateway with [tkuev] enabled in front of a mailbox server, and
# its tap's other end.  Needs common.bash and dovecot.bash.
#
#     capture_setup [LINE...]   config, users anna, bert, carl; LINEs are for Dovecot's
#     capture_start             programs started
#     measure IDENTITY...       the list, as tap-tool publish has it; seen by all servers
#     captured                  what there is, a line of JSON for each record
#     sessions WORD...          mail_sessions.py, which talks to the gateway

capture_setup() {
    SPOOL=$TMP/li CONF=$TMP/sponts.conf
    ports_for_gate smtp smtps submission submissions pop3 pop3s imap imaps
    SINK=$(free_port)
    mailbox_server dove "$@"
    mailbox_server_start dove
    self_signed "$TMP"
    mkdir -p "$TMP/spool" "$TMP/run"
    capture_config >"$CONF"
    tap-tool publish "$SPOOL" 512
    sponts init --config "$CONF" >/dev/null
    local user
    for user in anna bert carl; do
        echo secret | sponts --config "$CONF" user add "$user@example.de"
        echo secret | sponts --config "$CONF" user add "$user"
    done
    printf 'name\nexample.de\n' | sponts import domains - --config "$CONF"
    printf 'pattern,host,port,tls\n*,127.0.0.1,%s,none\n' "$SINK" |
        sponts import routes - --config "$CONF"
}

capture_start() {
    local program
    for program in smtp-relayd pop-proxy imap-proxy; do
        start "$program" "$program" --config "$CONF"
    done
    for program in "${!GATE[@]}"; do
        wait_for 20 bound "${GATE[$program]}"
    done
}

capture_config() {
    cat <<END
[general]
hostname = gw.test
spool = $TMP/spool
database = $TMP/sponts.db
run-directory = $TMP/run
drain-timeout = 5s
[tls]
certificate = $TMP/cert.pem $TMP/key.pem
[tkuev]
enabled = yes
spool = $SPOOL
[smtp-relayd]
lookup-client-name = no
[pop-proxy]
login-delay = 0s
[imap-proxy]
login-delay = 0s
[listener smtp]
address = 127.0.0.1:${GATE[smtp]}
program = smtp-relayd
[listener smtps]
address = 127.0.0.1:${GATE[smtps]}
program = smtp-relayd
tls = implicit
[listener submissions]
address = 127.0.0.1:${GATE[submissions]}
program = smtp-relayd
tls = implicit
auth = users
auth-required = yes
[listener submission]
address = 127.0.0.1:${GATE[submission]}
program = smtp-relayd
auth = users
auth-required = yes
auth-without-tls = yes
END
    mailbox_listener pop3
    mailbox_listener pop3s 'tls = implicit'
    mailbox_listener imap
    mailbox_listener imaps 'tls = implicit'
}

# The servers look once a second whether there is another list: a login that is not accepted
# of a name nobody has is of interest when they have read it.
measure() {
    local probe=probe-$RANDOM$RANDOM protocol
    tap-tool publish "$SPOOL" 512 "$@" "$probe@example.de=255"
    for protocol in smtp pop3 imap; do
        wait_for 20 sees "$probe@example.de" "$protocol"
    done
}
sees() {
    sessions refused-login "$2" "$1"
    tap-tool read "$SPOOL" | grep -q "\"protocol\":\"$2\".*\"user\":\"$1\""
}

captured() { tap-tool read "$SPOOL" | jq -c 'select(.measure != 255)'; }
captured_has() { [ "$(captured | wc -l)" -ge "$1" ]; }

sessions() {
    local ports
    mapfile -t ports < <(ports_of_gate)
    /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/mail_sessions.py" "${ports[@]}" -- "$@"
}
