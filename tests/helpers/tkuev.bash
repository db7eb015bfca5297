# SPDX-License-Identifier: Apache-2.0
# tkuev.bash - a provider with an audit log, an officer and an authority, for the tests of
# tkuev-ctl.
#
#     setup()    { load helpers/common; load helpers/tkuev; sponts_setup; provider; }

load helpers/auditd

ctl() { tkuev-ctl --config "$CONF" "$@"; }

# tkuev_section - in $TKUEV, for a provider whose files are all below $TMP; sets STATE and SOCKET.
# With $VAR they are where they are by default.
tkuev_section() {
    local audit=$TMP/audit anchor=$TMP/anchor
    STATE=$TMP/li
    if [ -n "${VAR-}" ]; then
        STATE=$VAR/lib/sponts-li/state
        audit=$VAR/lib/sponts-audit/audit anchor=$VAR/lib/sponts-anchor
    fi
    SOCKET=$TMP/run/socket
    export TZ=UTC # official time is Germany's wherever the machine stands
    mkdir -p "$TMP/run"
    TKUEV=('[tkuev]' 'enabled = yes' "state = $STATE" "spool = $TMP/li-spool"
        "audit = $audit" "audit-anchor = $anchor/audit" "audit-socket = $SOCKET"
        'operator-id = TEST1' 'synchronised-clock = no')
}

# provider [LINE...] - further lines of [tkuev]; starts tkuev-auditd.
provider() {
    CONF=$TMP/sponts.conf
    nobody_may_enter
    tkuev_section
    printf '%s\n' '[general]' "spool = $TMP/spool" "run-directory = $TMP" \
        "database = $TMP/sponts.db" "${TKUEV[@]}" 'file-prefix = TEST' "$@" >"$CONF"
    sponts db migrate --config "$CONF" >/dev/null
    printf 'name\nexample.org\nexample.net\n' |
        sponts import domains - --config "$CONF" >/dev/null
    new_log >/dev/null
    auditd_start
    ctl init >/dev/null
    ctl authority add lka --title 'LKA Musterland'
}

# day OFFSET - a day from now in official time, e.g. day '+ 30 days'.
day() { TZ=Europe/Berlin date -d "now $1" +%Y-%m-%d; }

# order [LINE...] - a sound order in $TMP/order.conf; LINEs replace those with their key.
order() {
    local line
    printf '%s\n' 'Kennung = Anna@Example.org' 'Mailbox = anna' 'Referenz-Id = LKA-17' \
        'Berechtigte Stelle = lka' 'Rechtsgrundlage = stpo-100a' 'Gericht = AG Musterstadt' \
        'Aktenzeichen = 1 Gs 17/26' "Anordnung vom = $(day '- 1 day')" \
        "Beginn = $(day '')" "Ende = $(day '+ 60 days')" 'Profil = etsi-ftp-file' \
        'Ziel-IP = 192.0.2.9' 'Ziel-Port = 21' 'Username = recorder' \
        'Passwort = open-sesame' 'Zielverzeichnis = /in' >"$TMP/order.conf"
    for line; do
        sed -i "/^${line%% =*} =/d" "$TMP/order.conf"
        printf '%s\n' "$line" >>"$TMP/order.conf"
    done
    chmod 600 "$TMP/order.conf"
}

# Where a measure goes: lines for order, measure and armed, in $GOES.
#
# goes_by_tcp PORT
# shellcheck disable=SC2034  # for the tests
goes_by_tcp() {
    GOES=('Profil = etsi-tcp' 'Verfahren = tcp' 'Ziel-IP = 127.0.0.1' "Ziel-Port = $1"
        'Username =' 'Passwort =' 'Zielverzeichnis =')
}
# goes_to_files - to the server that file_servers.bash has started last
# shellcheck disable=SC2034
goes_to_files() {
    GOES=('Ziel-IP = 127.0.0.1' "Ziel-Port = $PORT" "Username = $FTP_USER"
        "Passwort = $FTP_PASSWORD" 'Zielverzeichnis = in')
}

# measure [LINE...] - enters such an order; its handle in $MEASURE.
measure() {
    order "$@"
    MEASURE=$(ctl create --yes --file "$TMP/order.conf" 2>/dev/null)
    [[ $MEASURE =~ ^[0-9a-f]{32}$ ]]
}
# disc_order [LINE...] - enters one that is delivered by disc; its handle in $MEASURE.
disc_order() {
    order 'Profil = cd' "$@"
    sed -i '/^\(Ziel\|User\|Pass\)/d' "$TMP/order.conf"
    MEASURE=$(ctl create --yes --file "$TMP/order.conf" 2>/dev/null)
    [[ $MEASURE =~ ^[0-9a-f]{32}$ ]]
}
armed() {
    measure "$@"
    ctl approve "$MEASURE"
    ctl activate "$MEASURE"
}

# reads_measures - somebody does, and goes on until $READER is killed.
reads_measures() {
    start reader /usr/bin/python3 -c '
import signal, sqlite3, sys
reader = sqlite3.connect(sys.argv[1], isolation_level=None)
reader.execute("BEGIN")
reader.execute("SELECT count(*) FROM measures").fetchone()
print("reads", flush=True)
signal.pause()' "$STATE/measures.db"
    READER=$PID
    wait_for 10 grep -q reads "$TMP/reader.out"
}
# reads_no_more - nor does it, then.
reads_no_more() {
    kill "$READER"
    wait_for 10 gone "$READER"
}

field() { ctl show "$MEASURE" --json | jq -r ".\"$1\""; }
# acts ACT - the outcomes of it in the audit log, in order, on one line.
acts() {
    audit list --json | jq -r "select(.act == \"$1\") | .outcome" | paste -sd' '
}
