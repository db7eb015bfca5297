#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# queuectl(1), mailq(1): what is seen of the queue, and what is changed in it.

# shellcheck disable=SC2154  # run sets output, stderr and their lines

setup() {
    load helpers/common
    sponts_setup
    SPOOL=$TMP/spool
    mkdir "$SPOOL"
}

teardown() { sponts_teardown; }

# put SENDER RECIPIENT... - a message in the spool; its id.
put() { printf 'Subject: hello\r\n\r\nto %s\r\n' "$2" | spool-tool put "$SPOOL" "$@"; }

defer() { spool-tool note "$SPOOL" "$1" 0 waiting mx.example:25 "$2"; }

ctl() { queuectl --spool "$SPOOL" "$@"; }

ids() { ctl list --ids "$@"; }

count() { ids | wc -l; }

serving() {
    start serve spool-tool serve "$SPOOL" "$@"
    wait_for 10 grep -q serving "$TMP/serve.out"
}

@test "an empty queue says so, as mailq always did" {
    run -0 --separate-stderr mailq --spool "$SPOOL"
    [ "$output" = "Mail queue is empty" ]
    run -0 ctl list --json
    [ -z "$output" ]
}

@test "list shows id, size, sender, reason and who is waited for" {
    id=$(put alice@example.net bob@example.org carol@example.com)
    defer "$id" "mx.example[192.0.2.1]: 451 4.7.1 later"
    run -0 --separate-stderr mailq --spool "$SPOOL"
    [ "${lines[0]}" = "-Queue ID-----  --Size-- ---Arrival Time---- -Sender/Recipient------" ]
    [[ ${lines[1]} =~ ^$id\ +38\ [A-Z][a-z]+\ [A-Z][a-z]+\ .*\ alice@example\.net$ ]]
    [[ ${lines[2]} =~ ^\ +\(mx.example\[192.0.2.1\]:\ 451\ 4.7.1\ later\)$ ]]
    [[ ${lines[3]} =~ ^\ +bob@example.org$ ]]
    [[ ${lines[4]} =~ ^\ +carol@example.com$ ]]
    [ "${lines[5]}" = "-- 1 Kbytes in 1 Request." ]
    [ "$output" = "$(ctl list)" ]
}

@test "list marks what is held with ! and what is being delivered with *" {
    one=$(put a@example.net b@example.org)
    two=$(put a@example.net b@example.org)
    serving "$two"
    ctl hold "$one"
    run -0 ctl list
    [[ $output == *"$one! "* ]]
    [[ $output == *"$two* "* ]]
    [ "$(ctl list --json | jq -r .queue_name | paste -sd' ')" = "hold active" ]
}

@test "the null sender is MAILER-DAEMON, and found as <>" {
    put '' bob@example.org
    put alice@example.net bob@example.org
    run -0 ctl list --sender '<>'
    [[ ${lines[1]} == *" MAILER-DAEMON" ]]
    [ "$(ids --sender '<>' | wc -l)" -eq 1 ]
}

@test "list --json has Postfix's members, one object a line" {
    id=$(put alice@example.net bob@example.org)
    defer "$id" "451 later"
    put alice@example.net carol@example.com
    [ "$(ctl list --json | wc -l)" -eq 2 ]
    ctl list --json | head -n 1 | jq -e --arg id "$id" '
        .queue_name == "deferred" and .queue_id == $id and .message_size == 38 and
        .forced_expire == false and .sender == "alice@example.net" and
        (.arrival_time | type) == "number" and
        .recipients == [{"address": "bob@example.org", "delay_reason": "451 later"}]'
    ctl list --json | tail -n 1 | jq -e '.queue_name == "incoming" and
        .recipients == [{"address": "carol@example.com"}]'
}

@test "show and cat take several ids, also from standard input" {
    first=$(printf 'one\r\n' | spool-tool put "$SPOOL" alice@example.net bob@example.org)
    second=$(printf 'two\r\n' | spool-tool put "$SPOOL" alice@example.net carol@example.com)
    [ "$(ctl list --ids | ctl cat -)" = $'one\r\ntwo\r' ]
    [ "$(printf '%s !\n' "$second" "$first" | ctl cat -)" = $'two\r\none\r' ]
    [ "$(ctl show --json "$first" "$second" | jq -r .queue_id)" = "$first"$'\n'"$second" ]
    run -1 --separate-stderr ctl cat 0000000000001 "$second"
    [ "$output" = $'two\r' ]
    [ "$stderr" = "queuectl: 0000000000001: not in the queue" ]
    run -1 ctl cat - </dev/null
}

@test "show tells all of one message, cat gives its bytes" {
    printf 'Subject: x\r\n\r\n\0\377.\r\nbytes' >"$TMP/message"
    id=$(spool-tool put "$SPOOL" alice@example.net bob@example.org <"$TMP/message")
    run -0 ctl show "$id"
    [[ $output == *"sender:      <alice@example.net>"* ]]
    [[ $output == *"client:      192.0.2.7"* ]]
    [[ $output == *"waiting:     <bob@example.org>"* ]]
    ctl show --json "$id" | jq -e '.results[0].state == "waiting" and .client.helo == "client.example"'
    ctl cat "$id" | cmp - "$TMP/message"
    run -1 --separate-stderr ctl cat 0000000000001
    [ "$stderr" = "queuectl: 0000000000001: not in the queue" ]
    [ -z "$output" ]
}

@test "finished recipients are shown, but no longer waited for" {
    id=$(put alice@example.net bob@example.org carol@example.com)
    spool-tool note "$SPOOL" "$id" 0 delivered mx.example:25 "250 ok"
    run -0 ctl show "$id"
    [[ $output == *"delivered:   <bob@example.org> 250 ok"* ]]
    [[ $output == *"waiting:     <carol@example.com>"* ]]
    [[ $(ctl list) != *bob@example.org* ]]
    spool-tool note "$SPOOL" "$id" 1 delivered mx.example:25 "250 ok"
    [ "$(count)" -eq 0 ]
}

@test "summary counts by destination, age and reason" {
    one=$(put a@example.net b@Example.ORG)
    put a@example.net c@example.org d@example.com
    defer "$one" "451 later"
    ctl summary --json | jq -e '
        .messages == 2 and .held == 0 and
        .destinations[0].destination == "example.org" and .destinations[0].messages == 2 and
        .destinations[1].destination == "example.com" and
        .ages[0].messages == 2 and
        ([.reasons[].reason] | sort) == ["(not tried yet)", "451 later"]'
    run -0 ctl summary
    [ "${lines[0]}" = "2 messages, 72 bytes, 0 held" ]
}

@test "criteria: each finds what it says, together they narrow" {
    one=$(put alice@example.net bob@example.org)
    two=$(put eve@example.net carol@sub.example.com)
    defer "$one" "mx[192.0.2.1]: 451 4.7.1 later"
    ctl hold "$two"
    [ "$(ids --sender 'ALICE@*')" = "$one" ]
    [ "$(ids --recipient '*@*.example.com')" = "$two" ]
    [ "$(ids --recipient '@*.example.com')" = "$two" ]
    [ "$(ids --domain Example.Org)" = "$one" ]
    [ "$(ids --reason '451 4.7.1')" = "$one" ]
    [ "$(ids --held)" = "$two" ]
    [ "$(ids --younger 1h)" = "$(printf '%s\n%s' "$one" "$two")" ]
    run -1 ctl list --older 1h
    [ -z "$output" ]
    run -1 ctl list --held --domain example.org
    [ "$(ids "$one" --sender 'alice@*')" = "$one" ]
    run -1 ctl list "$one" --sender 'eve@*'
}

@test "hold, release, retry, requeue, expire, delete: each changes what it says" {
    id=$(put alice@example.net bob@example.org)
    defer "$id" "451 later"
    member() { ctl list --json | jq -r ".$1"; }
    [ "$(member attempts)" -eq 1 ]
    run -0 ctl retry "$id"
    [ "$output" = "1 message retried now" ]
    [ "$(member next_attempt)" -eq 0 ]
    ctl hold "$id"
    [ "$(member hold)" = operator ]
    run -1 --separate-stderr ctl retry "$id"
    [ "$stderr" = "queuectl: $id: is held, release it" ]
    ctl release "$id"
    [ "$(member hold)" = none ]
    ctl requeue "$id"
    [ "$(member attempts)" -eq 0 ]
    ctl expire "$id"
    [ "$(member forced_expire)" = true ]
    run -0 ctl delete "$id"
    [ "$output" = "1 message deleted" ]
    [ "$(count)" -eq 0 ]
}

@test "while the queue has an owner, the owner does it" {
    one=$(put alice@example.net bob@example.org)
    two=$(put alice@example.net carol@example.org)
    serving "$two"
    run -0 ctl hold --all
    [ "$output" = "2 messages held" ]
    run -0 --separate-stderr ctl delete "$one" "$two"
    [ "$output" = "1 message deleted" ]
    [ "$stderr" = "queuectl: $two: is being delivered right now, try again" ]
    [ "$(ids)" = "$two" ]
}

@test "an owner that does not listen: try later, exit 75" {
    id=$(put alice@example.net bob@example.org)
    mkfifo "$TMP/input"
    # shellcheck disable=SC2016  # for the inner shell
    start own bash -c 'exec spool-tool own "$1" <"$2"' - "$SPOOL" "$TMP/input"
    exec {HOLD}>"$TMP/input"
    wait_for 10 grep -q owned "$TMP/own.out"
    run -75 --separate-stderr ctl delete "$id"
    [[ $stderr == "queuectl: the queue of $SPOOL is owned by process "* ]]
    [ "$(count)" -eq 1 ]
    exec {HOLD}>&-
}

@test "ids come from standard input, thousands of them" {
    spool-tool fill "$SPOOL" 5000 10 7
    [ "$(ids --domain d3.example | wc -l)" -eq 714 ]
    run -0 bash -c "queuectl --spool '$SPOOL' list --ids --domain d3.example |
                    queuectl --spool '$SPOOL' delete -"
    [ "$output" = "714 messages deleted" ]
    [ "$(count)" -eq 4286 ]
    serving
    run -0 bash -c "queuectl --spool '$SPOOL' list --ids | queuectl --spool '$SPOOL' delete -"
    [ "$output" = "4286 messages deleted" ]
    [ "$(count)" -eq 0 ]
}

@test "--dry-run counts and changes nothing" {
    put alice@example.net bob@example.org
    run -0 ctl delete --all --dry-run
    [ "$output" = "1 message would be deleted" ]
    [ "$(count)" -eq 1 ]
}

@test "--dry-run counts what would be changed, no more" {
    one=$(put alice@example.net bob@example.org)
    two=$(put alice@example.net bob@example.org)
    three=$(put alice@example.net bob@example.org)
    ctl hold "$one"
    serving "$two"
    for call in "retry --all" "release --all" "delete --all" "expire --younger 1h" \
        "delete $one $two" "retry $one $three" "requeue --domain example.org"; do
        # shellcheck disable=SC2086  # several words on purpose
        run -0 --separate-stderr ctl $call --dry-run
        said=$output
        rm -rf "$TMP/copy" && cp -r "$SPOOL" "$TMP/copy"
        # shellcheck disable=SC2086
        run --separate-stderr ctl $call
        [ "${said/ would be / }" = "$output" ]
        kill "$PID" && wait_for 10 bash -c "! kill -0 $PID"
        rm -rf "$SPOOL" && mv "$TMP/copy" "$SPOOL" && rm -f "$SPOOL/run/sendd.sock"
        serving "$two"
    done
}

@test "retry --all says nothing of held mail, release --all counts what was held" {
    one=$(put alice@example.net bob@example.org)
    put alice@example.net bob@example.org
    ctl hold "$one"
    run -0 --separate-stderr ctl retry --all
    [ "$output" = "1 message retried now" ]
    [ -z "$stderr" ]
    run -0 ctl release --all
    [ "$output" = "1 message released" ]
    run -1 ctl release --all
    [ "$output" = "0 messages released" ]
}

@test "ids may be given as mailq prints them, and twice" {
    one=$(put alice@example.net bob@example.org)
    two=$(put alice@example.net bob@example.org)
    ctl hold "$one"
    mailq --spool "$SPOOL" | awk '/alice@/ {print $1}' >"$TMP/ids"
    grep -qF "$one!" "$TMP/ids"
    printf '  %s \r\n\n' "$two" >>"$TMP/ids"
    run -0 --separate-stderr ctl delete - "$one" <"$TMP/ids"
    [ "$output" = "2 messages deleted" ]
    [ -z "$stderr" ]
}

@test "everything is meant only when --all says so: exit 64" {
    id=$(put alice@example.net bob@example.org)
    for verb in hold release retry requeue delete expire; do
        run -64 --separate-stderr ctl "$verb"
        [ "$stderr" = "queuectl: say which messages: queue ids, criteria, or --all" ]
        run -64 ctl "$verb" --all "$id"
        run -64 ctl "$verb" --all --held
    done
    for option in --sender --recipient --domain --reason; do
        run -64 --separate-stderr ctl delete --older 0s "$option" ''
        [ "$stderr" = "queuectl: $option: is empty" ]
    done
    [ "$(count)" -eq 1 ]
}

@test "nothing matches: exit 1, and the count is 0" {
    put alice@example.net bob@example.org
    run -1 ctl delete --sender nobody@example.net
    [ "$output" = "0 messages deleted" ]
    run -1 --separate-stderr ctl hold 0000000000001
    [ "$stderr" = "queuectl: 0000000000001: not in the queue" ]
}

@test "words that cannot be: exit 64 and one line" {
    for words in "" "frobnicate" "list --older soon" "show" "show xyz" "hold xyz" \
        "cat 1 2" "list --nonsense"; do
        # shellcheck disable=SC2086  # several words on purpose
        run -64 --separate-stderr ctl $words
        [ "${#stderr_lines[@]}" -eq 1 ]
        [[ $stderr == queuectl:* ]]
        [ -z "$output" ]
    done
}

@test "no spool, no configuration: exit 78" {
    run -78 --separate-stderr queuectl --spool /nonexistent list
    [ "$stderr" = "queuectl: no spool at /nonexistent" ]
    run -78 queuectl --config /nonexistent/sponts.conf list
    printf '[general]\nspool = %s\n' "$SPOOL" >"$TMP/sponts.conf"
    put alice@example.net bob@example.org
    [ "$(queuectl --config "$TMP/sponts.conf" list --ids | wc -l)" -eq 1 ]
}

@test "what operators did survives a restart of the queue" {
    one=$(put alice@example.net bob@example.org)
    two=$(put alice@example.net bob@example.org)
    serving
    ctl hold "$one"
    ctl expire "$two"
    kill -KILL "$PID"
    wait_for 10 bash -c "! kill -0 $PID"
    rm "$SPOOL/run/sendd.sock"
    ctl list --json | jq -se '.[0].hold == "operator" and .[1].forced_expire'
    ctl release "$one"
    [ "$(ctl list --json | jq -r .hold | sort -u)" = none ]
}

@test "control bytes of strangers do not reach the terminal" {
    id=$(put alice@example.net bob@example.org)
    defer "$id" $'451 \033[2Jgone\r\nqueue'
    run -0 ctl list
    [[ $output != *$'\033'* ]]
    [[ $output == *"451  [2Jgone  queue"* ]]
    # Those of eight bits and marks of direction neither; other letters stay.
    id=$(put $'a\xc2\x9b2Jx@example.net' $'gr\xc3\xb6\xc3\x9fe\xe2\x80\xae@example.org')
    for words in list "show $id"; do
        # shellcheck disable=SC2086
        ctl $words >"$TMP/shown"
        grep -qF 'a?2Jx@example.net' "$TMP/shown"
        LC_ALL=C run -1 grep -aP '\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]' "$TMP/shown"
    done
    run -64 ctl show - <<<$'\033[2J'
    [ "$output" = 'queuectl: not an id of a message: ?[2J' ]
    ctl show "$id" | grep -qF $'gr\xc3\xb6\xc3\x9fe?@example.org'
}

@test "--help and --version" {
    run -0 queuectl --help
    [[ $output == *"hold"* ]]
    run -0 queuectl --version
    [[ $output == queuectl\ * ]]
}
