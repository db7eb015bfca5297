#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# sponts db, import, export, user: the database as an operator works with it; sponts-db(5).

setup() {
    load helpers/common
    sponts_setup
    DB=$TMP/sponts.db
}
teardown() { sponts_teardown; }

migrated() { sponts db migrate --database "$DB" 2>/dev/null; }

# csv TABLE LINE... [-- OPTION...] - imports the lines.
csv() {
    local table=$1 lines=()
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        lines+=("$1")
        shift
    done
    [ $# -eq 0 ] || shift
    printf '%s\n' "${lines[@]}" >"$TMP/$table.csv"
    sponts import "$table" "$TMP/$table.csv" --database "$DB" "$@"
}

ticket_is_taken() { ! flock -n "$DB.lock" true; }

exported() { sponts export "$1" --database "$DB" | tr -d '\r'; }

# Runs a command with read permission only: root would not notice permissions.
as_reader() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
    else
        "$@"
    fi
}

# A directory that as_reader may read and nobody but root may write.
shared_database() {
    SHARED=$(mktemp -d /tmp/sponts-db-XXXXXX)
    DB=$SHARED/sponts.db
    cp "$BIN/sponts" "$SHARED/sponts"
    migrated
    csv domains name example.org
    chmod 644 "$SHARED"/sponts.db*
    chmod 555 "$SHARED"
}

unshare_database() {
    chmod 755 "$SHARED"
    rm -rf "$SHARED"
}

@test "db migrate makes the database once, not readable by everybody" {
    run -0 --separate-stderr sponts db migrate --database "$DB"
    [ "$stderr" = "sponts: made $DB" ]
    [ "$(stat -c %a "$DB")" = 640 ]
    run -0 --separate-stderr sponts db migrate --database "$DB"
    [ -z "$output$stderr" ]
}

@test "db migrate takes the database from the configuration" {
    printf '[general]\ndatabase = %s\n' "$DB" >"$TMP/sponts.conf"
    sponts db migrate --config "$TMP/sponts.conf"
    [ -s "$DB" ]
}

@test "a database of a newer program is refused with 78 by everything" {
    migrated
    sqlite3 "$DB" 'PRAGMA user_version = 99'
    run -78 --separate-stderr sponts db migrate --database "$DB"
    [[ $stderr == *"version 99"* ]]
    run -78 sponts export domains --database "$DB"
    run -78 csv domains name example.org
}

@test "sponts-db(5) names every table and column, and the schema has no others" {
    migrated
    local page=$REPO/man/sponts-db.5
    sqlite3 -readonly "$DB" "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c
        WHERE t.type = 'table'" | tr '|' ' ' >"$TMP/schema"
    [ "$(wc -l <"$TMP/schema")" -gt 20 ]
    awk '$1 == ".Ss" { table = $2 }
        $1 == ".Sh" { table = "" }
        $1 == ".It" && $2 == "Cm" && table != "" { print table, $3 }' "$page" >"$TMP/page"
    diff <(sort "$TMP/schema") <(sort "$TMP/page")
}

@test "what is imported is exported, in the same words" {
    migrated
    csv tenants name,comment 'acme,"big, ""old"""'
    csv domains name,verify,tenant example.org,list,acme müller.example,,
    csv routes pattern,host,port,tls example.org,mail1.internal,2525,encrypt '*,mx:example.net,,'
    csv addresses address,kind,target a@example.org,, b@example.org,rewrite,A@example.org
    csv system_users name,address bob,Bob@example.org bob,info@example.org
    [ "$(exported domains)" = $'name,verify,tenant,hold,etrn\nexample.org,list,acme,0,0\nxn--mller-kva.example,any,,0,0' ]
    for table in tenants domains routes addresses users system_users; do
        exported "$table" >"$TMP/$table.out"
        run -0 --separate-stderr sponts import "$table" "$TMP/$table.out" --replace --dry-run --database "$DB"
        [[ $output == "$table: 0 to add, 0 to change, 0 to remove, "* ]]
    done
}

@test "a dry run counts what would happen and changes nothing" {
    migrated
    csv domains name a.example b.example
    run -0 --separate-stderr csv domains name,hold b.example,yes c.example, -- --dry-run --replace
    [ "$output" = "domains: 1 to add, 1 to change, 1 to remove, 0 unchanged" ]
    [ "$(exported domains | wc -l)" -eq 3 ]
}

@test "each bad row is told with its line, and nothing is imported" {
    migrated
    run -65 --separate-stderr csv routes pattern,host,port a.example,one.test,25 \
        b.example,one.test,0 'c d,one.test,25'
    [[ ${stderr_lines[0]} == "sponts: $TMP/routes.csv:3: port: "* ]]
    [[ ${stderr_lines[1]} == "sponts: $TMP/routes.csv:4: pattern: "* ]]
    [[ ${stderr_lines[2]} == *"2 bad rows, nothing was imported" ]]
    [ "$(exported routes | wc -l)" -eq 1 ]
}

@test "who of the system has addresses: of our domains, and doubtful names are told" {
    migrated
    csv domains name example.org
    run -65 --separate-stderr csv system_users name,address daemon,a@example.org daemon,b@strange.example \
        'a b,c@example.org' daemon,a@example.org
    [[ ${stderr_lines[0]} == "sponts: $TMP/system_users.csv:3: address: there is no domain \"strange.example\"" ]]
    [[ ${stderr_lines[1]} == "sponts: $TMP/system_users.csv:4: name: "* ]]
    [[ ${stderr_lines[2]} == "sponts: $TMP/system_users.csv:5: the same row stands in line 2" ]]
    [[ ${stderr_lines[3]} == *"3 bad rows, nothing was imported" ]]
    [ "$(exported system_users)" = name,address ]
    run -0 --separate-stderr csv system_users name,address daemon,a@example.org no-such-user,b@example.org \
        no-such-user,c@example.org root,d@example.org
    [ "$stderr" = "sponts: $TMP/system_users.csv:3: name: there is no user \"no-such-user\" on this machine
sponts: $TMP/system_users.csv:5: name: \"root\" is root, who needs no row" ]
    [ "$(exported system_users | wc -l)" -eq 5 ]
}

@test "routes of the proxies have defaults of their own, and are never silently plain" {
    migrated
    csv routes pattern,host,protocol example.org,mail.internal,smtp \
        example.org,store.internal,imap example.org,store.internal,pop3s
    run -0 exported routes
    [[ $output == *$'\nexample.org,0,mail.internal,25,smtp,may,'* ]]
    [[ $output == *$'\nexample.org,0,store.internal,143,imap,encrypt,'* ]]
    [[ $output == *$'\nexample.org,0,store.internal,995,pop3s,encrypt,'* ]]

    run -65 --separate-stderr csv routes pattern,host,protocol,tls a.example,h.test,imap,may
    [[ ${stderr_lines[0]} == "sponts: $TMP/routes.csv:2: tls=may is not for imap: "* ]]
    run -65 --separate-stderr csv routes pattern,host,protocol,tls a.example,h.test,pop3s,none
    [[ ${stderr_lines[0]} == "sponts: $TMP/routes.csv:2: pop3s is TLS: "* ]]
}

@test "importing the routes of one service leaves those of the others" {
    migrated
    csv routes pattern,host,protocol example.org,mail.internal,smtp example.org,one.internal,imap
    csv routes pattern,host,protocol example.org,two.internal,imap
    run -0 exported routes
    [[ $output == *mail.internal,25,smtp* && $output == *two.internal* ]]
    [[ $output != *one.internal* ]]
}

@test "a database of the version before keeps its routes when it is migrated" {
    migrated
    csv routes pattern,host,port,tls example.org,mail1.internal,2525,encrypt
    exported routes >"$TMP/before"
    sqlite3 "$DB" 'DROP TABLE routes' 'DROP TABLE users' 'DROP TABLE system_users' \
        'PRAGMA user_version = 1'
    sed -n '/CREATE TABLE routes/,/STRICT;/p' "$REPO/sql/0001-mail.sql" | sqlite3 "$DB"
    sqlite3 "$DB" "INSERT INTO routes (pattern, host, port, tls)
        VALUES ('example.org', 'mail1.internal', 2525, 'encrypt')"
    run -78 sponts export routes --database "$DB"
    sponts db migrate --database "$DB" 2>/dev/null
    exported routes | diff "$TMP/before" -
}

@test "forwards that lead back are refused" {
    migrated
    run -65 --separate-stderr csv addresses address,kind,target \
        a@example.org,forward,b@example.org b@example.org,rewrite,A@example.org
    [[ ${stderr_lines[0]} == "sponts: $TMP/addresses.csv:2: loop: "* ]]
}

@test "bad arguments, files and tables have their exit status" {
    migrated
    run -64 sponts import
    run -64 sponts import songs /dev/null --database "$DB"
    run -64 sponts export songs --database "$DB"
    run -66 sponts import domains "$TMP/none.csv" --database "$DB"
    run -65 sponts import domains /dev/null --database "$DB"
    run -66 sponts export domains --database "$TMP/none.db"
    run -66 sponts import domains "$TMP/none.csv" --database "$TMP/none.db"
    [ ! -e "$TMP/none.db.lock" ]
}

@test "import reads standard input" {
    migrated
    printf 'name\nexample.org\n' | sponts import domains --database "$DB"
    printf 'name\nexample.net\n' | sponts import domains - --database "$DB"
    [ "$(exported domains | wc -l)" -eq 3 ]
}

@test "a write that finds another writer gives up with 75, and nothing is lost" {
    migrated
    # shellcheck disable=SC2016
    start holder bash -c 'exec 9>"$1"; flock 9; exec sleep 60' bash "$DB.lock"
    wait_for 5 ticket_is_taken
    run -75 --separate-stderr csv domains name example.org
    [[ $stderr == "sponts: write $DB: another program is writing it" ]]
    kill "$PID"
    wait_for 5 flock -n "$DB.lock" true
    csv domains name example.org
    [ "$(exported domains | wc -l)" -eq 2 ]
}

@test "passwords go in by standard input and come out as hashes only" {
    migrated
    echo 'open sesame' | sponts user add ann --database "$DB"
    csv users name,password,enabled bob,swordfish,no
    run -0 exported users
    [[ $output != *sesame* && $output != *swordfish* ]]
    [[ $output == *'ann,"'?'argon2id'?'v=19'?*'SCRAM-SHA-256'?'4096:'* ]]
    run -1 grep -aE 'sesame|swordfish' "$DB" "$DB-wal"
    run -65 sponts user add ann --database "$DB" <<<x
    run -65 sponts user password eve --database "$DB" <<<x
    run -66 sponts user password ann --database "$DB" </dev/null
    before=$(exported users | grep ^ann)
    sponts user password ann --database "$DB" <<<'another one'
    [ "$before" != "$(exported users | grep ^ann)" ]
}

@test "read permission is enough, even when nobody else has the database open" {
    shared_database
    run as_reader "$SHARED/sponts" export domains --database "$DB"
    unshare_database
    [ "$status" -eq 0 ]
    [[ $output == *example.org* ]]
}

@test "a reader who misses -wal and -shm is told what to do, and it helps" {
    shared_database
    chmod 755 "$SHARED"
    rm "$DB-shm"
    chmod 555 "$SHARED"
    run --separate-stderr as_reader "$SHARED/sponts" export domains --database "$DB"
    first=$status words=$stderr
    chmod 755 "$SHARED"
    sponts db migrate --database "$DB"
    chmod 555 "$SHARED"
    run as_reader "$SHARED/sponts" export domains --database "$DB"
    unshare_database
    [ "$first" -ne 0 ]
    [[ $words == *"run sponts db migrate"* ]]
    [ "$status" -eq 0 ]
}

# bats test_tags=plain
@test "a full disk ends in one line, nothing half done, and work goes on afterwards" {
    migrated
    csv domains name old.example
    { echo name; seq -f 'domain%.0f.example' 20000; } >"$TMP/many.csv"
    run -73 --separate-stderr strace -f -o /dev/null -e trace=pwrite64 \
        -e inject=pwrite64:error=ENOSPC:when=20+ \
        sponts import domains "$TMP/many.csv" --database "$DB"
    [ "${#stderr_lines[@]}" -eq 1 ]
    [ "$(exported domains | wc -l)" -eq 2 ]
    sponts import domains "$TMP/many.csv" --database "$DB"
    [ "$(exported domains | wc -l)" -eq 20002 ]
}

@test "an import that is killed leaves the table as it was" {
    migrated
    csv domains name old.example
    { echo name; seq -f 'domain%.0f.example' 2000; } >"$TMP/many.csv"
    for call in 1 2 3; do
        strace -f -o /dev/null -e trace=fdatasync,fsync -e inject=fdatasync,fsync:signal=KILL:when=$call \
            sponts import domains "$TMP/many.csv" --database "$DB" || true
        rows=$(exported domains | wc -l)
        [ "$rows" -eq 2 ] || [ "$rows" -eq 2002 ]
        [ "$(sqlite3 -readonly "$DB" 'PRAGMA integrity_check')" = ok ]
    done
    sponts import domains "$TMP/many.csv" --database "$DB"
    [ "$(exported domains | wc -l)" -eq 2002 ]
}
