#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# journal-db(5): what the page says of views and columns, and its examples as printed.

setup() {
    load helpers/common
    load helpers/journal
    journal_setup
}
teardown() { sponts_teardown; }

# Rows of the tables: one message with two recipients and an attachment, a refusal and two
# refused logins, now.
fill_tables() {
    sqlite3 "$JOURNAL" <<'END'
INSERT INTO domains VALUES (1, 'example.org'), (2, 'example.net');
INSERT INTO addresses VALUES (1, 'ann@example.net', 2), (2, 'bob@example.org', 1),
    (3, 'carl@example.org', 1);
INSERT INTO clients VALUES (1, '192.0.2.1', 'mail.example.net'), (2, '198.51.100.7', '');
INSERT INTO accounts VALUES (1, 'bob@example.org'), (2, 'eve');
INSERT INTO labels VALUES (1, 'application/pdf', 0), (2, 'application/x-dosexec', 0),
    (3, 'unknown-recipient', 0), (4, 'imap', 0);
INSERT INTO messages (key, id, kind, known, origin, client, sender, sender_domain, size,
    recipients, subject)
    VALUES (unixepoch('now') * 1024000000, 1234567890123456, 0, 1, 0, 1, 1, 2, 4711, 2,
        'Offer for the roof'),
        (unixepoch('now') * 1024000000 + 1, NULL, 1, 1, 0, 2, 1, 2, 0, 1, NULL);
INSERT INTO recipients (message, address, domain, result, attempts, last, first, reply)
    SELECT key, 2, 1, 1, 1, (key >> 10) + 1500000, (key >> 10) + 1500000, '250 taken'
    FROM messages WHERE kind = 0;
INSERT INTO recipients (message, address, domain, result, attempts)
    SELECT key, 3, 1, 0, 0 FROM messages WHERE kind = 0;
INSERT INTO attachments SELECT key, 1, 1, 2, 9, 'roof.pdf' FROM messages WHERE kind = 0;
INSERT INTO words (rowid, subject, files)
    SELECT key, subject, 'roof.pdf' FROM messages WHERE kind = 0;
INSERT INTO refusals SELECT key, 550, 3, '5.1.1', 'no such user' FROM messages WHERE kind = 1;
INSERT INTO logins (key, service, client, account, result)
    VALUES (unixepoch('now') * 1024000000, 4, 2, 1, 1),
        (unixepoch('now') * 1024000000 + 1, 4, 2, 2, 1);
END
}

# The page's examples, each in a file $TMP/examples/NUMBER.
examples() {
    mkdir "$TMP/examples"
    awk -v to="$TMP/examples" '/^\.Bd -literal/ { inside = 1; n++; next } /^\.Ed/ { inside = 0 }
        inside { print > (to "/" n) }' "$REPO/man/journal-db.5"
}

example() { bash <(sed "s,/var/lib/sponts/journal.db,$JOURNAL," "$TMP/examples/$1"); }

@test "db migrate --journal makes the journal once, not readable by everybody" {
    rm -f "$JOURNAL"*
    printf '[journal]\ndatabase = %s\n' "$JOURNAL" >"$TMP/sponts.conf"
    run -0 --separate-stderr sponts db migrate --journal --config "$TMP/sponts.conf"
    [ "$stderr" = "sponts: made $JOURNAL" ]
    [ "$(stat -c %a "$JOURNAL")" = 640 ]
    run -0 --separate-stderr sponts db migrate --journal --database "$JOURNAL"
    [ -z "$output$stderr" ]
    run -65 sponts db migrate --database "$JOURNAL"
}

@test "journal-db(5) names every view and column, and every table" {
    sqlite3 -readonly "$JOURNAL" "SELECT v.name, c.name FROM sqlite_master v, pragma_table_info(v.name) c
        WHERE v.type = 'view'" | tr '|' ' ' >"$TMP/schema"
    [ "$(wc -l <"$TMP/schema")" -gt 60 ]
    awk '$1 == ".Ss" { view = $2 }
        $1 == ".Sh" { view = "" }
        $1 == ".It" && $2 == "Cm" && view != "" { print view, $3 }' \
        "$REPO/man/journal-db.5" >"$TMP/page"
    diff <(sort "$TMP/schema") <(sort "$TMP/page")
    for table in $(sqlite3 -readonly "$JOURNAL" \
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'words\__%' ESCAPE '\'"); do
        grep -qE "^\.(It )?Sy .*\b$table\b" "$REPO/man/journal-db.5" || {
            echo "what is $table?"
            false
        }
    done
}

@test "the examples of journal-db(5) work as printed" {
    fill_tables
    examples
    [ "$(find "$TMP/examples" -type f | wc -l)" -eq 6 ]
    run -0 example 1
    [[ $output == 20*'Z|ann@example.net|Offer for the roof|delivered|250 taken' ]]
    run -0 example 2
    [ "$output" = $'bob@example.org|delivered|250 taken\ncarl@example.org|waiting|' ]
    run -0 example 3
    [[ $output == *'|ann@example.net|Offer for the roof' ]]
    run -0 example 4
    [[ $output == *'|ann@example.net|roof.pdf' ]]
    run -0 example 5
    [ "$output" = "unknown-recipient|1" ]
    run -0 example 6
    [ "$output" = "198.51.100.7|2|2" ]
}

@test "the examples of journal-db(5) follow indexes" {
    examples
    for number in 1 2 3 4 5 6; do
        sed 's/journal.db "/&EXPLAIN QUERY PLAN/' "$TMP/examples/$number" >"$TMP/plan"
        run -0 bash <(sed "s,/var/lib/sponts/journal.db,$JOURNAL," "$TMP/plan")
        [[ $output == *SEARCH* ]]
        run ! grep -E 'SCAN (m|r|a|f|g|messages|recipients|attachments|logins|refusals)\b' <<<"$output"
    done
}
