#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# replayctl(8) --route: what a lost server has had goes to the restored one, for the same people.

# shellcheck disable=SC2016  # what wait_for evaluates is expanded there

setup() {
    load helpers/common
    load helpers/sendd
    sendd_setup
}
teardown() { sponts_teardown; }

replay() { replayctl "$@" --config "$CONF"; }
keeping() {
    fake
    RETENTION=1d sending
}
# restored - a second server, for what goes by the route restored.example.
restored() {
    NEW=$TMP/new NEW_PORT=$(free_port)
    mkdir -p "$NEW"
    start new /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/fake_mx.py" "$NEW_PORT" "$NEW"
    wait_for 10 listens "$NEW_PORT"
    row restored.example "$NEW_PORT"
}
row() { table routes <<<"pattern,host,port,tls"$'\n'"$1,127.0.0.1,$2,none"; }
new_has() { [ "$(find "$NEW" -name '*.eml' | wc -l)" -eq "$1" ]; }
recipients() { sed -n 's/^RCPT TO:<\([^>]*\)>.*/\1/p' "$NEW"/*.env | sort; }
reason_is() { queue list --json | grep -qF -- "$1"; }

@test "to the restored server go the same recipients, once each, and no forwards elsewhere" {
    keeping
    table addresses <<<$'address,kind,target
boss@dest.test,copy,archive@dest.test
list@dest.test,forward,anna@dest.test
alias@dest.test,rewrite,store@dest.test
store@dest.test,copy,archive2@dest.test'
    put 1 s@remote.test boss@dest.test
    put 2 s@remote.test list@dest.test
    put 3 s@remote.test alias@dest.test plain@dest.test
    wait_for 20 queue_is_empty
    heard 'RCPT TO:<plain@dest.test>'
    before=$(grep -c '^RCPT' "$MX/log")
    lost=$(cat "$MX"/*.env | sed -n 's/^RCPT TO:<\([^>]*\)>.*/\1/p' | sort)
    restored
    run -0 --separate-stderr replay resend --rcpt @dest.test --route Restored.EXAMPLE
    [[ $output == *"route:       restored.example"* ]]
    [[ $output == *"left out:    1 recipients that only forward, and have no mailbox there"* ]]
    name=$(sed -n 's/^run: *//p' <<<"$output")
    wait_for 20 queue_is_empty
    [ "$(recipients)" = "$lost" ] # what the lost server has got, neither more nor less
    [ "$(grep -c '^RCPT' "$MX/log")" -eq "$before" ]
    [ "$(replay status "$name" --json | jq -r .route)" = restored.example ]
    [[ $(replay runs) == *", by route restored.example" ]]
    [ "$(replay list --json --origin replay | jq -r .route | sort -u)" = restored.example ]
}

@test "without its route it waits, says so, and goes when there is one" {
    keeping
    put 1 s@remote.test r1@dest.test
    wait_for 20 got 1
    wait_for 10 queue_is_empty
    restored
    name=$(replay plan --all --route restored.example | sed -n 's/^run: *//p')
    sponts import --replace routes - --config "$CONF" \
        <<<"pattern,host,port,tls"$'\n'"dest.test,127.0.0.1,$MX_PORT,none" >/dev/null
    replay apply "$name" 2>/dev/null
    wait_for 10 reason_is 'routing: there is no route restored.example'
    id=$(queue list --ids)
    [[ $(queue show "$id") == *$'\nroute:       restored.example\n'* ]]
    [ "$(queue show "$id" --json | jq -r .route)" = restored.example ]
    [[ $(replay show "$id") == *$'\nroute:     restored.example\n'* ]]
    row restored.example "$NEW_PORT"
    wait_for 20 new_has 1
    [ "$(recipients)" = r1@dest.test ]
    wait_for 10 queue_is_empty
    got 1
}

@test "a route that is not there, or said beside another way, is refused" {
    keeping
    put 1 s@remote.test r1@dest.test
    wait_for 20 got 1
    wait_for 10 queue_is_empty
    run -64 --separate-stderr replay plan --all --route nowhere.example
    [ "$stderr" = "replayctl: --route nowhere.example: there is no such route" ]
    run -64 --separate-stderr replay plan --all --route $'a b\e'
    [[ $stderr == "replayctl: --route "*": is no name of a route" ]]
    run -64 --separate-stderr replay plan --all --route dest.test --to-domain x.test
    [ "$stderr" = "replayctl: --route and --to-domain cannot be combined: each says where" ]
    run -1 replay runs
    # Nobody can be asked: it is taken, and the queue will tell.
    run -0 --separate-stderr replayctl plan --all --route nowhere.example --spool "$SPOOL" --dry-run
    [ "$stderr" = "replayctl: --route nowhere.example is not checked: --spool reads no configuration" ]
    rm "$TMP/sponts.db"
    run -0 --separate-stderr replay plan --all --route nowhere.example --dry-run
    [[ $stderr == "replayctl: --route nowhere.example is not checked: "* ]]
    run -0 --separate-stderr replay plan --all --route dest.test --to somebody@dest.test --dry-run
    [[ $output == *"somebody@dest.test"* ]]
}
