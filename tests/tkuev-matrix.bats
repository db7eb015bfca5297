#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Completeness and exclusivity: a matrix of what can happen to a target's mail, by which way
# of the client, under which scope of a measure.  helpers/matrix.py says what it is made of
# and runs it, all at one gateway with one Dovecot; here is what came of each part.

bats_require_minimum_version 1.5.0

setup_file() {
    load helpers/common
    load helpers/dovecot
    load helpers/capture
    BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR sponts_setup
    export TMP STARTED
    capture_setup 'service auth {' '  unix_listener auth-client {' '    mode = 0666' '  }' '}' \
        'passdb {' '  driver = static' '  args = password=secret' '}' \
        'passdb {' '  driver = static' '  args = password=secret' '  master = yes' '}'
    sed -i -e "s|^auth = users|auth = dovecot\nauth-socket = $TMP/dove/run/auth-client|" \
        -e 's|^\[smtp-relayd\]|&\nmessage-size = 200000\nconnections-per-client = 2000|' \
        -e 's|^\[\(pop\|imap\)-proxy\]|&\nconnections-per-client = 2000|' \
        -e 's|^\[tkuev\]|&\nidentities = 4096\ncontent-seconds = 10m\ncontent-bytes = 1G|' "$CONF"
    printf 'name,verify\nxn--bcher-kva.example,any\nlisted.example,list\n' |
        sponts import domains - --config "$CONF"
    capture_start
    matrix matrix.py >"$TMP/matrix.tap" 2>"$TMP/matrix.err" || cat "$TMP/matrix.err" >&2
    matrix matrix_queue.py "$CONF" "$SINK" >>"$TMP/matrix.tap" 2>"$TMP/queue.err" ||
        cat "$TMP/queue.err" >&2
}
teardown_file() {
    load helpers/common
    sponts_teardown
}

matrix() {
    local ports
    mapfile -t ports < <(ports_of_gate)
    /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/$1" "${@:2}" "$SPOOL" "$TMP/dove/mail" \
        "${ports[@]}"
}

# part PATTERN LEAST - all cells whose names match are well, and there are so many at least.
# Each is a line of TAP besides.
part() {
    local lines
    lines=$(grep -E "^(not )?ok [0-9]+ - $1\$" "$BATS_FILE_TMPDIR/matrix.tap")
    awk '{ print "# " $0 }' <<<"$lines" >&3
    if grep -q '^not ok' <<<"$lines"; then
        grep -E -A20 "^not ok [0-9]+ - $1\$" "$BATS_FILE_TMPDIR/matrix.tap" | head -200
        return 1
    fi
    [ "$(grep -c '^ok' <<<"$lines")" -ge "$2" ]
}

@test "SMTP: without a measure nothing is captured" { part 'smtp .* none' 46; }
@test "SMTP: event data only" { part 'smtp .* iri' 46; }
@test "SMTP: event data and content" { part 'smtp .* both' 46; }
@test "SMTP: two authorities, each as its order says" { part 'smtp .* two' 46; }
@test "SMTP: begin and end by the clock, in the middle of each session" { part 'smtp .* timed' 46; }
@test "SMTP: begin and end by hand, in the middle of each session" { part 'smtp .* published' 46; }
@test "POP3: without a measure nothing is captured" { part 'mailbox pop_.* none' 11; }
@test "POP3: event data only" { part 'mailbox pop_.* iri' 11; }
@test "POP3: event data and content" { part 'mailbox pop_.* both' 11; }
@test "POP3: two authorities, each as its order says" { part 'mailbox pop_.* two' 11; }
@test "POP3: begin and end by the clock, in the middle of each session" { part 'mailbox pop_.* timed' 9; }
@test "POP3: begin and end by hand, in the middle of each session" { part 'mailbox pop_.* published' 9; }
@test "IMAP: without a measure nothing is captured" { part 'mailbox (fetches|by_another|uploads|refused|cut_.*) .* none' 16; }
@test "IMAP: event data only" { part 'mailbox (fetches|by_another|uploads|refused|cut_.*) .* iri' 16; }
@test "IMAP: event data and content" { part 'mailbox (fetches|by_another|uploads|refused|cut_.*) .* both' 16; }
@test "IMAP: two authorities, each as its order says" { part 'mailbox (fetches|by_another|uploads|refused|cut_.*) .* two' 16; }
@test "IMAP: begin and end by the clock, in the middle of each session" { part 'mailbox (fetches|by_another|uploads|refused|cut_.*) .* timed' 12; }
@test "IMAP: begin and end by hand, in the middle of each session" { part 'mailbox (fetches|by_another|uploads|refused|cut_.*) .* published' 12; }

@test "ten users at the same instant, two of them targets" { part 'mailbox crowd .*' 10; }
@test "queued mail: legs, deferred, refused, notices, lists, copies, forwards" { part 'queue .*' 36; }
@test "nothing of anybody else was captured" { part '(queue: )?nothing of anybody else' 2; }
