#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Uses that are refused before anything begins are entries of the audit log, too, and say why.

setup() {
    load helpers/common
    load helpers/tkuev
    sponts_setup
    provider
}
teardown() { sponts_teardown; }

# last ACT - outcome and detail of the last such entry.
last() {
    audit list --json |
        jq -rs "[.[] | select(.act == \"$1\")] | last | .outcome + \": \" + .detail"
}

@test "tkuev-ctl: what is refused before the log is asked is noted, without what was typed" {
    before='refused: before anything was done, why='
    run -64 ctl list --state secret-word
    [ "$(last measure-list)" = "${before}wrong argument" ]
    run -66 ctl create --yes --file "$TMP/secret-word"
    [ "$(last measure-create)" = "${before}file not readable" ]
    run -65 ctl receipts 00000000
    [ "$(last handover-receipts)" = "${before}unknown or unfit" ]
    run -64 ctl notice 00000000 --kind secret-word
    [ "$(last notice)" = "${before}wrong argument" ]
    run -64 ctl confirm 00000000 --arrived secret-word
    [ "$(last measure-confirm)" = "${before}wrong argument" ]
    run -64 ctl authority add $'secret-word\a'
    [ "$(last authority-add)" = "${before}wrong argument" ]
    audit list --json --key "$TMP/auditors.key" >"$TMP/json"
    [ "$(jq -r 'select(.outcome == "refused") | .person' "$TMP/json" | sort -u)" = "$(id -un)" ]
    run ! grep -q secret-word "$TMP/json"
    # Looking for help is no use of anything.
    entries=$(audit list | wc -l)
    ctl --help >/dev/null
    ctl notice --help >/dev/null
    ctl --version >/dev/null
    [ "$(audit list | wc -l)" -eq $((entries + 1)) ] # that it was listed before
    audit verify
}

@test "words that mean nothing are noted with what they were said to, without them" {
    before='refused: before anything was done, why='
    run -64 ctl list --secret-word
    [ "$(last measure-list)" = "${before}wrong argument" ]
    run -64 ctl end
    [ "$(last measure-end)" = "${before}wrong argument" ]
    run -64 ctl authority add lka secret-word
    [ "$output" = 'tkuev-ctl: NAME: At Most 1 required but received 2' ]
    [ "$(last authority-add)" = "${before}wrong argument" ]
    run -64 tkuev-export stored --secret-word --config "$CONF"
    [ "$(last disc-stored)" = "${before}wrong argument" ]
    run -64 tkuev-export "--config=$CONF" probe
    [ "$(last handover-probe)" = "${before}wrong argument" ]
    run -64 tkuev-export stored -c"$CONF" --secret-word
    [ "$(acts disc-stored)" = 'refused refused' ]
    run -64 tkuev-export --config "$CONF" --once stored 00000000
    [ "$output" = 'tkuev-export: either --once or a subcommand is needed' ]
    [ "$(acts disc-stored)" = 'refused refused refused' ]
    run -64 tkuev-export --config "$CONF" --once iso
    [ "$(last iso-make)" = "${before}wrong argument" ]
    run -64 tkuev-export --config "$CONF"
    [ "$output" = 'tkuev-export: either --once or a subcommand is needed' ]
    entries=$(wc -l <"$TMP/audit/log")
    run -64 ctl secret-word # nobody knows what was meant
    run -64 ctl authority
    run -64 tkuev-export --config "$CONF" verify --secret-word # everybody may
    [ "$(wc -l <"$TMP/audit/log")" -eq "$entries" ]
    run ! grep -q secret-word "$TMP/audit/log"
    audit verify
}

@test "tkuev-ctl: a person who goes away from the questions is no file that cannot be read" {
    for key in ^C ^D; do
        printf 'identity\t%s\n' "$key" >"$TMP/typed"
        run -66 "$BATS_TEST_DIRNAME/helpers/terminal.py" tkuev-ctl --config "$CONF" \
            test-account add probe --registration R <"$TMP/typed"
        [ "$(last test-account-add)" = 'refused: before anything was done, why=given up' ]
    done
    [ "$(acts test-account-add)" = 'refused refused' ]
    [ "$(acts test-account-check)" = 'intended done intended done' ]
}

@test "tkuev-ctl: a refusal by the rules says why" {
    measure
    run -65 ctl activate "$MEASURE"
    [[ $(last measure-activate) == \
        'refused: measure='*' entry='*' why=cannot activate: the measure is awaiting-approval' ]]
    run -65 ctl show 00000000
    [[ $(last measure-show) == *' why=there is no such measure' ]]
}

@test "tkuev-ctl: without a log a wrong argument is one all the same" {
    auditd_kill
    run -64 ctl list --state nothing
    [[ $output == 'tkuev-ctl: --state: must be one of: '* ]]
}

@test "tkuev-ctl: a failure leaves an outcome, however much there is to say about it" {
    printf -v long 'a/%.0s' {1..1200}
    run -66 ctl authority add bka --certificate "/$long"
    [[ $(last authority-add) == 'failed: authority=bka entry='*' why='*a/a/* ]]
    quarter=$(date +%Y-Q)$((($(date +%-m) + 2) / 3))
    [ -z "$(audit sample --quarter "$quarter" --json |
        jq -r 'select(.reasons[] == "no outcome") | .act')" ]
}

@test "tkuev-export: what is refused before anything begins is noted; what everybody may do is not" {
    before='refused: before anything was done, why='
    run -65 tkuev-export --config "$CONF" probe 00000000
    [ "$(last handover-probe)" = "${before}unknown or unfit" ]
    run -66 tkuev-export --config "$CONF" burn "$TMP/secret-word" "stdio:$TMP/disc"
    [ "$(last iso-burn)" = "${before}file not readable" ]
    entries=$(wc -l <"$TMP/audit/log")
    run ! tkuev-export --config "$CONF" verify "$TMP/secret-word"
    [ "$(wc -l <"$TMP/audit/log")" -eq "$entries" ]
    run ! grep -q secret-word "$TMP/audit/log"
}

@test "tkuev-audit: refusals and failures are noted, and no intent stays without an outcome" {
    quarter=$(date +%Y-Q)$((($(date +%-m) + 2) / 3))
    before='refused: before anything was done, why='
    run -73 audit report --quarter "$quarter" --output "$TMP/nowhere"
    [[ $(last log-report) == 'failed: up to entry '*", why="*"$TMP/nowhere"* ]]
    run -74 bash -c "tkuev-audit --config '$CONF' report --quarter '$quarter' >/dev/full"
    [[ $(last log-report) == 'failed: up to entry '* ]]
    run -0 audit sample --quarter "$quarter" --json
    [ -z "$(jq -r 'select(.reasons[] == "no outcome") | .act' <<<"$output")" ]
    run audit report --quarter "$quarter" --findings "$TMP/nowhere"
    [ "$status" -ne 0 ]
    [[ $(last log-report) == "$before"* ]]
    grants=$(acts log-grant | wc -w)
    run -64 audit grants grant "$(id -un)" rule
    [ "$(last log-grant)" = "${before}wrong argument" ]
    run -64 audit grants revoke no-such-user operate
    [ "$(last log-revoke)" = "${before}wrong argument" ]
    run -64 audit purge --keep nothing-known
    [ "$(last log-purge)" = "${before}wrong argument" ]
    run audit list --key "$TMP/nowhere"
    [ "$status" -ne 0 ]
    audit list --json >"$TMP/json"
    [ "$(jq -r 'select(.act == "log-list" and .outcome == "refused") | .detail' "$TMP/json" | wc -l)" -eq 1 ]
    [ "$(jq -r 'select(.act == "log-purge").outcome' "$TMP/json")" = refused ]
    run -64 audit grants grant "$(id -un)" operate secret-word
    [ "$(last log-grant)" = "${before}wrong argument" ]
    [ "$(acts log-grant | wc -w)" -eq $((grants + 2)) ]
    run -64 audit sample --quarter secret-word
    [ "$(last log-sample)" = "${before}wrong argument" ]
    audit list --json --key "$TMP/auditors.key" >"$TMP/json"
    [ "$(jq -r 'select(.act == "log-sample" and .outcome == "refused") | .person' "$TMP/json")" = "$(id -un)" ]
    run ! grep -q secret-word "$TMP/json"
    entries=$(wc -l <"$TMP/audit/log")
    run -64 audit verify --secret-word
    run -64 audit --secret-word # nobody knows what was meant
    run -64 audit verify --head nonsense # which changes nothing
    [ "$(wc -l <"$TMP/audit/log")" -eq "$entries" ]
    audit verify
}
