#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tkuev-exportd: HI1 notices on the way of the events.

setup() {
    load helpers/common
    load helpers/gateway
    load helpers/tkuev
    load helpers/exportd
    sponts_setup
}
teardown() { exportd_teardown; }

@test "notices made by hand and those that are sent share one row of numbers" {
    lemf_start lemf
    interception
    tapped
    wait_for 20 lemf_has lemf '.hi1 == 1'
    ctl notice "$MEASURE" --kind set-up --pdu "$TMP/first" --out "$TMP/first.txt"
    ctl notice "$MEASURE" --kind disturbance --disturbance Leitung --effect 'kein Inhalt' \
        --since '2026-11-22 10:00' --pdu "$TMP/second" --out "$TMP/second.txt"
    ctl end "$MEASURE" --reason over
    wait_for 20 lemf_has lemf '.hi1 == 2'
    cat "$STATE"/ledger/* >"$TMP/ledger"
    grep -oE ' notice kind=[a-z-]+ number=[0-9]+' "$TMP/ledger" | grep -oE '[0-9]+$' | paste -sd' ' >"$TMP/numbers"
    [ "$(cat "$TMP/numbers")" = '0 1 2 3' ]
    for n in 1 2; do
        name=$(sed -n "${n}p" <<<$'first\nsecond')
        asn1-check --raw <"$TMP/$name" >"$TMP/xer"
        grep -qi "sequenceNumber>$n<" "$TMP/xer"
    done
}

@test "the authority is told of the set-up when it took effect, and of each change by itself" {
    lemf_start lemf
    interception
    tapped
    wait_for 20 lemf_has lemf '.hi1 == 1'
    ctl suspend "$MEASURE"
    ctl resume "$MEASURE"
    wait_for 20 lemf_has lemf '.hi1 == 3'
    since=$(grep -oP ' \K[0-9.]+(?= published )' "$STATE"/ledger/*)
    ctl notice "$MEASURE" --kind set-up >"$TMP/letter"
    grep -qF "eingerichtet:   $(TZ=Europe/Berlin date -d "@$since" '+%d.%m.%Y %T')" "$TMP/letter"
    kinds=$(grep -ohP ' notice kind=\K[a-z-]+' "$STATE"/ledger/* | paste -sd' ')
    [ "$kinds" = 'set-up change change' ]
}
