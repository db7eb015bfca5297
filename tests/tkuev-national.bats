#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Event data as XML by a mapping: every document is valid by the mapping's schema, as a
# foreign parser sees it.

bats_require_minimum_version 1.5.0

setup() {
    load helpers/common
    sponts_setup
    MAPPING=$REPO/etc/tkuev/de-provisional.ini
    SCHEMA=$REPO/etc/tkuev/de-provisional.xsd
}
teardown() { sponts_teardown; }

valid() { xmllint --noout --nonet --schema "$1" "$2"; }

@test "the schema that is shipped is that of the mapping that is shipped" {
    national-tool schema "$MAPPING" | cmp - "$SCHEMA"
    for file in "$MAPPING" "$SCHEMA"; do
        grep -qi provisional "$file"
    done
}

@test "whatever the events hold, the document is valid" {
    for seed in {1..20}; do
        national-tool random "$MAPPING" "$seed" 50 >"$TMP/all.xml"
        valid "$SCHEMA" "$TMP/all.xml"
        iconv -f UTF-8 -t UTF-8 "$TMP/all.xml" >/dev/null
    done
    grep -q '<!-- provisional' "$TMP/all.xml"
    # And the schema can say no.
    sed 's/<kopf [^>]*>/<kopf>/' "$TMP/all.xml" >"$TMP/bad.xml"
    run ! valid "$SCHEMA" "$TMP/bad.xml"
    sed 's/<zeitpunkt>/&x/' "$TMP/all.xml" >"$TMP/bad.xml"
    run ! valid "$SCHEMA" "$TMP/bad.xml"
    national-tool random "$MAPPING" 1 1001 >"$TMP/long.xml"
    run ! valid "$SCHEMA" "$TMP/long.xml"
}

@test "another mapping: its own names, other nesting, UTC" {
    cat >"$TMP/other.ini" <<'EOF'
[document]
title = -- something -- else --
provisional = no
namespace = urn:test:2
root = R
record = E
time = utc
batch = 50
[fields]
time = @T
reference = A/B/C/D
user = A/B/U
event = A/B/C/@e
correlation = N
sequence = N/@s
features = F
forward-chain = W
status = S
protocol = P
test = P/@x
[values protocol]
smtp = m & m
EOF
    national-tool schema "$TMP/other.ini" >"$TMP/other.xsd"
    for seed in {1..10}; do
        national-tool random "$TMP/other.ini" "$seed" 50 >"$TMP/all.xml"
        valid "$TMP/other.xsd" "$TMP/all.xml"
    done
    run ! grep -q provisional "$TMP/all.xml"
    grep -qE '<E T="[0-9-]{10}T[0-9:]{8}\.[0-9]{6}Z">' "$TMP/all.xml"
    grep -q '>m &amp; m</P>' "$TMP/all.xml"
    run -65 national-tool schema /dev/null
    [[ $output == "/dev/null: missing: "* ]]
}

@test "the manual has every field, and the mapping that is shipped gives each a place" {
    for field in $(national-tool fields); do
        grep -q "^\.It Cm $field\$" "$REPO/man/tkuev-mapping.5"
        grep -q "^$field = " "$MAPPING"
    done
}
