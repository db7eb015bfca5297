#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tkuev-ctl forget: the order of a measure that is over is destroyed, and nothing is used twice.

bats_require_minimum_version 1.5.0

setup() {
    load helpers/common
    load helpers/tkuev
    load helpers/exportd
    sponts_setup
}
teardown() { sponts_teardown; }

# in_two_days COMMAND... - of tkuev-ctl, as if it were then.
in_two_days() { faketime -f +2d tkuev-ctl --config "$CONF" "$@"; }
handed_over() { tkuev-export --config "$CONF" --once --patience 5 >/dev/null; }

@test "an order that was turned down is destroyed at once; its number was never used" {
    provider
    measure
    run -65 ctl forget "$MEASURE"
    [ "$output" = 'tkuev-ctl: cannot forget: the measure has not ended' ]
    ctl reject "$MEASURE" --reason x
    ctl forget "$MEASURE"
    run -0 ctl show "$MEASURE" --json
    [ "$(jq -c '[.state, .reference, .identities, .orders, .iri, .profile]' <<<"$output")" = \
        '["rejected","LKA-17",[],[],null,null]' ]
    # Nor does anything claim that it went somewhere.
    run -0 ctl show "$MEASURE"
    [[ $output != *ftp* && $output != *iri* && $output == *'forgotten:          20'* ]]
    [ "$(audit list --json | jq -r 'select(.act == "measure-show") | .destination // ""' |
        sort -u)" = '' ]
    run -65 tkuev-export --config "$CONF" probe "$MEASURE"
    [ "$output" = 'tkuev-export: the order of the measure is destroyed' ]
    [[ $(ctl list) == *'  forgotten' ]]
    run -65 ctl forget "$MEASURE"
    [[ $output == 'tkuev-ctl: cannot forget: it was done at 20'* ]]
    [ "$(acts measure-forget)" = 'intended refused intended done intended refused' ]
    measure # another one of that number
    audit verify
}

@test "what is owed, or not told, keeps an order; then it goes, and its number is not given again" {
    lemf_start lemf
    provider
    mkdir -p "$TMP/li-spool/incoming"
    goes_by_tcp "$LEMF_PORT"
    armed "${GOES[@]}"
    handed_over
    run -65 ctl forget "$MEASURE"
    kill "$LEMF_PID"
    wait_for 5 gone "$LEMF_PID"
    ctl end "$MEASURE" --reason over
    run -65 in_two_days forget "$MEASURE"
    [ "$output" = 'tkuev-ctl: cannot forget: the letter of its end was not written' ]
    ctl notice "$MEASURE" --kind end >/dev/null
    run -65 ctl forget "$MEASURE"
    [ "$output" = 'tkuev-ctl: cannot forget: it ended less than a day ago' ]
    run -65 in_two_days forget "$MEASURE"
    [ "$output" = 'tkuev-ctl: cannot forget: tkuev-exportd has not seen its end' ]
    tkuev-export --config "$CONF" --once --patience 1 >/dev/null 2>&1 || true
    run -65 in_two_days forget "$MEASURE"
    [ "$output" = 'tkuev-ctl: cannot forget: not all of it is handed over' ]
    lemf_start lemf --port "$LEMF_PORT"
    handed_over
    before=$(ctl receipts "$MEASURE" --json)
    in_two_days forget "$MEASURE"
    run -0 ctl show "$MEASURE" --json
    [ "$(jq -c '[.state, .identities, .orders]' <<<"$output")" = '["cancelled",[],[]]' ]
    [[ $(ctl status) != *"${MEASURE:0:8}"* ]]
    run -65 ctl notice "$MEASURE" --kind end
    # What was handed over can still be proved, and no number comes twice.
    [ "$(ctl receipts "$MEASURE" --json)" = "$before" ]
    tkuev-export --config "$CONF" verify-ledger
    order "${GOES[@]}"
    run -65 ctl create --yes --file "$TMP/order.conf"
    [[ $output == *'this authority has given'* ]]
    # What was may have got into the write-ahead log again, or have stayed there.
    ctl authority add lka --phone 110
    [ -s "$STATE/measures.db-wal" ]
    ctl settle
    [ ! -s "$STATE/measures.db-wal" ]
    handed_over # nothing comes of it any more
    [ "$(ctl receipts "$MEASURE" --json)" = "$before" ]
    audit verify
}

@test "what somebody still reads is destroyed all the same, and its remains when he has gone" {
    provider
    measure
    ctl reject "$MEASURE" --reason x
    reads_measures
    run -75 ctl forget "$MEASURE"
    [ "$output" = "tkuev-ctl: somebody reads $STATE/measures.db: what was destroyed is still in \
its -wal file; tkuev-ctl settle tries again" ]
    [ "$(acts measure-forget)" = 'intended done' ]
    [[ $(ctl list) == *'  forgotten' ]]
    run -65 ctl forget "$MEASURE"
    [[ $output == 'tkuev-ctl: cannot forget: it was done at 20'* ]]
    reads_no_more
    [ -s "$STATE/measures.db-wal" ]
    ctl settle
    [ ! -s "$STATE/measures.db-wal" ]
    audit verify
}

@test "an end by time is written down before its order goes; a second person is asked for" {
    provider
    measure
    sed -i 's/^synchronised-clock.*/&\nsecond-person = yes/' "$CONF"
    run -65 faketime -f +61d tkuev-ctl --config "$CONF" forget "$MEASURE"
    [ "$output" = 'tkuev-ctl: cannot forget: its end is not written down; settle does it' ]
    ctl reject "$MEASURE" --reason x
    for _ in 1 2; do
        run -1 ctl forget "$MEASURE"
        [ "$output" = 'tkuev-ctl: noted; takes effect when somebody else gives the same command' ]
    done
    [ "$(ctl show "$MEASURE" --json | jq '.identities | length')" -gt 0 ]
    [[ $(ctl status) == *'somebody else: forget as proposed, or leave it, '* ]]
}
