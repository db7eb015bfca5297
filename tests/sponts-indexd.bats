#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# sponts-indexd(8): every message, result, refusal and login has its row, whatever happens.

# shellcheck disable=SC2016  # what wait_for evaluates is expanded there

setup() {
    load helpers/common
    load helpers/sendd
    load helpers/answers
    sendd_setup
    JOURNAL=$TMP/journal.db
}
teardown() { sponts_teardown; }

# journalled [LINE...] - a spool, a journal with these settings, and the program that delivers.
journalled() {
    sponts db migrate --journal --database "$JOURNAL" 2>/dev/null
    fake
    sending "${SENDING[@]}"
    halt
    printf '%s\n' '[journal]' 'enabled = yes' "database = $JOURNAL" "$@" >>"$CONF"
    launch
}
indexd() {
    start indexd sponts-indexd --config "$CONF"
    INDEXD_PID=$PID
    wait_for 10 grep -q indexd-ready "$TMP/indexd.log"
}
segments() { find "$SPOOL/log" -maxdepth 1 -name '*.seg' | wc -l; }
segments_are() { [ "$(segments)" -eq "$1" ]; }

@test "the command line: help, version, check, and one line with the right status" {
    journalled
    sponts-indexd --help | grep -q -- --once
    [[ $(sponts-indexd --version) == "sponts-indexd "* ]]
    sponts-indexd --config "$CONF" --check
    run -0 sponts check --config "$CONF"
    run -64 --separate-stderr sponts-indexd --once --lag --config "$CONF"
    rm "$JOURNAL"
    run -66 --separate-stderr sponts-indexd --config "$CONF" --check
    [ "${#stderr_lines[@]}" -eq 1 ]
    run -78 --separate-stderr sponts check --config "$CONF"
    [[ $stderr == *"database: open $JOURNAL: "* ]]
    sed -i 's/^enabled = yes/enabled = no/' "$CONF"
    run -78 --separate-stderr sponts-indexd --config "$CONF"
    [[ $stderr == *"neither [journal] nor [ums] is enabled" ]]
}

@test "every message has its row, and what became of it" {
    journalled
    indexd
    put 1 a@sender.test b@dest.test c@dest.test
    wait_for 20 got 1
    wait_for 10 answers "SELECT count(*) FROM journal_recipients WHERE result = 'delivered'" 2
    answers "SELECT sender, subject, recipients, state FROM journal_messages" \
        'a@sender.test|message 1|2|done'
    answers "SELECT DISTINCT attempts, enhanced, relay FROM journal_recipients" \
        "1|2.0.0|[127.0.0.1]:$MX_PORT"
    script 'rcpt say 550 5.1.1 nobody'
    put 2 a@sender.test gone@dest.test
    wait_for 10 answers "SELECT result, enhanced FROM journal_recipients WHERE address = 'gone@dest.test'" \
        'failed|5.1.1'
    # The report to its sender is a message, too.
    wait_for 10 answers "SELECT b.origin, p.subject FROM journal_messages b JOIN journal_messages p
        ON p.id = b.parent" 'bounce|message 2'
    script 'rcpt say 450 4.2.0 later'
    put 3 a@sender.test later@dest.test
    wait_for 20 answers "SELECT result, attempts > 1 FROM journal_recipients
        WHERE address = 'later@dest.test'" 'waiting|1'
    queue delete "$(queue list --ids)"
    wait_for 10 answers "SELECT result FROM journal_recipients WHERE address = 'later@dest.test'" deleted
    [ "$(sponts-indexd --config "$CONF" --lag | cut -d' ' -f1-3)" = 'messages=0 octets=0 events=0' ]
}

@test "confined as it is, it reads subjects in rare charsets" {
    journalled
    halt
    for subject in '=?koi8-r?Q?=EB=D2=D9=DB=C1?=' '=?gb18030?B?zt22pQ==?=' \
        '=?iso-2022-jp?B?GyRCMjA6LBsoQg==?='; do
        printf 'Subject: %s\r\n\r\nx\r\n' "$subject" |
            spool-tool put "$SPOOL" a@sender.test b@dest.test >/dev/null
    done
    sponts-indexd --config "$CONF" --once
    answers 'SELECT subject FROM journal_messages ORDER BY time' $'Крыша\n屋顶\n屋根'
}

@test "confined as it is, it files that mail to very many was deleted, and copies nothing elsewhere" {
    journalled
    halt
    local people long time=1795557000000000
    mapfile -t people < <(seq -f 'user%g@dest.test' 1000)
    id=$(message 1 | spool-tool put "$SPOOL" a@sender.test "${people[@]}")
    long=$(printf 'x%.0s' {1..300})
    mkdir -p "$SPOOL/events"
    printf "$time smtp-sendd $id deferred to=%s reason=\"450 4.2.0 $long\"\n" "${people[@]}" >"$SPOOL/events/one"
    sponts-indexd --config "$CONF" --once
    answers "SELECT count(*) FROM journal_recipients WHERE attempts = 1" 1000
    echo "$((time + 1)) smtp-sendd $id deleted" >"$SPOOL/events/two"
    strace -f -qq -o "$TMP/opened" -e trace=openat,open sponts-indexd --config "$CONF" --once
    answers "SELECT count(*) FROM journal_recipients WHERE result = 'deleted'" 1000
    run ! grep -q etilqs "$TMP/opened" # what SQLite calls its own
}

@test "what came while nobody filed is told by --lag, and filed by --once" {
    journalled
    for number in {1..20}; do put "$number" a@sender.test b@dest.test; done
    wait_for 20 got 20
    [[ $(sponts-indexd --config "$CONF" --lag) == "messages=20 octets="*" events=20 ms="* ]]
    sponts-indexd --config "$CONF" --once
    answers "SELECT count(*) FROM journal_messages WHERE state = 'done'" 20
    [[ $(sponts-indexd --config "$CONF" --lag) == "messages=0 octets=0 events=0 ms=0" ]]
    indexd
    run -69 --separate-stderr sponts-indexd --config "$CONF" --once
    [[ $stderr == *"another process files into it already" ]]
}

@test "killed at any time, it loses nothing and files nothing twice" {
    journalled
    for number in {1..150}; do
        put "$number" a@sender.test "r$number@dest.test"
        [ $((number % 5)) -ne 1 ] || {
            if [ -n "${INDEXD_PID:-}" ]; then
                kill -KILL "$INDEXD_PID"
                wait_for 10 gone "$INDEXD_PID"
            fi
            start indexd sponts-indexd --config "$CONF"
            INDEXD_PID=$PID
        }
    done
    wait_for 60 got 150
    wait_for 30 answers "SELECT count(*), count(DISTINCT address) FROM journal_recipients
        WHERE result = 'delivered' AND attempts = 1" '150|150'
    answers "SELECT count(*), count(DISTINCT id), count(DISTINCT subject) FROM journal_messages" '150|150|150'
    answers 'PRAGMA integrity_check' ok
}

# bats test_tags=crash
@test "killed at any of its file operations, it files the rest and nothing twice" {
    journalled
    for number in {1..5}; do put "$number" a@sender.test "r$number@dest.test"; done
    wait_for 20 got 5
    wait_for 10 queue_is_empty
    halt
    cp -a "$SPOOL" "$TMP/before"
    points=0
    for call in pwrite64 fdatasync fsync unlink rename ftruncate flock; do
        for when in {1..200}; do
            rm -rf "$SPOOL" "$JOURNAL"*
            cp -a "$TMP/before" "$SPOOL"
            sponts db migrate --journal --database "$JOURNAL" 2>/dev/null
            run strace -f -qq -o /dev/null -e trace="$call" -e inject="$call:signal=KILL:when=$when" \
                sponts-indexd --config "$CONF" --once
            [ "$status" -eq 0 ] || [ "$status" -eq 137 ]
            killed=$status
            sponts-indexd --config "$CONF" --once
            answers "SELECT count(*), count(DISTINCT address), sum(attempts) FROM journal_recipients
                WHERE result = 'delivered'" '5|5|5'
            answers "SELECT count(*), count(DISTINCT subject) FROM journal_messages" '5|5'
            answers 'PRAGMA integrity_check' ok
            [ -z "$(ls "$SPOOL/events")" ]
            [ "$killed" -ne 0 ] || break
            points=$((points + 1))
        done
    done
    echo "# killed at $points points" >&3
    [ "$points" -gt 20 ]
}

@test "what is deleted while smtp-sendd rests is known at once" {
    journalled
    halt
    indexd
    put 1 a@sender.test b@dest.test
    wait_for 10 answers "SELECT result FROM journal_recipients" waiting
    queue delete --all
    wait_for 10 answers "SELECT result FROM journal_recipients" deleted
}

@test "results whose events are lost come from the queue" {
    journalled
    put 1 a@sender.test b@dest.test
    wait_for 20 got 1
    wait_for 10 queue_is_empty
    kill -KILL "$SENDD_PID"
    rm "$SPOOL"/events/*
    sponts-indexd --config "$CONF" --once
    answers "SELECT result, enhanced, relay FROM journal_recipients" \
        "delivered|2.0.0|[127.0.0.1]:$MX_PORT"
}

@test "segments stay until the journal has read them" {
    journalled
    for number in 1 2 3; do put "$number" a@sender.test b@dest.test; done
    wait_for 20 got 3
    wait_for 10 queue_is_empty
    segments_are 3
    halt
    launch
    segments_are 3
    indexd
    wait_for 20 segments_are 0
    answers 'SELECT count(*) FROM journal_messages' 3
}

@test "mail does not wait for the journal: what is too much goes, and is told once" {
    # Three messages of 1 MB; the oldest two go.
    journalled 'backlog = 1M'
    head -c 700000 /dev/urandom | base64 >"$TMP/large"
    for number in 1 2 3; do
        { message "$number"; cat "$TMP/large"; } | spool-tool put "$SPOOL" a@sender.test b@dest.test >/dev/null
    done
    wait_for 30 got 3
    wait_for 20 segments_are 1
    wait_for 10 logged 'journal-behind segments=[1-3] reason=backlog'
    [ "$(grep -c journal-behind "$TMP/sendd.log")" -eq 1 ]
}

@test "what is older than it may be is nowhere in the files" {
    journalled 'retention = 2s' 'tenant-retention = acme=5h'
    printf 'name\nacme\n' | sponts import tenants - --config "$CONF" >/dev/null
    printf 'name,tenant\nacme.test,acme\n' | sponts import domains - --config "$CONF" >/dev/null
    halt
    put 1 secret-sender@sender.test b@dest.test
    put 2 kept-sender@sender.test c@acme.test
    sponts-indexd --config "$CONF" --once
    answers 'SELECT count(*) FROM journal_messages' 2
    grep -qa secret-sender "$JOURNAL"*
    retained() {
        sponts-indexd --config "$CONF" --retain 2>>"$TMP/retained" && grep -q 'messages=1' "$TMP/retained"
    }
    wait_for 20 retained
    answers 'SELECT sender FROM journal_messages' kept-sender@sender.test
    run ! grep -qaE 'secret-sender|b@dest.test' "$JOURNAL"*
}

@test "what an interrupted rebuild has left goes, but not what one is at work on" {
    journalled
    halt
    left() {
        for ending in '' -wal -shm .lock; do
            printf 'left-over\n' >"$JOURNAL.rebuild$ending"
        done
    }
    left
    flock "$JOURNAL.owner" sponts-indexd --config "$CONF" --retain 2>/dev/null
    grep -q left-over "$JOURNAL.rebuild"
    sponts-indexd --config "$CONF" --retain 2>/dev/null
    run ! grep -qs left-over "$JOURNAL"*
    left
    indexd
    run ! grep -qs left-over "$JOURNAL"*
}

@test "what a tenant does not want kept is not kept" {
    head -c 32 /dev/urandom | base64 >"$TMP/key"
    journalled 'no-subjects = acme' 'pseudonyms = acme' "pseudonym-key-file = $TMP/key"
    printf 'name\nacme\n' | sponts import tenants - --config "$CONF" >/dev/null
    printf 'name,tenant\nacme.test,acme\n' | sponts import domains - --config "$CONF" >/dev/null
    halt
    { printf 'From: carl@acme.test (Erika Mustermann)\r\n'; message 1; } |
        spool-tool put "$SPOOL" a@sender.test carl@acme.test >/dev/null
    put 2 a@sender.test b@dest.test
    sponts-indexd --config "$CONF" --once
    answers "SELECT tenant, subject FROM journal_messages ORDER BY tenant" $'|message 2\nacme|'
    answers "SELECT count(*) FROM journal_messages m JOIN journal_recipients r ON r.id = m.id
        WHERE r.address = m.header_from AND r.address LIKE 'p-%@acme.test'" 1
    run ! grep -qaiE 'carl|erika|mustermann' "$JOURNAL"*
    grep -qa 'b@dest.test' "$JOURNAL"*
    # With the key it is found all the same.
    [ "$(journalq list --rcpt carl@acme.test --count --config "$CONF")" -eq 1 ]
    [ "$(journalq list --rcpt carl@acme.test --count --database "$JOURNAL")" -eq 0 ]
}

@test "what concerns several tenants, and what comes of it, is kept as each of them wants it" {
    journalled 'retention = 5h' 'tenant-retention = brief=2s' 'no-subjects = brief'
    printf 'name\nacme\nbrief\n' | sponts import tenants - --config "$CONF" >/dev/null
    printf 'name,tenant\nacme.test,acme\nbrief.test,brief\n' | sponts import domains - --config "$CONF" >/dev/null
    indexd
    script 'rcpt say 550 5.1.1 nobody'
    put 1 stranger@far.test b@acme.test c@brief.test
    # The report goes to nobody of ours, and tells all about it.
    wait_for 20 answers "SELECT tenant FROM journal_messages WHERE origin = 'bounce'" $'acme\tbrief'
    answers "SELECT DISTINCT tenant FROM journal_messages" $'acme\tbrief'
    wait_for 20 answers "SELECT count(*) FROM journal_recipients WHERE result = 'waiting'" 0
    wait_for 20 queue_is_empty
    for tenant in acme brief; do
        [ "$(journalq list --origin bounce --tenant "$tenant" --count --config "$CONF")" -eq 1 ]
    done
    put 2 stranger@far.test d@acme.test
    wait_for 10 answers "SELECT subject FROM journal_messages WHERE tenant = 'acme' AND origin = 'client'" 'message 2'
    run ! grep -qa 'message 1' "$JOURNAL"*
    only_acme() {
        sponts-indexd --config "$CONF" --retain 2>/dev/null &&
            answers "SELECT group_concat(DISTINCT tenant) FROM journal_messages" acme
    }
    wait_for 20 only_acme
    run ! grep -qaE 'brief.test|b@acme.test' "$JOURNAL"*
}

@test "the journal is made anew from the log, beside whoever reads it" {
    journalled
    sed -i '/^\[queue\]/a retention = 1d' "$CONF"
    halt
    launch
    for number in 1 2 3; do put "$number" a@sender.test b@dest.test; done
    wait_for 20 got 3
    wait_for 10 queue_is_empty
    indexd
    wait_for 10 answers "SELECT count(*) FROM journal_messages WHERE state = 'done'" 3
    run -69 --separate-stderr sponts journal rebuild --yes --config "$CONF"
    kill -TERM "$INDEXD_PID"
    wait_for 10 gone "$INDEXD_PID"
    # Events and queue forget what became of finished mail: the old journal knows.
    halt
    sponts-indexd --config "$CONF" --once
    mv "$SPOOL/queue" "$TMP/queue"
    sqlite3 "$JOURNAL" 'DELETE FROM messages WHERE key = (SELECT min(key) FROM messages)'
    sponts journal rebuild --yes --config "$CONF"
    mv "$TMP/queue" "$SPOOL/queue"
    launch
    answers "SELECT count(*) FROM journal_messages" 3
    answers "SELECT count(*) FROM journal_recipients WHERE result = 'delivered'
        AND enhanced = '2.0.0' AND relay = '[127.0.0.1]:$MX_PORT'" 2
    answers 'PRAGMA journal_mode' wal
    # Nothing of the old one can be read: what the spool says is what there is.
    sqlite3 "$JOURNAL" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
    dd if=/dev/zero of="$JOURNAL" bs=4096 seek=1 count=20 conv=notrunc 2>/dev/null
    run -0 --separate-stderr sponts journal rebuild --yes --config "$CONF"
    [[ $stderr == *"all of the old journal is lost: "* ]]
    answers "SELECT count(*) FROM journal_messages" 3
    answers "SELECT DISTINCT result FROM journal_recipients" unknown
    # What is no journal was not meant.
    rm "$JOURNAL"*
    printf 'this is no database' >"$JOURNAL"
    run -65 --separate-stderr sponts journal rebuild --yes --config "$CONF"
    [ "$stderr" = "sponts: open $JOURNAL: this is not a journal" ]
    [ "$(cat "$JOURNAL")" = 'this is no database' ]
    rm "$JOURNAL"
    sponts journal rebuild --config "$CONF"
    answers "SELECT count(*) FROM journal_messages" 3
    put 4 a@sender.test b@dest.test
    wait_for 20 got 4
    sponts-indexd --config "$CONF" --once
    answers "SELECT count(*) FROM journal_messages" 4
    answers 'PRAGMA integrity_check' ok
}

@test "before a journal is made anew it is said what is lost, and somebody has to agree" {
    journalled 'login-retention = 1h'
    sed -i '/^\[queue\]/a retention = 1d' "$CONF"
    halt
    launch
    put 1 a@sender.test b@dest.test
    wait_for 20 got 1
    wait_for 10 queue_is_empty
    halt
    sponts-indexd --config "$CONF" --once
    journal-tool "$JOURNAL" message id=17 time='2026-01-02 03:04' -- message id=18 -- \
        refusal time='2026-02-02 03:04' -- login time=now >/dev/null
    unchanged() { cmp "$JOURNAL" "$TMP/before" && [ ! -e "$JOURNAL.rebuild" ]; }
    sqlite3 "$JOURNAL" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
    cp "$JOURNAL" "$TMP/before"
    run -64 --separate-stderr sponts journal rebuild --config "$CONF" </dev/null
    [[ $stderr == "sponts: $JOURNAL is there, and what the spool does not know any more would be lost: "* ]]
    [ "${#stderr_lines[@]}" -eq 1 ]
    unchanged
    lost="sponts: $JOURNAL: lost with it: 2 messages, 1 refusals, 1 logins; the oldest is of 2026-01-02T03:04:00"
    run -0 --separate-stderr sponts journal rebuild --dry-run --config "$CONF" </dev/null
    [[ $stderr == "$lost"* ]]
    unchanged
    # At a terminal it asks; whatever is not yes changes nothing.
    # shellcheck disable=SC2016
    at_terminal() {
        /usr/bin/python3 -c 'import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
heard, asked = b"", False
while True:
    try:
        some = os.read(terminal, 4096)
    except OSError:
        break
    if not some:
        break
    heard += some
    if not asked and b"replace the journal?" in heard:
        asked = True
        os.write(terminal, sys.argv[1].encode() + b"\n")
os.waitpid(pid, 0)
print(heard.decode())' "$@"
    }
    run -0 at_terminal no "$BIN/sponts" journal rebuild --config "$CONF"
    [[ $output == *"$lost"* && $output == *"nothing is changed"* ]]
    unchanged
    run -0 at_terminal yes "$BIN/sponts" journal rebuild --config "$CONF"
    [[ $output == *"$lost"* ]]
    answers "SELECT count(*), sum(sender = 'a@sender.test') FROM journal_messages" '1|1'
    # Nothing is lost: nobody is asked.
    run -0 at_terminal no "$BIN/sponts" journal rebuild --config "$CONF"
    [[ $output != *"replace the journal?"* ]]
}

@test "what retention has deleted does not come back with a new journal, nor what a tenant does not want" {
    journalled 'retention = 2s' 'tenant-retention = acme=5h'
    sed -i '/^\[queue\]/a retention = 1d' "$CONF"
    printf 'name\nacme\n' | sponts import tenants - --config "$CONF" >/dev/null
    printf 'name,tenant\nacme.test,acme\n' | sponts import domains - --config "$CONF" >/dev/null
    halt
    put 1 secret-sender@sender.test b@dest.test
    put 2 kept-sender@sender.test c@acme.test
    sponts-indexd --config "$CONF" --once
    once_retained() {
        sponts-indexd --config "$CONF" --retain 2>>"$TMP/retained" && grep -q 'messages=1' "$TMP/retained"
    }
    wait_for 20 once_retained
    sed -i 's/^tenant-retention.*/&\nno-subjects = acme/' "$CONF"
    run -0 --separate-stderr sponts journal rebuild --yes --config "$CONF"
    [[ $stderr == *": 1 messages" && $stderr != *lost* ]]
    answers "SELECT sender, coalesce(subject, 'none') FROM journal_messages" 'kept-sender@sender.test|none'
    run ! grep -qaE 'secret-sender|b@dest.test|message 2' "$JOURNAL"*
}

@test "in a new journal stands as unknown what nobody knows, and as waiting what the queue has" {
    journalled
    sed -i '/^\[queue\]/a retention = 1d' "$CONF"
    halt
    launch
    put 1 a@sender.test b@dest.test
    wait_for 20 got 1
    script 'rcpt say 450 4.2.0 later'
    put 2 a@sender.test later@dest.test
    wait_for 20 logged 'deferred .*to=later@dest.test'
    halt
    # As after a loss of all that was filed, when events and results are long gone.
    rm -f "$JOURNAL"* "$SPOOL"/events/*
    sponts journal rebuild --config "$CONF"
    answers "SELECT address, result, delay FROM journal_recipients ORDER BY address" \
        $'b@dest.test|unknown|\nlater@dest.test|waiting|'
    answers "SELECT sender, state FROM journal_messages ORDER BY time" \
        $'a@sender.test|unknown\na@sender.test|queued'
    run -0 journalq list --result unknown --config "$CONF"
    [[ $output == *" unknown "*" -> b@dest.test: message 1" ]]
    id=$(journalq list --result unknown --ids --config "$CONF")
    run -0 journalq show "$id" --config "$CONF"
    [[ $output == *"unknown:     <b@dest.test>, what became of it is not filed"* ]]
    run -0 journalq show "$id" --json --config "$CONF"
    [ "$(jq -c '[.state, .recipients[0].result, .recipients[0].delay_ms]' <<<"$output")" = '["unknown","unknown",null]' ]
    run -0 journalq report summary --json --config "$CONF"
    [ "$(jq -r 'select(.what == "recipients unknown").count' <<<"$output")" = 1 ]
    # Who is told later knows better.
    mkdir -p "$SPOOL/events"
    printf '%s000000 smtp-sendd %s delivered to=b@dest.test relay=x reason="250 2.0.0 ok"\n' \
        "$(date +%s)" "$id" >"$SPOOL/events/later"
    sponts-indexd --config "$CONF" --once
    answers "SELECT result FROM journal_recipients WHERE address = 'b@dest.test'" delivered
}

@test "events that found no room are counted in the summary, for nobody's tenant" {
    journalled
    halt
    mkdir -p "$SPOOL/events"
    printf '%s000000 smtp-relayd - events-lost events=12\n' "$(date +%s)" >"$SPOOL/events/some"
    run -0 --separate-stderr sponts-indexd --config "$CONF" --once
    [[ $stderr == *"events-lost program=smtp-relayd events=12" ]]
    run -0 journalq report summary --config "$CONF"
    [ "${lines[1]}" = '   12       0  events lost by smtp-relayd' ]
    run -0 journalq report summary --tenant acme --json --config "$CONF"
    [ -z "$output" ]
    answers 'SELECT program, events FROM journal_losses' 'smtp-relayd|12'
}
