#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# journalq follow: what is filed, as it is filed.

setup() {
    load helpers/common
    load helpers/journal
    journal_setup
}
teardown() { sponts_teardown; }

@test "follow prints what is filed, as it is filed, and what became of it" {
    tell message id=1 time='1h ago' to=bob@example.org subject=old >/dev/null
    start follow journalq follow --database "$JOURNAL" --since '30s ago'
    start since journalq follow --database "$JOURNAL" --since '2h ago' --json \
        --recipient bob@example.org
    wait_for 10 test -s "$TMP/since.out"
    tell message id=2 to=bob@example.org subject=new -- \
        message id=3 to=carl@example.org subject=other >/dev/null
    wait_for 10 grep -q 'waiting .*: new' "$TMP/follow.out"
    tell message id=4 time='1m ago' to=bob@example.org subject=late -- \
        result id=2 to=bob@example.org outcome=delivered time='now' >/dev/null
    wait_for 10 grep -q 'delivered .*: new' "$TMP/follow.out"
    wait_for 10 grep -q '"subject":"late"' "$TMP/since.out"
    wait_for 10 grep -q '"delivered"' "$TMP/since.out"
    run -1 grep -E 'old|late' "$TMP/follow.out"
    [ "$(grep -c other "$TMP/follow.out")" -eq 1 ]
    [ "$(jq -rs 'map(.subject) | join(" ")' "$TMP/since.out")" = 'old new new late' ]
}

@test "follow goes on with a journal that was made anew" {
    start follow journalq follow --database "$JOURNAL" --since '30s ago'
    tell message id=1 to=bob@example.org subject=first >/dev/null
    wait_for 10 grep -q first "$TMP/follow.out"
    sponts db migrate --journal --database "$TMP/new.db" 2>/dev/null
    journal-tool "$TMP/new.db" message id=2 to=bob@example.org subject=second >/dev/null
    sqlite3 "$TMP/new.db" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
    rm -f "$TMP"/new.db-* "$JOURNAL"-*
    mv "$TMP/new.db" "$JOURNAL"
    tell message id=3 to=bob@example.org subject=third >/dev/null
    wait_for 10 grep -q third "$TMP/follow.out"
    grep -q second "$TMP/follow.out"
    [ ! -s "$TMP/follow.log" ]
}

@test "follow ends when it is interrupted, and when nobody reads any more" {
    start follow journalq follow --database "$JOURNAL" --since '30s ago'
    tell message id=1 to=bob@example.org subject=first >/dev/null
    wait_for 10 grep -q first "$TMP/follow.out"
    kill -TERM "$PID"
    wait_for 10 gone "$PID"
    [ ! -s "$TMP/follow.log" ]
    # Nothing is written to this pipe any more, and yet it ends.
    mkfifo "$TMP/pipe"
    # shellcheck disable=SC2016
    start piped bash -c 'exec journalq follow --database "$1" >"$2"' - "$JOURNAL" "$TMP/pipe"
    exec {READER}<"$TMP/pipe"
    kill -0 "$PID"
    exec {READER}<&-
    wait_for 10 gone "$PID"
    [ ! -s "$TMP/piped.log" ]
    # The keyboard's signal: to a process group with a terminal.
    run -0 python3 - "$JOURNAL" <<'END'
import fcntl, os, pty, signal, subprocess, sys, termios
def own_terminal():
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL) # who runs us behind a shell ignores it
master, slave = pty.openpty()
child = subprocess.Popen(["journalq", "follow", "--since", "2h ago", "--database", sys.argv[1]],
                         stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                         preexec_fn=own_terminal)
os.close(slave)
said = os.read(master, 1000)
assert b"first" in said, said
os.write(master, b"\x03")
assert child.wait(10) == -signal.SIGINT, child.returncode
END
}
