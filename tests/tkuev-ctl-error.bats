#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tkuev-ctl: a measure that is armed and cannot be carried out.

setup() {
    load helpers/common
    load helpers/tkuev
    sponts_setup
}
teardown() { sponts_teardown; }

# published - what is armed now has been told to the servers, as far as there is room.
published() {
    mkdir -p "$TMP/li-spool/incoming"
    tkuev-export --config "$CONF" --once --patience 1 >/dev/null 2>&1 || [ $? -eq 75 ]
}
# names NUMBER - so many other names of Anna.
names() {
    sqlite3 "$TMP/sponts.db" "DELETE FROM addresses;
        WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < $1)
        INSERT INTO addresses (address, kind, target)
        SELECT 'n' || i || '@example.org', 'rewrite', 'anna@example.org' FROM n"
}
told() { grep -hoP '^\S+ \S+ \K(un)?published' "$STATE"/ledger/* | paste -sd' '; }

@test "what has no room in the list is in error, costs no other anything, and comes by itself" {
    provider 'identities = 256'
    names 300
    armed
    local anna=$MEASURE
    armed 'Referenz-Id = LKA-18' 'Kennung = bert@example.org' 'Mailbox = bert'
    published
    why='more identities than [tkuev] identities'
    [[ $(ctl status) == *"${anna:0:8}  not carried out: $why, "* ]]
    [ "$(grep -c "not carried out" <(ctl status))" -eq 1 ]
    [ "$(told)" = 'unpublished published' ] || [ "$(told)" = 'published unpublished' ]
    ctl settle
    MEASURE=$anna
    [ "$(field state)" = error ]
    [ "$(field reason)" = "$why" ]
    [[ $(ctl list --state error) == "${anna:0:8}  error "* ]]
    [ "$(ctl list --state active | wc -l)" -eq 1 ]
    [[ $(ctl status) == *"${anna:0:8}  not carried out: $why, "* ]]
    run -0 ctl notice "$MEASURE" --kind set-up
    [[ $output == *'Tatsächlich eingerichtet:   noch nicht wirksam'* ]]
    ctl settle # once is enough
    [ "$(acts measure-fail)" = 'intended done' ]
    # A person may say that it is mended; it is, or it is found out again.
    ctl activate "$MEASURE"
    [ "$(field state)" = active ]
    published
    ctl settle
    [ "$(field state)" = error ]
    names 1
    published
    [[ $(told) == *published*published* ]]
    [[ $(ctl status) != *'not carried out'* ]]
    ctl settle
    [ "$(field state)" = active ]
    [ "$(field reason)" = '' ]
    [ "$(acts measure-recover)" = 'intended done' ]
    audit verify
}

@test "a measure that was in effect and fails is a disturbance, which stays when it is over" {
    provider 'identities = 256'
    armed
    published
    ctl notice "$MEASURE" --kind set-up --out "$TMP/set-up"
    run ! grep notice <(ctl status)
    names 300
    published
    [[ $(ctl status) == *"${MEASURE:0:8}  notice disturbance: not wholly carried out, "* ]]
    disturbed() { # further options
        ctl notice "$MEASURE" --kind disturbance --disturbance 'kein Platz' \
            --effect 'nichts erfasst' --since "$(day '')" "$@"
    }
    disturbed --out "$TMP/broken"
    run ! grep notice <(ctl status)
    names 1
    published
    [[ $(ctl status) == *"${MEASURE:0:8}  notice disturbance: carried out again; it was not since 20"* ]]
    ctl suspend "$MEASURE" # whatever becomes of it
    [[ $(ctl status) == *'notice disturbance: carried out again'* ]]
    [ "$(ctl gaps "$MEASURE" --json | jq -r '.[].act' | paste -sd' ')" = 'unpublished republished' ]
    [ "$(ctl receipts "$MEASURE" --json | jq -r '.[] | select(.act == "notice").kind' |
        paste -sd' ')" = 'set-up disturbance disturbance' ]
    disturbed --out "$TMP/mended"
    run ! grep 'notice disturbance' <(ctl status)
}

@test "who is carried out gives way to no other, also when the exporter starts anew" {
    provider 'identities = 256'
    names 300
    armed
    local anna=$MEASURE
    armed 'Referenz-Id = LKA-18' 'Kennung = bert@example.org' 'Mailbox = bert'
    published
    names 254 # Anna, whose time began first, has room now, but not beside Bert
    published
    [[ $(ctl status) == *"${anna:0:8}  not carried out: "* ]]
    [[ $(ctl status) != *"${MEASURE:0:8}  not carried out"* ]]
    ctl end "$MEASURE" --reason over
    published
    [[ $(ctl status) != *'not carried out'* ]]
}

@test "what had no room is no trouble any more when it is paused while nobody hands over" {
    provider 'identities = 256'
    names 300
    armed
    published
    ctl suspend "$MEASURE"
    published
    ctl resume "$MEASURE"
    [[ $(ctl status) != *'not carried out: more identities'* ]]
    published
    [[ $(ctl status) == *'not carried out: more identities'* ]]
}

@test "an error ends by itself with its period, or by a person" {
    provider 'identities = 256'
    names 300
    armed
    published
    ctl settle
    [ "$(field state)" = error ]
    [ "$(faketime -f +61d tkuev-ctl --config "$CONF" show "$MEASURE" --json | jq -r .state)" = expired ]
    ctl end "$MEASURE" --reason over
    [ "$(field state)" = cancelled ]
    run -0 ctl settle
    [ "$(field state)" = cancelled ]
}

@test "who reads the measures for long keeps no failure from being noted" {
    provider 'identities = 256'
    measure
    ctl reject "$MEASURE" --reason x
    ctl forget "$MEASURE"
    names 300
    armed
    published
    reads_measures
    run -75 ctl settle
    [[ $output == *'what was destroyed is still in its -wal file; tkuev-ctl settle tries again' ]]
    [ "$(field state)" = error ]
    [ "$(acts measure-fail)" = 'intended done' ]
    reads_no_more
    ctl settle
    [ ! -s "$STATE/measures.db-wal" ]
}

@test "nobody tells the servers: a person hears of it" {
    provider
    armed
    [[ $(ctl status) != *'not carried out'* ]]
    [[ $(faketime -f +1h tkuev-ctl --config "$CONF" status) == \
        *"${MEASURE:0:8}  not carried out: the servers were not told; does tkuev-exportd run?, "* ]]
}
