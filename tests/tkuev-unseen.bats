#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What every local user sees is the same with measures and without: files and
# directories below those that he may search, and what the kernel tells of processes.

setup() {
    load helpers/common
    load helpers/gateway
    load helpers/tkuev
    load helpers/exportd
    load helpers/discs
    sponts_setup
    VAR=$TMP/var # as tmpfiles.d has it
    mkdir -p "$VAR/lib" "$TMP/li-spool"
    chmod 710 "$TMP/li-spool"
}
teardown() { exportd_teardown; }

# Where others look: they see a directory that they may not search, and nothing in it.
# That the list of identities is renewed, at fixed times, they may see (tkuev-exportd.bats),
# and that servers look for what others have left, again and again.
seen() {
    local all='%p %y %m %u %g %n %s %i read %A@ written %T@ changed %C@\n'
    find "$VAR" "$TMP/run" -type d ! -perm -001 -printf "$all" -prune -o -printf "$all"
    find "$GW/run/tap" -maxdepth 0 ! -perm -001 -printf '%p %y %m %n %s %T@ %C@\n'
    find "$TMP/li-spool" -maxdepth 0 ! -perm -001 -printf '%p %m %n %s\n'
}
# The pause is told on its own when it was noticed, and with the end in any case.
end_is_received() {
    ctl receipts "$MEASURE" --json | jq -e '(map(.kind == "end") | index(true)) as $over
        | $over and (.[$over:] | any(.act == "receipt"))'
}
is_seen_as_before() { diff "$TMP/before" <(seen); }

@test "no file or directory that others can look at changes with what is done" {
    lemf_start lemf
    interception 'file-prefix = D2AE'
    seen >/dev/null # by which directories are read
    seen >"$TMP/before"
    grep -q "^$SOCKET s " "$TMP/before"
    [ "$(grep -c '/var/lib/sponts-[a-z]* d 7[05]0 ' "$TMP/before")" -eq 3 ]
    run ! grep -E '/(state|audit)( |/)|/incoming ' "$TMP/before"
    grep -q "^$GW/run/tap d 700 " "$TMP/before"

    ctl authority add bka --title BKA
    is_seen_as_before
    tapped
    is_seen_as_before
    send 1
    wait_for 20 lemf_has lemf '.cc == 1'
    is_seen_as_before
    ctl suspend "$MEASURE"
    ctl resume "$MEASURE"
    ctl end "$MEASURE" --reason over
    wait_for 20 end_is_received
    is_seen_as_before

    by_disc 'Referenz-Id = LKA-18'
    send 2
    wait_for 20 stores 1
    mkdir "$STATE/work"
    TMPDIR=$STATE/work
    export TMPDIR
    export_tool iso "$MEASURE" -o "$STATE/1.iso"
    export_tool burn "$STATE/1.iso" "stdio:$STATE/drive"
    is_seen_as_before

    ctl settle
    audit list --key "$TMP/auditors.key" | grep -q measure-end
    audit verify
    is_seen_as_before
}

# shapes - of each process of the gateway: threads, and room for descriptors.
shapes() {
    local pid
    for pid in $(pgrep -P "$GATEWAY_PID" | sort -n); do
        sed -n 's/^\(Name\|Threads\|FDSize\):[[:space:]]*//p' "/proc/$pid/status" | paste -sd' '
    done
}
# addresses - of tkuev-exportd, in MB.
addresses() { echo $(($(sed -n 's/^VmSize:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$(exportd_pid)/status") / 1024)); }
is_connected_to() { grep -q ":$(printf %04X "$1") 01 " /proc/net/tcp; }
all_have() {
    local n
    for n in {1..7}; do
        lemf_has "lemf$n" ".cc == $1" || return 1
    done
}

@test "threads, and room for descriptors and memory, are the same with no destination, one, and eight" {
    local n ports=()
    for n in {1..7}; do
        lemf_start "lemf$n"
        ports+=("$LEMF_PORT")
    done
    lemf_start hangs --mode stall
    interception
    send 1
    before=$(shapes) addresses=$(addresses)
    [[ $before == *tkuev-exportd* ]]
    tapped 'Referenz-Id = LKA-hangs'
    send 2
    wait_for 20 is_connected_to "$LEMF_PORT"
    [ "$(shapes)" = "$before" ]
    for n in {1..7}; do
        goes_by_tcp "${ports[n - 1]}"
        armed "${GOES[@]}" "Referenz-Id = LKA-$n"
    done
    list_is_renewed
    list_is_renewed
    for n in 1 2 3; do
        send "1$n"
        wait_for 20 all_have "$n"
        [ "$(shapes)" = "$before" ]
    done
    # A little for what waits; not 64 MB for each thread that has had something to do.
    [ $(($(addresses) - addresses)) -lt 32 ]
}

@test "who could be seen is told so" {
    interception
    exported() { tkuev-exportd --config "$CONF" --check; }
    logs() { tkuev-auditd --config "$CONF" --check; }
    others_may_enter
    exported
    logs
    chmod 711 "$VAR/lib/sponts-li"
    run -78 exported
    [ "$output" = "tkuev-exportd: $STATE: others can see when it changes: put it into a directory that they may not enter" ]
    run -0 ctl init
    [[ $output == "tkuev-ctl: warning: $STATE: others can see when it changes"* ]]
    chmod 711 "$VAR/lib/sponts-audit"
    run -78 logs
    [[ $output == "tkuev-auditd: $VAR/lib/sponts-audit/audit: others can see when it changes"* ]]
    chmod 750 "$VAR"/lib/sponts-{li,audit}
    exported
    logs
}

@test "measures that are left where they were by default are not taken for none" {
    provider
    mv "$STATE"/* "$VAR/lib/sponts-li/"
    run -78 ctl init
    [ "$output" = "tkuev-ctl: $VAR/lib/sponts-li: has measures: move all that is in it into $STATE" ]
    [ -z "$(ls "$STATE")" ]
    run -78 tkuev-exportd --config "$CONF" --check
    [ "$output" = "tkuev-exportd: $VAR/lib/sponts-li: has measures: move all that is in it into $STATE" ]
}

@test "a log that is left where it was by default is not taken for none" {
    provider
    before=$VAR/lib/sponts-audit
    mv "$before"/audit/* "$before"
    run -78 tkuev-auditd --config "$CONF" --check
    [ "$output" = "tkuev-auditd: $before: has an audit log: move all that is in it into $before/audit" ]
    run -78 audit init --grantor "$ME" --new-key "$TMP/new.key"
    [ "$output" = "tkuev-audit: $before: has an audit log: move all that is in it into $before/audit" ]
    [ -z "$(ls "$before/audit")" ]
}
