#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tkuev-pdu(5): what we hand over, read by others: by a decoder that asn1c made from the
# schema, and by openssl.

setup() {
    load helpers/common
    sponts_setup
    SEED=${ETSI_SEED:-$RANDOM}
    echo "ETSI_SEED=$SEED"
}

teardown() { sponts_teardown; }

@test "the golden vectors decode, and those of version 40 that differ in one octet" {
    etsi-tool golden >"$TMP/golden"
    [ "$(wc -l <"$TMP/golden")" -eq 5 ]
    asn1-check <"$TMP/golden" >"$TMP/xer"
    grep -q '<li-psDomainId>0.4.0.2.2.5.1.43</li-psDomainId>.*<e-mail-Sender>anna@example.de<' \
        "$TMP/xer"
    sed 's/0205012b/02050128/' "$TMP/golden" | asn1-check | sed 's/5[.]1[.]40/5.1.43/' >"$TMP/40"
    diff "$TMP/xer" "$TMP/40"
}

@test "what authorities get in tests is compared with what others read, value by value" {
    local lemf=$BATS_TEST_DIRNAME/helpers/lemf.py
    etsi-tool golden >"$TMP/golden"
    run -0 /usr/bin/python3 "$lemf" others "$TMP/golden"
    # Something that both decode, but not to the same.
    mkdir "$TMP/bin" "$TMP/disc"
    printf '#!/bin/sh\n%s | sed "s/<sequenceNumber>1</<sequenceNumber>2</"\n' \
        "$(command -v asn1-check)" >"$TMP/bin/asn1-check"
    chmod +x "$TMP/bin/asn1-check"
    PATH=$TMP/bin:$PATH run -1 /usr/bin/python3 "$lemf" others "$TMP/golden"
    [[ $output == *'AssertionError: number'* ]]
    # Files, and what is no PDU to others.
    octets "$(head -n 1 "$TMP/golden")" >"$TMP/disc/D2AE26081709050700001"
    run -0 /usr/bin/python3 "$lemf" others "$TMP/disc"
    printf x >>"$TMP/disc/D2AE26081709050700001"
    run -1 /usr/bin/python3 "$lemf" others "$TMP/disc"
    sed 's/810d424b41/810d424bc1/' "$TMP/golden" >"$TMP/bad"
    run -1 /usr/bin/python3 "$lemf" others "$TMP/bad"
}

# octets HEX - as they are
octets() {
    # shellcheck disable=SC2001  # two characters at a time
    printf %b "$(sed 's/../\\x&/g' <<<"$1")"
}

@test "the hash of the golden vectors is the SHA-256 of the first" {
    etsi-tool golden >"$TMP/golden"
    sum=$(octets "$(head -n 1 "$TMP/golden")" | sha256sum | cut -d ' ' -f 1)
    tail -n 1 "$TMP/golden" | grep -q "8320$sum"
}

@test "1,000 random PDUs of all kinds and versions mean to others what was put in" {
    etsi-tool random "$SEED" 1000 | asn1-check >"$TMP/read"
    etsi-tool values "$SEED" 1000 >"$TMP/meant"
    [ "$(wc -l <"$TMP/meant")" -eq 1000 ]
    cmp "$TMP/meant" "$TMP/read"
}

@test "among them is every kind of payload and every field" {
    etsi-tool values 1 1000 >"$TMP/meant"
    # The names of fields and alternatives in the schema, but those that we never send.
    grep -oE '^ +[a-z][A-Za-z0-9-]+ +\[' "$BATS_TEST_DIRNAME/etsi/ts102232-email.asn1" |
        grep -oE '[a-z][A-Za-z0-9-]+' | sort -u |
        grep -vxE 'extendedInterceptionPointID|networkFunctionIdentifier|iPTextAddress|communication-Identity-Number' \
            >"$TMP/names"
    [ "$(wc -l <"$TMP/names")" -gt 90 ]
    while read -r name; do
        grep -q "<${name}[/>]" "$TMP/meant" || { echo "never sent: $name"; return 1; }
    done <"$TMP/names"
}

@test "PDUs one behind the other are told apart by their lengths alone" {
    etsi-tool stream "$SEED" 1000 | asn1-check --raw >"$TMP/read"
    etsi-tool values "$SEED" 1000 | cmp - "$TMP/read"
}

@test "an octet changed anywhere is refused or changes what is read" {
    etsi-tool values "$SEED" 1000 >"$TMP/meant"
    run -1 --separate-stderr asn1-check < <(etsi-tool flipped "$SEED" 1000)
    [ "${#lines[@]}" -eq 1000 ]
    printf '%s\n' "${lines[@]}" | paste -d '\t' - "$TMP/meant" |
        awk -F '\t' '$1 == $2 { same++ } END { exit same > 0 }'
    printf '%s\n' "${lines[@]}" | grep -q '^bad: '
}

@test "openssl reads the structure of every kind to its end" {
    etsi-tool golden >"$TMP/pdus"
    etsi-tool random "$SEED" 60 >>"$TMP/pdus"
    while read -r pdu; do
        octets "$pdu" >"$TMP/pdu"
        openssl asn1parse -inform DER -in "$TMP/pdu" >"$TMP/parsed"
        # The header and the payload, and nothing behind them.
        [ "$(grep -c 'd=1 ' "$TMP/parsed")" -eq 2 ]
        head -n 1 "$TMP/parsed" | grep -q 'cons: SEQUENCE'
    done <"$TMP/pdus"
}

@test "asn1-check itself refuses what is not a PDU" {
    run -1 asn1-check </dev/null
    run -1 asn1-check --raw </dev/null
    run -1 asn1-check <<<zz
    run -1 asn1-check <<<3000
    run -1 asn1-check < <(etsi-tool golden | sed 's/$/00/')
    run -1 asn1-check --raw < <(etsi-tool stream 1 3 | head -c -1)
    run -64 asn1-check --other
}

@test "the page has the keys of the national parameter that the code has" {
    sed -nE 's/^\.It Cm ([a-z0-9-]+)$/\1/p' "$REPO/man/tkuev-pdu.5" | sort >"$TMP/page"
    sed -nE 's/.*string_view .* = "([a-z0-9-]+)";.*/\1/p' "$REPO/lib/etsi/national_keys.h" |
        sort | diff "$TMP/page" -
    [ "$(wc -l <"$TMP/page")" -gt 20 ]
}
