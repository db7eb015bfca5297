#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# replayctl(8): what the log still has is sent again, once in a run.

# shellcheck disable=SC2154  # run sets output, stderr and their lines
# shellcheck disable=SC2016  # what wait_for evaluates is expanded there

setup() {
    load helpers/common
    load helpers/sendd
    sendd_setup
}
teardown() { sponts_teardown; }

replay() { replayctl "$@" --config "$CONF"; }
# keeping - smtp-sendd with a ring of a day.
keeping() {
    fake
    RETENTION=1d sending
}
# arrive COUNT - so many messages to r1@dest.test ..., delivered.
arrive() {
    local i
    for ((i = 1; i <= $1; i++)); do
        put "$i" s@remote.test "r$i@dest.test"
    done
    wait_for 20 got "$1"
    wait_for 10 queue_is_empty
}
run_name() { sed -n 's/^run: *//p'; }
# marks - which messages the next hop has got by a replay, sorted.
marks() { sed -n 's/^X-Sponts-Replay: [^ ]* \([0-9A-Z]*\)\r*$/\1/p' "$MX"/*.eml | sort; }
waits_for() { queue list --json | grep -q -- "$1"; }
log_is_empty() { ! ls "$SPOOL"/log/*.seg >/dev/null 2>&1; }
state() { [[ $(replay status "$1") == *"  $2 "* ]]; }
over() { [ "$(replay status "$1" --json | jq '.sent + .lost')" -ge "$2" ]; }

@test "says what it is, and refuses what it does not know" {
    run -0 replayctl --version
    [[ $output == replayctl\ * ]]
    run -0 replayctl plan --help
    [[ $output == *--to-domain* ]]
    run -64 --separate-stderr replayctl apply
    [ "${#stderr_lines[@]}" -eq 1 ]
    run -64 --separate-stderr replayctl nonsense
    [ "${#stderr_lines[@]}" -eq 1 ]
}

@test "lists and shows what was delivered long ago, byte for byte" {
    keeping
    arrive 3
    run -0 replay list --ids
    [ "${#lines[@]}" -eq 3 ]
    id=${lines[1]}
    run -0 replay list --rcpt R2@dest.test --since 1h\ ago
    [[ $output == "$id  "*"<s@remote.test> -> r2@dest.test" ]]
    run -0 replay list --sender @remote.test --json
    [ "$(jq -r .recipients[0] <<<"$output" | xargs)" = "r1@dest.test r2@dest.test r3@dest.test" ]
    run -1 replay list --until yesterday
    run -1 replay list --until today
    [ "$(replay list --on today --ids | wc -l)" -eq 3 ]
    run -64 --separate-stderr replay list --on today --until now
    [ "$stderr" = "replayctl: --on today: goes without --since and --until" ]
    message 2 >"$TMP/2.eml"
    replay cat "$id" | cmp - "$TMP/2.eml"
    run -0 replay show "$id"
    [[ $output == *"recipient: <r2@dest.test>"* ]]
    run -1 --separate-stderr replay show 0000000000000
    [[ $stderr == *"0000000000000: the log does not have it" ]]
    run -64 --separate-stderr replay cat nonsense
    [[ $stderr == "replayctl: not an id of a message: nonsense" ]]
}

@test "that nothing is found as nothing is kept, is said" {
    keeping
    run -1 --separate-stderr replay list
    [ -z "$stderr" ]
    halt
    sed -i 's/^retention = .*/retention = 0/' "$CONF"
    for words in list 'list --rcpt x@dest.test' 'plan --all' 'resend --since today'; do
        # shellcheck disable=SC2086
        run -1 --separate-stderr replay $words
        [ "$stderr" = "replayctl: what was delivered does not stay in the log: [queue] retention is 0" ]
    done
}

@test "addresses of strangers are shown as they are, to the last, without their tricks" {
    keeping
    local many=() i
    for ((i = 1; i <= 40; i++)); do many+=("recipient-number-$i@dest.test"); done
    put 1 $'gr\xc3\xb6\xc3\x9fe@remote.test' $'a\xc2\x9b2Jx\xe2\x80\xae@dest.test' "${many[@]}"
    for words in list 'show -'; do
        # shellcheck disable=SC2086
        replay list --ids | replay $words >"$TMP/shown"
        grep -qF 'a?2Jx?@dest.test' "$TMP/shown"
        LC_ALL=C run -1 grep -aP '\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]' "$TMP/shown"
    done
    run -0 replay list
    [[ $output == *$'  <gr\xc3\xb6\xc3\x9fe@remote.test> -> '*', recipient-number-40@dest.test'* ]]
}

@test "sends again what was planned: the same sender, marked, once in a run" {
    keeping
    arrive 3
    run -0 replay plan --all
    [[ $output == *"messages:    3"* && $output == *"recipients:  3 (3 addresses)"* ]]
    name=$(run_name <<<"$output")
    state "$name" planned
    got 3
    run -0 --separate-stderr replay apply "$name"
    [ "$output" = "$name: 3 sent, 0 lost, 0 left" ]
    wait_for 10 got 6
    wait_for 10 queue_is_empty
    [ "$(marks)" = "$(replay list --ids | head -n 3)" ]
    message 3 | cmp - <(tail -n +2 "$(grep -l '^X-Sponts-Replay' "$MX"/*.eml | xargs grep -l 'message 3')")
    [ "$(grep -c 'MAIL FROM:<s@remote.test>' "$MX/log")" -eq 6 ]
    run -0 --separate-stderr replay apply "$name"
    [ "$output" = "$name: 3 sent, 0 lost, 0 left" ]
    state "$name" 'done'
    queue_is_empty
    # Replays are not sent again by another run.
    run -0 replay plan --all --again --dry-run --json
    [ "$(jq -c '[.messages, .left_out.replays, .left_out.sent, .run]' <<<"$output")" = '[3,3,0,null]' ]
    [ "$(replay runs | wc -l)" -eq 1 ]
    replay forget "$name"
    run -1 replay runs
    run -64 --separate-stderr replay status "$name"
    [ "$stderr" = "replayctl: no such run: $name" ]
}

@test "what a run has sent to somebody goes to him by another only when that is said" {
    keeping
    arrive 3
    run -0 replay resend --rcpt r1@dest.test
    wait_for 10 got 4
    run -0 --separate-stderr replay resend --all
    [[ $output == *"messages:    2"*"left out:    1 recipients who got it by an earlier run (--again: "* ]]
    [[ $output == *": 2 sent, 0 lost, 0 left" ]]
    wait_for 10 got 6
    wait_for 10 queue_is_empty
    run -1 replay resend --all
    [[ $output == *"messages:    0"*"left out:    3 recipients who got it "* ]]
    # The log knows it, too; to others it goes.
    for name in $(replay runs --json | jq -r .run); do replay forget "$name"; done
    run -1 replay plan --all
    [[ $output == *"left out:    3 recipients who got it "* ]]
    run -0 replay plan --all --to c@dest.test --dry-run --json
    [ "$(jq -c '[.messages, .left_out.sent]' <<<"$output")" = '[3,0]' ]
    run -0 replay resend --rcpt r2@dest.test --again
    wait_for 10 got 7
    wait_for 10 queue_is_empty
    [ "$(marks | uniq -c | awk '{ print $1 }' | xargs)" = "1 2 1" ]
}

@test "of two plans with the same mail the second is refused, unless that is said" {
    keeping
    arrive 2
    first=$(replay plan --all --rate 1 | run_name)
    second=$(replay plan --all | run_name)
    start apply replayctl apply "$first" --config "$CONF"
    wait_for 10 over "$first" 1
    # What is being sent counts as sent.
    run -64 --separate-stderr replay apply "$second"
    [ "${stderr_lines[-1]}" = "replayctl: $second: other runs have sent to 2 of its recipients since it was planned: plan anew, or say --again and they get it twice" ]
    run -1 replay plan --all --dry-run
    [[ $output == *"left out:    2 recipients who got it "* ]]
    wait_for 10 gone "$PID"
    run -64 --separate-stderr replay apply "$second"
    state "$second" planned
    wait_for 10 got 4
    run -0 --separate-stderr replay apply "$second" --again
    [ "$output" = "$second: 2 sent, 0 lost, 0 left" ]
    wait_for 10 got 6
}

@test "ids that are not there are told one by one, the others come in the order asked" {
    keeping
    arrive 3
    mapfile -t ids < <(replay list --ids)
    gone=(0000000000007 0000000000008)
    for command in list show cat; do
        run -1 --separate-stderr replay "$command" "${ids[2]}" "${gone[1]}" "${ids[0]}" "${gone[0]}"
        [ "${stderr_lines[0]}" = "replayctl: ${gone[1]}: the log does not have it" ]
        [ "${stderr_lines[1]}" = "replayctl: ${gone[0]}: the log does not have it" ]
        [ "${#stderr_lines[@]}" -eq 2 ]
        [ "$(grep -oE 'r[0-9]@dest|message [0-9]' <<<"$output" | grep -oE '[0-9]' | uniq | xargs)" = "3 1" ]
    done
    run -1 --separate-stderr replay plan --json - < <(printf '%s
' "${ids[1]}" "${gone[0]}")
    [ "${stderr_lines[0]}" = "replayctl: ${gone[0]}: the log does not have it" ]
    [ "$(jq -c '[.messages, .missing]' <<<"$output")" = '[1,1]' ]
    run -1 --separate-stderr replay resend "${ids[1]}" "${gone[0]}"
    [[ $output == *"missing:     1 messages that were named"*": 1 sent, 0 lost, 0 left" ]]
    wait_for 10 got 4
    # There, but not meant: that is no error of the list.
    run -0 --separate-stderr replay list --ids "${ids[0]}" "${ids[1]}" --rcpt r1@dest.test
    [ "$output" = "${ids[0]}" ]
    [ -z "$stderr" ]
}

@test "who has made, begun and ended a run is logged" {
    keeping
    arrive 2
    run -0 --separate-stderr replay plan --all --rate 7
    name=$(run_name <<<"$output")
    [[ $stderr == *" replayctl $name replay-made uid=$(id -u) user="*" messages=2 recipients=2 rate=7 route="* ]]
    run -0 --separate-stderr replay apply "$name"
    [[ ${stderr_lines[0]} == *" replayctl $name replay-begun uid=$(id -u) user="*" left=2" ]]
    [[ ${stderr_lines[1]} == *" $name replay-ended uid=$(id -u) user="*" state=done sent=2 lost=0 left=0 "* ]]
    [ "${#stderr_lines[@]}" -eq 2 ]
    # What could not go on says why; a plan that is not kept says nothing.
    run -0 --separate-stderr replay plan --all --again --dry-run
    [ -z "$stderr" ]
    sed -i 's/^free-space = .*/free-space = 1000T/' "$CONF"
    printf '[log]\nformat = json\n' >>"$CONF"
    run -75 --separate-stderr replay resend "$(replay list --ids --origin client | head -n 1)" --again
    [ "$(jq -r 'select(.event == "replay-ended") | "\(.state) \(.left) \(.uid)"' \
        < <(printf '%s\n' "${stderr_lines[@]}" | grep '^{'))" = "failed 1 $(id -u)" ]
}

@test "one command can be tried before" {
    keeping
    arrive 1
    run -0 --separate-stderr replay resend --all --dry-run
    [[ $output == "messages:    1"* && -z $stderr ]]
    run -1 replay runs
    run -0 replay resend --all
    wait_for 10 got 2
}

@test "in one command, to some of the recipients, or to others" {
    keeping
    arrive 2
    put 3 s@remote.test a@dest.test b@dest.test
    wait_for 10 got 3
    wait_for 10 queue_is_empty
    run -0 replay resend --rcpt b@dest.test --since today
    wait_for 10 got 4
    [[ $(grep 'RCPT TO' "$MX/log" | tail -n 1) == *'<b@dest.test>'* ]]
    replay list --rcpt r1@dest.test --ids | replay resend - --to c@dest.test
    wait_for 10 got 5
    [[ $(grep 'RCPT TO' "$MX/log" | tail -n 1) == *'<c@dest.test>'* ]]
    table domains <<<$'name\nother.test'
    table routes <<<"pattern,host,port,tls"$'\n'"other.test,127.0.0.1,$MX_PORT,none"
    run -0 replay resend --rcpt r2@dest.test --to-domain other.test
    wait_for 10 got 6
    [[ $(grep 'RCPT TO' "$MX/log" | tail -n 1) == *'<r2@other.test>'* ]]
    run -64 --separate-stderr replay plan --all --to nonsense
    [ "$stderr" = "replayctl: not an address: nonsense" ]
}

@test "mail that waits is not sent again, and all mail only when that was said" {
    keeping
    arrive 1
    script 'rcpt say 451 4.7.1 later'
    put 2 s@remote.test r2@dest.test
    wait_for 10 waits_for 4.7.1
    run -0 replay plan --all
    [[ $output == *"messages:    1"*"left out:    1 recipients that wait in the queue"* ]]
    run -64 --separate-stderr replay plan
    [ "$stderr" = "replayctl: say which messages: ids, criteria, or --all" ]
    run -64 --separate-stderr replay plan --all --rcpt x@dest.test
    for option in --rcpt --sender --since --to --to-domain --rate; do
        run -64 --separate-stderr replay resend --since today "$option" ''
        [ "$stderr" = "replayctl: $option: is empty" ]
    done
    got 1
}

@test "where a copy waits already, none is added, even if it is wanted again" {
    keeping
    arrive 2
    script 'rcpt=r1@dest.test say 451 4.7.1 later'
    run -0 replay resend --all
    wait_for 10 waits_for 4.7.1
    wait_for 10 got 3
    run -0 replay resend --all --again
    [[ $output == *"left out:    1 recipients for whom a copy by an earlier run waits in the queue"*": 1 sent, 0 lost, 0 left" ]]
    wait_for 10 got 4
    [ "$(queue list --ids | wc -l)" -eq 1 ]
}

@test "nobody hears of a replay that cannot be delivered" {
    keeping
    table domains <<<$'name\nremote.test'
    table routes <<<"pattern,host,port,tls"$'\n'"remote.test,127.0.0.1,$MX_PORT,none"
    arrive 2
    script 'rcpt say 550 5.1.1 gone'
    run -0 replay resend --all
    wait_for 10 heard_times 2 'RCPT TO:<r1@dest.test>'
    wait_for 10 heard_times 2 'RCPT TO:<r2@dest.test>'
    wait_for 10 queue_is_empty
    [ "$(replay list --json | jq -s 'map(select(.origin == "bounce")) | length')" -eq 0 ]
}

@test "goes at its rate, stops when it is asked, and goes on" {
    keeping
    arrive 20
    name=$(replay plan --all --rate 10 | run_name)
    start apply replayctl apply "$name" --config "$CONF"
    wait_for 10 over "$name" 3
    state "$name" running
    run -69 --separate-stderr replay apply "$name"
    [[ $stderr == *"is being sent already" ]]
    run -69 --separate-stderr replay forget "$name"
    replay stop "$name"
    wait_for 10 gone "$PID"
    state "$name" stopped
    grep -qxF "replayctl: stopped: replayctl apply $name goes on" "$TMP/apply.log"
    run ! over "$name" 20
    run -1 --separate-stderr replay stop "$name"
    [ "$stderr" = "replayctl: $name: is not being sent" ]
    run -0 --separate-stderr replay apply "$name"
    [ "$output" = "$name: 20 sent, 0 lost, 0 left" ]
    wait_for 20 got 40
    [ "$(marks | uniq | wc -l)" -eq 20 ]
}

@test "what the log has lost before its turn is said, and is no success" {
    keeping
    arrive 2
    put 3 s@remote.test r3@dest.test r4@dest.test
    wait_for 10 got 3
    wait_for 10 queue_is_empty
    # Nothing keeps it: that is said while there is time.
    sed -i 's/^retention = .*/&\nretention-bytes = 1/' "$CONF"
    run -0 --separate-stderr replay plan --all
    [[ $stderr == "replayctl: "*" bytes are left of retention-bytes: "* ]]
    name=$(run_name <<<"$output")
    halt
    rm "$SPOOL"/log/*.seg
    run -1 --separate-stderr replay apply "$name"
    [ "$output" = "$name: 0 sent, 3 lost, 0 left" ]
    [ "${stderr_lines[-1]}" = "replayctl: 3 messages for 4 recipients had left the log: replayctl status $name says which" ]
    run -1 --separate-stderr replay apply "$name"
    state "$name" 'done'
    run -1 replay status "$name"
    [[ ${lines[0]} == *" 0 sent, 3 lost, 0 left, lost for 4 recipients" ]]
    [ "${#lines[@]}" -eq 4 ]
    [[ $output == *"lost:  "*" -> r3@dest.test, r4@dest.test"* ]]
    run -1 replay status "$name" --json
    [ "$(jq -c '[.sent, .lost, .lost_recipients, .lost_messages[0].recipients]' <<<"$output")" = \
        '[0,3,4,["r1@dest.test"]]' ]
    run -0 replay runs --json
    [ "$(jq -c '[.lost, .lost_recipients]' <<<"$output")" = '[3,4]' ]
}

@test "a disk that is nearly full is said, and keeps room for new mail" {
    keeping
    arrive 3
    halt
    free=$(df -B1 --output=avail "$SPOOL" | tail -n 1)
    # More than the mark at which mail is refused, and less than a quarter more.
    sed -i "s/^free-space = .*/free-space = $((free * 17 / 20))/" "$CONF"
    run -0 --separate-stderr replay plan --all
    [[ $stderr == "replayctl: 0 bytes are left on the disk above free-space and a half: "* ]]
    name=$(run_name <<<"$output")
    run -75 --separate-stderr replay apply "$name"
    [ "$output" = "$name: 0 sent, 0 lost, 3 left" ]
    [[ ${stderr_lines[-1]} == "replayctl: too little free space: "*"; apply the run again later" ]]
    state "$name" planned
    sed -i 's/^free-space = .*/free-space = 0/' "$CONF"
    run -0 --separate-stderr replay apply "$name"
    [ "$output" = "$name: 3 sent, 0 lost, 0 left" ]
}

@test "a spool that is no spool is refused, and a copy of one serves as well" {
    keeping
    arrive 2
    run -66 --separate-stderr replayctl list --spool "$TMP"
    [ "$stderr" = "replayctl: --spool $TMP: is no spool: there is no $TMP/log" ]
    run -66 --separate-stderr replayctl plan --all --spool "$TMP/nowhere"
    [ "${#stderr_lines[@]}" -eq 1 ]
    halt
    cp -a "$SPOOL" "$TMP/copy"
    mapfile -t ids < <(replay list --ids)
    [ "$(replayctl list --ids --spool "$TMP/copy" | xargs)" = "${ids[*]}" ]
    replayctl cat "${ids[0]}" --spool "$TMP/copy" | cmp - <(replay cat "${ids[0]}")
    diff -r --exclude run "$SPOOL" "$TMP/copy"
    run -0 --separate-stderr replayctl resend --all --spool "$TMP/copy"
    [[ $output == *": 2 sent, 0 lost, 0 left" ]]
    run -1 replay runs
    [ "$(replayctl list --ids --origin replay --spool "$TMP/copy" | wc -l)" -eq 2 ]
}

@test "times that cannot be meant are refused in a line" {
    keeping
    for words in '--since 2199-01-01' '--on 2199-01-01'; do
        # shellcheck disable=SC2086
        run -64 --separate-stderr replay list $words
        [ "$stderr" = "replayctl: $words: is yet to come" ]
    done
    run -64 --separate-stderr replay list --since today --until yesterday
    [ "$stderr" = "replayctl: --until yesterday: is not after the beginning" ]
    run -64 --separate-stderr replay status --rate 5 20261124-000000
    [ "$stderr" = "replayctl: not understood: --rate" ]
}

@test "a run that is damaged hides no other, and can be removed" {
    keeping
    arrive 1
    good=$(replay plan --all | run_name)
    bad=$(replay plan --all | run_name)
    echo nonsense >"$SPOOL/replay/$bad/plan"
    run -74 --separate-stderr replay runs
    [[ $output == "$good "* && $stderr == "replayctl: "*"/$bad/plan: it is no whole plan "* ]]
    run -74 replay status "$bad"
    # What it has sent the log knows, as long as it has it.
    run -0 --separate-stderr replay apply "$good"
    [[ $stderr == *"replayctl: what the run $bad has sent is not known: "* ]]
    replay forget "$bad"
    run -0 replay runs
    [ "${#lines[@]}" -eq 1 ]
    run -64 replay forget "$bad"
}

@test "a stranger's mark keeps no mail from being sent again" {
    keeping
    for mark in 'X-Sponts-Replay: nonsense' 'X-Sponts-Replay: 20261124-215000 0000000000007'; do
        printf '%s\r\nSubject: marked\r\n\r\n' "$mark" |
            spool-tool put "$SPOOL" s@remote.test r@dest.test >/dev/null
    done
    wait_for 10 got 2
    wait_for 10 queue_is_empty
    run -0 replay plan --all
    [[ $output == *"messages:    2"* && $output != *"left out"* ]]
}

# bats test_tags=crash
@test "killed again and again, it sends nothing twice and loses nothing" {
    keeping
    arrive 40
    name=$(replay plan --all --rate 20 | run_name)
    for ((sent = 4; sent <= 28; sent += 4)); do
        start apply replayctl apply "$name" --config "$CONF"
        wait_for 10 over "$name" "$sent"
        kill -KILL "$PID"
        wait_for 10 gone "$PID"
    done
    run -0 --separate-stderr replay apply "$name"
    [ "$output" = "$name: 40 sent, 0 lost, 0 left" ]
    wait_for 30 got 80
    wait_for 10 queue_is_empty
    got 80
    [ "$(marks | uniq | wc -l)" -eq 40 ]
    [ -z "$(ls "$SPOOL/replay/$name/log")" ]
}

@test "what is kept gives way when the disk is short of space" {
    fake
    RETENTION=1d FREE_SPACE=1000T sending
    put 1 s@remote.test r1@dest.test
    wait_for 10 got 1
    wait_for 20 log_is_empty
    run -1 replay list
}

@test "everybody's mail is not for everybody" {
    [ "$(id -u)" -eq 0 ] || skip "needs root, to become another"
    keeping
    arrive 1
    run -77 --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups \
        "$(command -v replayctl)" list --spool "$SPOOL"
    [ "${#stderr_lines[@]}" -eq 1 ]
}
