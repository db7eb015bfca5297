#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Delivery by disc, killed at every step: each file comes onto one disc, once, and whole.

bats_require_minimum_version 1.5.0

setup() {
    load helpers/common
    load helpers/gateway
    load helpers/tkuev
    load helpers/exportd
    load helpers/discs
    sponts_setup
    IMAGE=$TMP/disc.iso
    export TMPDIR=$TMP # where a killed program leaves its directory of work
}
teardown() { exportd_teardown; }

# Records that nobody has taken in, of three mails; then only the audit log runs.
records_wait() {
    interception 'file-prefix = D2AE'
    by_disc
    no_exportd
    send 1 2 3
    gateway_stop
    exec {HELD}>&-
    rm -f "$SOCKET"
    auditd_start
    keep
}
# keep - what as_before() puts back.
keep() {
    rm -rf "$TMP/state.before" "$TMP/spool.before"
    cp -a "$STATE" "$TMP/state.before"
    cp -a "$TMP/li-spool" "$TMP/spool.before"
}
as_before() {
    rm -rf "$STATE" "$TMP/li-spool" "$TMP"/*.iso "$TMP/drive" "$TMP"/.image-*
    cp -a "$TMP/state.before" "$STATE"
    cp -a "$TMP/spool.before" "$TMP/li-spool"
}

# count CALL COMMAND... - how often one thread makes this call, at most: that is how strace
# counts, and xorriso, which is another process, does not.
count() {
    local call=$1
    shift
    strace -f -qq -o "$TMP/trace" -e trace="$call,execve" "$@" >/dev/null 2>&1
    awk -v call="$call(" '
        $2 ~ /^execve\(/ { if (seen++) other[$1] = 1 }
        index($2, call) == 1 && !($1 in other) { if (++n[$1] > most) most = n[$1] }
        END { print most + 0 }' "$TMP/trace"
}
# killed CALL N COMMAND... - at the N-th such call of a thread; fails if there was none.
killed() {
    local call=$1 n=$2 status=0
    shift 2
    strace -f -qq -o /dev/null -e trace="$call" -e inject="$call:signal=KILL:when=$n" "$@" >/dev/null 2>&1 || status=$?
    [ "$status" -eq 137 ]
}
# each_step MOST CALL... -- COMMAND... : kills the command at its steps, MOST of each kind,
# spread over all of them; then `settled` must hold.
each_step() {
    local most=$1 total n stride tried fired
    local -a calls=()
    shift
    while [ "$1" != -- ]; do
        calls+=("$1")
        shift
    done
    shift
    for call in "${calls[@]}"; do
        as_before
        total=$(count "$call" "$@")
        [ "$total" -gt 0 ] || { echo "no $call" >&2; return 1; }
        stride=$(((total + most - 1) / most))
        tried=0 fired=0
        for ((n = 1; n <= total; n += stride)); do
            echo "# killed at $call $n of $total"
            as_before
            tried=$((tried + 1))
            if killed "$call" "$n" "$@"; then fired=$((fired + 1)); fi
            settled
        done
        # Threads take turns: the last steps of one run may be another's in the next.
        if ((fired == 0 || 2 * fired < tried)); then
            echo "$call: killed only $fired times of $tried" >&2
            return 1
        fi
    done
}

# Whatever is left is put onto discs: all mails are there, each file was delivered once.
settled() {
    local n=0 image
    rm -rf "$TMP/all" && mkdir "$TMP/all"
    export_tool --once
    if [ -e "$TMP/drive" ]; then
        unpack "stdio:$TMP/drive" "$TMP/all/drive"
    elif [ -e "$TMP/kept" ] && tells "image-delivered image=$(digest_of "$TMP/kept")"; then
        unpack "$TMP/kept" "$TMP/all/kept"
    fi
    for image in $(stored '[.[].image] | unique | map(select(. != "")) | .[]'); do
        export_tool iso "$MEASURE" --again "$image" -o "$TMP/left$((++n)).iso" >/dev/null
        export_tool handed-over "$TMP/left$n.iso"
    done
    if [ -n "$(stored '.[].name')" ]; then
        export_tool iso "$MEASURE" -o "$TMP/left$((++n)).iso" >/dev/null
        export_tool handed-over "$TMP/left$n.iso"
    fi
    for ((; n > 0; n--)); do
        unpack "$TMP/left$n.iso" "$TMP/all/$n"
    done
    [ "$(cat "$TMP"/all/*/CC/* | grep -aoE 'Subject: message [0-9]' | sort | uniq -c | wc -l)" -eq 3 ]
    # What was burned and not noted is on another disc, too, under the same name; never else.
    find "$TMP/all" -path '*/CC/*' -type f -printf '%f\n' | sort | uniq -d >"$TMP/twice"
    [ ! -s "$TMP/twice" ] || [ -e "$TMP/drive" ]
    [ -z "$(find "$STATE/discs" -type f)" ]
    [ -z "$(ctl gaps "$MEASURE")" ]
    ctl receipts "$MEASURE" --json >"$TMP/receipts"
    jq -e '[.[] | select(.act == "receipt") | .name] | length > 0 and (unique | length) == length' "$TMP/receipts"
    jq -e '([.[] | select(.act == "stored") | .name] | sort) == ([.[] | select(.act == "receipt") | .name] | sort)' "$TMP/receipts"
    export_tool verify-ledger >/dev/null
}

@test "killed while it stores: nothing is lost, nothing stored twice" {
    records_wait
    each_step 8 renameat2 fsync fdatasync unlink -- \
        "$BIN/tkuev-export" --config "$CONF" --once --patience 5
}

@test "killed while an image is made: its files are on that image, or wait" {
    records_wait
    export_tool --once
    keep
    each_step 6 renameat2 fdatasync fsync mkdir sendto -- \
        "$BIN/tkuev-export" --config "$CONF" iso "$MEASURE" -o "$IMAGE"
}

@test "killed while it burns or notes: the disc is noted, or the image is still there" {
    records_wait
    export_tool --once
    export_tool iso "$MEASURE" -o "$TMP/kept" >/dev/null
    keep
    each_step 6 fdatasync unlink fsync -- \
        "$BIN/tkuev-export" --config "$CONF" burn "$TMP/kept" "stdio:$TMP/drive"
    each_step 6 fdatasync unlink fsync -- \
        "$BIN/tkuev-export" --config "$CONF" handed-over "$TMP/kept"
}

@test "a ledger that cannot be written keeps nothing that a crash has left" {
    records_wait
    local left=$DISCS/CC/D2AE00000000000000004
    mkdir -p "$DISCS/CC"
    echo left >"$left"
    mv "$STATE/ledger" "$TMP/ledger"
    echo 'no directory' >"$STATE/ledger"
    run -0 export_tool --once --patience 5
    grep -q ' ledger: ' "$STATE/exportd.log"
    [ ! -e "$left" ]
    run -0 ctl status # what else there is to do is told all the same
    [[ $output == *"$STATE/ledger"*"${MEASURE:0:8}  notice set-up, "* ]]
    rm "$STATE/ledger"
    mv "$TMP/ledger" "$STATE/ledger"
    run -0 export_tool --once --patience 5
    tells 'stored parcel='
    run -0 export_tool verify-ledger
}
