#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Nobody can notice a measure: the first half of `make proof`, whose second half compares times.

setup_file() {
    load helpers/common
    export EVIDENCE=$BATS_FILE_TMPDIR/evidence
}
setup() {
    load helpers/common
    sponts_setup
}

proof() { "$REPO/bench/run-proof" --bin "$BIN" --content "$@"; }
# differing KIND - how many texts of it are not the same with and without the measure.
differing() { awk -v kind="$1" 'index($0, kind) == 1 { print $(NF - 2) }' <<<"$output"; }

@test "the same octets on every leg, the same logs, figures, listings and processes" {
    run -0 proof --rounds 2 --keep "$EVIDENCE"
    # There was something to compare, and there was a measure.
    for kind in client backend 'next hop' log metric listing process; do
        [ "$(differing "$kind")" -eq 0 ]
        [ "$(awk -v kind="$kind" 'index($0, kind) == 1 { print $(NF - 4) }' <<<"$output")" -ge 20 ]
    done
    for event in received sent forwarded login login-failed login-attempt logout fetched \
        part-fetched stored; do
        [[ ${lines[-1]} =~ [1-9][0-9]*\ $event, ]] || [[ ${lines[-1]} =~ [1-9][0-9]*\ $event\; ]]
    done
    [[ ${lines[-1]} == *'; 0 of the other user; without a measure 0' ]]
}

@test "one octet that differs anywhere is found" {
    [ -s "$EVIDENCE" ] || proof --rounds 1 --keep "$EVIDENCE"
    run -0 "$REPO/bench/run-proof" --check-comparer "$EVIDENCE"
    [ "$output" = 'each changed octet is found' ]
}

@test "a gateway that says something else where there is a measure is found on each leg" {
    run -1 proof --rounds 1 --leak --only 'returned to its sender' --only 'arrives'
    [ "$(differing client)" -eq 8 ]
    [ "$(differing 'next hop')" -ge 8 ]
}
