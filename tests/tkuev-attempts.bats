#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the ledger says of hosts that were tried in vain.

setup() {
    load helpers/common
    load helpers/gateway
    load helpers/tkuev
    load helpers/exportd
    sponts_setup
}
teardown() { exportd_teardown; }

# told_of ACT... - the acts of parcels, "ACT PORT", each once, in the order of the first parcel
told_of() {
    ctl receipts "$MEASURE" --json | jq -r '
        map(select(.parcel)) | .[0].parcel as $first | .[] | select(.parcel == $first)
        | .act + " " + (.peer | split(":")[1])' >"$TMP/told"
    [ "$(head -n $# "$TMP/told")" = "$(printf '%s\n' "$@")" ]
}

@test "the ledger has each host that was tried, by TCP before the receipt of a standby" {
    local dead
    dead=$(free_port)
    lemf_start lemf
    interception
    goes_by_tcp "$dead"
    armed "${GOES[@]}" "standby = 127.0.0.1:$LEMF_PORT"
    wait_for 20 told_of "attempt $dead" "receipt $LEMF_PORT"
    run -0 tkuev-export --config "$CONF" verify-ledger
}

@test "the ledger has each host that was tried, by FTP where none takes the file" {
    load helpers/file_servers
    local dead
    dead=$(free_port)
    new_home
    start_vsftpd
    interception 'file-prefix = D2AE'
    goes_to_files
    armed "${GOES[@]}" 'Passwort = wrong' "standby = 127.0.0.1:$dead"
    wait_for 20 told_of "attempt $PORT" "attempt $dead"
    tells "attempt .*peer=127.0.0.1:$PORT why=.*530"
    # What is to be done tells of the last.
    [[ $(ctl status) == *"not handed over: 127.0.0.1:$dead: Failed to connect"* ]]
}
