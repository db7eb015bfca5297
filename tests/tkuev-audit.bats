#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tkuev-audit: lists, samples, reports, purges, grants; and where a log begins.

bats_require_minimum_version 1.5.0

setup() {
    load helpers/common
    load helpers/audit
    sponts_setup
    audit_setup
}
teardown() { sponts_teardown; }

@test "list: by time and by Kennung, of a time, a measure, a Kennung" {
    new_log
    auditd_start
    note measure-create intended R2 zoe@example.org
    note measure-create intended R1 bert@example.org
    note measure-end 'done' R2 zoe@example.org
    [ "$(audit list --by-identity | grep measure | cut -f 7)" = \
        $'bert@example.org\nzoe@example.org\nzoe@example.org' ]
    [ "$(audit list --by-time | grep measure | cut -f 5)" = $'R2\nR1\nR2' ]
    [ "$(audit list --reference R2 | cut -f 3 | tail -n +2)" = $'measure-create\nmeasure-end' ]
    [ "$(audit list --identity bert@example.org | tail -n +2 | cut -f 5)" = R1 ]
    [ "$(audit list --since 2040-01-01 | wc -l)" -eq 1 ]
    [ "$(audit list --until 2020-01-01T00:00:00+01:00 | wc -l)" -eq 1 ]
    [ "$(audit list --since 2020-01-01 --until 2040-01-01 --reference R1 | wc -l)" -eq 2 ]
    run -64 audit list --by-time --by-identity
    run -64 audit list --since yesterday
    # Reading is noted, and with what.
    [ "$(audit list | cut -f 3 | grep -c log-list)" -ge 7 ]
    audit list --json --key "$TMP/auditors.key" >"$TMP/json"
    [ "$(jq -r .person "$TMP/json" | sort -u)" = "$ME" ]
    [[ $(audit list | tail -n 2 | cut -f 11) == *'with persons'* ]]
}

@test "list: one Kennung of several, in any spelling, under each of them" {
    new_log
    auditd_start
    note measure-create intended R1 'Anna@Example.org,%20anna,%20"b,%20a"@example.org'
    note measure-create intended R2 ANNA
    note measure-create intended R3 anna2,%20bert@example.org
    references() { audit list --json --identity "$1" | jq -r .reference | paste -sd,; }
    for identity in 'Anna@Example.org' anna@example.ORG anna+x@example.org '"B, A"@example.org'; do
        [ "$(references "$identity")" = R1 ]
    done
    [ "$(references Anna)" = R1,R2 ]
    [ "$(references 'anna@example.org, anna')" = R1 ]
    [ "$(references BERT@EXAMPLE.ORG)" = R3 ]
    [ -z "$(references example.org)" ]
    audit list --by-identity >"$TMP/list"
    [ "$(head -n 1 "$TMP/list" | cut -f 1,2)" = $'UNDER\tNUMBER' ]
    [ "$(grep measure "$TMP/list" | cut -f 1,6)" = "$(printf '%s\t%s\n' anna R1 anna R2 anna2 R3 \
        anna@example.org R1 'b, a@example.org' R1 bert@example.org R3)" ]
    [ "$(sed -n 2p "$TMP/list" | cut -f 1)" = - ] # what is about no Kennung
    run -0 audit list --by-identity --identity Anna --json
    [ "$(jq -r '.under + " " + .identity' <<<"$output")" = \
        $'anna Anna@Example.org, anna, "b, a"@example.org\nanna ANNA' ]
}

@test "sample and report of a quarter: the same seed draws the same" {
    new_log
    auditd_start
    for number in {1..6}; do
        note measure-create intended "R$number"
        note measure-create 'done' "R$number"
    done
    note measure-create refused R7
    quarter=$(this_quarter)
    run -0 audit sample --quarter "$quarter" --seed s --json
    first=$output
    run -0 audit sample --quarter "$quarter" --seed s --json
    [ "$output" = "$first" ]
    [ "$(jq -r 'select(.reasons[] == "drawn") | .reference' <<<"$first" | sort -u | wc -l)" -eq 2 ]
    [ "$(jq -r 'select(.reasons[] == "refused") | .reference' <<<"$first")" = R7 ]
    run -64 audit sample --quarter 2026-Q5
    for what in sample report; do
        run -64 audit "$what" --quarter 2199-Q4
        [[ $output == *'2199-Q4 has not begun'* ]]
    done

    mkdir "$TMP/out"
    echo 'Keine Beanstandungen.' >"$TMP/words"
    head=$(audit verify | sed -n 's/^head //p')
    run -0 --separate-stderr audit report --quarter "$quarter" --seed s --findings "$TMP/words" --output "$TMP/out"
    [ "${lines[1]}" = "$TMP/out/pruefergebnis-$quarter-bundesnetzagentur.txt" ]
    for file in "${lines[@]}"; do
        grep -q 'Angeordnete Maßnahmen im Zeitraum: *6$' "$file"
        grep -q 'davon durch das Los bestimmt und geprüft: *2$' "$file"
        grep -q 'lückenlos und unverändert' "$file"
        grep -q "^  $head\$" "$file"
        grep -q 'Keine Beanstandungen.' "$file"
        run ! grep -E "anna@|192.0.2|$ME" "$file"
    done
    grep -q 'Kopie für die Bundesnetzagentur' "${lines[1]:-$TMP/out/pruefergebnis-$quarter-bundesnetzagentur.txt}"
    run -73 audit report --quarter "$quarter" --output "$TMP/out" # never overwritten
    run -0 --separate-stderr audit report --quarter "$quarter" --json
    last=$(jq -r .last <<<"$output")
    [ "$(jq -r .over <<<"$output")" = false ]
    [ "$stderr" = "tkuev-audit: warning: $quarter is not over: this is a report about the entries up to $last, and the rest needs another one" ]
    [[ $(audit report --quarter "$quarter" 2>/dev/null) == *'(nicht beendet; bis zum Eintrag Nr. '* ]]
    run -0 --separate-stderr audit report --quarter 2020-Q1
    [ -z "$stderr" ]
    [[ $output != *'nicht beendet'* ]]
    run -0 --separate-stderr audit report --quarter "$quarter" --json
    [ "$(jq -r '[.measures, .drawn, .sound] | @csv' <<<"$output")" = '6,2,true' ]
}

# bats test_tags=plain
@test "purge: old and reported entries lose their text, the chain holds, deletions stay" {
    new_log
    printf 'audit-retention = 1s\n' >>"$CONF"
    auditd_start
    request measure-create 'done' R1 | sed 's/^end .*/end 2020-01-01T00:00:00+01:00/' |
        socat -t 5 - "UNIX-CONNECT:$SOCKET"
    request measure-create 'done' R2 | sed 's/^end .*/end 2090-01-01T00:00:00+01:00/' |
        socat -t 5 - "UNIX-CONNECT:$SOCKET"
    request measure-create 'done' R3 | sed 's/^end .*/end 2020-01-01T00:00:00+01:00/' |
        socat -t 5 - "UNIX-CONNECT:$SOCKET"
    quarter=$(this_quarter)
    due() { [[ $(audit purge --keep R3 --dry-run --json | jq "$1") == "$2" ]]; }
    wait_for 10 due '.unreported[0]' "\"$quarter\""
    due .entries 0
    audit report --quarter "$quarter" >/dev/null
    head=$(audit verify | sed -n 's/^head //p')
    # What is written after a report is not released by it.
    request measure-create 'done' R5 | sed 's/^end .*/end 2020-01-01T00:00:00+01:00/' |
        socat -t 5 - "UNIX-CONNECT:$SOCKET"
    wait_for 10 due .entries 5 # R1 and the grants
    # Not when it is old enough, either.
    run -0 faketime -f +1m tkuev-audit --config "$CONF" purge --keep R3 --dry-run --json
    [ "$(jq -c '[.entries, .unreported[0]]' <<<"$output")" = "[5,\"$quarter\"]" ]
    wait_for 10 due '.unreported[0]' "\"$quarter\""
    cp "$LOG" "$TMP/before"
    run -64 --separate-stderr audit purge --keep R3 --keep r3
    [[ $stderr == 'tkuev-audit: --keep r3: no entry is about such a measure; nothing is deleted' ]]
    cmp -n "$(stat -c %s "$TMP/before")" "$LOG" "$TMP/before" # the refusal is noted behind it
    run -0 audit purge --keep R3
    [[ ${lines[0]} == *' deleted' ]]
    [ "${lines[1]}" = "entries of $quarter stay: no report has seen them" ]
    run ! grep -q ':R1 ' "$LOG"
    audit verify --head "$head"
    audit list --json >"$TMP/list"
    [ "$(jq -r 'select(.act == "measure-create") | .reference' "$TMP/list")" = $'R2\nR3\nR5' ]
    [ "$(jq -r 'select(.act == "log-purge" ) | .outcome' "$TMP/list" | sort -u)" = $'done\nintended\nrefused' ]
    [[ $(note measure-create 'done' R4) == 'noted '* ]]
    audit verify
    # Who takes away more is found.
    sed -i '$d' "$LOG"
    run -65 audit verify
}

@test "grants: given, taken, listed; the last one who grants stays" {
    audit init --grantor "$ME" --new-key "$TMP/auditors.key"
    [ "$(stat -c %a "$TMP/auditors.key")" = 600 ]
    run -64 --separate-stderr audit grants revoke "$ME" grant
    [ "$stderr" = "tkuev-audit: $ME is the last one who may grant roles" ]
    run -64 audit grants grant "$ME" rule
    run -64 audit grants grant no-such-user operate
    run -64 audit grants revoke "$ME" operate
    run -0 --separate-stderr audit grants grant daemon grant
    [ -z "$stderr" ]
    run -64 audit grants grant daemon grant
    run -0 --separate-stderr audit grants grant "$ME" review
    [ "$stderr" = "tkuev-audit: warning: $ME review beside grant: nobody should have two roles" ]
    run -0 audit sample --quarter "$(this_quarter)" --json
    [ "$(jq -r '.reasons[]' <<<"$output" | grep -v business | sort -u)" = $'refused\ntwo roles' ]
    run -0 --separate-stderr audit grants revoke "$ME" review
    [ -z "$stderr" ]
    run -0 audit grants --json
    [ "$(jq -r '.user + " " + .role + " " + .by' <<<"$output")" = "$ME grant $ME"$'\n'"daemon grant $ME" ]
    audit grants revoke "$ME" grant
    run -77 audit grants grant "$ME" review
    audit verify
}

@test "init: what it needs, and what it refuses" {
    run -64 audit init --grantor "$ME"
    run -64 audit init --new-key "$TMP/k"
    run -64 audit init --grantor no-such-user --new-key "$TMP/k"
    run -78 audit list
    openssl req -x509 -newkey rsa:1024 -nodes -subj /CN=weak -keyout "$TMP/w.key" -out "$TMP/w.crt" 2>/dev/null
    run -78 --separate-stderr audit init --grantor "$ME" --certificate "$TMP/w.crt"
    [[ $stderr == *'RSA key of less than 2048 bits' ]]
    [ ! -e "$LOG" ]
    audit init --grantor "$ME" --new-key "$TMP/k"
    run -73 audit init --grantor "$ME" --certificate "$TMP/k.crt"
    head=$(audit verify | sed -n 's/^head //p')
    # A sound log goes on, unless that is said, too.
    run -73 --separate-stderr audit init --grantor "$ME" --new-key "$TMP/k2" --replace
    [ "$stderr" = 'tkuev-audit: the log is sound: --replace puts it aside with --even-sound' ]
    [ ! -e "$TMP/k2" ]
    audit verify --head "$head"
    run ! compgen -G "$LOG.replaced-*"
    run -64 audit init --grantor "$ME" --new-key "$TMP/k2" --even-sound
    head=$(audit verify | sed -n 's/^head //p') # the refusals are noted
    audit init --grantor "$ME" --new-key "$TMP/k2" --replace --even-sound
    compgen -G "$LOG.replaced-*"
    grep -q "sound,%20its%20head%20$head" "$LOG"
    audit verify
    # One whose persons are sealed to another certificate than ours is not sound.
    cp "$TMP/k.crt" "$TMP/audit/reviewer.crt"
    run -65 audit verify
    audit init --grantor "$ME" --new-key "$TMP/k3" --replace
    grep -q 'before%20was%20not%20sound' "$LOG"
    audit verify
}
