#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# replayctl(8) for users of the system: their own mail, and nobody else's.

# shellcheck disable=SC2154  # run sets output, stderr and their lines

setup() {
    load helpers/common
    load helpers/sendd
    load helpers/replay_users
    replay_users_setup
}
teardown() { sponts_teardown; }

# Users of every system, who are these people here.
BOB=games ANN=sys EVE=news

@test "a user sees his own mail and nobody else's, nor who else has got it" {
    serving
    with_a_list
    arrive 1 bob@dest.test ann@dest.test
    arrive 1 ann@dest.test
    arrive 1 list@dest.test
    of $BOB list >"$TMP/list"
    # The one to the list is there as it came, and as it was made for its members.
    [ "$(grep -c ' <s@remote.test> -> bob@dest.test$' "$TMP/list")" -eq "$(wc -l <"$TMP/list")" ]
    [ "$(wc -l <"$TMP/list")" -eq 3 ]
    of $BOB list --json | jq -se 'length == 3 and all(.[];
        keys == ["arrival", "id", "recipients", "sender", "size"] and .recipients == ["bob@dest.test"])'
    # Neither ids of others' mail nor patterns of others' addresses find anything.
    anns=$(replay list --ids | grep -vf <(of $BOB list --ids))
    [ "$(wc -l <<<"$anns")" -eq 1 ]
    run -1 of $BOB list "$anns"
    run -1 of $BOB plan "$anns"
    run -1 of $BOB list --rcpt ann@dest.test
    run -1 of $BOB list --rcpt list@dest.test
    run -0 of $BOB list --rcpt 'B*@dest.test' --since today --sender s@remote.test --ids
    [ "$output" = "$(cut -d' ' -f1 "$TMP/list")" ]
    called "user=$BOB uid=$(id -u $BOB) command=list run=- count=3 status=0"
}

@test "it is sent again to him alone, once in a run, as he chooses it" {
    serving
    with_a_list
    table addresses <<<$'address,kind,target\nbob@dest.test,mailbox,\nbob@dest.test,copy,carol@dest.test'
    arrive 1 bob@dest.test ann@dest.test
    arrive 1 list@dest.test
    : >"$MX/log"
    run -0 of $BOB resend --all
    [[ $output == *"messages:    2"*"2 (1 addresses)"*"-u$(id -u $BOB): 2 sent, 0 lost, 0 left" ]]
    [[ $output != *ann* && $output != *list* && $output != *carol* ]]
    wait_for 10 queue_is_empty
    [ "$(rcpts bob@dest.test)" -eq 2 ]
    [ "$(grep -ac '^RCPT TO' "$MX/log")" -eq 2 ]
    called "command=resend run=[0-9]*-[0-9]*-u$(id -u $BOB) count=2 status=0"
    # Ids from standard input; what was sent again before is left out.
    of $BOB list --ids >"$TMP/ids"
    run -1 of $BOB plan - --json <"$TMP/ids"
    [ "$(jq -c '[.messages, .left_out.sent]' <<<"$output")" = '[0,2]' ]
    run -1 of $BOB resend --all
    run -0 of $BOB plan - --json --again <"$TMP/ids"
    [ "$(jq -c '[.messages, .left_out.sent]' <<<"$output")" = '[2,0]' ]
    name=$(jq -r .run <<<"$output")
    run -64 --separate-stderr of $BOB apply 20260101-000000 --again
    run -0 of $BOB apply "$name"
    # An operator leaves it out as well, and so does Bob where he has forgotten his runs.
    run -1 replay plan --rcpt bob@dest.test
    for name in $(of $BOB runs --json | jq -r .run); do of $BOB forget "$name"; done
    run -1 of $BOB plan --all --json
    jq -e '.messages == 0 and .left_out.sent == 2 and .left_out.replays >= 4' <<<"$output"
}

@test "runs are of who made them, and nobody else learns of them" {
    serving
    arrive 2 bob@dest.test ann@dest.test
    operators=$(replay plan --all | run_name)
    name=$(of $BOB plan --all --rate 5 | run_name)
    [[ $name == *-u$(id -u $BOB) ]]
    [[ $(of $ANN plan --all --json | jq -r .run) == *-u$(id -u $ANN) ]]
    run -0 of $BOB runs
    [[ $output == "$name "*"  planned   2 messages, 0 sent, 0 lost, 2 left, of $BOB" ]]
    [ "${#lines[@]}" -eq 1 ]
    run -0 replay runs --json
    [ "$(jq -sc 'map(.owner)' <<<"$output")" = "[null,\"$ANN\",\"$BOB\"]" ] ||
        [ "$(jq -sc 'map(.owner) | sort' <<<"$output")" = "[null,\"$BOB\",\"$ANN\"]" ]
    for run in "$name" "$operators" 20260101-000000; do
        for command in status apply stop forget; do
            run -64 --separate-stderr of $ANN "$command" "$run"
            [ "$stderr" = "replayctl: no such run: $run" ]
        done
    done
    run -64 --separate-stderr replay apply "$name"
    [ "$stderr" = "replayctl: the run $name is of $BOB, who alone applies it" ]
    run -0 of $BOB apply "$name"
    [ "$output" = "$name: 2 sent, 0 lost, 0 left" ]
    state "$name" 'done'
    run -0 of $BOB status "$name" --json
    [ "$(jq -c '[.sent, .owner]' <<<"$output")" = "[2,\"$BOB\"]" ]
    run -1 of $BOB stop "$name"
    of $BOB forget "$name"
    run -1 of $BOB runs
}

@test "what users may not is refused, whoever they say they are" {
    serving
    arrive 1 bob@dest.test ann@dest.test
    id=$(replay list --ids)
    for words in "cat $id" "show $id" 'plan --all --to x@dest.test' 'resend --all --to-domain x.test'; do
        # shellcheck disable=SC2086
        run -77 --separate-stderr of $BOB $words
        [[ $stderr == "replayctl: "*": only for the owner of the spool and root" ]]
    done
    run -77 --separate-stderr of $BOB list --spool "$SPOOL"
    for words in 'cat --' 'serve --' 'list --uid=0 --' "list --user=$ANN --" 'list --config=/x --' \
        'list --spool=/x --' 'plan --all --to=a@b.test --' 'plan --all --route=x --' 'nonsense --' \
        'runs --all --' 'apply --json -- x' \
        'list --journal=/x --' 'plan --all --subject=x --'; do
        # shellcheck disable=SC2086
        run -77 raw $BOB words $words
        [[ $output == "replayctl: "*": only for the owner of the spool and root" ]]
    done
    for words in 'list -- x' 'list -- -' 'apply --' 'apply -- ../x' 'apply -- a b' 'runs -- x'; do
        # shellcheck disable=SC2086
        run -64 raw $BOB words $words
    done
    run -64 raw $BOB words plan --
    # Root is nobody else here, either; who has no address has no mail.
    for user in $EVE root; do
        run -77 raw "$user" words list --
        [ "$output" = "replayctl: $user has no mail here" ]
    done
    run -77 raw nobody words list --
    [ "$output" = "replayctl: user 65534 has no name on this machine" ]
    # What was planned goes nowhere else, and to no address that has become another's.
    name=$(of $BOB plan --all | run_name)
    for kind in rewrite forward; do
        table addresses <<<$'address,kind,target\n'"bob@dest.test,$kind,ann@dest.test"
        run -77 --separate-stderr of $BOB apply "$name"
        [ "$stderr" = "replayctl: $name: mail to bob@dest.test is not kept there any more" ]
    done
    table addresses <<<'address,kind,target'
    table system_users <<<"name,address"$'\n'"$BOB,robert@dest.test"
    run -77 --separate-stderr of $BOB apply "$name"
    [ "$stderr" = "replayctl: $name: bob@dest.test is no address of yours any more" ]
    run -1 of $BOB list
}

@test "of the journal nothing is asked for users" {
    serving '[journal]' 'enabled = yes' "database = $TMP/journal.db"
    arrive 1 bob@dest.test
    rm "$TMP/journal.db"*
    echo 'no database' >"$TMP/journal.db"
    run -0 --separate-stderr replay plan --all --dry-run
    [[ $stderr == *"$TMP/journal.db"* ]]
    run -0 --separate-stderr of $BOB plan --all --dry-run
    [ -z "$stderr" ]
    run -0 --separate-stderr of $BOB resend --all
    [ -z "$stderr" ]
}

@test "without [replay] users = yes there is nothing for users" {
    serving
    sed -i 's/^users = yes/users = no/' "$CONF"
    run -77 --separate-stderr of $BOB list
    [ "$stderr" = "replayctl: $SPOOL holds everybody's mail: for its owner and root only" ]
    kill -HUP "$SERVE_PID"
    wait_for 10 grep -q ' reloaded ' "$TMP/serve.log"
    run ! grep -q restart-needed "$TMP/serve.log"
    run -77 raw $BOB words list --
    [ "$output" = "replayctl: users send no mail again here" ]
    kill -TERM "$SERVE_PID"
    wait_for 10 gone "$SERVE_PID"
    [ ! -e "$TMP/run/replay" ]
    sed -i 's/^users = no/users = yes/' "$CONF"
    run -69 --separate-stderr of $BOB list
    [[ $stderr == "replayctl: reach the service at $TMP/run/replay: "* ]]
}

@test "limits: a day, runs, the rate" {
    serving 'messages-per-day = 3' 'runs = 2' 'rate = 50'
    arrive 4 bob@dest.test
    mapfile -t ids < <(of $BOB list --ids)
    run -77 --separate-stderr of $BOB plan --all
    [[ $stderr == "replayctl: 4 messages of "*" a day are allowed: say which" ]]
    for rate in 0 51; do
        run -77 --separate-stderr of $BOB plan "${ids[0]}" --rate $rate
        [ "$stderr" = "replayctl: --rate: at most 50 messages a second" ]
    done
    run -0 of $BOB resend "${ids[0]}" "${ids[1]}"
    name=$(of $BOB plan "${ids[2]}" "${ids[3]}" | run_name)
    run -77 --separate-stderr of $BOB plan "${ids[3]}"
    [ "$stderr" = "replayctl: you have 2 runs already: forget one" ]
    run -0 of $BOB plan "${ids[3]}" --dry-run
    run -75 --separate-stderr of $BOB apply "$name"
    [ "$output" = "$name: 1 sent, 0 lost, 1 left" ]
    [[ $stderr == "replayctl: 3 messages, "*" bytes a day are allowed: apply $name again from "*" on" ]]
    free=${stderr##* from }
    free=$(date -d "${free% on}" +%s)
    ((free % 3600 == 0 && free > $(date +%s) + 22 * 3600 && free <= $(date +%s) + 24 * 3600))
    called "command=apply run=$name count=1 status=75"
    # Who forgets has had it all the same, and who waits for another process.
    kill -TERM "$SERVE_PID"
    wait_for 10 gone "$SERVE_PID"
    serve
    for run in $(of $BOB runs --json | jq -r .run); do of $BOB forget "$run"; done
    run -75 --separate-stderr of $BOB resend "${ids[3]}"
    # It is his limit alone.
    table system_users <<<"name,address"$'\n'"$EVE,bob@dest.test"
    run -0 of $EVE resend "${ids[3]}"
}

# begin RUN - Bob applies it, until it has sent two.
begin() {
    start apply setpriv --reuid $BOB --regid nogroup --clear-groups replayctl apply "$1" --config "$CONF"
    wait_for 20 over "$1" 2
    state "$1" running
}

@test "what he may no more ends while it is sent" {
    serving
    arrive 20 bob@dest.test
    name=$(of $BOB plan --all --rate 1 | run_name)
    begin "$name"
    table addresses <<<$'address,kind,target\nbob@dest.test,forward,ann@dest.test'
    wait_for 10 gone "$PID"
    [ "$(cat "$TMP/apply.log")" = "replayctl: $name: mail to bob@dest.test is not kept there any more" ]
    called "command=apply run=$name count=[1-9][0-9]* status=77"
    sent=$(replay status "$name" --json | jq .sent)
    called "command=apply run=$name count=$sent status=77"
    echo address,kind,target | sponts import addresses - --replace --config "$CONF"
    name=$(of $BOB plan --all --rate 1 | run_name)
    begin "$name"
    table system_users <<<"name,address"$'\n'"$BOB,robert@dest.test"
    wait_for 10 gone "$PID"
    [ "$(cat "$TMP/apply.log")" = "replayctl: $name: bob@dest.test is no address of yours any more" ]
    table system_users <<<"name,address"$'\n'"$BOB,bob@dest.test"
    begin "$name"
    sed -i 's/^users = yes/users = no/' "$CONF"
    kill -HUP "$SERVE_PID"
    wait_for 10 gone "$PID"
    state "$name" stopped
    run ! over "$name" 20
}

@test "when he goes away the work stops, with what was sent noted" {
    serving 'rate = 5'
    arrive 16 bob@dest.test
    name=$(of $BOB plan --all --rate 4 | run_name)
    start apply setpriv --reuid $BOB --regid nogroup --clear-groups replayctl apply "$name" --config "$CONF"
    wait_for 10 over "$name" 2
    state "$name" running
    run -69 --separate-stderr of $BOB apply "$name"
    [[ $stderr == *"is being sent already" ]]
    kill -TERM "$PID"
    wait_for 10 state "$name" stopped
    wait_for 10 nobody_is_served
    run ! over "$name" 16
    # By himself, from elsewhere, and by the end of the service.
    start apply setpriv --reuid $BOB --regid nogroup --clear-groups replayctl apply "$name" --config "$CONF"
    wait_for 10 state "$name" running
    of $BOB stop "$name"
    wait_for 10 gone "$PID"
    start apply setpriv --reuid $BOB --regid nogroup --clear-groups replayctl apply "$name" --config "$CONF"
    wait_for 10 state "$name" running
    kill -TERM "$SERVE_PID"
    wait_for 10 gone "$SERVE_PID"
    wait_for 10 gone "$PID"
    serve
    run -0 of $BOB apply "$name"
    [ "$output" = "$name: 16 sent, 0 lost, 0 left" ]
    wait_for 20 got 32
    [ "$(sed -n 's/^X-Sponts-Replay: [^ ]* //p' "$MX"/*.eml | sort -u | wc -l)" -eq 16 ]
}
