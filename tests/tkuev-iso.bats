#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tkuev-export iso, release, burn, verify: discs that say what they are, and that foreign
# programs read.

bats_require_minimum_version 1.5.0

setup() {
    load helpers/common
    load helpers/tkuev
    load helpers/discs
    sponts_setup
    export SOURCE_DATE_EPOCH=1786950307
    IMAGE=$TMP/disc.iso
}
teardown() { sponts_teardown; }

# vector NUMBER - one of the golden PDUs; 5 is the hash check of 1
vector() { etsi-tool golden | sed -n "$1p" | xxd -r -p; }

# Files as they would have been uploaded.
outbox() {
    IRI=D2AE26081709050700001 CC=D2AE26081709050800002
    mkdir -p "$TMP/outbox/IRI" "$TMP/outbox/CC"
    { vector 1; vector 5; } >"$TMP/outbox/IRI/$IRI"
    vector 2 >"$TMP/outbox/CC/$CC"
}

# disc [LINE...] - a measure that is delivered by disc, and its image
disc() {
    disc_order 'Referenz-Id = BKA-TEST-0001' "$@" # as the golden PDUs have it
    outbox
    make_image
}
make_image() { export_tool iso "$MEASURE" --from "$TMP/outbox" --output "$IMAGE"; }
# damage FILE OFFSET - changes an octet
damage() {
    local old
    old=$(xxd -s "$2" -l 1 -p "$1")
    printf '%02x' $((0x$old ^ 1)) | xxd -r -p | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

@test "a disc has the files, their digests, a signature, and a word to the reader" {
    provider
    run -0 disc
    [[ $output == *"$IMAGE: 2 files, NOT ENCRYPTED, SHA-256 $(sha256sum "$IMAGE" | cut -c 1-64)"* ]]
    [ "$(stat -c %a "$IMAGE")" = 600 ]
    unpack "$IMAGE" "$TMP/disc"
    (cd "$TMP/disc" && find . -type f | sort) >"$TMP/names"
    printf '%s\n' ./BETREIBER.pem "./CC/D2AE26081709050800002" "./IRI/D2AE26081709050700001" \
        ./LIESMICH.txt ./MANIFEST.sha256 ./MANIFEST.sha256.p7s | cmp - "$TMP/names"
    cmp "$TMP/outbox/IRI/D2AE26081709050700001" "$TMP/disc/IRI/D2AE26081709050700001"
    # As the read-me says, with programs that are not ours.
    (cd "$TMP/disc" && sha256sum --quiet --strict -c MANIFEST.sha256)
    openssl cms -verify -binary -inform DER -in "$TMP/disc/MANIFEST.sha256.p7s" \
        -content "$TMP/disc/MANIFEST.sha256" -certfile "$TMP/disc/BETREIBER.pem" -noverify -out /dev/null
    cmp <(openssl x509 -in "$STATE/interception.pem" -outform DER) <(openssl x509 -in "$TMP/disc/BETREIBER.pem" -outform DER)
    grep -q 'Referenznummer:   BKA-TEST-0001' "$TMP/disc/LIESMICH.txt"
    grep -q 'Erstellt:         17.08.2026 09:05:07 MESZ' "$TMP/disc/LIESMICH.txt"
    iconv -f UTF-8 -t UTF-8 "$TMP/disc/LIESMICH.txt" >/dev/null
    asn1-check --raw <"$TMP/disc/IRI/D2AE26081709050700001" >/dev/null
    # Joliet, for who knows no Rock Ridge.
    xorriso -read_fs norock -indev "$IMAGE" -find / 2>/dev/null | grep -qi "IRI/D2AE26081709050700001"
    # Nothing is left beside it.
    [ -z "$(find "$TMP" -maxdepth 1 -name '.image-*')" ]
}

@test "verify needs no gateway, and finds every octet that has changed" {
    provider
    disc
    unpack "$IMAGE" "$TMP/disc"
    cp "$STATE/interception.pem" "$TMP/signer.pem"
    rm "$CONF"
    run -0 tkuev-export verify "$IMAGE"
    [ "${lines[1]}" = "sound: 2 files, 3 PDUs, 1 hash checks and 0 signatures of PDUs hold" ]
    [[ ${lines[0]} == *": compare it with the letter" ]]
    run -0 tkuev-export verify "$TMP/disc" --signer "$TMP/signer.pem" --json
    [ "$(jq -c '[.sound, .signed, .trusted, .files, .pdus]' <<<"$output")" = '[true,true,true,2,3]' ]
    for file in BETREIBER.pem LIESMICH.txt MANIFEST.sha256 IRI/D2AE26081709050700001 \
        CC/D2AE26081709050800002; do
        for place in 0 20 100; do
            rm -rf "$TMP/bad" && cp -r "$TMP/disc" "$TMP/bad"
            damage "$TMP/bad/$file" "$place"
            run -65 tkuev-export verify "$TMP/bad" --signer "$TMP/signer.pem"
            [[ $output == *"problem: "*"NOT SOUND: "* ]]
        done
    done
    rm -rf "$TMP/bad" && cp -r "$TMP/disc" "$TMP/bad"
    damage "$TMP/bad/MANIFEST.sha256.p7s" "$(($(stat -c %s "$TMP/bad/MANIFEST.sha256.p7s") - 5))"
    run -65 tkuev-export verify "$TMP/bad"
    # One file too many, one too few, and somebody else's signature.
    touch "$TMP/disc/IRI/more"
    run -65 tkuev-export verify "$TMP/disc"
    [[ $output == *"problem: IRI/more: not in the manifest"* ]]
    rm "$TMP/disc/IRI/more" "$TMP/disc/CC/D2AE26081709050800002"
    run -65 tkuev-export verify "$TMP/disc"
    [[ $output == *"problem: CC/D2AE26081709050800002: missing"* ]]
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=x \
        -keyout "$TMP/x.key" -out "$TMP/x.pem" 2>/dev/null
    run -65 tkuev-export verify "$IMAGE" --signer "$TMP/x.pem"
    [[ $output == *"problem: signature"*$'\nnot signed by CN=x (SHA-256 '* ]]
    [[ $output != *$'\nsigned by'* ]]
    run -65 tkuev-export verify "$IMAGE" --signer "$TMP/x.pem" --json
    jq -e '.signer == "CN=x" and (.signed or .trusted | not)' <<<"$output"
    # What is signed well, but wrong inside, is found, too.
    run -66 tkuev-export verify "$TMP/nothing"
    head -c 100000 /dev/zero >"$TMP/zero"
    run -65 tkuev-export verify "$TMP/zero"
}

@test "PDUs that do not fit what covers them are found although the signature holds" {
    provider
    disc
    rm "$IMAGE"
    { vector 2; vector 5; } >"$TMP/outbox/IRI/D2AE26081709050700001"
    make_image
    run -65 tkuev-export verify "$IMAGE"
    [[ $output == *"PDU 1: number 1 is missing"* ]]
}

@test "files that are none of this measure come onto no disc" {
    provider
    disc
    rm "$IMAGE"
    local iri=$TMP/outbox/IRI/D2AE26081709050700001
    # refuses FILE WORDS - and there is no image
    refuses() {
        run -65 make_image
        [ "$output" = "tkuev-export: $1: $2" ]
        [ ! -e "$IMAGE" ]
    }
    vector 1 | head -c -1 >"$iri"
    refuses "$iri" 'PDU 0: cut off'
    { vector 1; vector 5; } >"$iri"
    echo junk >>"$iri"
    run -65 make_image
    [[ $output == "tkuev-export: $iri: PDU 2: "* ]]
    : >"$iri"
    refuses "$iri" 'is empty'
    vector 1 | sed 's/BKA-TEST-0001/BKA-TEST-0002/' >"$iri"
    refuses "$iri" 'PDU 0: of another measure: BKA-TEST-0002'
    { vector 1; vector 5; } >"$iri"
    cp "$iri" "$TMP/outbox/IRI/notes.txt"
    refuses "$TMP/outbox/IRI/notes.txt" 'its name is not one of method B'
    mv "$TMP/outbox/IRI/notes.txt" "$TMP/outbox/CC/D2AE26081709050900011"
    refuses "$TMP/outbox/CC/D2AE26081709050900011" "its name is of the other directory's kind"
    rm "$TMP/outbox/CC/D2AE26081709050900011"
    run -0 make_image
    # In the national form events are documents, and contents what they are.
    rm "$IMAGE"
    ctl end "$MEASURE"
    disc_order 'Referenz-Id = LKA-18' 'Profil = de-xml-ftp' 'Verfahren = cd'
    refuses "$iri" 'is no document in XML'
    printf '<?xml version="1.0"?><a/>\n' >"$iri"
    run -0 make_image
}

@test "without content where the order has content go elsewhere, or nowhere" {
    provider
    disc 'Umfang = iri'
    unpack "$IMAGE" "$TMP/disc"
    [ ! -e "$TMP/disc/CC" ]
    run ! grep -q CC/ "$TMP/disc/LIESMICH.txt"
    run -0 tkuev-export verify "$IMAGE"
    [[ $output == *"sound: 1 files, 2 PDUs"* ]]
    # A measure that goes by FTP goes onto no disc.
    measure 'Referenz-Id = LKA-18'
    rm "$IMAGE"
    run -65 make_image
    [ "$output" = "tkuev-export: this measure is not delivered by disc" ]
    [ ! -e "$IMAGE" ]
}

@test "encrypted for the authority: nobody else reads it" {
    provider
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=lka \
        -keyout "$TMP/lka.key" -out "$TMP/lka.pem" 2>/dev/null
    ctl authority add lka --title 'LKA Musterland' --certificate "$TMP/lka.pem"
    disc >"$TMP/said"
    grep -q "2 files, encrypted for the authority, " "$TMP/said"
    unpack "$IMAGE" "$TMP/disc"
    run ! grep -raq -e BKA-TEST-0001 -e anna@example "$TMP/disc" "$IMAGE"
    openssl cms -decrypt -inform DER -in "$TMP/disc/IRI/D2AE26081709050700001.p7m" -recip "$TMP/lka.pem" \
        -inkey "$TMP/lka.key" | cmp - "$TMP/outbox/IRI/D2AE26081709050700001"
    run -0 tkuev-export verify "$IMAGE"
    [[ $output == *"encrypted: PDUs were not read"* ]]
    run -0 tkuev-export verify "$IMAGE" --recipient "$TMP/lka.pem" --key "$TMP/lka.key"
    [[ $output == *"sound: 2 files, 3 PDUs"* ]]
    run -65 tkuev-export verify "$IMAGE" --recipient "$STATE/interception.pem" --key "$STATE/interception.key"
    [[ $output == *"problem: no file can be decrypted: the disc may be encrypted for another certificate than CN=sponts interception "* ]]
    # One that is damaged says nothing of the others.
    damage "$TMP/disc/IRI/D2AE26081709050700001.p7m" 300
    run -65 tkuev-export verify "$TMP/disc" --recipient "$TMP/lka.pem" --key "$TMP/lka.key"
    [[ $output != *'no file can be'* ]]
    rm "$IMAGE"
    run -0 export_tool iso "$MEASURE" --from "$TMP/outbox" --output "$IMAGE" --not-encrypted
    [[ $output == *"NOT ENCRYPTED"* ]]
}

@test "the same at the same time is the same image, but for the signature" {
    provider
    disc
    unpack "$IMAGE" "$TMP/one"
    mv "$IMAGE" "$TMP/first.iso"
    make_image
    unpack "$IMAGE" "$TMP/two"
    rm "$TMP/one/MANIFEST.sha256.p7s" "$TMP/two/MANIFEST.sha256.p7s"
    diff -r "$TMP/one" "$TMP/two"
    [ "$(stat -c %s "$IMAGE")" = "$(stat -c %s "$TMP/first.iso")" ]
}

@test "an image is there whole or not at all, and over nothing" {
    provider
    disc
    before=$(sha256sum "$IMAGE")
    run -73 make_image
    [ "$(sha256sum "$IMAGE")" = "$before" ]
    rm "$IMAGE"
    mkdir "$TMP/outbox/odd" && echo x >"$TMP/outbox/odd/file"
    run -65 make_image
    [[ $output == *"odd/file: neither in IRI/ nor in CC/" ]]
    rm -r "$TMP/outbox/odd"
    ln -s /etc/passwd "$TMP/outbox/IRI/link"
    run -65 make_image
    rm -r "$TMP/outbox/IRI" "$TMP/outbox/CC"
    run -65 make_image
    [[ $output == *"no files to hand over" ]]
    rmdir "$TMP/outbox"
    run -66 make_image
    [ ! -e "$IMAGE" ]
    [ -z "$(find "$TMP" -maxdepth 1 -name '.image-*')" ]
}

@test "burned and read back; each act is noted before and after" {
    provider
    disc
    [ "$(acts iso-make)" = 'intended done' ]
    run -0 audit list --json --reference BKA-TEST-0001
    [ "$(jq -r 'select(.act == "iso-make") | .destination' <<<"$output" | sort -u)" = "$IMAGE" ]
    [[ $output == *"sha256=$(sha256sum "$IMAGE" | cut -c 1-64)"* ]]
    run -0 export_tool burn "$IMAGE" "stdio:$TMP/drive"
    [ "$output" = "stdio:$TMP/drive: written and read back" ]
    run -0 tkuev-export verify "stdio:$TMP/drive"
    [ "$(acts iso-burn)" = 'intended done' ]
    run -74 export_tool burn "$IMAGE" "stdio:$TMP/nowhere/drive"
    [ "$(acts iso-burn)" = 'intended done intended failed' ]
    # Neither somebody else's image, nor over a file that is no disc.
    cp "$IMAGE" "$TMP/other.iso" && damage "$TMP/other.iso" 40000
    run -65 export_tool burn "$TMP/other.iso" "stdio:$TMP/second"
    [ "$output" = 'tkuev-export: this image was not made here' ]
    [ ! -e "$TMP/second" ]
    echo precious >"$TMP/second"
    run -73 export_tool burn "$IMAGE" "stdio:$TMP/second"
    [ "$output" = "tkuev-export: $TMP/second: is there, and is no disc" ]
    run -64 export_tool burn --copy "$IMAGE" "$TMP/second"
    [ "$output" = "tkuev-export: $TMP/second: neither a drive nor stdio:FILE" ]
    [ "$(cat "$TMP/second")" = precious ]
    run -66 tkuev-export verify "stdio:$TMP/third"
    # Who may not, may not; and without the log nothing is done.
    audit grants revoke "$ME" operate
    rm "$IMAGE"
    run -77 make_image
    auditd_kill
    run -69 make_image
    [ ! -e "$IMAGE" ]
}

@test "two persons: who made it may not let it go" {
    provider 'second-person = yes'
    run -0 disc
    [[ $output == *"somebody else must release it"* ]]
    run -77 export_tool burn "$IMAGE" "stdio:$TMP/drive"
    [ "$output" = "tkuev-export: $IMAGE: nobody has released it" ]
    [ ! -e "$TMP/drive" ]
    run -77 export_tool release "$IMAGE"
    [ "$output" = "tkuev-export: somebody else than who made the image must release it" ]
    [ "$(acts iso-release)" = 'intended failed' ]
    cp "$IMAGE" "$TMP/other.iso" && damage "$TMP/other.iso" 40000
    run -65 export_tool release "$TMP/other.iso"
    [ "$output" = "tkuev-export: this image was not made here" ]
    run ! grep -rq "$ME" "$STATE"/image-*
    only_root 'becomes the second person'
    second_person
    run -65 as_second release "$IMAGE"
    [ "$output" = "tkuev-export: this image has been released already" ]
    chown -R root "$STATE"
    run -0 export_tool burn "$IMAGE" "stdio:$TMP/drive"
}

@test "the command line" {
    run -0 tkuev-export --version
    [[ $output == "tkuev-export "* ]]
    run -0 tkuev-export --help
    run -64 tkuev-export
    run -64 tkuev-export iso
    run -64 tkuev-export verify
    run -64 tkuev-export verify x --key y
    run -64 tkuev-export verify x --recipient y
    # Nothing is meant by what is empty.
    run -64 tkuev-export verify x --signer ''
    [ "$output" = 'tkuev-export: --signer: is empty' ]
    run -64 tkuev-export verify x --recipient '' --key y
    run -64 tkuev-export verify x --recipient y --key ''
    run -64 tkuev-export iso abcd -o ''
    run -64 tkuev-export iso abcd --from '' -o x
    run -64 tkuev-export iso abcd --again '' -o x
    touch "$TMP/there"
    run -66 tkuev-export verify x --signer "$TMP/none.pem"
    [ "$output" = "tkuev-export: $TMP/none.pem: not there" ]
    run -66 tkuev-export verify x --recipient "$TMP/none.pem" --key "$TMP/none.key"
    run -78 tkuev-export verify x --signer "$TMP/there"
    run -78 tkuev-export --config "$TMP/none.conf" iso abcd --from . --output x
}
