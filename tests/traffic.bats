#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# sponts traffic: what a gateway logged, added up for each tenant; sponts(8), sponts-log(5).

setup() {
    load helpers/common
    load helpers/gateway
    load helpers/neighbours
    sponts_setup
}
teardown() { sponts_teardown; }

# A gateway for the tenants alpha and beta and the operator's own.test; all mail goes to a
# recorder, all mailboxes are those of a scripted host.
two_tenants() {
    local hop store
    hop=$(free_port) store=$(free_port) SUBMISSION=$(free_port) POP3=$(free_port)
    recorder "$hop"
    printf '%s\n' 'S +OK hello' 'K USER' 'C USER .*' 'S +OK' 'C PASS .*' 'S +OK welcome' \
        'C STAT' 'S +OK 2 320' 'C QUIT' 'S +OK bye' STOP >"$TMP/store.script"
    start store "$BATS_TEST_DIRNAME/helpers/pop_host.py" "$store" "$TMP/store.script"
    gateway_config '[listener submission]' "address = 127.0.0.1:$SUBMISSION" 'tls = none' \
        'auth = users' 'auth-required = yes' 'auth-without-tls = yes' \
        '[listener pop3]' "address = 127.0.0.1:$POP3" 'program = pop-proxy' 'tls = none' \
        'auth-without-tls = yes' "backend = 127.0.0.1:$store" 'backend-tls = none' "$@"
    gateway_table tenants <<<$'name\nalpha\nbeta'
    gateway_table domains <<<$'name,tenant\nalpha.test,alpha\nalpha2.test,alpha\nbeta.test,beta\nown.test,'
    gateway_table routes <<<$'pattern,host,port,tls\n'"*,127.0.0.1,$hop,none"
    gateway_table addresses <<<$'address,kind,target\nold@alpha.test,rewrite,new@store.elsewhere.test'
    echo secret | sponts --config "$CONF" user add anna@alpha.test
    gateway_start
    wait_for 10 bound "$POP3"
    wait_for 10 bound "$SUBMISSION"
}

# As anna@alpha.test, whatever the sender.
submit_with_login() {
    swaks --server "127.0.0.1:$SUBMISSION" --auth PLAIN --auth-user anna@alpha.test \
        --auth-password secret --from "$1" --to "$2" --data "@$TMP/login.eml" >"$TMP/swaks"
}

# STAT and QUIT are 6 octets each up; their answers 11 and 9 down.
reads_mail() {
    printf 'USER %s\r\nPASS secret\r\nSTAT\r\nQUIT\r\n' "$1" |
        timeout 20 socat -t10 - "TCP:127.0.0.1:$POP3" >"$TMP/heard"
    grep -q '^+OK bye' "$TMP/heard"
}

logged_times() { [ "$(grep -cE -- "$2" "$TMP/gateway.log")" -ge "$1" ]; }

# received PATTERN - how many messages the recorder has for such recipients, and their octets.
received() {
    local file count messages=0 octets=0
    for file in "$TMP"/recorded/*.eml; do
        count=$(grep -cE "^RCPT TO:<$1>" "${file%.eml}.env" || true)
        messages=$((messages + count)) octets=$((octets + count * $(wc -c <"$file")))
    done
    echo "$messages $octets"
}

# What the tests below read; what is sent is $SMALL, $LARGE and $LOGIN octets.
some_traffic() {
    mail_of 500 1 >"$TMP/small"
    mail_of 200000 2 >"$TMP/large"
    printf 'Subject: by login\n\nhello\n' >"$TMP/login.eml"
    submit "$TMP/small" u@alpha.test x@beta.test y@beta.test z@else.test
    submit "$TMP/large" u@alpha2.test old@alpha.test '"a,b"@own.test'
    submit "$TMP/small" s@else.test x@beta.test
    submit_with_login v@beta.test z@else.test
    reads_mail anna@alpha.test
    reads_mail anna@alpha.test
    reads_mail x@beta.test
    reads_mail bare
    reads_mail x@else.test
    wait_for 10 queue_is_empty
    wait_for 10 logged_times 4 ' delivered .*reply='
    wait_for 10 logged_times 5 ' session-ended .* user='
    SMALL=$(wc -c <"$TMP/small") LARGE=$(wc -c <"$TMP/large")
    TO_ALPHA=$(received '[^@]*@store.elsewhere.test') TO_BETA=$(received '[^@]*@beta.test')
    TO_OWN=$(received '.*@own.test')
    LOGIN=$(sed -nE 's/.* message-accepted .* login=anna@alpha.test .* size=([0-9]+) .*/\1/p' "$TMP/gateway.log")
}

traffic() { sponts --config "$CONF" traffic "$@"; }

# sums LINE... - standard input is JSON with these rows.
sums() {
    diff <(printf '%s\n' "$@") \
        <(jq -r '.[] | [(.tenant + (if .domain then "/" + .domain else "" end)), .sent_messages,
            .sent_octets, .received_messages, .received_octets, .sessions, .up_octets,
            .down_octets] | join(" ")')
}

these_sums() {
    sums " 0 0 $TO_OWN 1 12 20" \
        "alpha 3 $((SMALL + LARGE + LOGIN)) $TO_ALPHA 2 24 40" "beta 0 0 $TO_BETA 1 12 20"
}

@test "each tenant has what its senders, recipients and users did, to the octet" {
    two_tenants
    some_traffic
    [ "$LOGIN" -gt 20 ]
    [[ "$TO_ALPHA $TO_BETA $TO_OWN" =~ ^1\ 20....\ 3\ ....\ 1\ 20....$ ]]
    traffic --json "$TMP/gateway.log" | these_sums
    traffic --json --by domain "$TMP/gateway.log" | sums "/ 0 0 0 0 1 12 20" \
        "/own.test 0 0 $TO_OWN 0 0 0" \
        "alpha/alpha.test 2 $((SMALL + LOGIN)) $TO_ALPHA 2 24 40" \
        "alpha/alpha2.test 1 $LARGE 0 0 0 0 0" \
        "beta/beta.test 0 0 $TO_BETA 1 12 20"
    run -0 --separate-stderr traffic "$TMP/gateway.log"
    [ -z "$stderr" ]
    [ "${#lines[@]}" -eq 4 ]
    [[ ${lines[0]} =~ ^TENANT\ +SENT\ +OCTETS-SENT\ +RECEIVED\ +OCTETS-RECEIVED\ +SESSIONS\ +OCTETS-UP\ +OCTETS-DOWN$ ]]
    [[ ${lines[1]} =~ ^-\ +0\ +0\ +${TO_OWN/ /\ +}\ +1\ +12\ +20$ ]]
    [[ ${lines[3]} =~ ^beta\ +0\ +0\ +${TO_BETA/ /\ +}\ +1\ +12\ +20$ ]]

    # The same log in two files that overlap, without the times in front, and by syslog.
    head -n -3 "$TMP/gateway.log" >"$TMP/one"
    tail -n +5 "$TMP/gateway.log" | cut -d' ' -f3- >"$TMP/two"
    sed -E 's/^([^ ]+) ([^ ]+)/Nov  3 10:11:12 mx \2[7]:/' "$TMP/gateway.log" >"$TMP/three"
    traffic --json "$TMP/one" "$TMP/two" "$TMP/three" | these_sums
    traffic --json - "$TMP/one" <"$TMP/two" | these_sums
    traffic --json <"$TMP/three" | these_sums

    # Cut anywhere it is never more.
    size=$(wc -c <"$TMP/gateway.log")
    for _ in {1..40}; do
        place=$(((RANDOM * 32768 + RANDOM) % size))
        echo "cut behind octet $place of $size"
        head -c "$place" "$TMP/gateway.log" >"$TMP/cut"
        traffic --json "$TMP/cut" 2>/dev/null |
            jq -e --argjson most $((SMALL + LARGE + LOGIN)) 'all(.sent_octets <= $most)'
    done
}

@test "a log in JSON says the same" {
    two_tenants '[log]' 'format = json'
    mail_of 500 1 >"$TMP/small"
    submit "$TMP/small" u@alpha.test x@beta.test '"a,\"b"@own.test'
    reads_mail 'an"na\@alpha.test'
    wait_for 10 queue_is_empty
    wait_for 10 logged_times 1 '"event":"delivered"'
    wait_for 10 logged_times 1 '"event":"session-ended".*"user"'
    traffic --json "$TMP/gateway.log" | sums " 0 0 $(received '.*@own.test') 0 0 0" \
        "alpha 1 $(wc -c <"$TMP/small") 0 0 1 12 20" "beta 0 0 $(received '.*@beta.test') 0 0 0"
}

@test "the recipients of a large message are all counted" {
    two_tenants
    mail_of 300 1 >"$TMP/m"
    recipients=()
    for i in {1..150}; do
        recipients+=("a-name-of-some-length-$i@alpha.test" "another-name-$i@beta.test")
    done
    submit "$TMP/m" s@else.test "${recipients[@]}"
    wait_for 20 queue_is_empty
    wait_for 10 logged "delivered .*another-name-150@"
    alpha=$(received '.*@alpha.test') beta=$(received '.*@beta.test')
    [[ $alpha == "150 "* && $beta == "150 "* ]]
    traffic --json "$TMP/gateway.log" | sums "alpha 0 0 $alpha 0 0 0" "beta 0 0 $beta 0 0 0"
    [ "$(awk '{ print length }' "$TMP/gateway.log" | sort -n | tail -n 1)" -lt 2000 ]
}

# -- without a gateway --------------------------------------------------------------------

# A database, and a log: one message of 100 octets for each day of November.
november() {
    gateway_config
    gateway_table tenants <<<$'name\nalpha'
    gateway_table domains <<<$'name,tenant\nalpha.test,alpha'
    for day in {01..30}; do
        echo "2026-11-${day}T00:00:00+01:00 smtp-relayd 0C3K7W2D5F0$day message-accepted" \
            'login="" size=100 sender=u@alpha.test recipients=1 first=x@y.test'
    done >"$TMP/mail.log"
}
sent() { jq -r '.[0].sent_messages // 0'; }

@test "--from is the first instant that counts, --to the first that does not" {
    november
    while read -r expected options; do
        # shellcheck disable=SC2086  # words on purpose
        [ "$(traffic --json $options "$TMP/mail.log" | sent)" = "$expected" ]
    done <<'END'
30
30 --from 2026-11-01 --to 2026-12-01
30 --from 2026-11-01T00:00:00+01:00
29 --from 2026-11-01T00:00:01+01:00
29 --from 2026-10-31T23:00:01Z
29 --to 2026-11-30
1 --from 2026-11-10 --to 2026-11-11
1 --from 09.11.2026 --to 2026-11-09T23:59:59+01:00
0 --from 2026-12-01
END
    cut -d' ' -f3- "$TMP/mail.log" >"$TMP/bare"
    run -0 --separate-stderr traffic --json --from 2026-11-01 "$TMP/bare"
    [ "$output" = '[]' ]
    [ "$stderr" = 'sponts: lines skipped: 30 without a time' ]
}

@test "lines that are not understood are skipped, and counted in one line" {
    november
    {
        echo 'Started smtp-relayd.service - mail gateway.'
        head -c 100000 /dev/urandom | tr -d '\n'
        echo
        head -c 1000000 /dev/zero
        echo
        cat "$TMP/mail.log"
        tail -n 1 "$TMP/mail.log" | sed 's/5F030/5F031/' | head -c -1
    } >"$TMP/mixed"
    run -0 --separate-stderr traffic --json "$TMP/mixed"
    [ "$(sent <<<"$output")" = 30 ]
    [ "$stderr" = 'sponts: lines skipped: 4 not understood' ]
}

@test "bad options end with 64, unreadable files with 66, and nothing on standard output" {
    november
    for words in '--from yesterday' '--to 2026-13-01' '--by user' '--no-such' \
        '--from 2026-11-02 --to 2026-11-02'; do
        # shellcheck disable=SC2086  # words on purpose
        run -64 --separate-stderr traffic $words "$TMP/mail.log"
        [ -z "$output" ]
        [ "${#stderr_lines[@]}" -eq 1 ]
    done
    for file in "$TMP/missing" "$TMP"; do
        run -66 --separate-stderr traffic "$TMP/mail.log" "$file"
        [ -z "$output" ]
        [[ $stderr == *"$file: "* ]]
        [ "${#stderr_lines[@]}" -eq 1 ]
    done
    run -0 sponts traffic --help
    [[ $output == *--from* && $output == *LOG-FILE* ]]
    run ! sponts traffic --database "$TMP/missing.db" "$TMP/mail.log"
}

# The commands of its example, with a journal and files of ours.
@test "the example of sponts(8) works as it is printed" {
    november
    mandoc -Tutf8 "$REPO/man/sponts.8" | col -bx |
        sed -n '/^EXAMPLES/,/^SECURITY/p' | sed -n '/journalctl/,/^$/p' >"$TMP/example"
    grep -q 'sponts traffic --from' "$TMP/example"
    sed -i "s,/var/log/mail.log,$TMP/mail.log,; s/sponts traffic/& --config \$CONF/" "$TMP/example"
    mkdir "$TMP/bin"
    cat >"$TMP/bin/journalctl" <<END
#!/bin/bash
[ "\$*" = '-o cat --since 2026-11-01 --until 2026-12-01 -u smtp-* -u *-proxy*' ] || exit 1
cut -d' ' -f3- '$TMP/mail.log'
END
    chmod +x "$TMP/bin/journalctl"
    gzip -c "$TMP/mail.log" >"$TMP/mail.log.1.gz"
    sed 's/T00:/T01:/; s/ 0C3K7W2D5F0/ 0C3K7W2D5G0/' "$TMP/mail.log" | gzip >"$TMP/mail.log.2.gz"
    export CONF
    PATH=$TMP/bin:$PATH run -0 bash -eo pipefail "$TMP/example"
    [ "${#lines[@]}" -eq 3 ]
    [[ ${lines[1]} =~ ^alpha\ +30\ +3000\ +0 ]]
    jq -e '. == [{"tenant": "alpha", "sent_messages": 60, "sent_octets": 6000,
        "received_messages": 0, "received_octets": 0, "sessions": 0, "up_octets": 0,
        "down_octets": 0}]' <<<"${lines[2]}"
}
