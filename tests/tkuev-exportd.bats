#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tkuev-exportd: from mail on the wire to PDUs at the authority, each once and provable.

setup() {
    load helpers/common
    load helpers/gateway
    load helpers/tkuev
    load helpers/exportd
    sponts_setup
}
teardown() { exportd_teardown; }

@test "mail for the target arrives with the authority, whole and provable; other mail does not" {
    lemf_start lemf
    interception
    tapped
    mail_of 38000 1 >"$TMP/one"
    mail_of 500 2 >"$TMP/two"
    submit "$TMP/one" a@test anna@example.org
    submit "$TMP/two" a@test other@example.org
    wait_for 20 lemf_has lemf '.cc == 1 and .iri >= 1'
    lemf_check lemf
    [ "$(jq '.contents | length' <<<"$output")" -eq 1 ]
    [ "$(jq -r '.contents[0]' <<<"$output")" = \
        "$( { cat "$TMP/one"; printf '.\r\n'; } | sha256sum | cut -d' ' -f1)" ]
    jq -e '.events[] | select(.[3] == "mail_received")' <<<"$output"
    [ "$(jq .hi1 <<<"$output")" -eq 1 ]
    [ "$(jq .signatures <<<"$output")" -ge 2 ]
    # What others decode is what we say it is.
    asn1-check <"$TMP/lemf.pdus" >"$TMP/xer"
    [ "$(wc -l <"$TMP/xer")" -eq "$(wc -l <"$TMP/lemf.pdus")" ]
    grep -qi 'lawfulInterceptionIdentifier>4c4b412d3137<\|lawfulInterceptionIdentifier>4C 4B 41 2D 31 37<\|LKA-17' "$TMP/xer"
    wait_for 10 tells 'receipt parcel=.*by=acknowledged'
    run -0 tkuev-export --config "$CONF" verify-ledger
    [[ $output == "$MEASURE: "*' lines, sound' ]]
    sed -i '2s/=/=9/' "$STATE"/ledger/*
    run -65 tkuev-export --config "$CONF" verify-ledger
    [[ $output == *'line 2: the chain is broken' ]]
}

# The octets of the bill are those of the receipts, and content has come.
billed_as_received() {
    local receipts
    receipts=$(ctl receipts "$MEASURE" --json |
        jq '[.[] | select(.act == "receipt") | .octets | tonumber] | add')
    [ "$receipts" -gt 38500 ] &&
        [ "$(ctl traffic "$MEASURE" --json | jq '.[0].octets')" = "$receipts" ]
}

@test "traffic is what was captured and handed over, measure by measure and in its period" {
    lemf_start lemf
    interception
    tapped
    run -0 ctl traffic --json
    [ "$(jq -c '[.[] | [.measure, .records, .content]]' <<<"$output")" = \
        "[[\"$MEASURE\",0,0]]" ]
    mail_of 38000 1 >"$TMP/one"
    mail_of 500 2 >"$TMP/two"
    submit "$TMP/one" a@test anna@example.org
    submit "$TMP/two" a@test anna@example.org
    wait_for 20 lemf_has lemf '.cc == 2 and .iri >= 2'
    first=$MEASURE
    wait_for 20 billed_as_received
    tapped 'Referenz-Id = LKA-18' 'Kennung = bob@example.org' 'Mailbox = bob'
    run -0 ctl traffic --json
    jq . <<<"$output"
    sizes=$(($(stat -c %s "$TMP/one") + $(stat -c %s "$TMP/two") + 2 * 3)) # with their dots
    # What was handed over is destroyed here, and the ledger says so; events are no content.
    ctl receipts "$first" --json | jq -e --argjson sizes "$sizes" \
        '[.[] | select(.destroyed) | .destroyed | tonumber] | add == $sizes'
    jq -e --arg m "$first" --argjson sizes "$sizes" '.[] | select(.measure == $m)
        | .content == $sizes and .octets > .content and .destroyed == 0 and .reference == "LKA-17"
        and .records >= 2 and .delivered >= 2' <<<"$output"
    jq -e --arg m "$MEASURE" '.[] | select(.measure == $m) | .records == 0 and .content == 0' \
        <<<"$output"
    octets=$(jq --arg m "$first" '.[] | select(.measure == $m) | .octets' <<<"$output")
    # The same for people, with a sum; and of one measure without.
    run -0 ctl traffic
    [[ ${lines[0]} == measure*reference*records*content*delivered*octets*destroyed ]]
    [[ ${lines[1]} == "${first:0:8}  LKA-17 "*" $sizes "*" $octets "* ]]
    all=$((octets + $(ctl traffic "$MEASURE" --json | jq '.[0].octets')))
    [[ $(ctl traffic | tail -n 1) == all*" $sizes "*" $all "* ]]
    run -0 ctl traffic "$first"
    [ "${#lines[@]}" -eq 2 ]
    run -0 ctl traffic --to 2026-01-01 "$first" --json
    [ "$(jq -c '[.[0].records, .[0].octets]' <<<"$output")" = '[0,0]' ]
    run -0 ctl traffic --from 2026-01-01 "$first" --json
    [ "$(jq '.[0].octets' <<<"$output")" = "$octets" ]
    run -64 ctl traffic --from 2026-02-01 --to 2026-02-01
    [[ $output == *'--from: must be before --to'* ]]
    run -64 ctl traffic --from yesterday
    [[ $(acts handover-traffic) == 'intended done intended done'* ]]
    # What was changed afterwards is no bill.
    sed -i '2s/=/=9/' \
        "$(grep -lE ' record .* content=3[89]' "$STATE"/ledger/*)"
    run -65 ctl traffic --json
    [[ $output == *"tkuev-ctl: the ledger of ${first:0:8} is damaged: line 2: "* ]]
    [ "$(grep '^\[' <<<"$output" | jq -c '[.[].reference]')" = '["LKA-18"]' ]
}

@test "killed again and again it loses nothing and hands over nothing else twice" {
    lemf_start lemf --mode keepalive
    interception
    tapped
    for round in 1 2 3 4 5; do
        send "${round}1" "${round}2" "${round}3"
        kill -KILL "$(exportd_pid)"
        send "${round}4"
        wait_for 15 exportd_pid
    done
    wait_for 40 lemf_has lemf '.cc == 20 and ([.events[] | select(.[3] == "mail_received")] | length) == 20'
    lemf_check lemf
    [ "$(jq '.contents | unique | length' <<<"$output")" -eq 20 ]
    ctl receipts "$MEASURE" --json | jq -e '[.[] | select(.by == "answered keep-alive")] | length > 0'
    [ -z "$(ctl gaps "$MEASURE")" ]
}

@test "over TLS both sides show certificates; another authority's certificate is refused" {
    mkdir "$TMP/ca"
    self_signed "$TMP/ca"
    mkdir -p "$TMP/li"
    chmod 700 "$TMP/li"
    cp "$TMP/ca/cert.pem" "$TMP/li/authorities.pem"
    interception
    lemf_start lemf --cert "$TMP/ca/cert.pem" --key "$TMP/ca/key.pem" \
        --ca "$STATE/interception.pem"
    tapped 'Verfahren = tls'
    send 1
    wait_for 20 lemf_has lemf '.cc == 1'
    kill "$LEMF_PID"
    mkdir "$TMP/other"
    self_signed "$TMP/other"
    lemf_start other --port "$LEMF_PORT" --cert "$TMP/other/cert.pem" \
        --key "$TMP/other/key.pem" --ca "$STATE/interception.pem"
    send 2
    wait_for 20 tells 'attempt.*certificate'
    [ ! -s "$TMP/other.pdus" ]
}

@test "an empty file of authorities' certificates trusts nobody" {
    mkdir "$TMP/ca"
    self_signed "$TMP/ca"
    interception
    : >"$STATE/authorities.pem"
    lemf_start lemf --cert "$TMP/ca/cert.pem" --key "$TMP/ca/key.pem" \
        --ca "$STATE/interception.pem"
    tapped 'Verfahren = tls'
    send 1
    wait_for 20 grep -q 'authorities.pem: is empty' "$STATE/exportd.log"
    [ ! -s "$TMP/lemf.pdus" ]
    run ! tells 'attempt'
    both_are_told() {
        output=$(faketime -f '+10m' tkuev-ctl --config "$CONF" status)
        [[ $output == *"${MEASURE:0:8}  event data not handed over: exportd.log says why, "* ]] &&
            [[ $output == *"${MEASURE:0:8}  content not handed over: exportd.log says why, "* ]]
    }
    wait_for 20 both_are_told # each is tried by itself
    cp "$TMP/ca/cert.pem" "$STATE/authorities.pem"
    wait_for 20 lemf_has lemf '.cc == 1'
}

@test "that file does not matter to who is known by a key, or by nothing" {
    local pin
    mkdir "$TMP/ca"
    self_signed "$TMP/ca"
    pin=$(openssl x509 -in "$TMP/ca/cert.pem" -pubkey -noout | openssl pkey -pubin -outform DER |
        openssl dgst -sha256 -binary | base64 | tr -d =)
    interception
    : >"$STATE/authorities.pem"
    lemf_start plain
    tapped
    lemf_start lemf --cert "$TMP/ca/cert.pem" --key "$TMP/ca/key.pem" \
        --ca "$STATE/interception.pem"
    ctl authority add bka --title BKA
    tapped 'Verfahren = tls' 'Berechtigte Stelle = bka' 'Referenz-Id = BKA-1' \
        "peer-key = SHA256:$pin"
    send 1
    wait_for 20 lemf_has plain '.cc == 1'
    wait_for 20 lemf_has lemf '.cc == 1'
}

@test "over TLS each authority is known by its own certificates, or by its key" {
    mkdir "$TMP/ca" "$TMP/other"
    self_signed "$TMP/ca"
    self_signed "$TMP/other"
    interception
    lemf_start lemf --cert "$TMP/ca/cert.pem" --key "$TMP/ca/key.pem" \
        --ca "$STATE/interception.pem"
    ctl authority add lka --tls-trust "$TMP/ca/cert.pem"
    ctl authority add bka --title BKA --tls-trust "$TMP/other/cert.pem"
    ctl authority add zka --title ZKA
    run -64 ctl authority add zka --tls-trust "$TMP/ca/key.pem"
    [[ $(ctl authority show lka --json | jq -r '.["tls-trust"]') == -----BEGIN* ]]
    tapped 'Verfahren = tls'
    send 1
    wait_for 20 lemf_has lemf '.cc == 1'
    # The same server is none of theirs.
    tapped 'Verfahren = tls' 'Berechtigte Stelle = bka' 'Referenz-Id = BKA-1'
    wait_for 20 tells 'attempt.*certificate%20verify|attempt.*self-signed'
    # Nobody signs for it, but its key is known; or is another.
    tapped 'Verfahren = tls' 'Berechtigte Stelle = zka' 'Referenz-Id = ZKA-1' \
        "peer-key = $(pin_of "$TMP/ca/cert.pem")"
    wait_for 20 grep -q "$(printf ZKA-1 | xxd -p)" "$TMP/lemf.pdus"
    tapped 'Verfahren = tls' 'Berechtigte Stelle = lka' 'Referenz-Id = LKA-2' \
        "peer-key = SHA256:$(printf '%043d' 0 | tr 0 A)"
    wait_for 20 tells 'attempt.*another%20fingerprint'
    # What is registered anew counts without a restart.
    run ! grep -q "$(printf BKA-1 | xxd -p)" "$TMP/lemf.pdus"
    ctl authority add bka --tls-trust "$TMP/ca/cert.pem"
    wait_for 20 grep -q "$(printf BKA-1 | xxd -p)" "$TMP/lemf.pdus"
    run ! grep -q "$(printf LKA-2 | xxd -p)" "$TMP/lemf.pdus"
}

@test "content waits no longer than its bound; events are delivered late, and the gap is told" {
    lemf_start lemf
    interception 'content-seconds = 3'
    tapped
    kill "$LEMF_PID"
    wait_for 5 gone "$LEMF_PID"
    send 1 2
    wait_for 30 has_gaps 2
    [[ $(ctl gaps "$MEASURE" --json | jq -r '.[].captured') == 20*T*20*T* ]]
    wait_for 20 is_told "event data not handed over: 127.0.0.1:$LEMF_PORT: "
    is_told 'notice disturbance: content was destroyed'
    ctl notice "$MEASURE" --kind disturbance --disturbance Leitung --effect 'kein Inhalt' \
        --since '2026-11-22 10:00' >"$TMP/letter"
    run ! is_told 'notice disturbance'
    run ! grep -rlq 'message 1' "$TMP/li-spool" "$STATE"
    lemf_start lemf --port "$LEMF_PORT"
    wait_for 60 lemf_has lemf '([.events[] | select(.[3] == "gap")] | length) == 2'
    lemf_check lemf
    jq -e '.cc == 0 and ([.events[] | select(.[3] == "mail_received")] | length) == 2' <<<"$output"
    [ "$(jq .hi1 <<<"$output")" -ge 2 ] # set up, disturbance
    send 3
    wait_for 20 lemf_has lemf '.cc == 1'
    run ! is_told 'event data not handed over'
}
has_gaps() { [ "$(ctl gaps "$MEASURE" --json | jq length)" -eq "$1" ]; }
# is_told TASK - status says so of the measure.
is_told() {
    ctl status --json | jq -e --arg m "$MEASURE" --arg t "$1" \
        '.tasks[] | select(.measure == $m and (.what | startswith($t)) and .when)'
}

@test "the list is renewed at its time, whatever is captured" {
    lemf_start lemf
    interception
    tapped
    local n
    for n in 1 2 3 4; do
        send "$n"
        wait_for 10 lemf_has lemf ".cc == $n"
        list_is_renewed
        [[ $(stat -c %.9Y "$TMP/li-spool/match") == *.000000000 ]]
        # When it was made and put there: not when somebody was captured.
        # The kernel's clock of files lags by some milliseconds.
        [[ $(stat -c %.9Z "$TMP/li-spool") =~ \.([0-25-7]|49|99) ]]
    done
}

@test "begin and end are exact: what is before or after never leaves" {
    lemf_start lemf
    interception
    send 1
    tapped
    send 2
    wait_for 20 lemf_has lemf '.cc == 1'
    ctl end "$MEASURE" --reason over
    send 3
    wait_for 20 lemf_has lemf '.hi1 == 2'
    list_is_renewed
    send 4
    list_is_renewed
    lemf_check lemf
    [ "$(jq .cc <<<"$output")" -eq 1 ]
    jq -e '[.events[] | select(.[3] == "mail_received")] | length == 1' <<<"$output"
}

@test "an authority that hangs holds up no other, and each has its own numbers" {
    lemf_start slow --mode stall
    slow_port=$LEMF_PORT
    lemf_start lemf
    interception
    ctl authority add bka --title BKA
    good_port=$LEMF_PORT
    LEMF_PORT=$slow_port tapped 'Berechtigte Stelle = bka' 'Referenz-Id = BKA-1'
    LEMF_PORT=$good_port
    tapped
    send 1 2 3
    wait_for 20 lemf_has lemf '.cc == 3'
    lemf_check lemf
    [ "$(cut -d'"' -f2 <(jq -c '.events[0]' <<<"$output"))" != '' ]
    run ! grep -q "$(printf BKA-1 | xxd -p)" "$TMP/lemf.pdus"
}

@test "without the daemon, cron does it; only one hands over at a time" {
    lemf_start lemf
    interception
    tapped
    wait_for 20 lemf_has lemf '.hi1 == 1'
    run -69 tkuev-export --config "$CONF" --once
    kill -STOP "$(exportd_pid)"
    send 1 2
    kill -KILL "$(exportd_pid)"
    # In the half second before it is started again, or when it has the lock: all the same.
    wait_for 20 lemf_has lemf '.cc == 2'
    gateway_stop
    # It is no person's act, but it is noted; what cannot be noted does not happen.
    run -69 tkuev-export --config "$CONF" --once
    rm -f "$SOCKET"
    auditd_start
    run -0 tkuev-export --config "$CONF" --once
    # The first of a day is: a log that grew every minute would be read by nobody.
    run -0 tkuev-export --config "$CONF" --once
    run -0 tkuev-export --config "$CONF" verify-ledger "$MEASURE"
    run -0 audit list --json
    [ "$(jq -r 'select(.act == "handover-once") | .outcome' <<<"$output" | tail -n 2 | paste -sd' ')" \
        = 'intended done' ]
    [ "$(jq -r 'select(.act == "handover-once") | .detail | sub(" entry=.*"; "")' <<<"$output" |
        sort -u)" = 'by itself, without a login' ]
    [[ $(jq -r 'select(.act == "ledger-verify" and .outcome == "done") | .detail' <<<"$output") == \
        "measure=$MEASURE entry="*' sound' ]]
    run -0 audit sample --quarter "$(this_quarter)"
    [[ $output != *'no outcome'* ]]
    # On another day it is again.
    run -0 faketime -f +2d tkuev-export --config "$CONF" --once
    [ "$(acts handover-once | grep -o intended | wc -l)" -ge 2 ]
    audit grants revoke "$ME" operate
    run -77 tkuev-export --config "$CONF" --once
    [[ $output == *'has not the role "operate"' ]]
    run -64 tkuev-export --config "$CONF"
    run -64 tkuev-export --config "$CONF" --once verify-ledger
}

@test "an authority that answers nothing gets all the same, when it closes in order" {
    lemf_start lemf --mode silent
    interception
    tapped
    wait_for 60 tells 'receipt .*by=orderly%20shutdown'
    gateway_stop # soon, whatever is under way
}

@test "who only looks says that names of files have no prefix while a measure needs them" {
    load helpers/file_servers
    new_home
    start_vsftpd
    lemf_start lemf
    interception 'file-prefix = D2AE'
    tapped
    goes_to_files
    ctl authority add bka --title BKA
    local without=$TMP/without.conf
    sed '/^file-prefix/d' "$CONF" >"$without"
    nobody_may_enter # or that is said
    tkuev-exportd --config "$without" --check
    armed "${GOES[@]}" 'Berechtigte Stelle = bka' 'Referenz-Id = BKA-1'
    tkuev-exportd --config "$CONF" --check
    run -78 tkuev-exportd --config "$without" --check
    [[ $output == *'[tkuev] file-prefix: needed for names of files' ]]
    ctl end "$MEASURE" --reason over
    tkuev-exportd --config "$without" --check
}

@test "as files by FTP: PDUs under names of method B; and XML with the message beside it" {
    load helpers/file_servers
    new_home
    start_vsftpd
    interception 'file-prefix = D2AE'
    goes_to_files
    armed "${GOES[@]}"
    cp "$REPO/etc/tkuev/de-provisional.ini" "$STATE/mapping.ini"
    ctl authority add bka --title BKA
    armed "${GOES[@]}" 'Profil = de-xml-ftp' 'Berechtigte Stelle = bka' 'Referenz-Id = BKA-1'
    list_is_renewed
    list_is_renewed
    send 1
    wait_for 20 of_type 1 '.*BKA-1'
    wait_for 20 of_type 4 '^Subject: message 1'
    wait_for 20 has_message
    for file in "$HOME_DIR"/in/*[1]; do
        grep -qa BKA-1 "$file" && continue
        asn1-check --raw <"$file" >"$TMP/xer"
        [ -s "$TMP/xer" ]
    done
    for file in "$HOME_DIR"/in/*; do
        [[ ${file##*/} =~ ^D2AE[0-9]{16}[14]$ ]]
    done
    mapfile -t documents < <(grep -la 'BKA-1' "$HOME_DIR"/in/*1)
    xmllint --noout --schema "$REPO/etc/tkuev/de-provisional.xsd" "${documents[@]}"
}

@test "a mapping that cannot be used holds up its own measures and no other" {
    load helpers/file_servers
    new_home
    start_vsftpd
    interception 'file-prefix = D2AE' 'content-seconds = 60s'
    goes_to_files
    armed "${GOES[@]}"
    echo garbage >"$STATE/mapping.ini"
    ctl authority add bka --title BKA
    other=$MEASURE
    armed "${GOES[@]}" 'Profil = de-xml-ftp' 'Berechtigte Stelle = bka' 'Referenz-Id = BKA-1'
    list_is_renewed
    list_is_renewed
    troubles() { [ "$(grep -c 'hand-over: .*mapping.ini' "$STATE/exportd.log")" -ge "$1" ]; }
    documents() { grep -qla '<?xml' "$HOME_DIR"/in/*1; }
    send 1
    wait_for 40 troubles 3
    send 2 3
    # Three of 3 kB, alone or two in a file.
    contents() {
        [ "$(ctl receipts "$other" --json | jq '[.[] | select(.act == "receipt" and
            ((.name // "") | endswith("4"))) | .octets | tonumber] | add')" -gt 9500 ]
    }
    wait_for 30 contents
    [ -z "$(ctl gaps "$other")" ]
    run ! documents
    [[ $(faketime -f '+10m' tkuev-ctl --config "$CONF" status) == \
        *"${MEASURE:0:8}  event data not handed over: exportd.log says why, "* ]]
    run -78 tkuev-exportd --config "$CONF" --check
    [[ $output == *mapping.ini* ]]
    # Repaired, the other goes, too.
    cp "$REPO/etc/tkuev/de-provisional.ini" "$STATE/mapping.ini"
    wait_for 60 documents
}

@test "as files by SFTP, with a key and with a password, and by FTPS" {
    load helpers/file_servers
    local home
    interception 'file-prefix = D2AE'
    ctl authority add bka --title BKA
    ctl authority add zka --title ZKA
    new_home by-key
    start_sshd
    install -m 600 "$SSH_KEY" "$STATE/handover.ssh"
    goes_to_files
    armed "${GOES[@]}" 'Verfahren = sftp' "peer-key = $PEER_KEY"
    new_home by-password
    FTP_SERVER=sftpd start_proftpd_sftp
    goes_to_files
    armed "${GOES[@]}" 'Verfahren = sftp' "peer-key = $PEER_KEY" \
        'Berechtigte Stelle = bka' 'Referenz-Id = BKA-1'
    new_home by-tls
    tls_of proftpd
    start_proftpd "${TLS_LINES[@]}"
    ctl authority add zka --tls-trust "$TMP/tls/cert.pem"
    goes_to_files
    armed "${GOES[@]}" 'Verfahren = ftps' 'Berechtigte Stelle = zka' 'Referenz-Id = ZKA-1'
    list_is_renewed
    list_is_renewed
    send 1
    for home in by-key by-password by-tls; do
        new_home "$home"
        wait_for 30 of_type 4 '^Subject: message 1'
        wait_for 20 of_type 1 'mail_received'
        run ! ls "$HOME_DIR"/in/*.tmp
        for file in "$HOME_DIR"/in/*; do
            [[ ${file##*/} =~ ^D2AE[0-9]{16}[14]$ ]]
            asn1-check --raw <"$file" >"$TMP/xer"
            [ -s "$TMP/xer" ]
        done
    done
    run -0 tkuev-export --config "$CONF" verify-ledger
    [ "${#lines[@]}" -eq 3 ]
}
# The message itself, beside the document; its copy among the PDUs has more around it.
has_message() {
    local file
    for file in "$HOME_DIR"/in/*4; do
        cmp -s "$file" "$TMP/mail.1" && return
    done
    return 1
}
of_type() { grep -qaE "$2" "$HOME_DIR"/in/*"$1"; }
