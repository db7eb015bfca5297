#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# replayctl(8) asks the journal what only that knows of the mail in the log.

# shellcheck disable=SC2016  # what wait_for evaluates is expanded there

setup() {
    load helpers/common
    load helpers/sendd
    load helpers/answers
    sendd_setup
    JOURNAL=$TMP/journal.db
}
teardown() { sponts_teardown; }

replay() { replayctl "$@" --config "$CONF"; }
# journalled - a ring of a day, and a journal that nobody files yet.
journalled() {
    sponts db migrate --journal --database "$JOURNAL" 2>/dev/null
    fake
    RETENTION=1d sending
    halt
    printf '%s\n' '[journal]' 'enabled = yes' "database = $JOURNAL" >>"$CONF"
    launch
}
files() { sponts-indexd --config "$CONF" --once; }
# with_offer NUMBER RECIPIENT... - a mail with an attachment.
with_offer() {
    local number=$1
    shift
    printf '%s\r\n' "Subject: The offer $number" "Message-ID: <$number@remote.test>" \
        'MIME-Version: 1.0' 'Content-Type: multipart/mixed; boundary=b' '' '--b' '' 'text' '--b' \
        'Content-Type: application/pdf' \
        'Content-Disposition: attachment; filename="roof-plan.pdf"' '' '%PDF-1.4' '--b--' |
        spool-tool put "$SPOOL" s@remote.test "$@"
}
finds() { # IDS CRITERIA...
    local ids=$1
    shift
    run replay list --ids "$@"
    [ "$output" = "$ids" ] || {
        printf 'for %s found:\n%s\n' "$*" "$output" >&2
        return 1
    }
}

@test "words, attachments, media types and ids of messages are found, beside what the log knows" {
    journalled
    one=$(with_offer 1 r1@dest.test)
    two=$(with_offer 2 r2@dest.test other@dest.test)
    put 3 x@third.test r1@dest.test
    wait_for 20 got 3
    wait_for 10 queue_is_empty
    files
    both=$one$'\n'$two
    finds "$both" --subject OFFER
    finds "$one" --subject 'offer 1'
    finds "$both" --attachment roof-plan
    finds "$both" --type 'application/*'
    finds "$two" --message-id '<2@remote.test>'
    finds "$two" --message-id 2@remote.test
    finds "$two" --subject offer --rcpt 'R2@dest.*'
    finds '' --subject offer --until yesterday
    finds '' --subject nothing
    finds '' --tenant acme
    finds "$one" --subject offer "$one"
    # What the log knows, it says without anybody.
    rm "$JOURNAL"
    finds "$both" --domain remote.test
    finds "$both" --larger 100
    finds '' --origin bounce
    finds '' --login bob
    [ "$(replay list --ids --client 192.0.2.7 | wc -l)" -eq 3 ]
    [ "$(replay list --ids --address r1@dest.test --sender '@remote.*')" = "$one" ]
    [ "$(replay list --ids --recipient r1@dest.test --smaller 100 | wc -l)" -eq 1 ]
}

@test "who has not got his mail gets it, and nobody else" {
    journalled
    script 'rcpt=bad@dest.test say 550 5.1.1 nobody'
    put 1 '' good@dest.test bad@dest.test
    put 2 '' good@dest.test
    wait_for 20 got 2
    wait_for 10 queue_is_empty
    files
    run -0 replay plan --all --dry-run
    [[ $output == *"known:       2 delivered, 1 failed, 0 waiting, 0 not in the journal"* ]]
    [ "$(replay plan --all --dry-run --json | jq -c .known)" = \
        '{"delivered":2,"failed":1,"waiting":0,"not_filed":0}' ]
    recovers
    [ "$(replay list --ids --result failed | wc -l)" -eq 1 ]
    run -1 replay list --result failed --rcpt good@dest.test
    run -0 --separate-stderr replay resend --result failed
    [[ $output == *"recipients:  1 (1 addresses)"*": 1 sent, 0 lost, 0 left" ]]
    wait_for 20 got 3
    heard_times 2 'RCPT TO:<bad@dest.test>'
    heard_times 2 'RCPT TO:<good@dest.test>'
}

@test "what the journal has not filed yet is missing, and that is said" {
    journalled
    put 1 s@remote.test r1@dest.test
    wait_for 20 got 1
    wait_for 10 queue_is_empty
    files
    put 2 s@remote.test r2@dest.test
    wait_for 20 got 2
    wait_for 10 queue_is_empty
    run -0 --separate-stderr replay list --ids --subject message
    [ "${#lines[@]}" -eq 1 ]
    [[ $stderr == "replayctl: the journal is 1 messages and "*" events behind: the newest mail may be missing" ]]
    run -0 --separate-stderr replay list --ids
    [ "${#lines[@]}" -eq 2 ]
    [ -z "$stderr" ]
    run -0 --separate-stderr replay plan --all --dry-run
    [[ $output == *", 1 not in the journal"* ]]
    files
    run -0 --separate-stderr replay list --ids --subject message
    [ "${#lines[@]}" -eq 2 ]
    [ -z "$stderr" ]
}

@test "without a journal its criteria are refused in one line, and all others work" {
    fake
    RETENTION=1d sending
    put 1 s@remote.test r1@dest.test
    wait_for 20 got 1
    for words in '--subject x' '--attachment x' '--type a/b' '--message-id x' '--tenant x' '--result failed'; do
        # shellcheck disable=SC2086
        run -78 --separate-stderr replay plan $words
        [ "$stderr" = "replayctl: ${words% *} asks the journal, which is off: [journal] enabled" ]
    done
    run -0 --separate-stderr replay plan --all --dry-run
    [[ $output != *known:* && -z $stderr ]]
    printf '%s\n' '[journal]' 'enabled = yes' "database = $JOURNAL" >>"$CONF"
    run -66 --separate-stderr replay list --subject message
    [[ $stderr == "replayctl: open $JOURNAL: there is no journal; "* ]]
    run -0 --separate-stderr replay plan --all --dry-run
    [[ $stderr == "replayctl: the journal is not asked what was delivered: open $JOURNAL: "* ]]
    run -64 --separate-stderr replayctl list --subject x --spool "$SPOOL"
    [ "$stderr" = "replayctl: --subject asks the journal: say --journal, for --spool reads no configuration" ]
    run -64 --separate-stderr replay list --result refused
    [ "$stderr" = "replayctl: --result refused: what was refused is not in the log" ]
    run -64 --separate-stderr replay list --larger nonsense
    [ "${#stderr_lines[@]}" -eq 1 ]
    sponts db migrate --journal --database "$JOURNAL" 2>/dev/null
    files
    [ "$(replayctl list --ids --subject message --spool "$SPOOL" --journal "$JOURNAL" | wc -l)" -eq 1 ]
    run -64 --separate-stderr replay list --subject '...'
    [ "${#stderr_lines[@]}" -eq 1 ]
    # One that can be opened, and not read.
    sqlite3 "$JOURNAL" ".backup '$TMP/broken'"
    sqlite3 "$TMP/broken" 'DROP TABLE recipients'
    run -0 --separate-stderr replay plan --all --dry-run --journal "$TMP/broken"
    [[ $output == *"messages:    1"* && $output != *known:* ]]
    [[ $stderr == "replayctl: the journal is not asked what was delivered: read $TMP/broken: "* ]]
    run ! replay plan --result failed --dry-run --journal "$TMP/broken"
    echo nonsense >"$TMP/nonsense"
    run ! --separate-stderr replay list --subject x --journal "$TMP/nonsense"
    [ "${#stderr_lines[@]}" -eq 1 ]
}
