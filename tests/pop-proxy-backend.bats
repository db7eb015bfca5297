#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# pop-proxy(8) and the servers behind it: TLS, who the client is, routes, mechanisms.

setup() {
    load helpers/common
    load helpers/dovecot
    load helpers/proxy
    sponts_setup
    export PYTHONPATH=$BATS_TEST_DIRNAME/helpers
}
teardown() { sponts_teardown; }

python() { /usr/bin/python3 - "$@"; }

# log_in PORT USER [PASSWORD] - prints what the password is answered with.
log_in() {
    python "$@" <<'END'
import sys
from pop_talk import Talk
talk = Talk(int(sys.argv[1]))
talk.short(b"USER " + sys.argv[2].encode())
print(talk.short(b"PASS " + (sys.argv[3:] or ["secret"])[0].encode()).decode())
END
}

logs_in() { [[ $(log_in "$PLAIN_PORT" "$@") == "+OK"* ]]; }
has_trouble() { [[ $(log_in "$PLAIN_PORT" anna) == "-ERR [SYS/TEMP] your mailbox cannot be reached now" ]]; }

# with_backend LINE... - one Dovecot, and the proxy in front with these lines.
with_backend() {
    proxy_config pop-proxy "$@"
    proxy_start
}

@test "the backend in the clear, by STLS and by TLS from the first byte" {
    mailbox_server one
    local tls port
    for tls in none starttls implicit; do
        port=${PORT[one-pop3]}
        [ "$tls" != implicit ] || port=${PORT[one-pop3s]}
        with_backend "backend = 127.0.0.1:$port" "backend-tls = $tls" \
            "$([ "$tls" = none ] || echo 'backend-verify = none')"
        logs_in anna
        kill -TERM "$PROXY_PID"
        wait_for 10 gone "$PROXY_PID"
    done
    said_by one 'user=<anna>.* TLS'
}
