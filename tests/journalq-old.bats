#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# journalq(1): words that are written in two ways, results that nobody knows, journals of
# other versions, and what is none.

setup() {
    load helpers/common
    load helpers/journal
    journal_setup
}
teardown() { sponts_teardown; }

@test "a word with the German letter for ss is found as it is written and with ss" {
    tell message id=1 time='2026-11-22 08:00' subject='Baustelle Große Straße' -- \
        message id=2 time='2026-11-22 08:01' subject='Baustelle Grosse Strasse' -- \
        message id=3 time='2026-11-22 08:02' subject='MASSNAHME AN DER STRAẞE' -- \
        message id=4 time='2026-11-22 08:03' subject='Gruß' attach='Fußweg.pdf:a/b:a/b:1' >"$TMP/ids"
    mapfile -t ID < <(echo; cat "$TMP/ids")
    found '3 2 1' --subject strasse
    found '3 2 1' --subject Straße
    found '2 1' --subject 'GROSSE STRASSE'
    found '2 1' --subject 'große strasse'
    found '3 2 1' --subject 'stras*'
    found '3 2 1' --subject 'straß*'
    found '3' --subject 'maßnahme'
    found '4' --subject gruss
    found '4' --attachment fussweg
    run -1 q list --subject strase
    # Very many of them are no reason to search for long.
    run -1 q list --subject "$(printf 'ss%.0s' {1..400})"
}

@test "what nobody knows is shown as unknown" {
    tell message id=1 time='2026-11-22 08:00' to=bob@example.org to=carl@example.org -- \
        result id=1 to=bob@example.org outcome=delivered time='2026-11-22 08:01' -- \
        result id=1 to=carl@example.org outcome=unknown time='2026-11-22 08:02' >"$TMP/ids"
    mapfile -t ID < <(echo; cat "$TMP/ids")
    found '1' --result unknown
    run -1 q list --result waiting
    run -0 q list
    [[ $output == *" unknown "*" -> carl@example.org (+1)"* ]]
    run -0 q list --csv
    [[ ${lines[2]} == *,carl@example.org,,unknown,*,1,,* ]]
    [ "$(q show --json "${ID[1]}" | jq -c '[.state, .recipients[1].result, .recipients[1].delay_ms]')" = \
        '["unknown","unknown",null]' ]
    run -0 q report summary --since 2026-11-22
    [[ $output == *'recipients unknown'* ]]
    [ "$(sqlite3 "$JOURNAL" "SELECT result, delay FROM journal_recipients WHERE address LIKE 'carl%'")" = 'unknown|' ]
    [ "$(q report delays --since 2026-11-22 --json | jq .deliveries)" = 1 ]
}

@test "a journal of the version before is brought to this one, and keeps what it has" {
    fill
    sqlite3 "$JOURNAL" 'DROP VIEW journal_losses; DROP TABLE losses; PRAGMA user_version = 1'
    run -78 --separate-stderr q list
    [[ $stderr == *"this program needs 2: run sponts db migrate --journal" ]]
    run -0 --separate-stderr sponts db migrate --journal --database "$JOURNAL"
    [ "$stderr" = "sponts: $JOURNAL: schema version 1 is now 2" ]
    found '5 4 3 2 1'
    [ "$(sqlite3 "$JOURNAL" 'SELECT count(*) FROM journal_losses')" = 0 ]
}

@test "a journal that is missing, damaged, older, newer or foreign is said in one line" {
    run -66 --separate-stderr journalq list --database "$TMP/none.db"
    [ "$stderr" = "journalq: open $TMP/none.db: there is no journal; sponts db migrate --journal makes one" ]
    [ -z "$output" ]
    echo 'this is no database, whatever its name says' >"$TMP/text.db"
    run -65 --separate-stderr journalq list --database "$TMP/text.db"
    [ "$stderr" = "journalq: open $TMP/text.db: this is not a journal" ]
    sponts db migrate --database "$TMP/sponts.db" 2>/dev/null
    for file in /etc/passwd "$TMP/sponts.db"; do
        for words in list follow logins 'show 0000000000001' 'report summary'; do
            # shellcheck disable=SC2086
            run -65 --separate-stderr journalq $words --database "$file"
            [ "$stderr" = "journalq: open $file: this is not a journal" ]
            [ -z "$output" ]
        done
    done
    : >"$TMP/empty.db"
    run -66 --separate-stderr journalq list --database "$TMP/empty.db"
    [ "$stderr" = "journalq: open $TMP/empty.db: this is not a journal: there is nothing in it; sponts db migrate --journal makes one" ]
    sqlite3 "$JOURNAL" 'PRAGMA user_version = 0'
    run -78 --separate-stderr q list
    [ "$stderr" = "journalq: open $JOURNAL: it has schema version 0, this program needs 2: run sponts db migrate --journal" ]
    sqlite3 "$JOURNAL" 'PRAGMA user_version = 99'
    run -78 --separate-stderr q report senders
    [ "$stderr" = "journalq: open $JOURNAL: it has schema version 99, this program needs 2" ]
    sqlite3 "$JOURNAL" 'PRAGMA user_version = 2'
    tell fill 3000
    sqlite3 "$JOURNAL" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
    python3 -c "
import sys
with open(sys.argv[1], 'r+b') as file:
    size = file.seek(0, 2)
    for page in range(4096 * 8, size, 4096):
        file.seek(page)
        file.write(b'\xff' * 4096)" "$JOURNAL"
    run -65 --separate-stderr q list --json
    [ "$stderr" = "journalq: read $JOURNAL: database disk image is malformed" ]
    printf '[general]\nbogus = 1\n' >"$TMP/sponts.conf"
    run -78 journalq list --config "$TMP/sponts.conf"
}
