#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tkuev-export probe: whether somebody takes what a measure owes, before it is owed.

setup() {
    load helpers/common
    load helpers/tkuev
    load helpers/exportd
    load helpers/file_servers
    sponts_setup
    provider
    new_home
}
teardown() { sponts_teardown; }

probe() { tkuev-export --config "$CONF" probe "$MEASURE" "$@"; }
# by_ftp [LINE...] - a measure whose authority is the server that was started last
by_ftp() {
    measure 'Ziel-IP = 127.0.0.1' "Ziel-Port = $PORT" "Username = $FTP_USER" \
        "Passwort = $FTP_PASSWORD" 'Zielverzeichnis = in' "$@"
}

@test "a file server that takes the login answers, and gets no file" {
    start_vsftpd
    by_ftp
    run -0 probe
    [[ $output == "iri  ftp   127.0.0.1:$PORT: "[0-9]* ]]
    [ -z "$(ls -A "$HOME_DIR/in")" ]
    run -0 probe --json
    [ "$(jq -c '.[] | [.stream, .method, .peer, .standby, .answers, .trouble]' <<<"$output")" = \
        "[\"iri\",\"ftp\",\"127.0.0.1:$PORT\",false,true,\"\"]" ]
    [ "$(acts handover-probe)" = 'intended done intended done' ]
}

@test "a password that is refused, and nobody at all, are told apart and are no success" {
    start_vsftpd
    by_ftp 'Passwort = another'
    run -75 probe
    [[ $output == "iri  ftp   127.0.0.1:$PORT: FAILS: "*530* ]]
    [[ $output != *another* ]]
    PORT=$(free_port)
    by_ftp 'Referenz-Id = LKA-18'
    run -75 probe --json
    [ "$(jq -c '.[] | [.answers, .answer]' <<<"$output")" = '[false,""]' ]
    jq -e '.[0].trouble | length > 0' <<<"$output"
    # The auditors see what came of it.
    audit list --json | jq -e 'select(.act == "handover-probe") | .detail | contains("not-reached")'
}

@test "each standby is asked by itself; one that answers is enough" {
    local dead live
    dead=$(free_port)
    start_vsftpd
    live=$PORT
    PORT=$dead
    by_ftp "standby = 127.0.0.1:$live 127.0.0.1:$dead"
    run -0 probe
    [[ ${lines[0]} == "iri  ftp   127.0.0.1:$dead: FAILS: "* ]]
    [[ ${lines[1]} == "iri  ftp   127.0.0.1:$live (standby): "[0-9]* ]]
    [[ ${lines[2]} == "iri  ftp   127.0.0.1:$dead (standby): FAILS: "* ]]
    [ "${#lines[@]}" -eq 3 ]
}

@test "each server has a key of its own, and is asked by no other" {
    local first key
    FTP_SERVER=first start_proftpd_sftp
    first=$PORT key=$PEER_KEY
    FTP_SERVER=second start_proftpd_sftp
    by_sftp() {
        local second=$PORT
        PORT=$first by_ftp 'Verfahren = sftp' "standby = 127.0.0.1:$second" "$@"
    }
    by_sftp "peer-key = $key $PEER_KEY"
    run -0 probe
    [ "${lines[0]}" = "iri  sftp  127.0.0.1:$first: logged in" ]
    [ "${lines[1]}" = "iri  sftp  127.0.0.1:$PORT (standby): logged in" ]
    by_sftp "peer-key = $key" 'Referenz-Id = LKA-18'
    run -0 probe
    [ "${lines[0]}" = "iri  sftp  127.0.0.1:$first: logged in" ]
    [[ ${lines[1]} == "iri  sftp  127.0.0.1:$PORT (standby): FAILS: "* ]]
    by_sftp "peer-key = $PEER_KEY" 'Referenz-Id = LKA-19'
    run -0 probe
    [[ ${lines[0]} == "iri  sftp  127.0.0.1:$first: FAILS: "* ]]
    [ "${lines[1]}" = "iri  sftp  127.0.0.1:$PORT (standby): logged in" ]
    [ "${#lines[@]}" -eq 2 ]
}

@test "what this machine lacks for one destination is said of that one" {
    lemf_start lemf
    order 'Profil = etsi-tcp' 'Verfahren = tls' 'Ziel-IP = 127.0.0.1' "Ziel-Port = $(free_port)" \
        'Username =' 'Passwort =' 'Zielverzeichnis ='
    printf '%s\n' '[cc]' 'Verfahren = tcp' "Ziel-Port = $LEMF_PORT" >>"$TMP/order.conf"
    MEASURE=$(ctl create --yes --file "$TMP/order.conf")
    : >"$STATE/authorities.pem"
    run -75 probe
    [[ ${lines[0]} == "iri  tls   127.0.0.1:"*": FAILS: $STATE/authorities.pem: is empty" ]]
    [ "${lines[1]}" = "cc   tcp   127.0.0.1:$LEMF_PORT: acknowledged" ]
    [ "${#lines[@]}" -eq 2 ]
}

@test "connections are opened and answered, or not; with content both destinations count" {
    lemf_start lemf
    order 'Profil = etsi-tcp' 'Verfahren = tcp' 'Ziel-IP = 127.0.0.1' \
        "Ziel-Port = $LEMF_PORT" 'Username =' 'Passwort =' 'Zielverzeichnis ='
    printf '%s\n' '[cc]' "Ziel-Port = $(free_port)" >>"$TMP/order.conf"
    MEASURE=$(ctl create --yes --file "$TMP/order.conf")
    run -75 probe
    [[ ${lines[0]} == "iri  tcp   127.0.0.1:$LEMF_PORT: acknowledged" ]]
    [[ ${lines[1]} == "cc   tcp   127.0.0.1:"*": FAILS: "* ]]
    [ "${#lines[@]}" -eq 2 ]
}

@test "discs answer nobody; what is no measure, and who is no officer, are refused" {
    disc_order
    run -0 probe
    [ "$output" = 'iri  cd    goes by disc' ]
    MEASURE=0000 run -65 probe
    [ "$output" = 'tkuev-export: there is no such measure' ]
    audit grants revoke "$(id -un)" operate
    run -77 probe
    [ "$(acts handover-probe)" = 'intended done refused refused' ]
}
