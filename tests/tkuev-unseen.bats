#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What every local user sees is the same with measures and without: files and directories
# below those that he may search.

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
# That the list of identities is renewed, at fixed times, they may see (tkuev-exportd.bats).
seen() {
    local all='%p %y %m %u %g %n %s %i read %A@ written %T@ changed %C@\n'
    find "$VAR" "$TMP/run" -type d ! -perm -001 -printf "$all" -prune -o -printf "$all"
    find "$TMP/li-spool" -maxdepth 0 ! -perm -001 -printf '%p %m %n %s\n'
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
    wait_for 20 lemf_has lemf '.hi1 == 2'
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
}
