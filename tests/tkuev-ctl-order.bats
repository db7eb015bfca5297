#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tkuev-ctl check and create: from the paper to a measure that waits for approval.

setup() {
    load helpers/common
    load helpers/tkuev
    sponts_setup
    provider
}
teardown() { sponts_teardown; }

@test "an order as German forms have it becomes a measure that waits for approval" {
    order
    run -0 --separate-stderr ctl create --file "$TMP/order.conf"
    [[ $output =~ ^[0-9a-f]{32}$ ]]
    MEASURE=$output
    [[ $stderr == *"warning: method: FTP is not encrypted"*" / FTP ist unverschl"* ]]
    [ "$(field state)" = awaiting-approval ]
    [ "$(field reference)" = LKA-17 ]
    [ "$(ctl show "$MEASURE" --json | jq -c '[.identities[] | [.kind, .entered, .canonical]]')" = \
        '[["address","Anna@Example.org","anna@example.org"],["mailbox","anna","anna"]]' ]
    [ "$(ctl show "$MEASURE" --json | jq -c '.iri | [.method, .host, .port, .user, .directory]')" = \
        '["ftp","192.0.2.9",21,"recorder","/in"]' ]
    [[ $(field begin) == "$(day '')"T00:00:00+0[12]:00 ]]
    [ "$(ctl list | wc -l)" -eq 1 ]
    [[ $(ctl list) == "${MEASURE:0:8}  awaiting-approval  "*"Anna@Example.org (+1)" ]]
}

@test "every fault is told at once, in English and German, and nothing is entered" {
    order 'Kennung = anna@example.com' 'Referenz-Id = a b' 'Gericht = ' 'Beginn = heute' \
        "Ende = $(day '+ 100 days')" 'Ziel-Port = 99999' 'Zielverzeichnis = ../x' 'Farbe = rot'
    for command in check create; do
        run -65 ctl "$command" --file "$TMP/order.conf"
        [[ $output == *'error: line '*': begin: is no time like'*' / ist keine Zeit wie'* ]]
        [[ $output == *'error: line '*': port: must be a number from 1 to 65535 / muss eine Zahl'* ]]
        [[ $output == *'error: line '*': Farbe: is not known / ist nicht bekannt'* ]]
        [[ $output == *'error: reference: must be 1 to 25'* ]]
        [[ $output == *'error: identity: anna@example.com: example.com is no domain we serve'* ]]
        [[ $output == *'error: court: is missing / fehlt'* ]]
        [[ $output == *'error: directory: must not contain ..'* ]]
        [[ $output != *'begin: is missing'* ]]
    done
    [[ $output == *'tkuev-ctl: cannot create: 7 formal faults' ]]
    [ -z "$(ctl list)" ]
    [ "$(acts measure-create)" = 'intended refused' ]
    [ "$(acts measure-check)" = 'intended done' ]
}

@test "a file broken in many ways shows all of it in one list, in both languages" {
    order 'Kennung = anna@example.com' 'Kennung = anna' 'Rechtsgrundlage = stpo-999' \
        'Beginn = heute' 'Ende = 2020-01-01' 'Profil = etsi-datei' 'Username =' 'Passwort =' \
        'Ziel-Port = 99999' 'Zielverzeichnis = ../x' 'Umfang = alles'
    printf '%s\n' 'Kennung = bert@example.com' 'Gericht AG Musterstadt' '[Ziel' 'Gericht = twice' \
        '[Stelle]' 'Reserve = x' '[cc]' 'Modus = halb' 'Betreiber = x' '[cc]' \
        >>"$TMP/order.conf"
    run -65 --separate-stderr ctl check --json --file "$TMP/order.conf"
    faults() { jq -r '.[] | select(.level == "error") | "\(.section // "") \(.field)"' <<<"$output"; }
    diff <(faults | sort | uniq -c | awk '{ $1 = $1; print }') - <<'END'
1 Betreiber
1 Gericht
1 Reserve
1 begin
1 directory
1 end
3 file
2 identity
1 legal-basis
1 password
1 port
1 profile
1 scope
1 user
1 cc mode
END
    run -0 jq -r '.[].german' <<<"$output"
    [[ $output == *'weder [Abschnitt] noch Schlüssel = Wert'* ]]
    [[ $output == *'der Abschnitt [cc] steht schon in Zeile '* ]]
    [[ $output != *' is '* && $output != *'neither'* && $output != *'must'* ]]
}

@test "check for programs: an array of faults, empty for a sound order" {
    order 'Ende = 2020-01-01'
    run -65 --separate-stderr ctl check --json --file "$TMP/order.conf"
    [ "$(jq -r '.[] | select(.level == "error") | .field' <<<"$output" | sort -u)" = end ]
    order 'Verfahren = sftp' 'Ziel-Port = 22' "peer-key = SHA256:$(printf 'a%.0s' {1..43})"
    printf 'scan' >"$TMP/scan.pdf"
    run -0 --separate-stderr ctl check --json --file "$TMP/order.conf" --scan "$TMP/scan.pdf"
    [ "$output" = '[]' ]
}

@test "fields that name somebody have no option; the others have, and a scan its digest" {
    order
    for option in identity login mailbox reference authority court file-number host user \
        password directory standby test-account; do
        run -64 ctl create --file "$TMP/order.conf" "--$option" x
    done
    sed -i '/^Ende/d' "$TMP/order.conf"
    printf 'scan' >"$TMP/scan.pdf"
    MEASURE=$(ctl create --file "$TMP/order.conf" --end "$(day '+ 5 days')" --scope iri \
        --scan "$TMP/scan.pdf" 2>/dev/null)
    [ "$(field scope)" = iri ]
    [[ $(field end) == "$(day '+ 5 days')"T* ]]
    [ "$(ctl show "$MEASURE" --json | jq -r '.orders[0]."order-digest"')" = \
        "$(sha256sum <"$TMP/scan.pdf" | cut -d' ' -f1)" ]
}

@test "an order from standard input; event data and content to different places" {
    order
    printf '%s\n' '[cc]' 'method = sftp' 'port = 22' 'host = 2001:db8::9' \
        "peer-key = SHA256:$(printf 'a%.0s' {1..43})" \
        'standby = 192.0.2.10 [2001:db8::10]:2222' >>"$TMP/order.conf"
    MEASURE=$(ctl create --file - <"$TMP/order.conf" 2>/dev/null)
    [ "$(ctl show "$MEASURE" --json | jq -c '.cc | [.method, .host, .port, .user]')" = \
        '["sftp","2001:db8::9",22,"recorder"]' ]
    [ "$(ctl show "$MEASURE" --json | jq -c '.cc.standby')" = \
        '[{"host":"192.0.2.10","port":22},{"host":"2001:db8::10","port":2222}]' ]
}

@test "a password stays where others cannot read it, and is shown nowhere" {
    order
    chmod 644 "$TMP/order.conf"
    run -65 ctl create --file "$TMP/order.conf"
    [[ $output == *'holds a password and is readable by others' ]]

    order 'Passwort = '
    sed -i '/^Passwort/d' "$TMP/order.conf"
    printf 'blank ; and semicolon\nsecond line\n' >"$TMP/password"
    echo "password-file = $TMP/password" >>"$TMP/order.conf"
    MEASURE=$(ctl create --file "$TMP/order.conf" 2>/dev/null)
    for how in '' --json; do
        run -0 ctl show "$MEASURE" $how
        [[ $output != *semicolon* ]]
    done
    [ "$(ctl show "$MEASURE" --json | jq .iri.password)" = true ]
    run -1 grep -rl semicolon "$STATE" "$TMP/audit" "$TMP/anchor"
}

@test "the files of the interception user name nobody and are nobody else's" {
    armed
    # Words that base64 cannot make up by chance.
    run -1 grep -rlE 'nna@|example\.org|LKA-17|Musterstadt|1 Gs|recorder|open-sesame|192\.0\.2' \
        "$STATE"
    [ "$(stat -c %a "$STATE")" = 700 ]
    [ -z "$(find "$STATE" -type f ! -name interception.pem -perm /077)" ]
}

@test "what was said on the command line is gone from the list of processes" {
    mkfifo "$TMP/pipe"
    exec {hold}<>"$TMP/pipe"
    start create tkuev-ctl --config "$CONF" create --end 2026-12-24 \
        --file "$TMP/pipe"
    wiped() { ! tr '\0' ' ' <"/proc/$PID/cmdline" | grep -q create; }
    wait_for 5 wiped
    [ "$(tr -d '\0' <"/proc/$PID/cmdline")" = tkuev-ctl ]
    exec {hold}>&-
    kill "$PID"
}

@test "test measures are possible on registered test accounts only" {
    order 'Test = ja' 'Probekonto = probe'
    run -65 ctl create --file "$TMP/order.conf"
    [[ $output == *'test-account: is not registered'* ]]
    printf 'identity = anna@example.org\n' >"$TMP/account"
    run -65 ctl test-account add probe --file "$TMP/account"
    ctl test-account add probe --registration 'BNetzA 12-3' --file "$TMP/account"
    run -65 ctl create --file "$TMP/order.conf"
    [[ $output == *'mailbox: anna does not belong to the test account'* ]]
    printf 'mailbox = anna\n' >>"$TMP/account"
    ctl test-account add probe --registration 'BNetzA 12-3' --file "$TMP/account"
    MEASURE=$(ctl create --file "$TMP/order.conf" 2>/dev/null)
    [ "$(field test)" = true ]
    [ "$(audit list --json | jq -r 'select(.act == "measure-create") | .test' | tail -n 1)" = yes ]
    # Somebody real on the same address would get what the tests send.
    order 'Referenz-Id = LKA-18' 'Profil = etsi-ftp-file'
    other=$(ctl create --yes --file "$TMP/order.conf" 2>/dev/null)
    run -0 ctl test-account add probe --registration 'BNetzA 12-3' --file "$TMP/account"
    [ "$output" = 'tkuev-ctl: warning: probe: somebody real is under a measure there' ]
    ctl reject "$other" --reason 'a test'
    printf 'mailbox = other\n' >"$TMP/account"
    run -65 ctl test-account add probe --registration 'BNetzA 12-3' --file "$TMP/account"
    [[ $output == *'a test measure needs an identity'* ]]
    run -65 ctl test-account remove probe
    ctl end "$MEASURE"
    ctl test-account remove probe
    [ "$(ctl test-account list --json)" = '[]' ]
}

@test "a test account has names of domains that are served, and no other fields of an order" {
    add() { ctl test-account add probe --registration 'BNetzA 12-3' --file "$TMP/account"; }
    printf '%s\n' 'identity = anna@example.com' 'login = bert@elsewhere.test' 'mailbox = anna' \
        'Gericht = AG' 'port = 21' '[cc]' 'host = x' >"$TMP/account"
    run -65 add
    [[ $output == *'error: identity: anna@example.com: example.com is no domain we serve / '* ]]
    [[ $output == *'error: login: bert@elsewhere.test: elsewhere.test is no domain we serve / '* ]]
    [[ $output == *'line 4: Gericht: does not belong to a test account / gehört zu keinem Probekonto'* ]]
    [[ $output == *'line 5: port: does not belong'* && $output == *'line 7: host: does not belong'* ]]
    [[ $output != *'mailbox: '* && $output != *'is missing'* ]]
    [ "$(ctl test-account list --json)" = '[]' ]
    printf '%s\n' 'identity = Anna@example.org' 'login = anna' 'mailbox = anna' >"$TMP/account"
    run -0 add
    [ -z "$output" ]
}

@test "several authorities may watch the same identity with the same number, one only once" {
    measure
    run -65 ctl create --file "$TMP/order.conf"
    [[ $output == *'reference: this authority has given it before'* ]]
    order 'Referenz-Id = LKA-18'
    run -0 ctl create --file "$TMP/order.conf"
    [[ $output == *'warning: identity: a measure of this authority for it is there already'* ]]
    ctl authority add bka --title 'BKA'
    measure 'Berechtigte Stelle = bka'
    [ "$(ctl list | wc -l)" -eq 3 ]
}

@test "an authority that is needed stays; its certificate is looked at" {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 10 \
        -subj /CN=lka -keyout "$TMP/lka.key" -out "$TMP/lka.pem" 2>/dev/null
    order 'Inhalt versiegeln = ja'
    run -65 ctl create --file "$TMP/order.conf"
    [[ $output == *'seal-content: the authority has no certificate'* ]]
    run -78 ctl authority add lka --certificate "$TMP/order.conf"
    run -0 faketime -f +11d tkuev-ctl --config "$CONF" authority add lka --certificate "$TMP/lka.pem"
    [[ $output == 'tkuev-ctl: warning: the certificate expired at 20'* ]]
    run -0 ctl authority add lka --certificate "$TMP/lka.pem"
    [ -z "$output" ]
    [ "$(ctl authority show lka --json | jq -r .title)" = 'LKA Musterland' ]
    [ "$(ctl authority show lka --json | jq -r .certificate)" = CN=lka ]
    run -0 ctl create --file "$TMP/order.conf"
    [[ $output == *'warning: authority: its certificate expires before the end'* ]]
    [[ $(ctl status) == *'the certificate of lka expires: ask for another one, authority add, 20'* ]]
    [[ $(faketime -f +11d tkuev-ctl --config "$CONF" status) == \
        *'the certificate of lka has expired: ask for another one, authority add, 20'* ]]
    run -65 ctl authority remove lka
    [[ $output == *'it has measures that have not ended' ]]
    ctl end "$(ctl list --json | jq -r '.[0].measure')"
    [[ $(ctl status) != *certificate* ]]
    ctl authority remove lka
    run -65 ctl authority show lka
}

# bats test_tags=plain
@test "the examples of tkuev-order(5) are sound orders" {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9999 \
        -subj /CN=bka -keyout "$TMP/bka.key" -out "$TMP/bka.pem" 2>/dev/null
    ctl authority add bka --certificate "$TMP/bka.pem"
    mandoc -Tutf8 "$REPO/man/tkuev-order.5" | col -bx | sed -n '/^EXAMPLES/,/^SECURITY/p' |
        awk -v dir="$TMP" '/^     [A-Z][^=]*:$/ { n++; next } /^ +[[a-zA-Z]/ && n { sub(/^ +/, "");
            print > (dir "/example" n) }'
    [ -s "$TMP/example1" ] && [ -s "$TMP/example2" ] && [ ! -e "$TMP/example3" ]
    chmod 600 "$TMP"/example*
    for example in "$TMP/example1" "$TMP/example2"; do
        run -0 faketime '2026-11-22 12:00' tkuev-ctl --config "$CONF" check --file "$example"
        [[ $output != *error* ]]
    done
}

@test "tkuev-db(5) names every table and column, tkuev-order(5) every field" {
    local table column
    while IFS='|' read -r table column; do
        sed -n "/^\.Ss $table$/,/^\.S[sh] /p" "$REPO/man/tkuev-db.5" |
            grep -qx "\.It Cm $column" || { echo "$table.$column"; false; }
    done < <(sqlite3 -readonly "$STATE/measures.db" "SELECT t.name, c.name
        FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'")
    grep -oE '^ *\{\{"[a-z0-9-]+"' "$REPO"/lib/li/order*.cc | grep -oE '[a-z0-9-]+"$' |
        tr -d '"' | while read -r column; do
        grep -qE "^\.It Cm $column( |\$)" "$REPO/man/tkuev-order.5" || { echo "$column"; false; }
    done
}

@test "what is missing or wrong ends in one clear line and the right status" {
    run -66 ctl create --file "$TMP/nowhere"
    [ "$output" = "tkuev-ctl: open $TMP/nowhere: No such file or directory" ]
    run -65 ctl show abc
    run -65 ctl show "$(printf 'a%.0s' {1..40})"
    [ "$output" = 'tkuev-ctl: there is no such measure' ]
    run -64 ctl list --state asleep
    measure
    chmod 644 "$STATE/vault.key"
    run -78 ctl list
    chmod 600 "$STATE/vault.key"
    printf '%064d\n' 7 >"$STATE/vault.key"
    run -65 ctl list
    [[ $output == *'damaged, or locked with another key'* ]]
    rm "$STATE/measures.db"
    run -66 ctl list
}

@test "a long value goes on in the next line" {
    order "standby = 192.0.2.10" "Gericht = $(printf 'Amtsgericht %.0s' {1..16})"
    run -65 ctl check --file "$TMP/order.conf"
    [[ $output == *'line is longer than 198 bytes'* ]]
    order "Gericht = $(printf 'Amtsgericht %.0s' {1..8})
    $(printf 'Musterstadt %.0s' {1..8})"
    MEASURE=$(ctl create --yes --file "$TMP/order.conf" 2>/dev/null)
    [[ $(ctl show "$MEASURE" --json | jq -r '.orders[0].court') == Amtsgericht*Amtsgericht*Musterstadt*Musterstadt ]]
}

@test "the key of the vault may be a credential: for services, and for officers by a helper" {
    measure
    mkdir "$TMP/credentials"
    mv "$STATE/vault.key" "$TMP/credentials/"
    run -78 ctl list
    chmod 440 "$TMP/credentials/vault.key" # as systemd hands it over
    export CREDENTIALS_DIRECTORY=$TMP/credentials
    [ "$(field reference)" = LKA-17 ]
    [ "$(ctl show "$MEASURE" --json | jq .iri.password)" = true ]
    ctl init
    [ ! -e "$STATE/vault.key" ]
    run -0 tkuev-export --config "$CONF" stored "$MEASURE"
    run -0 tkuev-exportd --config "$CONF" --check
    run -1 grep -rlE 'open-sesame|nna@|LKA-17' "$STATE"
    # The helper of tkuev-ctl(8), with a stand-in for what decrypts.
    unset CREDENTIALS_DIRECTORY
    mkdir "$TMP/bin" "$TMP/run/with-key"
    # shellcheck disable=SC2016  # for the shell there
    printf '#!/bin/sh\ncp "$3" "$4"\n' >"$TMP/bin/systemd-creds"
    mandoc -Tutf8 "$REPO/man/tkuev-ctl.8" | col -bx |
        sed -n '/#!\/bin\/sh/,/--init-groups/{s/^ *//;p}' |
        sed "s#sponts-li:sponts-li#$(id -u):$(id -g)#; s#=sponts-li#=$(id -u)#g
            s#/run/tkuev#$TMP/run/with-key/tkuev#
            s#/etc/credstore.encrypted#$TMP/credentials#" >"$TMP/bin/tkuev-with-key"
    chmod +x "$TMP/bin"/*
    PATH=$TMP/bin:$PATH run -0 tkuev-with-key tkuev-ctl --config "$CONF" list
    [[ $output == "${MEASURE:0:8}  "* ]]
    [ -z "$(ls "$TMP/run/with-key")" ]
}
