#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tkuev-ctl notice: what an authority is told, on paper and as PDUs.

setup() {
    load helpers/common
    load helpers/tkuev
    sponts_setup
    provider
}
teardown() { sponts_teardown; }

# published - the servers know what is armed now.
published() {
    mkdir -p "$TMP/li-spool/incoming"
    tkuev-export --config "$CONF" --once --patience 1 >/dev/null 2>&1 || [ $? -eq 75 ]
}

@test "letters to the authority: set-up, change, disturbance, end; on paper and as PDUs" {
    measure
    run -65 ctl notice "$MEASURE" --kind set-up
    [ "$output" = 'tkuev-ctl: cannot write a notice: the measure was never activated' ]
    ctl approve "$MEASURE"
    ctl activate "$MEASURE"
    [[ $(ctl status) == *'notice set-up'* ]]
    # What the servers do not know yet is not in effect, so the letter is still due.
    run -0 --separate-stderr ctl notice "$MEASURE" --kind set-up
    [[ $output == *'Tatsächlich eingerichtet:   noch nicht wirksam'* ]]
    [ "$stderr" = 'tkuev-ctl: the servers were not told of the measure yet; write the letter again when they were' ]
    run -65 ctl notice "$MEASURE" --kind set-up --out "$TMP/letter" --pdu "$TMP/pdu"
    [ "$output" = 'tkuev-ctl: cannot write a PDU: the measure has not taken effect yet' ]
    [[ $(ctl status) == *'notice set-up'* ]]
    published
    ctl notice "$MEASURE" --kind set-up --out "$TMP/letter" --pdu "$TMP/pdu"
    grep -q '^Einrichtung einer Überwachungsmaßnahme (§ 5 Abs. 5 TKÜV)$' "$TMP/letter"
    grep -qE '^Referenznummer: +LKA-17$' "$TMP/letter"
    grep -qE '^Adresse: +Anna@Example.org$' "$TMP/letter"
    grep -qE '^Tatsächlich eingerichtet: +[0-9.]+ [0-9:]+ MES?Z$' "$TMP/letter"
    [ "$(stat -c %a "$TMP/letter" "$TMP/pdu" | sort -u)" = 600 ]
    openssl asn1parse -inform DER -in "$TMP/pdu" >/dev/null
    grep -q LKA-17 "$TMP/pdu"
    [[ $(ctl status) != *'notice set-up'* ]]
    run -73 ctl notice "$MEASURE" --kind set-up --out "$TMP/letter"
    run -64 ctl notice "$MEASURE" --kind disturbance --effect 'no content'
    run -0 ctl notice "$MEASURE" --kind disturbance --disturbance 'Leitung' \
        --effect 'kein Inhalt' --since '2026-11-22 10:00'
    [[ $output == *'Störung einer Überwachungsmaßnahme (§ 13 TKÜV)'*'noch nicht bekannt'* ]]
    run ! grep -q notice <(ctl status)
    ctl show "$MEASURE" | grep -q '^told of disturbance: 20'
    run -65 ctl notice "$MEASURE" --kind change
    [ "$output" = 'tkuev-ctl: cannot write a notice: nothing was changed' ]
    ctl suspend "$MEASURE"
    ctl resume "$MEASURE"
    [[ $(ctl status) == *"${MEASURE:0:8}  notice change, "* ]]
    run -0 ctl notice "$MEASURE" --kind change
    [[ $output == *'Änderung einer'*'Änderung:                   Aussetzung'*'Änderung:                   Fortsetzung'* ]]
    run ! grep -q notice <(ctl status)
    told=$(field told-change)
    run -0 ctl notice "$MEASURE" --kind change # a copy, and the time is that of the letter
    [[ $output == *'Bereits mitgeteilt: '*'Fortsetzung'* ]]
    [ "$(field told-change)" = "$told" ]
    run -65 ctl notice "$MEASURE" --kind end
    ctl end "$MEASURE" --reason 'Aufhebung'
    [[ $(ctl status) == *'notice end'* ]]
    run -0 ctl notice "$MEASURE" --kind end
    [[ $output == *'Abschaltung einer'*'Tatsächlich abgeschaltet:'*'Aufhebung'* ]]
    run ! grep -E 'notice|settle|activate' <(ctl status)
    [[ $(acts notice-end) == 'intended refused intended done' ]]
}

@test "a notice that could not be written was not given, and takes no number" {
    armed
    published
    ctl notice "$MEASURE" --kind set-up --out "$TMP/letter" --pdu "$TMP/pdu"
    before=$(ctl receipts "$MEASURE" --json)
    [ "$(jq -r '.[] | select(.act == "notice") | .kind + " " + .by' <<<"$before")" = $'set-up \nset-up file' ]
    digest=$(sha256sum "$TMP/pdu")
    for file in "$TMP/pdu" "$TMP/nowhere/pdu"; do
        run -73 ctl notice "$MEASURE" --kind set-up --out "$TMP/other" --pdu "$file"
    done
    [ "$(sha256sum "$TMP/pdu")" = "$digest" ]
    [ ! -e "$TMP/other" ]
    # Nor is there a PDU without its letter.
    run -73 ctl notice "$MEASURE" --kind set-up --out "$TMP/letter" --pdu "$TMP/other"
    run -73 ctl notice "$MEASURE" --kind set-up --out "$TMP/other" --pdu "$TMP/other"
    [ ! -e "$TMP/other" ]
    [ "$(ctl receipts "$MEASURE" --json)" = "$before" ]
    ctl suspend "$MEASURE"
    ctl notice "$MEASURE" --kind change --out "$TMP/other" --pdu "$TMP/second"
    ctl receipts "$MEASURE"
    [ "$(grep -ohE ' notice kind=[a-z-]+ number=[0-9]+' "$STATE"/ledger/* | paste -sd,)" = \
        ' notice kind=set-up number=0, notice kind=set-up number=1, notice kind=change number=2' ]
    [[ $(acts notice-set-up) == 'intended done intended failed intended failed intended failed intended failed' ]]
}

@test "what was changed and not told yet is still to be told when the measure has ended" {
    armed
    published
    ctl notice "$MEASURE" --kind set-up --out "$TMP/set-up"
    ctl suspend "$MEASURE"
    ctl end "$MEASURE" --reason Ende
    [[ $(ctl status) == *"${MEASURE:0:8}  notice change, "*"${MEASURE:0:8}  notice end, "* ]]
    run -0 ctl notice "$MEASURE" --kind change
    [[ $output == *'Änderung:                   Aussetzung'*'Zustand:                    abgeschaltet'* ]]
    run -0 ctl notice "$MEASURE" --kind end
    [[ $output == *'Ausgesetzt:                 '*' bis '* ]]
    run ! grep notice <(ctl status)
    published
    ctl receipts "$MEASURE" --json | jq -r '.[] | select(.act == "notice").kind' >"$TMP/told"
    [ "$(paste -sd' ' "$TMP/told")" = 'set-up change end' ]
}

@test "a disturbance belongs to its kind of letter, and to the time of the measure" {
    armed
    published
    run -64 ctl notice "$MEASURE" --kind set-up --disturbance Leitung
    [ "$output" = 'tkuev-ctl: --disturbance: only with --kind disturbance' ]
    run -64 ctl notice "$MEASURE" --kind end --recovered "$(day '')"
    [ "$output" = 'tkuev-ctl: --recovered: only with --kind disturbance' ]
    disturbed() { # further options
        ctl notice "$MEASURE" --kind disturbance --disturbance Leitung \
            --effect 'kein Inhalt' --since "$(day '- 2 days')" "$@"
    }
    run -65 disturbed --recovered "$(day '- 1 day')"
    [ "$output" = 'tkuev-ctl: cannot write a notice: the disturbance was over before the measure took effect' ]
    run -0 disturbed --expected-end "$(day '+ 1 day')"
    [[ $output == *'Voraussichtliches Ende:'*'Behoben:                    noch nicht'* ]]
    run -0 faketime -f +2d tkuev-ctl --config "$CONF" notice "$MEASURE" --kind disturbance \
        --disturbance Leitung --effect 'kein Inhalt' --since "$(day '- 2 days')" \
        --recovered "$(day '+ 1 day')"
    [[ $output == *'Behoben:'* && $output != *'Voraussichtliches Ende:'* ]]
}

@test "a measure that has ended before it took effect needs one letter, and may have two" {
    armed
    ctl end "$MEASURE" --reason Ende
    [[ $(ctl status) == *'notice set-up'*'notice end'* ]]
    run -0 --separate-stderr ctl notice "$MEASURE" --kind end
    [[ $output == *'Tatsächlich eingerichtet:   nicht wirksam geworden'* ]]
    run ! grep notice <(ctl status)
    armed 'Referenz-Id = LKA-18'
    ctl end "$MEASURE" --reason Ende
    run -0 --separate-stderr ctl notice "$MEASURE" --kind set-up
    [[ $output == *'Tatsächlich eingerichtet:   nicht wirksam geworden'* ]]
    [ -z "$stderr" ]
    run ! grep 'notice set-up' <(ctl status)
    [[ $(ctl status) == *"${MEASURE:0:8}  notice end, "* ]]
}

@test "an extension whose original does not come is void, and the authority is told" {
    armed
    published
    ctl notice "$MEASURE" --kind set-up --out "$TMP/set-up"
    printf '%s\n' 'Rechtsgrundlage = stpo-100a' 'Gericht = LG Musterstadt' \
        'Aktenzeichen = 2 Qs 9/26' "Anordnung vom = $(day '')" 'Übermittlung = fax' \
        "Eingang = $(day '')" "Ende = $(day '+ 90 days')" |
        ctl extend "$MEASURE" --file -
    ctl notice "$MEASURE" --kind change --out "$TMP/extended"
    run ! grep notice <(ctl status)
    later() { faketime -f +8d tkuev-ctl --config "$CONF" "$@"; }
    [[ $(later status) == *"${MEASURE:0:8}  notice change, $(day '+ 7 days')T"* ]]
    [[ $(later show "$MEASURE") == *"missing, was due $(day '+ 7 days')T"*': it counts no more'* ]]
    run -0 later notice "$MEASURE" --kind change
    [[ $output == *'Verlängerung hinfällig'*'Neues Ende:'*'Grund:'* ]]
    run ! grep notice <(later status)
}
