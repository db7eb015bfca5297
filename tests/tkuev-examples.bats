#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the pages of interception print works as printed, in both languages, but for people,
# keys and handles; and there is no example that is not tried.

setup() {
    load helpers/common
    load helpers/tkuev
    sponts_setup
    STATE=$TMP/li SOCKET=$TMP/run/socket CONF=$TMP/sponts.conf ME=$(id -un)
    export TZ=UTC
    mkdir -p "$TMP/run" "$TMP/desk" "$TMP/tried" "$TMP/li-spool/incoming"
    printf '%s\n' '[general]' "spool = $TMP/spool" "run-directory = $TMP" \
        "database = $TMP/sponts.db" '[tkuev]' 'enabled = yes' "state = $STATE" \
        "spool = $TMP/li-spool" "audit = $TMP/audit" "audit-anchor = $TMP/anchor/audit" \
        "audit-socket = $SOCKET" 'operator-id = TEST1' 'file-prefix = TEST' \
        'synchronised-clock = no' 'renewal = 1s' >"$CONF"
    sponts db migrate --config "$CONF" >/dev/null
    printf 'name\nexample.org\nexample.net\n' |
        sponts import domains - --config "$CONF" >/dev/null
    MEASURE=
}
teardown() { sponts_teardown; }

# blocks PAGE - each example of it in a file $TMP/blocks/NUMBER, as a reader sees it.
blocks() {
    mkdir -p "$TMP/blocks"
    awk -v to="$TMP/blocks" '/^\.Bd -literal/ { inside = 1; n++; next }
        /^\.Ed/ { inside = 0 }
        inside { sub(/\\e$/, "\\"); print > sprintf("%s/%02d", to, n) }' "$REPO/man/$1"
}

# block PATTERN - the first of them with such a line that was not tried yet; now it is.
block() {
    local file
    for file in "$TMP"/blocks/*; do
        grep -qE -- "$1" "$file" || continue
        mv "$file" "$TMP/tried/"
        cat "$TMP/tried/${file##*/}"
        return
    done
    echo "no example with $1" >&2
    return 1
}

# commands - of standard input, by us, without systemd.
commands() {
    sed -E -e 's/sudo -u sponts-(li|audit) //; /^systemctl/d' \
        -e 's,/usr/local/sbin/,,' -e "s,/media/stick,$TMP/desk," \
        -e "s,tkuev-(ctl|audit|export) ,&--config $CONF ,g" \
        -e "s/ (gero|anna|rita)( |$)/ $ME\\2/; s/ sponts-li( |$)/ nobody\\1/" \
        -e "s/3f9a21c0/${MEASURE:0:8}/" \
        -e "s,/var/lib/sponts-li/state/,$STATE/,; s,/dev/sr0,stdio:$TMP/drive,"
}

# try PATTERN - that example, at an officer's desk.
try() {
    block "$1" | commands >"$TMP/try"
    (cd "$TMP/desk" && bash -e "$TMP/try") >"$TMP/out"
}

everybody_has_a_role() {
    try 'tkuev-audit init'
    auditd_start
    try 'grants grant'
    try 'tkuev-ctl init'
    start exportd tkuev-exportd --config "$CONF"
    wait_for 10 test -e "$TMP/li-spool/match"
    ctl authority add lka --title 'LKA Musterland'
}

fax_arrives() {
    order 'Übermittlung = fax' 'Ziel-IP = 127.0.0.1' "Ziel-Port = $(free_port)"
    mv "$TMP/order.conf" "$TMP/desk/order.conf"
    echo scan >"$TMP/desk/fax.pdf"
    try 'tkuev-ctl status'
    try 'tkuev-ctl check'
    try 'tkuev-ctl create'
    MEASURE=$(cat "$TMP/out")
    [ ! -e "$TMP/desk/order.conf" ]
    try 'tkuev-ctl approve'
    try 'tkuev-ctl activate'
    try 'kind set-up'
    grep -q '^Tatsächlich eingerichtet:' "$TMP/desk/set-up.txt"
}

has_ledger() { tkuev-export --config "$CONF" verify-ledger | grep -q "^$MEASURE: "; }

original_arrives_and_more() {
    [ "$(field provisional)" = true ]
    try 'tkuev-ctl confirm'
    [ "$(field provisional)" = false ]
    printf '%s\n' 'court = AG Musterstadt' 'file-number = 1 Gs 18/26' \
        'legal-basis = stpo-100a' "ordered = $(day '')" "end = $(day '+ 90 days')" \
        >"$TMP/desk/extension.conf"
    try 'tkuev-ctl extend'
    [[ $(field end) == "$(day '+ 90 days')"T* ]]
    grep -q '^Änderung einer' "$TMP/desk/change.txt"
    printf '%s\n' 'Ziel-IP = 127.0.0.2' "Ziel-Port = $(free_port)" 'Username = recorder' \
        'Passwort = another' 'Zielverzeichnis = /new' >"$TMP/desk/destination.conf"
    try 'tkuev-ctl redirect'
    [[ $(ctl show "$MEASURE" --json) == *127.0.0.2* ]]
    wait_for 20 has_ledger # once it is published
    try 'ctl receipts'
    try 'ctl traffic'
    grep -q '^measure *reference *records' "$TMP/out"
    block 'tkuev-export probe' | commands >"$TMP/try"
    run -75 bash -e "$TMP/try" # nobody is there
    [[ $output == 'iri  ftp   127.0.0.2:'*': FAILS: '* ]]
    try 'kind disturbance'
    grep -q '^Auswirkung: *Inhalte fehlen$' "$TMP/desk/disturbance.txt"
    try 'tkuev-ctl end'
    [ "$(field state)" = cancelled ]
    try 'kind end'
    grep -q '^Tatsächlich abgeschaltet:' "$TMP/desk/end.txt"
}

# What waits for the disc is the notice that the measure was set up.
disc_goes() {
    local handle=$MEASURE
    disc_order 'Referenz-Id = LKA-D1'
    ctl approve "$MEASURE"
    ctl activate "$MEASURE"
    wait_for 20 has_file
    try 'tkuev-export stored'
    tkuev-export verify "stdio:$TMP/drive"
    ctl end "$MEASURE" --reason over
    MEASURE=$handle
}
has_file() { [ "$(tkuev-export --config "$CONF" stored "$MEASURE" --json)" != '[]' ]; }

# The example with its form, up to the refusal: tkuev-rehearse.bats has a gateway for it.
refused_rehearsal() {
    (umask 077 && printf '%s\n' "$1" >"$TMP/desk/passwords.conf")
    block 'ctl rehearse' | commands >"$TMP/try"
    run -65 bash -ec "cd '$TMP/desk'; . '$TMP/try'"
    [ "$output" = 'tkuev-ctl: cannot rehearse: the measure is no test measure' ]
}

test_measure() {
    refused_rehearsal "$(printf 'password = a\nbystander = test2\nbystander-password = b\n')"
    try 'test-account add'
    order 'test = yes' 'test-account = test1' 'Kennung = test1@example.org' \
        'Referenz-Id = LKA-T1'
    sed -i '/^Mailbox/d' "$TMP/order.conf"
    ctl create --yes --file "$TMP/order.conf"
    sed -i 's/^Kennung.*/Kennung = anna@example.org/' "$TMP/order.conf"
    run -65 ctl create --yes --file "$TMP/order.conf"
}

auditors_look() {
    try 'tkuev-export verify-ledger'
    grep -qE "^$MEASURE: [0-9]+ lines, sound$" "$TMP/out"
    try 'tkuev-audit verify'
    grep -q 'Startwert der Auslosung: *611ef6f3d155d6ed' "$TMP/out"
    run -0 audit list --json --key "$TMP/desk/auditors.key"
    [ "$(jq -r 'select(.act == "measure-activate") | .person' <<<"$output" | sort -u)" = "$ME" ]
}

officer_leaves() {
    try 'grants revoke'
    run -77 ctl list
}

the_process() {
    blocks "$1"
    [ "$(find "$TMP/blocks" -type f | wc -l)" -gt 15 ]
    block '^Cmnd_Alias' >"$TMP/sudoers"
    visudo -cf "$TMP/sudoers"
    everybody_has_a_role
    fax_arrives
    original_arrives_and_more
    disc_goes
    test_measure
    grep -q '^systemctl enable .* tkuev-settle.timer$' <(block 'settle\.timer')
    block settle | sed 's/^7 \* \* \* \* sponts-li //' | commands >"$TMP/try"
    bash -e "$TMP/try"
    auditors_look
    officer_leaves
    run ls "$TMP/blocks"
    [ -z "$output" ] || { echo "not tried: $output"; false; }
}

@test "the process of tkuev(7), from the first key to the officer who leaves" {
    the_process tkuev.7
}

@test "the process on the German page" {
    the_process de/tkuev.7
}

# The part of it that says how interception is installed.
the_handbook() {
    mkdir "$TMP/spool"
    blocks "$1"
    block '^\[tkuev\]' | sed 1d >>"$CONF"
    block '^tkuev-audit init' | sed '/^systemd-/d' | commands |
        sed "s,sponts check,& --config $CONF," >"$TMP/try"
    [ "$(wc -l <"$TMP/try")" -eq 5 ]
    (cd "$TMP/desk" && bash -e "$TMP/try")
    auditd_start
    ctl authority add lka
    measure
    run -65 ctl approve "$MEASURE" # second-person
    the_timer_settles
}

# As the user that its unit has: nobody, where the examples say sponts-li.
the_timer_settles() {
    measure "Ende = $(date -u -d 'now + 3 seconds' +%Y-%m-%dT%H:%M:%SZ)" 'Referenz-Id = LKA-18'
    expired() { [ "$(field state)" = expired ]; }
    wait_for 10 expired
    local timer=() who=$ME
    if [ "$(id -u)" -eq 0 ]; then
        who=nobody
        timer=(setpriv --reuid "$who" --regid "$(id -g "$who")" --clear-groups)
        others_may_enter "$TMP/run"
        chmod 666 "$SOCKET"
        chown -R "$who" "$STATE"
    fi
    run -0 "${timer[@]}" "$BIN/tkuev-ctl" --config "$CONF" settle
    audit grants grant "$ME" review
    audit list --json --key "$TMP/desk/auditors.key" >"$TMP/entries"
    [ "$(jq -r 'select(.act == "measure-expire") | .outcome + " " + .person' "$TMP/entries" | paste -sd,)" = \
        "intended $who,done $who" ]
}

@test "interception as sponts-operating(7) installs it" {
    sed -i '/^enabled\|^operator-id\|^file-prefix/d' "$CONF"
    the_handbook sponts-operating.7
}

@test "the same on the German page of it" {
    sed -i '/^enabled\|^operator-id\|^file-prefix/d' "$CONF"
    the_handbook de/sponts-operating.7
}

# Where they were before: in the directories that hide them now.
moved_as_on() {
    local each before
    VAR=$TMP/var
    mkdir -p "$VAR/lib"
    provider
    auditd_kill
    before=$(sha256sum <"$STATE/measures.db")
    for each in li/state audit/audit; do
        mv "$VAR/lib/sponts-$each"/* "$VAR/lib/sponts-${each%/*}/"
    done
    blocks "$1"
    block '^find ' | sed "/^systemd-/d; s,/var/lib/,$VAR/lib/,; s/^sudo -u [^ ]* //
        s,--check,--config $CONF &," >"$TMP/try"
    [ "$(wc -l <"$TMP/try")" -eq 6 ]
    run -78 tkuev-exportd --config "$CONF" --check
    bash -e "$TMP/try"
    [ "$(sha256sum <"$STATE/measures.db")" = "$before" ]
    ls "$VAR/lib/sponts-li" "$VAR/lib/sponts-audit" >"$TMP/left"
    [ "$(grep -cv -e ^/ -e '^$' "$TMP/left")" -eq 2 ]
}

@test "what lay where everybody sees that it changes is moved as sponts-operating(7) says" {
    moved_as_on sponts-operating.7
}

@test "the same as the German page of it says" {
    moved_as_on de/sponts-operating.7
}

@test "the auditors' key is changed as tkuev(7) says; old entries stay readable" {
    provider
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=auditors \
        -keyout "$TMP/new.key" -out "$TMP/new.crt" 2>/dev/null
    kill "$AUDITD_PID"
    wait_for 5 gone "$AUDITD_PID"
    mv "$TMP/audit/reviewer.crt" "$TMP/audit/reviewer-2026.crt"
    cp "$TMP/new.crt" "$TMP/audit/reviewer.crt"
    auditd_start
    ctl status
    run -0 audit list --json --key "$TMP/auditors.key"
    [ "$(jq -r 'select(.act == "authority-add") | .person' <<<"$output" | sort -u)" = "$ME" ]
    run -0 audit list --json --key "$TMP/new.key"
    [ "$(jq -r 'select(.act == "measure-status") | .person' <<<"$output" | sort -u)" = "$ME" ]
    audit verify
}

@test "a server is replaced: everything goes on where it was" {
    provider
    armed
    head=$(audit verify --json | jq -r .head)
    kill "$AUDITD_PID"
    wait_for 5 gone "$AUDITD_PID"
    mkdir "$TMP/new"
    for directory in li audit anchor; do
        cp -a "$TMP/$directory" "$TMP/new/"
        rm -r "${TMP:?}/$directory"
    done
    sed -i "s,$TMP/\(li\|audit\|anchor\)\(\$\|/\),$TMP/new/\1\2," "$CONF"
    audit verify --head "$head"
    rm -f "$SOCKET"
    auditd_start
    [ "$(field state)" = active ]
    audit verify --head "$head"
}

# bats test_tags=plain
@test "the orders that tkuev-order(5) shows have no formal fault when they were written" {
    provider
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=bka \
        -keyout "$TMP/bka.key" -out "$TMP/bka.pem" 2>/dev/null
    ctl authority add bka --certificate "$TMP/bka.pem"
    awk -v to="$TMP" '/^\.Bd/ { inside = 1; n++; next } /^\.Ed/ { inside = 0 }
        inside { gsub(/\\\(sc/, "§"); print > to "/order" n }' "$REPO/man/tkuev-order.5"
    chmod 600 "$TMP"/order[12]
    for file in "$TMP"/order[12]; do
        run -0 faketime '2026-11-22 14:30:00' tkuev-ctl --config "$CONF" check --file "$file"
        [[ $output != *error:* ]]
    done
    [ ! -e "$TMP/order3" ]
}

@test "the examples of tkuev-ctl(8), from the fax to the end" {
    provider
    blocks tkuev-ctl.8
    block 'init' >/dev/null # as root, with users of the system; the process above has it
    block 'grant sponts-li' | commands >"$TMP/try"
    bash -e "$TMP/try"
    audit grants >"$TMP/out"
    grep -q '^nobody.*operate' "$TMP/out"
    order 'Übermittlung = fax'
    mv "$TMP/order.conf" "$TMP/desk/order.conf"
    echo scan >"$TMP/desk/fax.pdf"
    printf '%s\n' 'court = AG Musterstadt' 'file-number = 1 Gs 18/26' \
        'legal-basis = stpo-100a' "ordered = $(day '')" "end = $(day '+ 90 days')" \
        >"$TMP/desk/extension.conf"
    block 'ctl check' | sed 's/create/create --yes/' >"$TMP/fax"
    commands <"$TMP/fax" | head -n 2 >"$TMP/try"
    (cd "$TMP/desk" && bash -e "$TMP/try") >"$TMP/out"
    MEASURE=$(tail -n 1 "$TMP/out")
    commands <"$TMP/fax" | tail -n +3 >"$TMP/try"
    (cd "$TMP/desk" && bash -e "$TMP/try")
    refused_rehearsal "$(block '^bystander = ')"
    try 'ctl confirm'
    [ "$(field state)" = cancelled ]
    # Needs a machine's key; the helper is tried in tkuev-ctl-order.bats.
    block 'systemd-creds encrypt' >/dev/null
    block 'systemd-creds decrypt' >/dev/null
    run ls "$TMP/blocks"
    [ -z "$output" ]
}
