#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tkuev-ctl at a terminal: an order entered by answers, in both languages.

setup() {
    load helpers/common
    load helpers/tkuev
    sponts_setup
    provider
    PERSON=$BATS_TEST_DIRNAME/helpers/terminal.py
    KEY=SHA256:$(printf 'a%.0s' {1..43})
}
teardown() { sponts_teardown; }

# at_terminal COMMAND... - of tkuev-ctl; the answers stand on standard input, "|" before each.
at_terminal() { tr '|' '\t' | "$PERSON" tkuev-ctl --config "$CONF" "$@"; }

# the_paper - what an order says until its end, in German
the_paper() {
    cat <<END
Berechtigte Stelle|lka
Referenz-Id|LKA-18
Kennung|anna@example.org
noch eine|
Anmeldename|
Postfach|anna
noch eine|
Probe|
Rechtsgrundlage|stpo-100a
Gericht|AG Ort
Aktenzeichen|1 Gs 1
Anordnung vom|$(day '- 1 day')
Übermittlung|fax
Eingang|
Eingang des Originals|
SHA-256|
Beginn|$(day '')
Ende|$(day '+ 9 days')
END
}
# the_rest - what stands on no paper, as it is by default
the_rest() {
    printf '%s|\n' Meldungen Kopf-Version E-Mail-Version 'Inhalt versiegeln' \
        'Land der Anordnung' 'Land der Übergabe' Betreiber Netzelement
}

@test "everything that applies is asked for, and only that; the password is not shown" {
    export LC_ALL=de_DE.UTF-8
    {
        the_paper
        printf '%s\n' 'Umfang|' 'Alle Empfänger|ja' 'Profil|etsi-ftp-file'
        the_rest
        cat <<END
Erfassungspunkt|MX1
Verfahren|ftps
Ziel-IP|192.0.2.9
Ziel-Port|
Reserve|192.0.2.10 [2001:db8::10]:2121
Username|recorder
Passwort|open-sesame
Zielverzeichnis|/in
Modus|aktiv
Schlüssel|$KEY
Eigenes Ziel|ja
Inhalt: Verfahren|sftp
Inhalt: Ziel-IP|192.0.2.99
Inhalt: Ziel-Port|
Inhalt: Reserve|-
Inhalt: Username|
Inhalt: Passwort|-
Inhalt: Zielverzeichnis|/content
Inhalt: Schlüssel|
Diese Maßnahme eintragen?|ja
END
    } >"$TMP/answers"
    run -0 at_terminal create --json <"$TMP/answers"
    [[ $output != *open-sesame* ]]
    [[ $output == *'Passwort '*'(gesetzt)'* ]]
    [[ $output == *'Hinweis: SHA-256 der Anordnung: der Hashwert der eingescannten'* ]]
    MEASURE=$(ctl list --json | jq -r '.[0].measure')
    [ "$(ctl show "$MEASURE" --json | jq -c '.iri | [.method, .host, .port, .user, .password,
        .directory, .passive, (.standby | length), ."peer-key"]')" = \
        "[\"ftps\",\"192.0.2.9\",21,\"recorder\",true,\"/in\",false,2,\"$KEY\"]" ]
    [ "$(ctl show "$MEASURE" --json | jq -c '.cc | [.method, .host, .port, .user, .password,
        .directory, (.standby | length), ."peer-key"]')" = \
        "[\"sftp\",\"192.0.2.99\",22,\"recorder\",false,\"/content\",0,\"$KEY\"]" ]
    [ "$(ctl show "$MEASURE" --json | jq -c '[.reference, .orders[0].channel, ."all-recipients",
        .scope]')" = '["LKA-18","fax",true,"iri-and-cc"]' ]
    # Asked, looked through, entered.
    [ "$(acts measure-check)" = 'intended done intended done' ]
    [ "$(acts measure-create)" = 'intended done' ]
}

@test "a wrong answer is told in the person's language and costs no other one" {
    {
        cat <<END
authority|nobody
authority|?
authority|lka
reference|a b
reference|LKA-18
identity|anna@example.com
identity|anna
identity|
login|
mailbox|
identity|anna@example.org
one more|bert
one more|bert@example.org
one more|
login|
mailbox|
test|perhaps
test|<
mailbox|
test|no
legal-basis|law
legal-basis|g10-3
court|
court|AG Ort
file-number|1 Gs 1
ordered|2100-01-01
ordered|$(day '- 1 day')
channel|
received|
order-digest|
begin|today
begin|$(day '')
end|$(day '- 1 day')
end|$(day '+ 9 days')
scope|iri
all-recipients|
profile|etsi
profile|
records|
header-version|99
header-version|42
email-version|
END
        printf '%s|\n' country-auth country-del operator-id network interception
        cat <<'END'
method|tls
host|a b
host|192.0.2.9
port|
port|0
port|50110
standby|
peer-key|
Enter this measure?|14
begin|today
begin|
Enter this measure?|method
method|tcp
Enter this measure?|colour
Enter this measure?|no
END
    } >"$TMP/answers"
    run -1 env LANG=en_GB.UTF-8 LC_ALL= LC_MESSAGES= "$BASH" -c \
        "tr '|' '\t' | '$PERSON' tkuev-ctl --config '$CONF' create" <"$TMP/answers"
    [[ $output == *'error: is not registered: tkuev-ctl authority add'* ]]
    [[ $output == *'The name under which the authority was registered'* ]]
    [[ $output == *'error: anna@example.com: example.com is no domain we serve'* ]]
    [[ $output == *'error: neither identity, login nor mailbox is given'* ]]
    [[ $output == *'error: is no mail address'* ]]
    [[ $output == *'error: must be one of: etsi-tcp'* ]]
    [[ $output == *'error: must be one of 5 - 43'* ]]
    [[ $output == *'error: is neither an IP address nor a host name'* ]]
    [[ $output == *'there is no such field'* && $output == *'not entered'* ]]
    [[ $output == *'identity '*'anna@example.org, bert@example.org'* ]]
    [[ $output != *Fehler* && $output != *Hinweis* ]]
    [ -z "$(ctl list)" ]
    [ "$(acts measure-create)" = 'intended refused' ]
}

@test "an answer that changes the way has the new questions asked, and no needless one" {
    export LC_ALL=de_DE.UTF-8
    {
        the_paper
        printf '%s\n' 'Umfang|' 'Alle Empfänger|' 'Profil|cd'
        the_rest
        cat <<END
Erfassungspunkt|
eintragen?|gericht
Gericht|AG Stadt
eintragen?|profil
Profil|etsi-ftp-file
Verfahren|sftp
Ziel-IP|192.0.2.9
Reserve|
Username|recorder
Passwort|
Zielverzeichnis|
Schlüssel|
Schlüssel|$KEY
Eigenes Ziel|nein
eintragen?|JA
END
    } >"$TMP/answers"
    run -0 at_terminal create --port 2222 <"$TMP/answers"
    [ "$(grep -c 'Ziel-Port: .*bleibt weg' <<<"$output")" -eq 1 ] # not after each change
    [[ $output == *'Fehler: fehlt'* ]]
    [ "$(ctl list --json | jq -r '.[0].iri | "\(.method) \(.host) \(.port)"')" = \
        'sftp 192.0.2.9 2222' ]
}

@test "who goes away has entered nothing, is told so, and has a terminal that shows again" {
    for key in ^C ^D; do
        run -1 at_terminal create <<END
authority|lka
reference|$key
END
        [[ $output == *'interrupted: nothing was stored / abgebrochen: nichts wurde gespeichert' ]]
    done
    export LC_ALL=de_DE.UTF-8
    {
        the_paper
        printf '%s\n' 'Umfang|' 'Alle Empfänger|' 'Profil|etsi-ftp-file'
        the_rest
        printf '%s\n' 'Erfassungspunkt|' 'Verfahren|' 'Ziel-IP|192.0.2.9' 'Ziel-Port|' \
            'Reserve|' 'Username|recorder' 'Passwort|^C'
    } >"$TMP/answers"
    # shellcheck disable=SC2016  # for the shell there
    tr '|' '\t' <"$TMP/answers" >"$TMP/typed"
    run -0 "$PERSON" sh -c "trap : INT; tkuev-ctl --config '$CONF' create; stty -a" <"$TMP/typed"
    [[ $output == *'nichts wurde gespeichert'* && $output == *' echo '* ]]
    [ -z "$(ctl list)" ]
    [ -z "$(acts measure-create)" ]
}

@test "check asks the same; extend and redirect ask for theirs, each answer looked at" {
    armed
    export LC_ALL=de_DE.UTF-8
    {
        the_paper
        printf '%s\n' 'Umfang|iri' 'Alle Empfänger|' 'Profil|cd'
        the_rest | grep -v Inhalt
        echo 'Erfassungspunkt|'
    } >"$TMP/answers"
    run -0 at_terminal check <"$TMP/answers"
    [[ $output == *'warning: order-digest: '* ]]
    run -0 at_terminal extend "$MEASURE" <<END
Rechtsgrundlage|stpo-100b
Rechtsgrundlage|stpo-100a
Gericht|AG Ort
Aktenzeichen|2 Gs 1
Anordnung vom|$(day '- 1 day')
Übermittlung|
Eingang|
SHA-256|
Ende|bald
Ende|$(day '+ 70 days')
END
    [[ $output == *'Fehler: muss eines hiervon sein: stpo-100a, '* ]]
    [[ $(field end) == "$(day '+ 70 days')"T* ]]
    run -0 at_terminal redirect "$MEASURE" <<END
Profil|etsi-tcp
Verfahren|tls
Ziel-IP|192.0.2.77
Ziel-Port|50110
Reserve|
Schlüssel|
Eigenes Ziel|
END
    [ "$(ctl show "$MEASURE" --json | jq -r '.iri | "\(.method) \(.host) \(.port)"')" = \
        'tls 192.0.2.77 50110' ]
    run -66 at_terminal redirect "$MEASURE" <<<'Profil|^D'
    [[ $output == *'abgebrochen: nichts wurde gespeichert' ]]
}

@test "redirect is asked about the measure as it is: Enter keeps its profile" {
    armed 'Umfang = iri'
    run -0 at_terminal redirect "$MEASURE" <<'END'
[etsi-ftp-file]|
method|
host|192.0.2.77
port|
standby|
user|recorder
password|new
directory|/in
mode|
END
    [ "$(acts measure-show)" = 'intended done' ]
    [ "$(ctl show "$MEASURE" --json | jq -r '"\(.profile) \(.iri.method) \(.iri.host)"')" = \
        'etsi-ftp-file ftp 192.0.2.77' ]
    run -0 at_terminal redirect "$MEASURE" <<'END'
[etsi-ftp-file]|cd
END
    [ "$(field profile)" = cd ]
}

@test "nobody is asked about a measure that there is not, or without the role" {
    armed
    for act in extend redirect; do
        run -65 at_terminal "$act" ffffffff <<<''
        [ "$output" = 'tkuev-ctl: there is no such measure' ]
    done
    audit grants revoke "$ME" operate
    for act in extend redirect; do
        run -77 at_terminal "$act" "$MEASURE" <<<''
        [[ $output == *'has not the role "operate"'* && $output != *': ' ]]
    done
    [ -z "$(acts measure-extend)$(acts measure-redirect)" ]
    run -77 at_terminal test-account add probe --registration R <<<''
    [[ $output == *'has not the role "operate"'* && $output != *identity* ]]
}

@test "an option that does not belong to what was chosen is named" {
    armed
    run -0 at_terminal redirect "$MEASURE" --port 2121 --mode active <<'END'
[etsi-ftp-file]|cd
END
    for field in port mode; do
        [[ $output == *"warning: $field: does not belong to this order: it is left out"* ]]
    done
    [ "$(field profile)" = cd ]
    export LC_ALL=de_DE.UTF-8
    run -66 at_terminal redirect "$MEASURE" --port 2121 --mode active <<'END'
[cd]|etsi-ftp-file
Verfahren|ftp
Ziel-IP|192.0.2.9
Reserve|^C
END
    [[ $output != *'bleibt weg'* ]]
}

@test "an order from a file is shown in the person's language before it is entered" {
    order
    run -0 at_terminal create --file "$TMP/order.conf" <<<'Enter this measure? (yes/no)|yes'
    [[ $output == *' authority '*' reference '*' court '* && $output != *Gericht* ]]
    export LC_ALL=de_DE.UTF-8
    order 'Referenz-Id = LKA-18'
    run -1 at_terminal create --file "$TMP/order.conf" <<<'Diese Maßnahme eintragen? (ja/nein)|nein'
    [[ $output == *'Berechtigte Stelle '*lka*'Referenz-Id '*LKA-18*'Gericht '*'Ziel-IP '* ]]
    [[ $output == *'Passwort '*'(gesetzt)'* && $output != *' court '* ]]
    [ "$(ctl list | wc -l)" -eq 1 ]
}

@test "an option that is not on the form is refused at a terminal as well" {
    armed
    run -65 at_terminal extend "$MEASURE" --port 2121 <<END
legal-basis|stpo-100a
court|AG Ort
file-number|2 Gs 1
ordered|$(day '- 1 day')
channel|
received|
order-digest|
end|$(day '+ 70 days')
END
    [[ $output == *'error: port: does not belong to an extension'* ]]
    [[ $(field end) == "$(day '+ 60 days')"T* ]]
}

@test "a rehearsal refuses before it asks, asks in German, and who goes away is noted" {
    printf 'identity = anna@example.org\nmailbox = anna@example.org\n' |
        ctl test-account add anna --registration R --file -
    run -65 at_terminal rehearse 00000000 </dev/null
    [[ $output == *'there is no such measure' ]]
    measure 'Kennung = anna@example.org' 'Mailbox = anna@example.org' 'test = yes' \
        'test-account = anna'
    run -65 at_terminal rehearse "$MEASURE" </dev/null
    [[ $output == 'tkuev-ctl: cannot rehearse: the measure is awaiting-approval' ]]
    ctl approve "$MEASURE"
    ctl activate "$MEASURE"
    export LC_ALL=de_DE.UTF-8
    printf 'Passwort\tsecret\nAnmeldename\t\nUnbeteiligtes Konto\tbert\nUnbeteiligten\t^C\n' \
        >"$TMP/typed"
    run -0 "$PERSON" sh -c "trap : INT
        tkuev-ctl --config '$CONF' rehearse $MEASURE; echo \"exit \$?\"; stty -a" <"$TMP/typed"
    [[ $output == *'abgebrochen: nichts wurde erprobt'*'exit 66'*' echo '* ]]
    [[ $output != *secret* ]]
    [ "$(acts measure-rehearse)" = 'refused intended refused intended failed' ]
}
