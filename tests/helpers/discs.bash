# SPDX-License-Identifier: Apache-2.0
# discs.bash - discs, and measures whose authority gets them; the latter on top of
# exportd.bash.
#
#     by_disc [LINE...]         an active measure with the profile cd; its handle in $MEASURE
#     authority_key             the authority gets a certificate: $TMP/lka.pem, $TMP/lka.key
#     stores NUMBER             so many contents wait
#     second_person             games, who may use the files of the interception user,
#                               releases $IMAGE; then they are his

# shellcheck disable=SC2034  # for the tests
by_disc() {
    disc_order "$@"
    ctl approve "$MEASURE"
    ctl activate "$MEASURE"
    DISCS=$STATE/discs/$MEASURE
    list_is_renewed
    list_is_renewed
}

authority_key() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=lka \
        -keyout "$TMP/lka.key" -out "$TMP/lka.pem" 2>/dev/null
    ctl authority add lka --title 'LKA Musterland' --certificate "$TMP/lka.pem"
}

export_tool() { tkuev-export --config "$CONF" "$@"; }
digest_of() { sha256sum "$1" | cut -c 1-64; }

# stored [FILTER] - the table of what is stored, through jq.
stored() { export_tool stored "$MEASURE" --json | jq -r "${1:-.}"; }
stores() { [ "$(stored '[.[] | select(.stream == "cc")] | length')" -eq "$1" ]; }

unpack() {
    rm -rf "$2" && mkdir -p "$2"
    xorriso -osirrox on:auto_chmod_on -indev "$1" -extract / "$2" 2>/dev/null
    /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/lemf.py" others "$2"
}
# subjects DIRECTORY - the numbers of the messages whose contents are below it, in order.
subjects() { grep -haoE 'Subject: message [0-9]+' -r "$1" | grep -oE '[0-9]+$' | sort -n | paste -sd' '; }

as_second() {
    setpriv --reuid "$(id -u games)" --regid "$(id -g games)" --clear-groups \
        "$BIN/tkuev-export" --config "$CONF" "$@"
}
second_person() {
    audit grants grant games operate
    others_may_enter "$TMP/run" "${CONF%/*}"
    chmod 666 "$SOCKET"
    chmod 644 "$IMAGE"
    chown -R games "$STATE"
    run -0 as_second release "$IMAGE"
}
