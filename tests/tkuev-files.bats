#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Files for authorities: put whole, under a name that nobody has, or not at all; against
# vsftpd, proftpd, OpenSSH, and a server that fails in every way.

bats_require_minimum_version 1.5.0

setup() {
    load helpers/common
    load helpers/file_servers
    sponts_setup
    NAME=D2AE26081709050700001
    FILE=$TMP/parcel
    head -c 300000 /dev/urandom >"$FILE"
    new_home
    METHOD=ftp
    OPTIONS=()
}
teardown() { sponts_teardown; }

# courier ACT... - at the server that was started last, or $HOSTS
courier() {
    local word=$1
    shift
    timeout 60 courier-tool "$METHOD" "${HOSTS:-127.0.0.1:$PORT}" "${DIRECTORY-in}" "user=$FTP_USER" \
        "password=${FTP_PASSWORD-}" "${OPTIONS[@]}" "$word" "$@"
}
deliver() { courier deliver "$NAME" "$FILE"; }
reconcile() { courier reconcile "$NAME" "$FILE"; }
# The directory holds these files and no others.
holds() { [ "$(ls -A "$HOME_DIR/in")" = "$(printf '%s\n' "$@")" ]; }
arrived() {
    holds "$NAME"
    cmp "$FILE" "$HOME_DIR/in/$NAME"
}

# What every server has to go through.
usual_life() {
    run -0 reconcile
    [ "$output" = absent ]
    run -0 courier probe
    run -0 deliver
    [[ ${lines[0]} == "step uploading"* ]]
    [[ ${lines[1]} == "step uploaded ${CONFIRMED:-226 }"* ]]
    [[ ${lines[2]} == "step renamed ${RENAMED:-250 }"* ]]
    [[ ${lines[3]} == "step verified listed" ]]
    [[ ${lines[4]} == "delivered verified at 127.0.0.1:$PORT: ${CONFIRMED:-226 }"* ]]
    arrived
    # Offered once more, it is not carried once more.
    run -0 deliver
    [ "${lines[0]}" = "step verified found with its name and size" ]
    run -0 reconcile
    [ "$output" = complete ]
    # The name is taken by something else: nothing is written over.
    echo short >"$HOME_DIR/in/$NAME"
    run -1 deliver
    [[ $output == "refused queued at "*" is there with 6 octets instead of 300000" ]]
    [ "$(cat "$HOME_DIR/in/$NAME")" = short ]
    run -0 reconcile
    [ "$output" = different ]
    rm "$HOME_DIR/in/$NAME"
    # The directory is not there.
    DIRECTORY=nowhere run -1 deliver
    [[ ${lines[-1]} == "refused "* ]]
    holds
    # An empty file is a file.
    : >"$FILE"
    run -0 deliver
    arrived
}

# Whatever step it dies at, the next round puts it right, and there is one file.
every_death() {
    local step found
    for step in uploading uploaded renamed verified; do
        OPTIONS+=("die=$step")
        run -137 deliver
        unset 'OPTIONS[-1]'
        run -0 reconcile
        case $step in
        uploading) found=absent ;;
        uploaded) found=temporary ;;
        *) found=complete ;;
        esac
        [ "$output" = "$found" ]
        run -0 deliver
        arrived
        rm "$HOME_DIR/in/$NAME"
    done
    # Half a temporary file is written anew, not gone on with.
    head -c 1000 /dev/zero >"$HOME_DIR/in/$NAME.tmp"
    run -0 reconcile
    [ "$output" = temporary ]
    run -0 deliver
    arrived
}

# A disk without room: files of the server end at 100 kB.
no_room() (
    trap '' XFSZ
    ulimit -f 100
    "$@"
    declare -p PORT FTP_USER FTP_PASSWORD SSH_KEY PEER_KEY 2>/dev/null >"$TMP/server" || true
)

full_disk() {
    no_room "$@"
    # shellcheck source=/dev/null
    . <(sed 's/^declare --/declare -g/' "$TMP/server")
    [ -z "${SSH_KEY-}" ] || OPTIONS=("ssh-key=$SSH_KEY" "key=$PEER_KEY")
    run -1 deliver
    [[ ${lines[-1]} == "later uploading at "* ]]
    holds
}

@test "vsftpd: passive and active" {
    start_vsftpd
    usual_life
    rm "$HOME_DIR/in/$NAME"
    OPTIONS=(active)
    run -0 deliver
    arrived
}

@test "vsftpd: a death at every step" {
    start_vsftpd
    every_death
}

@test "vsftpd: TLS" {
    tls_of vsftpd
    start_vsftpd "${TLS_LINES[@]}"
    METHOD=ftps OPTIONS=("key=$PEER_KEY")
    usual_life
}

@test "vsftpd: no room" {
    full_disk start_vsftpd
}

@test "proftpd: passive and active" {
    start_proftpd
    usual_life
    rm "$HOME_DIR/in/$NAME"
    OPTIONS=(active)
    run -0 deliver
    arrived
}

@test "proftpd: a death at every step" {
    start_proftpd
    every_death
}

@test "proftpd: TLS" {
    tls_of proftpd
    start_proftpd "${TLS_LINES[@]}"
    METHOD=ftps OPTIONS=("key=$PEER_KEY")
    usual_life
}

@test "proftpd: no room" {
    full_disk start_proftpd
}

@test "OpenSSH: a life, and a directory from the root" {
    start_sshd
    METHOD=sftp OPTIONS=("ssh-key=$SSH_KEY" "key=$PEER_KEY") CONFIRMED=closed RENAMED=ok
    usual_life
    rm "$HOME_DIR/in/$NAME"
    DIRECTORY=$HOME_DIR/in run -0 deliver
    arrived
}

@test "OpenSSH: a death at every step" {
    start_sshd
    METHOD=sftp OPTIONS=("ssh-key=$SSH_KEY" "key=$PEER_KEY")
    every_death
}

@test "OpenSSH: no room" {
    METHOD=sftp
    full_disk start_sshd
}

@test "nothing is said to a server that is not the one" {
    start_sshd
    METHOD=sftp
    OPTIONS=("ssh-key=$SSH_KEY" "key=SHA256:$(printf '%043d' 0 | tr 0 A)")
    run -1 deliver
    [[ ${lines[-1]} == "refused queued at "* ]]
    OPTIONS=("ssh-key=$SSH_KEY")
    run -1 deliver
    [[ $output == *"no key of the SFTP server is known" ]]
    run ! grep -q Accepted "$TMP/sshd.log"

    tls_of proftpd
    start_proftpd "${TLS_LINES[@]}"
    METHOD=ftps
    for OPTIONS in "key=SHA256:$(printf '%043d' 0 | tr 0 A)" patience=5; do
        run -1 deliver
        [[ ${lines[-1]} == "refused queued at "* ]]
    done
    run ! grep -q 'Login successful' "$TMP/proftpd.log"
    holds
}

@test "FTPS is never silently plain" {
    start_proftpd
    METHOD=ftps
    run -1 deliver
    [[ ${lines[-1]} == "refused queued at "* ]]
    holds
    run ! grep -qE 'USER|Login' "$TMP/proftpd.log"
}

@test "logins: refused for ever, for now, or not answered" {
    start_bad_ftp refuse-login
    run -1 deliver
    [[ $output == "refused queued at "*530* ]]
    [[ $output != *open-sesame* ]]
    start_bad_ftp busy-login 2
    run -1 deliver
    [[ $output == "later queued at "*421* ]]
    start_bad_ftp hang-login 3
    OPTIONS=(patience=1)
    SECONDS=0
    run -1 deliver
    [[ $output == "later queued at "* ]]
    ((SECONDS < 20))
    # Nobody is there at all.
    PORT=$(free_port)
    run -1 deliver
    [[ $output == "later queued at "* ]]
    run -0 reconcile
    [ "$output" = nobody-says ]
    run -1 courier probe
}

@test "an upload that hangs, breaks off, or finds no room" {
    local way
    for way in hang-store drop-store full-store; do
        start_bad_ftp "$way" "-$way"
        OPTIONS=(patience=2)
        SECONDS=0
        run -1 deliver
        [[ ${lines[-1]} == "later uploading at "* ]]
        ((SECONDS < 40))
        [ ! -e "$HOME_DIR/in/$NAME" ]
        # The server is well again, the file comes whole.
        rm -f "$HOME_DIR/in/$NAME.tmp"
    done
    start_bad_ftp none -well
    run -0 deliver
    arrived
}

@test "a server that lies about sizes, or tells none, has nothing delivered" {
    start_bad_ftp lie-size
    run -1 deliver
    [[ ${lines[-1]} == "later uploading at "*"300001 octets instead of 300000" ]]
    holds
    start_bad_ftp no-size 2
    run -1 deliver
    [[ ${lines[-1]} != delivered* ]]
    holds
}

@test "a rename that is refused, wrong, or lost" {
    start_bad_ftp refuse-rename
    run -1 deliver
    [[ ${lines[-1]} == "refused uploaded at "*550* ]]
    holds "$NAME.tmp"

    start_bad_ftp wrong-rename 2
    run -1 deliver
    [[ ${lines[-1]} == "later renamed at "*"not there with its name and size" ]]
    holds "$NAME.other"
    rm "$HOME_DIR/in/$NAME.other"

    start_bad_ftp lost-rename 3
    run -0 deliver
    [ "${lines[2]}" = "step renamed no answer, but renamed" ]
    arrived
    rm "$HOME_DIR/in/$NAME"

    start_bad_ftp gone-rename 4
    run -1 deliver
    [[ ${lines[-1]} == "later uploaded at "* ]]
    run -0 reconcile
    [ "$output" = nobody-says ]
    start_bad_ftp none 5
    run -0 reconcile
    [ "$output" = complete ]
    run -0 deliver
    [ "${lines[0]}" = "step verified found with its name and size" ]
    arrived
}

@test "standbys take over in order, unless the first may have the file" {
    local dead first
    dead=$(free_port)
    start_bad_ftp none
    HOSTS=127.0.0.1:$dead,127.0.0.1:$PORT
    run -0 deliver
    [[ ${lines[-2]} == "in vain at 127.0.0.1:$dead: Failed to connect"* ]]
    [[ ${lines[-1]} == "delivered verified at 127.0.0.1:$PORT: 226"* ]]
    arrived
    # At the first nothing was in vain before it.
    HOSTS=127.0.0.1:$PORT,127.0.0.1:$dead
    run -0 deliver
    [[ $output != *'in vain'* ]]
    HOSTS=127.0.0.1:$dead,127.0.0.1:$PORT
    run -0 courier probe
    [[ ${lines[0]} == "later queued at 127.0.0.1:$dead: "* ]]
    [[ ${lines[1]} == "delivered queued at 127.0.0.1:$PORT: "* ]]
    [ "${#lines[@]}" -eq 2 ]

    new_home first
    start_bad_ftp hang-rename 2
    first=$PORT
    new_home second
    start_bad_ftp none 3
    HOSTS=127.0.0.1:$first,127.0.0.1:$PORT
    OPTIONS=(patience=5)
    run -1 deliver
    [[ ${lines[-1]} == "later uploaded at 127.0.0.1:$first: "* ]]
    holds
}

@test "what would be a command in a name or directory is not sent" {
    start_proftpd
    DIRECTORY=$'in\r\nDELE x' run -1 deliver
    [[ $output == *"control characters in the directory" ]]
    DIRECTORY=in/../../x run -1 deliver
    [[ $output == *'".." in the directory' ]]
    FTP_USER=$'lea\nQUIT' run -1 deliver
    [[ $output == *"control characters in user or password" ]]
    mkdir "$HOME_DIR/in/ä b%2F#?"
    DIRECTORY='in/ä b%2F#?' run -0 deliver
    cmp "$FILE" "$HOME_DIR/in/ä b%2F#?/$NAME"
}
