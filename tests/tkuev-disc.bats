#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Delivery by disc, from mail on the wire to what the authority reads: each file on one disc,
# content only as ordered and no longer than allowed, nothing lost when something is killed.

bats_require_minimum_version 1.5.0

setup() {
    load helpers/common
    load helpers/gateway
    load helpers/tkuev
    load helpers/exportd
    load helpers/discs
    sponts_setup
    IMAGE=$TMP/disc.iso
}
teardown() { sponts_teardown; }

@test "mail becomes files, files an image, the image a disc that only the authority reads" {
    interception 'file-prefix = D2AE'
    authority_key
    by_disc
    send 1 2
    wait_for 20 stores_mails 2
    # Waiting: readable by one user, stored and not delivered.
    [ "$(stat -c %a "$STATE/discs" "$DISCS" "$DISCS/IRI" "$DISCS/CC" | sort -u)" = 700 ]
    [ "$(find "$DISCS" -type f -printf '%m\n' | sort -u)" = 600 ]
    [ "$(subjects "$DISCS/CC")" = '1 2' ]
    [[ $(find "$DISCS/IRI" -type f -printf '%f\n' | head -n 1) =~ ^D2AE[0-9]{16}1$ ]]
    tells 'stored parcel='
    run ! tells 'receipt '
    ctl receipts "$MEASURE" --json | jq -e '[.[] | select(.act == "stored")] | length >= 3'

    run -0 export_tool iso "$MEASURE" -o "$IMAGE"
    [[ $output == *"encrypted for the authority"* ]]
    [ "$(stored '[.[].image] | unique | join(" ")')" = "$(digest_of "$IMAGE")" ]
    # What is on an image is not taken for new.
    run -65 export_tool iso "$MEASURE" -o "$TMP/more.iso"
    [ "$output" = "tkuev-export: nothing waits for a disc; an image was not handed over: --again $(digest_of "$IMAGE")" ]
    [ ! -e "$TMP/more.iso" ]
    send 3
    wait_for 20 stores_mails 3
    run -0 export_tool iso "$MEASURE" -o "$TMP/more.iso"

    # As if something had died when it should have gone.
    echo left >"$DISCS/CC/D2AE00000000000000004"
    run -0 export_tool burn "$IMAGE" "stdio:$TMP/drive"
    [ ! -e "$DISCS/CC/D2AE00000000000000004" ]
    # Handed over: receipts, and the files are gone; the other image is as it was.
    destroyed=$(ctl receipts "$MEASURE" --json | jq -r '[.[] | select(.act == "receipt")]
        | "files=\(length) octets=\(map(.octets | tonumber) | add)"')
    tells " deletion image=$(digest_of "$IMAGE") $destroyed "
    [ "$(stored '[.[].image] | unique | join(" ")')" = "$(digest_of "$TMP/more.iso")" ]
    [ "$(subjects "$DISCS/CC")" = 3 ]
    run ! grep -rq 'message 1' "$STATE" "$TMP/li-spool"
    ctl receipts "$MEASURE" --json | jq -e --arg by "burned and read back, image $(digest_of "$IMAGE")" \
        '[.[] | select(.act == "receipt" and .by == $by)] | length >= 3'
    run -65 export_tool burn "$IMAGE" "stdio:$TMP/second"
    [ "$output" = 'tkuev-export: this image was handed over already' ]
    run -0 export_tool burn --copy "$IMAGE" "stdio:$TMP/second"
    # All of its files, also those that are gone here.
    ctl receipts "$MEASURE" --json | jq -e '[.[] | select(.act | test("image-(delivered|copied)")) | .files]
        | length == 2 and .[0] == .[1] and .[0] != "0"'
    [ "$(ctl gaps "$MEASURE" --json | jq length)" -eq 0 ]
    run -0 export_tool verify-ledger
    [[ $output == "$MEASURE: "*' lines, sound' ]]

    # The authority: without the gateway, with its own key.
    cp "$STATE/interception.pem" "$TMP/provider.pem"
    gateway_stop
    mv "$STATE" "$TMP/elsewhere"
    rm "$CONF"
    run -0 tkuev-export verify "stdio:$TMP/drive" --signer "$TMP/provider.pem" \
        --recipient "$TMP/lka.pem" --key "$TMP/lka.key" --json
    jq -e '.sound and .trusted and .pdus > 6 and .hashes >= 3 and .signatures >= 3' <<<"$output"
    unpack "stdio:$TMP/drive" "$TMP/disc"
    run ! grep -raq 'message 1\|anna@example' "$TMP/disc"
    mkdir "$TMP/read"
    for file in "$TMP"/disc/CC/*.p7m; do
        openssl cms -decrypt -inform DER -in "$file" -recip "$TMP/lka.pem" -inkey "$TMP/lka.key" \
            -out "$TMP/read/${file##*/}"
    done
    [ "$(subjects "$TMP/read")" = '1 2' ]
}
# What `status` wants done about discs; each with its time.
discs_due() {
    ctl status --json | jq -r '.tasks[] | select(.what | test("disc")) | select(.when) | .what'
}
# stores_mails NUMBER - so many are in files that are stored; two that come together share one.
stores_mails() {
    [ "$(stored '.[] | select(.stream == "cc") | .name' | while read -r file; do
        grep -aoE 'Subject: message [0-9]+' "$DISCS/CC/$file"
    done | wc -l)" -eq "$1" ]
}

@test "an image that was lost is made again; one of them counts; burned elsewhere is noted, too" {
    interception 'file-prefix = D2AE'
    by_disc
    send 1
    wait_for 20 stores 1
    [ "$(discs_due)" = 'make a disc' ]
    export_tool iso "$MEASURE" -o "$IMAGE"
    lost=$(digest_of "$IMAGE")
    run -65 export_tool iso "$MEASURE" --again 00000000 -o "$TMP/again.iso"
    run -0 export_tool iso "$MEASURE" --again "${lost:0:12}" -o "$TMP/again.iso"
    unpack "$TMP/again.iso" "$TMP/again"
    [ "$(subjects "$TMP/again")" = 1 ]
    again=$(digest_of "$TMP/again.iso")
    [ "$(discs_due)" = "hand over disc ${again:0:12}" ]
    run -65 export_tool burn "$IMAGE" "stdio:$TMP/drive"
    [ "$output" = 'tkuev-export: files of this image are on another one or were destroyed: make it again' ]
    run -65 export_tool handed-over "$lost"
    # Gone as a file; the first digits of its digest say which it was, unless they are a file.
    rm "$TMP/again.iso"
    run -66 export_tool handed-over "${again:0:7}"
    run -66 export_tool handed-over 0000000000
    [ "$output" = 'tkuev-export: 0000000000: no file is called so, and no image made here begins like that' ]
    cd "$TMP"
    echo other >"${again:0:12}"
    run -65 export_tool handed-over "${again:0:12}"
    rm "${again:0:12}"
    touch "$STATE/image-$again.new" # what a killed release leaves
    run -0 export_tool handed-over "${again:0:12}"
    run -65 export_tool handed-over "${again:0:12}"
    [ "$output" = 'tkuev-export: this image was handed over already' ]
    [ -z "$(discs_due)" ]
    # Refused is what names no image at all: twice.
    [ "$(acts iso-handed-over)" = 'intended failed refused refused intended failed intended done intended failed' ]
    run -65 export_tool handed-over "$again"
    [ -z "$(stored '.[].name')" ]
    [ -z "$(find "$DISCS" -type f)" ]
    ctl receipts "$MEASURE" --json | jq -e '[.[] | select(.act == "receipt") | .name] | length >= 2 and (unique | length) == length'
    head -c 100 /dev/zero >"$TMP/other"
    run -65 export_tool handed-over "$TMP/other"
    [ "$output" = 'tkuev-export: this image was not made of what is stored' ]
}

@test "a name that is turned to another image while burn waits burns and tells nothing" {
    interception 'file-prefix = D2AE'
    by_disc
    send 1
    wait_for 20 stores 1
    run -0 export_tool iso "$MEASURE" -o "$IMAGE"
    cp "$IMAGE" "$TMP/other.iso"
    printf other | dd of="$TMP/other.iso" bs=1 seek=40000 conv=notrunc status=none
    ln -s "$IMAGE" "$TMP/link.iso"
    exec 5>>"$STATE/discs.lock"
    flock 5
    export_tool burn "$TMP/link.iso" "stdio:$TMP/drive" >"$TMP/out" 2>&1 5>&- &
    burning=$!
    echo "$burning" >>"$STARTED"
    noted() { [ "$(acts iso-burn)" = intended ]; }
    wait_for 10 noted
    ln -sfn "$TMP/other.iso" "$TMP/link.iso"
    flock -u 5
    exec 5>&-
    status=0
    wait "$burning" || status=$?
    [ "$status" -eq 74 ]
    [ "$(cat "$TMP/out")" = "tkuev-export: $TMP/link.iso: has changed meanwhile" ]
    [ ! -e "$TMP/drive" ]
    [ "$(acts iso-burn)" = 'intended failed' ]
    stores 1
    run ! tells 'receipt '
    # The name itself is no fault.
    ln -sfn "$IMAGE" "$TMP/link.iso"
    run -0 export_tool burn "$TMP/link.iso" "stdio:$TMP/drive"
    stores 0
}

@test "what does not fit on one disc goes onto the next" {
    interception 'file-prefix = D2AE'
    by_disc
    large_mails
    waiting=$(stored length)
    export_tool iso "$MEASURE" --megabytes 1 -o "$IMAGE"
    export_tool iso "$MEASURE" --megabytes 1 -o "$TMP/next.iso"
    fit "$waiting"
}
# Two, in a file each.
large_mails() {
    local n
    for n in 1 2; do
        mail_of 900000 "$n" >"$TMP/mail.$n"
        submit "$TMP/mail.$n" a@test anna@example.org
        wait_for 20 stores "$n"
    done
}
# fit FILES - on $IMAGE and next.iso, one mail on each.
fit() {
    unpack "$IMAGE" "$TMP/one"
    unpack "$TMP/next.iso" "$TMP/two"
    [ "$(subjects "$TMP/one/CC") $(subjects "$TMP/two/CC")" = '1 2' ]
    [ "$(find "$TMP/one" "$TMP/two" -path '*/[IC][RC]*/*' -type f | wc -l)" -eq "$1" ]
}

@test "an image that turns out too large becomes two" {
    interception 'file-prefix = D2AE'
    by_disc
    large_mails
    export_tool iso "$MEASURE" -o "$TMP/large.iso"
    large=$(digest_of "$TMP/large.iso")
    waiting=$(stored "[.[] | select(.image == \"$large\")] | length")
    export_tool iso "$MEASURE" --again "$large" --megabytes 1 -o "$IMAGE"
    run -65 export_tool burn "$TMP/large.iso" "stdio:$TMP/drive"
    run -0 export_tool burn "$IMAGE" "stdio:$TMP/drive"
    # The rest is still to be had, once.
    export_tool iso "$MEASURE" --again "$large" --megabytes 1 -o "$TMP/next.iso"
    run -65 export_tool iso "$MEASURE" --again "$large" -o "$TMP/third.iso"
    fit "$waiting"
    run -0 export_tool handed-over "$TMP/next.iso"
    [ -z "$(stored '.[].name')" ]
}

@test "a disc with a large mail, whose content goes in segments, is sound" {
    interception 'file-prefix = D2AE'
    authority_key
    by_disc
    mail_of 1000000 1 >"$TMP/mail.1"
    submit "$TMP/mail.1" a@test anna@example.org
    wait_for 20 stores 1
    export_tool iso "$MEASURE" -o "$IMAGE"
    run -0 tkuev-export verify "$IMAGE" --recipient "$TMP/lka.pem" --key "$TMP/lka.key"
    export_tool iso "$MEASURE" --again "$(digest_of "$IMAGE")" --not-encrypted -o "$TMP/clear.iso"
    run -0 tkuev-export verify "$TMP/clear.iso"
}

@test "content waits for a disc no longer than its bound; then a gap is told, events stay" {
    interception 'file-prefix = D2AE' 'disc-seconds = 8' 'content-seconds = 1'
    by_disc
    send 1
    wait_for 20 stores 1
    run -0 export_tool iso "$MEASURE" -o "$IMAGE"
    files=$(sed -n 's/.*: \([0-9]*\) files, .*/\1/p' <<<"$output")
    wait_for 30 has_gap 'not handed over by disc in time'
    [ -z "$(find "$DISCS/CC" -type f)" ]
    run ! grep -rq 'message 1' "$STATE"
    # An image with content that was destroyed here goes nowhere.
    run -65 export_tool burn "$IMAGE" "stdio:$TMP/drive"
    wait_for 20 waits_for_disc 1
    run -0 export_tool iso "$MEASURE" -o "$TMP/gap.iso"
    run -0 tkuev-export verify "$TMP/gap.iso"
    unpack "$TMP/gap.iso" "$TMP/gap"
    cat "$TMP"/gap/IRI/* | asn1-check --raw >"$TMP/xer"
    grep -q 'Uebermittlung gestoert\|5565626572' "$TMP/xer"
    run -0 export_tool iso "$MEASURE" --again "$(digest_of "$IMAGE")" -o "$TMP/rest.iso"
    [[ $output == *": $((files - 1)) files, "* ]]
    run -0 export_tool verify-ledger
}
has_gap() { ctl gaps "$MEASURE" --json | jq -e --arg why "$1" '[.[] | select(.why == $why)] | length == 1'; }
waits_for_disc() { [ "$(stored '[.[] | select(.image == "" and .stream == "iri")] | length')" -ge "$1" ]; }

@test "content that cannot be stored in time is a gap; what comes later is stored" {
    interception 'content-seconds = 2' 'file-prefix = D2AE'
    by_disc
    with_prefix '# '
    send 1
    wait_for 20 has_gap 'not delivered in time'
    grep -q 'file-prefix: needed' "$STATE/exportd.log"
    with_prefix ''
    send 2
    wait_for 20 stores 1
    [ "$(subjects "$DISCS/CC")" = 2 ]
    has_gap 'not delivered in time'
    # On the disc it has all the time there is for discs.
    list_is_renewed
    list_is_renewed
    list_is_renewed
    stores 1
}
with_prefix() {
    gateway_stop
    sed -i "s/^.*\(file-prefix =\)/$1\1/" "$CONF"
    gateway_start
}

@test "no more content than disc-bytes waits; none at all where the order has only events" {
    interception 'file-prefix = D2AE' 'disc-bytes = 5K'
    by_disc
    send 1 2
    wait_for 20 has_gap 'too much waits for discs'
    wait_for 20 stores 1
    ctl end "$MEASURE" --reason over
    by_disc 'Umfang = iri' 'Referenz-Id = LKA-18'
    send 3
    wait_for 20 waits_for_disc 2
    stores 0
    export_tool iso "$MEASURE" -o "$IMAGE"
    unpack "$IMAGE" "$TMP/disc"
    [ ! -e "$TMP/disc/CC" ]
    run ! grep -raq 'Subject: message' "$TMP/disc"
}

@test "events without content are no gaps when more waits than may" {
    interception 'file-prefix = D2AE' 'disc-bytes = 20K'
    by_disc
    send 1
    wait_for 20 stores 1
    gateway_stop
    sed -i 's/^disc-bytes = .*/disc-bytes = 1K/' "$CONF"
    gateway_start
    events=$(told)
    send 2
    wait_for 20 has_gap 'too much waits for discs'
    wait_for 20 told_more "$((events + 1))" # it was sent on, too
    has_gap 'too much waits for discs'
}
told() { cat "$STATE"/ledger/* | grep -c ' record cin='; }
told_more() { [ "$(told)" -gt "$1" ]; }

@test "who is at work on a disc is waited for; what a crash has left goes after that" {
    interception 'file-prefix = D2AE'
    by_disc
    send 1
    wait_for 20 stores 1
    gateway_stop
    left=$DISCS/CC/D2AE00000000000000004
    echo left >"$left"
    empty=$STATE/discs/$(printf '%032d' 0) # of a measure whose files have gone
    mkdir -p "$empty/CC"
    start holder flock -F "$STATE/discs.lock" sleep 60
    holder=$PID
    wait_for 10 held
    gateway_start
    run -75 export_tool iso "$MEASURE" -o "$IMAGE"
    [ "$output" = 'tkuev-export: somebody else is at work on a disc' ]
    [ -e "$left" ]
    kill "$holder"
    wait_for 20 test ! -e "$left"
    wait_for 20 test ! -e "$empty"
    stores 1
    run -0 export_tool iso "$MEASURE" -o "$IMAGE"
}
held() { ! flock -n "$STATE/discs.lock" true; }

@test "two persons: nothing is burned or noted as handed over that nobody has released" {
    interception 'file-prefix = D2AE' 'second-person = no'
    by_disc
    send 1
    wait_for 20 stores 1
    sed -i 's/^second-person = no/second-person = yes/' "$CONF"
    run -0 export_tool iso "$MEASURE" -o "$IMAGE"
    [[ $output == *'somebody else must release it'* ]]
    run -77 export_tool burn "$IMAGE" "stdio:$TMP/drive"
    run -77 export_tool handed-over "$IMAGE"
    run -77 export_tool release "$IMAGE"
    [ ! -e "$TMP/drive" ]
    stores 1
    run ! tells 'receipt '
    only_root 'becomes the second person'
    second_person
    chown -R root "$STATE"
    run -0 export_tool burn "$IMAGE" "stdio:$TMP/drive"
    tells 'receipt '
    stores 0
}

@test "national XML by disc: the document names the file of its content, and the disc both" {
    interception 'file-prefix = D2AE'
    national_by_disc
    send 1 2
    wait_for 20 stores 2
    run -0 export_tool iso "$MEASURE" -o "$IMAGE"
    run -0 tkuev-export verify "$IMAGE"
    unpack "$IMAGE" "$TMP/disc"
    xmllint --noout --schema "$REPO/etc/tkuev/de-provisional.xsd" "$TMP"/disc/IRI/*
    for n in 1 2; do
        file=$(grep -l "message $n" "$TMP"/disc/CC/*)
        cmp "$file" "$TMP/mail.$n"
        document=$(grep -l "<datei>${file##*/}</datei>" "$TMP"/disc/IRI/*)
        grep -qx "CC/${file##*/};IRI/${document##*/}"$'\r' "$TMP/disc/INHALTE.csv"
    done
    (cd "$TMP/disc" && sha256sum --quiet --strict -c MANIFEST.sha256)
}

# national_by_disc [LINE...] - a measure whose authority reads XML and gets discs.
national_by_disc() {
    cp "$REPO/etc/tkuev/de-provisional.ini" "$STATE/mapping.ini"
    by_disc 'Profil = de-xml-ftp' 'Verfahren = cd' "$@"
}

@test "a disc with contents alone is sound where their documents are on the next" {
    interception 'file-prefix = D2AE'
    national_by_disc
    mail_of 1100000 1 >"$TMP/mail.1"
    submit "$TMP/mail.1" a@test anna@example.org
    wait_for 20 stores 1
    wait_for 20 grep -rq "<datei>" "$DISCS/IRI"
    # It is larger than a disc: what was named before it is on another, and its document, too.
    until [ -e "$TMP/disc/CC" ]; do
        rm -f "$IMAGE"
        export_tool iso "$MEASURE" --megabytes 1 -o "$IMAGE"
        run -0 tkuev-export verify "$IMAGE"
        unpack "$IMAGE" "$TMP/disc"
    done
    [ ! -e "$TMP/disc/IRI" ]
    content=$(ls "$TMP/disc/CC")
    [ "$(cat "$TMP/disc/INHALTE.csv")" = "CC/$content;"$'\r' ]
    echo more >>"$TMP/disc/CC/$content"
    run -65 tkuev-export verify "$TMP/disc"
    export_tool iso "$MEASURE" -o "$TMP/next.iso"
    run -0 tkuev-export verify "$TMP/next.iso"
    unpack "$TMP/next.iso" "$TMP/next"
    grep -q "<datei>$content</datei>" "$TMP"/next/IRI/*
}

@test "a disc is sound where national events go by FTP and only contents by disc" {
    interception 'file-prefix = D2AE'
    cp "$REPO/etc/tkuev/de-provisional.ini" "$STATE/mapping.ini"
    armed 'Profil = de-xml-ftp' 'Ziel-IP = 127.0.0.1' "Ziel-Port = $(free_port)" '[cc]' 'method = cd'
    DISCS=$STATE/discs/$MEASURE
    list_is_renewed
    list_is_renewed
    send 1
    wait_for 20 stores 1
    export_tool iso "$MEASURE" -o "$IMAGE"
    unpack "$IMAGE" "$TMP/disc"
    [ ! -e "$TMP/disc/IRI" ]
    cmp "$TMP"/disc/CC/* "$TMP/mail.1"
    run -0 tkuev-export verify "$IMAGE"
    [[ $output == *'sound: 1 files, 0 PDUs'* ]]
}

@test "content that is sealed to the authority stays so while it waits, on our disk and on the disc" {
    interception 'file-prefix = D2AE'
    authority_key
    national_by_disc 'seal-content = yes'
    send 1
    wait_for 20 stores 1
    run ! grep -raq 'message 1' "$STATE" "$TMP/li-spool"
    opened "$DISCS/CC"/* | grep -q '^Subject: message 1'
    export_tool iso "$MEASURE" --not-encrypted -o "$IMAGE"
    unpack "$IMAGE" "$TMP/disc"
    run ! grep -raq 'Subject: message' "$TMP/disc"
    opened "$TMP"/disc/CC/* | grep -q '^Subject: message 1'
    run -0 tkuev-export verify "$IMAGE"
}
opened() { openssl cms -decrypt -binary -inform DER -in "$1" -recip "$TMP/lka.pem" -inkey "$TMP/lka.key"; }
