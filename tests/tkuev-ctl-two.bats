#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tkuev-ctl with second-person: what an officer wants, another one must want, too.

setup() {
    load helpers/common
    load helpers/tkuev
    sponts_setup
    provider
}
teardown() { sponts_teardown; }

@test "who entered a measure does not approve it, where a second person is asked for" {
    sed -i 's/^synchronised-clock.*/&\nsecond-person = yes/' "$CONF"
    measure
    run -65 ctl approve "$MEASURE"
    [ "$output" = 'tkuev-ctl: cannot approve: somebody else than who entered it must' ]
    [ "$(field state)" = awaiting-approval ]
}

# destination HOST - in $TMP/destination.
destination() {
    printf '%s\n' "Ziel-IP = $1" 'Username = other' 'Passwort = new' >"$TMP/destination"
    chmod 600 "$TMP/destination"
}

@test "where a second person is asked for, one alone neither redirects nor extends" {
    armed
    destination 192.0.2.66
    printf '%s\n' 'court = AG Musterstadt' 'file-number = 1 Gs 18/26' \
        'legal-basis = stpo-100a' "ordered = $(day '')" "end = $(day '+ 100 days')" \
        >"$TMP/extension.conf"
    sed -i 's/^synchronised-clock.*/&\nsecond-person = yes/' "$CONF"
    for _ in 1 2; do
        run -1 ctl redirect "$MEASURE" --file "$TMP/destination"
        [ "${lines[-1]}" = 'tkuev-ctl: noted; takes effect when somebody else gives the same command' ]
        run -1 ctl extend "$MEASURE" --file "$TMP/extension.conf"
    done
    destination 192.0.2.67
    run -1 ctl redirect "$MEASURE" --file "$TMP/destination"
    [[ $output == *'noted instead of what was proposed before, which differs; takes'* ]]
    run -65 ctl redirect "$MEASURE" --file "$TMP/order.conf" # faults are told at once
    [ "$(ctl show "$MEASURE" --json | jq -r .iri.host)" = 192.0.2.9 ]
    [[ $(field end) == "$(day '+ 60 days')"T* ]]
    [ "$(ctl show "$MEASURE" --json | jq -c '[.proposals[].act]')" = '["extend","redirect"]' ]
    [[ $(ctl show "$MEASURE") == *'proposed:           redirect at '*', lapses at '* ]]
    [[ $(ctl status) == *'somebody else: extend as proposed, or leave it, '* ]]
    # Nobody is told who it was, nor can the new password be had.
    [ "$(ctl show "$MEASURE" --json | jq -c '.proposals[0] | keys')" = '["act","lapses","proposed"]' ]
    [ "$(faketime -f +8d tkuev-ctl --config "$CONF" show "$MEASURE" --json | jq -c .proposals)" = '[]' ]
    run -0 audit list --json
    [ "$(jq -r 'select(.act == "measure-redirect" and .outcome == "done") | .detail' <<<"$output" |
        grep -c ' proposal=noted$')" -eq 3 ]
    ctl end "$MEASURE"
    [ "$(field proposals)" = '[]' ]
    run -65 ctl redirect "$MEASURE" --file "$TMP/destination"
}

@test "where a second person is asked for, one alone neither confirms nor changes certificates" {
    openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=authority -keyout /dev/null \
        -out "$TMP/own.pem" 2>/dev/null
    openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=somebody -keyout /dev/null \
        -out "$TMP/other.pem" 2>/dev/null
    ctl authority add lka --certificate "$TMP/own.pem"
    armed 'Übermittlung = fax'
    sed -i 's/^synchronised-clock.*/&\nsecond-person = yes/' "$CONF"
    [ "$(field provisional)" = true ]
    for _ in 1 2; do
        run -1 ctl confirm "$MEASURE"
        [ "$output" = 'tkuev-ctl: noted; takes effect when somebody else gives the same command' ]
        run -1 ctl authority add lka --certificate "$TMP/other.pem" --phone '030 1'
        [ "$output" = 'tkuev-ctl: noted; takes effect when somebody else gives the same command' ]
    done
    [ "$(field provisional)" = true ]
    run -0 ctl authority show lka --json
    [[ $(jq -r .certificate <<<"$output") == *authority* ]]
    [ "$(jq -r .phone <<<"$output")" = '030 1' ] # is no secret, and nobody's key
    [[ $(jq -r '."proposal-lapses"' <<<"$output") == 20* ]]
    [[ $(ctl authority show lka) == *'proposed:     other certificates, lapses at '* ]]
    run -0 ctl status
    [[ $output == *'somebody else: confirm as proposed, or leave it, '* ]]
    [[ $output == *'somebody else: certificates of lka as proposed, or leave it, '* ]]
    run -1 ctl authority add new --tls-trust "$TMP/other.pem"
    [ "$(ctl authority show new --json | jq -r '."tls-trust"')" = '' ]
    run -65 ctl confirm "$MEASURE" --arrived '2020-01-01' # faults are told at once
    [ "$(acts measure-confirm)" = 'intended done intended done intended refused' ]
    # Without the copy's original it ends, whatever was proposed.
    [ "$(faketime -f +8d tkuev-ctl --config "$CONF" show "$MEASURE" --json | jq -r .state)" = expired ]
}

# officer USER COMMAND... - as somebody who has logged in as USER and does this by sudo as the
# user whose the state is.
officer() {
    local user
    user=$(id -u "$1")
    (echo "$user" >/proc/self/loginuid && exec setpriv --reuid lp --regid "$(id -g lp)" \
        --clear-groups tkuev-ctl --config "$CONF" "${@:2}")
}
# who ACT OUTCOME - the persons of such entries, in order.
who() {
    audit list --json --key "$TMP/auditors.key" |
        jq -r "select(.act == \"$1\" and .outcome == \"$2\") | .person" | paste -sd' '
}

may_set_login() { (echo 5 >/proc/self/loginuid) 2>/dev/null; }
# two_officers - games and news.
two_officers() {
    only_root 'becomes others'
    may_set_login || skip 'this kernel does not let root say who has logged in'
    others_may_enter "$TMP/run"
    chown -R lp "$STATE" "$TMP"/sponts.db*
    chown lp "$TMP"
    sed -i 's/^synchronised-clock.*/&\nsecond-person = yes/' "$CONF"
    for user in games news; do audit grants grant "$user" operate; done
}

@test "second-person, with two persons: one enters, the other approves, and the log has both" {
    two_officers
    order
    MEASURE=$(officer games create --yes --file - <"$TMP/order.conf" 2>/dev/null)
    run -65 officer games approve "$MEASURE"
    [ "$output" = 'tkuev-ctl: cannot approve: somebody else than who entered it must' ]
    run -65 officer news activate "$MEASURE"
    run -77 officer uucp approve "$MEASURE" # another person, but no officer
    [ "$(officer games show "$MEASURE" --json | jq -r .state)" = awaiting-approval ]
    officer news approve "$MEASURE"
    officer games activate "$MEASURE"
    [ "$(officer news show "$MEASURE" --json | jq -r .state)" = active ]
    [ "$(acts measure-approve)" = 'intended refused refused intended done' ]
    [ "$(who measure-create 'done')" = games ]
    [ "$(who measure-approve refused)" = 'games uucp' ]
    [ "$(who measure-approve 'done')" = news ]
    [ "$(who measure-activate 'done')" = games ]
    audit verify
}

@test "second-person, with two persons: what both want goes elsewhere or on, once" {
    two_officers
    order
    MEASURE=$(officer games create --yes --file - <"$TMP/order.conf" 2>/dev/null)
    officer news approve "$MEASURE"
    officer games activate "$MEASURE"
    host() { officer games show "$MEASURE" --json | jq -r .iri.host; }
    destination 192.0.2.66
    run -1 officer games redirect "$MEASURE" --file - <"$TMP/destination"
    run -1 officer games redirect "$MEASURE" --file - <"$TMP/destination"
    run -77 officer uucp redirect "$MEASURE" --file - <"$TMP/destination"
    destination 192.0.2.77
    run -1 officer news redirect "$MEASURE" --file - <"$TMP/destination"
    [[ $output == *'which differs'* ]]
    [ "$(host)" = 192.0.2.9 ]
    # In other words, but the same.
    printf '%s\n' 'password = new' 'user = other' 'host = 192.0.2.77' 'method = ftp' |
        officer games redirect "$MEASURE" --file -
    [ "$(host)" = 192.0.2.77 ]
    run -1 officer news redirect "$MEASURE" --file - <"$TMP/destination" # agreed to once
    extension=$(printf '%s\n' 'court = AG Musterstadt' 'file-number = 1 Gs 18/26' \
        'legal-basis = stpo-100a' "ordered = $(day '')" "end = $(day '+ 100 days')")
    run -1 officer news extend "$MEASURE" --file - <<<"$extension"
    run -1 officer news extend "$MEASURE" --file - <<<"$extension"
    run -0 officer games extend "$MEASURE" --file - <<<"$extension"
    [ "$(officer games show "$MEASURE" --json | jq -c '[(.orders | length), .proposals[].act]')" = \
        '[2,"redirect"]' ]
    [ "$(who measure-redirect 'done')" = 'games games news games news' ]
    [ "$(audit list --json | jq -r 'select(.act == "measure-redirect" and .outcome == "done") | .detail' |
        grep -o 'proposal=.*' | paste -sd' ')" = \
        'proposal=noted proposal=noted proposal=noted proposal=agreed proposal=noted' ]
    audit verify
}

@test "second-person, with two persons: both say that the original came, or whose certificate it is" {
    two_officers
    openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=authority -keyout /dev/null \
        -out "$TMP/own.pem" 2>/dev/null
    chmod 644 "$TMP/own.pem"
    order 'Übermittlung = fax'
    MEASURE=$(officer games create --yes --file - <"$TMP/order.conf" 2>/dev/null)
    officer news approve "$MEASURE"
    provisional() { officer games show "$MEASURE" --json | jq -r .provisional; }
    certificate() { officer games authority show lka --json | jq -r .certificate; }
    run -1 officer games confirm "$MEASURE"
    [ "$(provisional)" = true ]
    officer news confirm "$MEASURE"
    [ "$(provisional)" = false ]
    run -1 officer games authority add lka --certificate "$TMP/own.pem"
    [ "$(certificate)" = '' ]
    officer news authority add lka --certificate "$TMP/own.pem"
    [[ $(certificate) == *authority* ]]
    officer news authority add lka --certificate "$TMP/own.pem" # is what it is
    [ "$(audit list --json | jq -r 'select(.act == "authority-add" and .outcome == "done") | .detail' |
        grep -o 'proposal=.*' | paste -sd' ')" = 'proposal=noted proposal=agreed' ]
    audit verify
}
