#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Mail programs that know only the ids of the latest list (fetchmail, Thunderbird): while the
# server is down they are shown what their mailbox listed, and fetch nothing a second time.

setup() {
    load helpers/common
    load helpers/gateway
    load helpers/dovecot
    load helpers/ums
    sponts_setup
    server_of_mailboxes
}
teardown() { sponts_teardown; }

# send_many FIRST LAST USER...
send_many() {
    local number
    for number in $(seq "$1" "$2"); do
        mail_of 300 "$number" >"$TMP/mail-$number"
    done
    /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/submit_many.py" "127.0.0.1:$SMTP_PORT" "${*:3}" \
        $(seq -f "$TMP/mail-%g" "$1" "$2")
}
# What was read is what arrived, each once.
same_as_mailbox() {
    keeper digests "${@:2}" >"$TMP/read"
    [ "$(sort -u "$TMP/read" | wc -l)" -eq "$(wc -l <"$TMP/read")" ]
    mailbox_of "$1" | xargs -d '\n' /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/pop_keeper.py" digests |
        cmp "$TMP/read" -
}

@test "fetchmail that leaves mail on the server fetches 30, then 10 of the queue, and nothing twice" {
    gateway_with_ums
    mkdir "$TMP/fetched"
    cat >"$TMP/fetchmailrc" <<END
poll localhost protocol pop3 port ${GATE[pop3s]} uidl
user anna password secret
ssl sslcertck sslcertfile $TMP/dove/cert.pem
keep no rewrite mda "cat >\$(mktemp $TMP/fetched/XXXXXX)"
END
    chmod 600 "$TMP/fetchmailrc"
    fetches() {
        HOME=$TMP FETCHMAILHOME=$TMP fetchmail --nosyslog -f "$TMP/fetchmailrc" -i "$TMP/ids" \
            --pidfile "$TMP/fetchmail.pid" >>"$TMP/fetchmail.out" 2>&1
    }
    has_fetched() { [ "$(find "$TMP/fetched" -type f | wc -l)" -eq "$1" ]; }
    fetches_up_to() { fetches || [ $? -eq 1 ]; has_fetched "$1"; }
    send_many 1 30 anna@dest.test
    wait_for 30 has_mails anna 30
    fetches
    has_fetched 30
    wait_for 20 knows anna@dest.test
    wait_for 20 has_listed anna 30

    dove_stops
    send_many 31 40 anna@dest.test
    wait_for 30 fetches_up_to 40
    run -1 fetches # nothing is new
    has_fetched 40
    [ "$(wc -l <"$TMP/ids")" -ge 40 ]

    dove_returns
    wait_for 60 queue_is_empty
    back_again() { fetches_up_to 40 && logged outage-ended; }
    wait_for 30 back_again
    has_mails anna 40
    run -1 fetches
    has_fetched 40
    same_as_mailbox anna "$TMP"/fetched/*
}

@test "queued mail first, then what the mailbox listed, which nobody can have now; it goes on behind an error" {
    gateway_with_ums
    send_many 1 3 anna@dest.test
    wait_for 30 has_mails anna 3
    forgetful_polls pop3s anna "3 of 3"
    teach anna
    cp "$TMP/anna/uidl" "$TMP/first"
    wait_for 20 has_listed anna 3
    # With its sizes; nobody else looks into it, and it says nothing of whose it is.
    run -0 say pop3s anna LIST
    [ "$(listed anna | cut -d' ' -f2 | paste -sd' ')" = "$(sed -n 's/^[0-9] //p' <<<"$output" | paste -sd' ')" ]
    [ -z "$(find "$GW/spool/lists" -perm /077)" ]
    run -1 grep -r -e anna -e Subject "$GW/spool/lists"

    dove_stops
    send_many 4 5 anna@dest.test
    wait_for 20 forgetful_polls pop3s anna "2 of 5"
    run -0 say pop3s anna STAT UIDL LIST "RETR 3" "TOP 4 0" "DELE 5" "RETR 9" "TOP 1 0" "UIDL 3" "DELE 2" RSET
    [[ ${lines[0]} == "+OK 5 "* ]]
    [ "$(sed -n '3,7s/^. //p' <<<"$output")" = "$(queue list --ids | sed -n 1,2p; cat "$TMP/first")" ]
    [ "$(grep -c -x -e '-ERR \[SYS/TEMP\] this message is on the server that is down now' <<<"$output")" -eq 3 ]
    [[ $output == *"-ERR no such message"*"Subject: message 4"*"+OK 3 $(sed -n 1p "$TMP/first")"*"+OK marked"* ]]
    logged 'queue-shown user=anna@dest.test messages=2 .*remembered=3'
    forgetful_polls pop3s anna "0 of 5"
    # At the queue's own port there is the queue.
    polls ums anna "0 of 2"

    dove_returns
    wait_for 60 queue_is_empty
    ended() { forgetful_polls pop3s anna "0 of 5" && logged outage-ended; }
    wait_for 30 ended
    same_as_mailbox anna "$TMP"/anna/*.eml
}

@test "a user who was never listed is shown his queued mail, and keeps what he has fetched of it" {
    gateway_with_ums
    curl -sk -u bert:secret "imaps://127.0.0.1:${GATE[imaps]}/" >/dev/null
    wait_for 20 knows bert@dest.test
    dove_stops
    send_many 1 2 bert@dest.test
    wait_for 20 forgetful_polls pop3s bert "2 of 2"
    # One has gone, perhaps it has been delivered: it is known all the same.
    queue delete "$(queue list --ids | head -n 1)"
    shown() { [ "$(forgetful pop3s bert)" = "0 of 2" ] && logged 'queue-shown user=bert@dest.test messages=1 .*remembered=1'; }
    wait_for 20 shown
    # What he deletes he has forgotten.
    say pop3s bert "DELE 1"
    forgetful_polls pop3s bert "0 of 1"
}

@test "of more messages than are remembered it is the newest, and with remember = 0 none are, and all forgotten" {
    gateway_with_ums 'remember = 2'
    send_many 1 3 anna@dest.test
    wait_for 30 has_mails anna 3
    forgetful_polls pop3s anna "3 of 3"
    teach anna
    wait_for 20 has_listed anna 2
    [ "$(listed anna | cut -d' ' -f1)" = "$(tail -n 2 "$TMP/anna/uidl")" ]
    sed -i 's/^remember = .*/remember = 0/' "$CONF"
    kill -HUP "$GATEWAY_PID"
    wait_for 20 logged 'lists-forgotten lists=1'
    [ ! -e "$(list_file anna)" ]
    forgetful_polls pop3s anna "0 of 3"
    dove_stops
    send_many 4 4 anna@dest.test
    wait_for 20 forgetful_polls pop3s anna "1 of 1"
    [ -z "$(ls -A "$GW/spool/lists")" ]
    gateway_stop
    # Where [ums] is off, nothing stays of what another day has left.
    touch "$(list_file anna)"
    sed -i '/^\[listener ums\]/,/^$/d; /^enabled = yes/d' "$CONF"
    gateway_start
    gone_list() { [ ! -e "$(list_file anna)" ]; }
    wait_for 20 gone_list
}

@test "what a list is not: refused, broken off, without unique ids or with what is none" {
    gateway_with_ums
    # mailbox_says LINE... - a server that logs anna in, hears UIDL and says so.
    mailbox_says() {
        { printf '%s\n' 'K UIDL' 'K USER' 'S +OK ready' 'C USER .*' 'S +OK' 'C PASS .*' 'S +OK in'
          printf '%s\n' "$@"; } >"$TMP/script"
        port=$(free_port)
        start host /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/pop_host.py" "$port" "$TMP/script"
        wait_for 20 listens "$port"
        plain=$(free_port)
        printf '%s\n' "[listener plain$plain]" "address = 127.0.0.1:$plain" 'program = pop-proxy' 'tls = none' \
            'auth-without-tls = yes' 'user-domain = dest.test' "backend = 127.0.0.1:$port" 'backend-tls = none' >>"$CONF"
        kill -HUP "$GATEWAY_PID"
        wait_for 20 bound "$plain"
    }
    # asks LINE... - of a client that waits for the end of the connection.
    asks() {
        { printf '%s\r\n' "USER anna" "PASS secret" "$@"; } | socat -t10 - "TCP:127.0.0.1:$plain" >"$TMP/heard"
    }
    long=$(printf 'x%.0s' {1..70})
    mailbox_says 'C UIDL' 'S +OK' 'S 1 aaa' "S 2 $long" "S 3 y$long" $'S 4 b\x01b' 'S 5' 'S 6 ccc' 'S .' 'C QUIT' 'S +OK bye'
    asks UIDL QUIT
    wait_for 20 has_listed anna 3
    [ "$(listed anna | cut -d' ' -f1 | paste -sd' ')" = "aaa $long ccc" ]
    # The session with the last of these is over, and so its list would be there.
    ends_without_a_list() {
        mailbox_says "$@"
        asks UIDL QUIT
        wait_for 20 logged "session-ended .*listener=plain$plain"
        has_listed anna 3
    }
    ends_without_a_list 'C UIDL' 'S -ERR what is that' 'C QUIT' 'S +OK bye'
    ends_without_a_list 'C UIDL' 'S +OK' 'S 1 zzz' 'STOP'
    gateway_stop # writes whatever waits
    has_listed anna 3
}

@test "inetd: a process for one connection remembers what it has seen when it ends" {
    gateway_with_ums
    port=$(free_port)
    start inetd socat "TCP-LISTEN:$port,bind=127.0.0.1,fork,reuseaddr" \
        "EXEC:pop-proxy --config $CONF --listener pop3s,nofork=0,stderr"
    wait_for 10 bound "$port"
    GATE[inetd]=$port
    send_many 1 1 anna@dest.test
    wait_for 30 has_mails anna 1
    forgetful_polls inetd anna "1 of 1"
    wait_for 20 has_listed anna 1
    # And at once what the next one has seen, and the daemon.
    send_many 2 2 anna@dest.test
    wait_for 30 has_mails anna 2
    forgetful_polls inetd anna "1 of 2"
    wait_for 20 has_listed anna 2
    send_many 3 3 anna@dest.test
    wait_for 30 has_mails anna 3
    forgetful_polls pop3s anna "1 of 3"
    wait_for 20 has_listed anna 3
}
