#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# seal-content: what nobody at the provider can read, and the authority can.

setup() {
    load helpers/common
    load helpers/gateway
    load helpers/tkuev
    load helpers/exportd
    sponts_setup
}
teardown() { exportd_teardown; }

@test "content sealed to the authority opens as tkuev-pdu(5) says, also put together from segments" {
    lemf_start lemf
    interception
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=lka \
        -keyout "$TMP/authority.key" -out "$TMP/authority.pem" 2>/dev/null
    ctl authority add lka --certificate "$TMP/authority.pem"
    tapped 'Inhalt versiegeln = ja'
    mail_of 3000 1 >"$TMP/small"
    mail_of 3000000 2 >"$TMP/large"
    command=$(mandoc -Tutf8 -O width=300 "$REPO/man/tkuev-pdu.5" | col -bx |
        grep -o 'openssl cms -decrypt.*')
    mkdir "$TMP/contents"
    for mail in small large; do
        submit "$TMP/$mail" a@test anna@example.org
    done
    wait_for 30 lemf_has lemf '[.events[] | select(.[3] == "mail_received")] | length == 2'
    both() {
        /usr/bin/python3 "$LEMF" contents "$TMP/lemf.pdus" "$TMP/contents"
        [ -e "$TMP/contents/1" ]
    }
    wait_for 30 both
    run ! grep -q "$(printf 'Subject' | xxd -p)" "$TMP/lemf.pdus"
    cd "$TMP"
    for number in 0 1; do
        cp "contents/$number" content.p7m
        openssl asn1parse -inform DER -in content.p7m | grep -q 'id-smime-ct-authEnvelopedData'
        $command
        sha256sum <mail.eml | cut -d ' ' -f 1
    done | sort >"$TMP/opened"
    for mail in small large; do
        { cat "$TMP/$mail"; printf '.\r\n'; } | sha256sum | cut -d ' ' -f 1
    done | sort | diff - "$TMP/opened"
    # Digests are those of the mail inside, and hold without the key.
    lemf_check lemf
    asn1-check <"$TMP/lemf.pdus" >"$TMP/xer"
    grep -q firstSegmentFlag "$TMP/xer"
    while read -r digest; do
        grep -q "$(printf '\ncontent-sha256=%s\n' "$digest" | xxd -p -c 0)" "$TMP/lemf.pdus"
    done <"$TMP/opened"
}
