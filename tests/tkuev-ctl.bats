#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tkuev-ctl: the life of a measure.  Nothing happens that the audit log has not heard of, and
# every measure ends by itself.

setup() {
    load helpers/common
    load helpers/tkuev
    sponts_setup
    provider
}
teardown() { sponts_teardown; }

@test "init makes what is missing, for its user alone, and leaves what is there" {
    rm "$STATE/interception.key" "$STATE/interception.pem"
    local before after
    before=$(sha256sum "$STATE/vault.key" "$STATE/measures.db")
    run -0 ctl init
    [ "$output" = "made $STATE/interception.key" ]
    run -0 ctl init
    [ -z "$output" ]
    after=$(sha256sum "$STATE/vault.key" "$STATE/measures.db")
    [ "$before" = "$after" ]
    [ "$(stat -c %a "$STATE/interception.key" "$STATE/vault.key" | sort -u)" = 600 ]
    [ "$(acts state-init)" = 'intended done intended done intended done' ]
    chmod 755 "$STATE"
    run -78 ctl init
    [ "$(acts state-init)" = 'intended done intended done intended done intended failed' ]
    chmod 700 "$STATE"
    sqlite3 "$STATE/measures.db" 'PRAGMA user_version = 99'
    run -78 ctl init
    run -78 ctl list
}

@test "init is noted, but for the very first time if nobody listens yet" {
    auditd_kill
    run -69 --separate-stderr ctl init
    [[ $stderr == 'tkuev-ctl: audit log not to be reached: '* ]]
    rm -r "$STATE"
    run -0 --separate-stderr ctl init
    [ "${lines[0]}" = "made $STATE" ]
    [[ $stderr == 'tkuev-ctl: not noted: audit log not to be reached: '* ]]
    rm "$STATE/vault.key"
    run -69 ctl init
    [ ! -e "$STATE/vault.key" ]
    # Somebody listens: then he must have the role, also for the first time.
    auditd_start
    audit grants revoke "$ME" operate
    rm -r "$STATE"
    run -77 ctl init
    [ ! -e "$STATE" ]
    [ "$(acts state-init)" = 'intended done refused' ]
    [ "$(audit list --json | jq -r 'select(.act == "state-init") | .detail' | head -n 1)" = \
        "directory=$STATE" ]
}

# bats test_tags=plain
@test "init by root makes everything the property of sponts-li" {
    only_root 'gives away'
    others_may_enter
    rm -r "$STATE"
    # Whoever is called so in this test's own list of users.
    { cat /etc/passwd && echo 'sponts-li:x:9:9::/:/bin/false'; } | sed '/^news:/d' >"$TMP/passwd"
    unshare --mount bash -c "mount --bind '$TMP/passwd' /etc/passwd &&
        tkuev-ctl --config '$CONF' init"
    [ "$(stat -c %u "$STATE" "$STATE"/* | sort -u)" = 9 ]
    [ "$(acts state-init)" = 'intended done intended done' ]
}

@test "a configuration that others can write, or that an officer hands in, is not believed" {
    chmod 664 "$CONF"
    run -78 ctl list
    [ "$output" = "tkuev-ctl: $CONF: others may write it: chmod go-w" ]
    run -78 audit list
    run -78 tkuev-export --config "$CONF" verify-ledger
    run -78 tkuev-auditd --config "$CONF"
    run -78 tkuev-exportd --config "$CONF"
    for daemon in tkuev-auditd tkuev-exportd; do # as the start does
        run -78 "$daemon" --config "$CONF" --check
        [ "$output" = "$daemon: $CONF: others may write it: chmod go-w" ]
    done
    chmod 644 "$CONF"
    tkuev-exportd --config "$CONF" --check
    ctl list
    run -78 tkuev-ctl --config <(cat "$CONF") list
    [[ $output == *': not a regular file' ]]
    only_root 'becomes others'
    others_may_enter
    cp "$CONF" "$TMP/own.conf"
    chown games "$TMP/own.conf"
    as() { setpriv --reuid "$(id -u "$1")" --regid "$(id -g "$1")" --clear-groups "${@:2}"; }
    ln -s "$TMP/own.conf" "$TMP/link.conf"
    for file in own link; do
        for program in 'tkuev-ctl list' 'tkuev-audit list' 'tkuev-export verify-ledger'; do
            read -r name command <<<"$program"
            run -78 as lp "$name" --config "$TMP/$file.conf" "$command"
            [ "$output" = "$name: $TMP/$file.conf: must belong to root or to the user who runs this" ]
        done
    done
    run -78 tkuev-ctl --config "$TMP/own.conf" list # root is no fool either
}

@test "from approval to the end, each act noted before and after" {
    measure
    ctl approve "$MEASURE"
    [ "$(field state)" = awaiting-provisioning ]
    ctl activate "${MEASURE:0:8}"
    [ "$(field state)" = active ]
    ctl suspend "$MEASURE"
    [ "$(field state)" = suspended ]
    ctl resume "$MEASURE"
    [ "$(field state)" = active ]
    ctl end "$MEASURE" --reason revoked
    [ "$(field state)" = cancelled ]
    [ "$(field reason)" = revoked ]
    for act in create approve activate suspend resume end; do
        [ "$(acts "measure-$act")" = 'intended done' ]
    done
    run -0 audit list --json --reference LKA-17
    [ "$(jq -r 'select(.act == "measure-activate") | .identity' <<<"$output" | sort -u)" = \
        'Anna@Example.org, anna' ]
    [ "$(jq -r 'select(.act == "measure-activate") | .destination' <<<"$output" | sort -u)" = \
        'ftp://192.0.2.9:21/in' ]
    [[ $(jq -r 'select(.act == "measure-activate") | .end' <<<"$output" | head -n 1) == \
        "$(day '+ 60 days')"T00:00:00+0[12]:00 ]]
    audit verify
}

@test "what the table does not allow is refused, noted, and changes nothing" {
    measure
    for act in activate suspend resume extend; do
        run -65 ctl "$act" "$MEASURE" </dev/null
        [ "$output" = "tkuev-ctl: cannot $act: the measure is awaiting-approval" ]
        [ "$(acts "measure-$act")" = 'intended refused' ]
    done
    [ "$(field state)" = awaiting-approval ]
    ctl reject "$MEASURE" --reason 'no judge'
    [ "$(field state)" = rejected ]
    for act in approve activate confirm suspend resume end reject; do
        run -65 ctl "$act" "$MEASURE"
    done
    measure 'Referenz-Id = LKA-18'
    ctl reject "$MEASURE" --invalid
    [ "$(field state)" = invalid ]
}

@test "without the role nothing is done, nor without an audit log" {
    measure
    audit grants revoke "$ME" operate
    run -77 ctl list
    run -77 ctl show "$MEASURE"
    run -77 ctl approve "$MEASURE"
    [ "$output" = "tkuev-ctl: $ME has not the role \"operate\"" ]
    audit grants grant "$ME" operate
    [ "$(field state)" = awaiting-approval ]
    auditd_kill
    for act in approve end show; do
        run -69 ctl "$act" "$MEASURE"
        [[ $output == 'tkuev-ctl: audit log not to be reached: '* ]]
    done
    run -69 ctl create --file "$TMP/order.conf"
    auditd_start
    [ "$(field state)" = awaiting-approval ]
    [ "$(ctl list | wc -l)" -eq 1 ]
}

# killed_at CALL NUMBER [PATH] - approves, and is killed at that call (on that file).
killed_at() {
    strace -f -qq -o /dev/null -e "inject=$1:signal=KILL:when=$2" ${3:+-P "$3"} \
        tkuev-ctl --config "$CONF" approve "$MEASURE" 3>&- || true
}

# bats test_tags=plain
@test "killed before the database is written: the intent is noted, and nothing has changed" {
    measure
    killed_at pwrite64 1 "$STATE/measures.db-wal"
    [ "$(acts measure-approve)" = intended ]
    [ "$(field state)" = awaiting-approval ]
    audit verify
}

# bats test_tags=plain
@test "killed at any step, a measure is changed or not, and never without a note" {
    local step
    measure
    for step in 'sendto 1' 'recvfrom 1' "pwrite64 1 $STATE/measures.db-wal" \
        "pwrite64 2 $STATE/measures.db-wal" "fdatasync 1 $STATE/measures.db-wal" 'sendto 2'; do
        # shellcheck disable=SC2086  # words
        killed_at $step
        if [ "$(field state)" != awaiting-approval ]; then
            [[ $(acts measure-approve) == *intended ]]
            break
        fi
        [[ $(acts measure-approve) != *done* ]]
    done
    sqlite3 "$STATE/measures.db" 'PRAGMA integrity_check' | grep -qx ok
    [ "$(field state)" = awaiting-provisioning ]
    ctl activate "$MEASURE"
    audit verify
}

# bats test_tags=plain
@test "a copy by fax ends by itself after a week; the original prevents that" {
    armed 'Übermittlung = fax'
    [ "$(field provisional)" = true ]
    later() { faketime -f "$1" tkuev-ctl --config "$CONF" "${@:2}"; }
    state() { later "$1" show "$MEASURE" --json | jq -r .state; }
    [ "$(state +603000)" = active ]
    [ "$(state +605000)" = expired ]
    run -65 later +605000 confirm "$MEASURE"
    [[ $output == 'tkuev-ctl: cannot confirm: the measure is expired since '* ]]
    later +605000 settle
    [ "$(acts measure-expire)" = 'intended done' ]
    [ "$(field state)" = expired ]
    [ "$(field reason)" = original-missing ]
    later +605000 settle
    [ "$(acts measure-expire)" = 'intended done' ]

    armed 'Übermittlung = elektronisch' 'Referenz-Id = LKA-18'
    later +600000 confirm "$MEASURE"
    [ "$(state +605000)" = active ]
    run -65 later +600000 confirm "$MEASURE"
}

# bats test_tags=plain
@test "three months at most, then three more with an order of their own" {
    order "Ende = $(day '+ 4 months')"
    run -65 ctl create --file "$TMP/order.conf"
    armed
    later() { faketime -f "$1" tkuev-ctl --config "$CONF" "${@:2}"; }
    printf '%s\n' 'court = AG Musterstadt' 'file-number = 1 Gs 18/26' \
        'legal-basis = stpo-100a' "ordered = $(day '')" "end = $(day '+ 200 days')" \
        >"$TMP/extension.conf"
    run -65 ctl extend "$MEASURE" --file "$TMP/extension.conf"
    [[ $output == *'error: end: is more than three months later'* ]]
    sed -i '/^end/d' "$TMP/extension.conf"
    run -65 ctl extend "$MEASURE" --file "$TMP/extension.conf"
    run -65 ctl extend "$MEASURE" --file "$TMP/order.conf"
    [[ $output == *'Kennung: does not belong to an extension / geh'* ]]
    ctl extend "$MEASURE" --file "$TMP/extension.conf" --end "$(day '+ 100 days')"
    [[ $(field end) == "$(day '+ 100 days')"T* ]]
    [ "$(ctl show "$MEASURE" --json | jq '.orders | length')" -eq 2 ]
    [[ $(audit list --json | jq -r 'select(.act == "measure-extend") | .end' | tail -n 1) == \
        "$(day '+ 100 days')"T* ]]
    [ "$(later +99d show "$MEASURE" --json | jq -r .state)" = active ]
    [ "$(later +101d show "$MEASURE" --json | jq -r .state)" = expired ]
    run -65 later +101d extend "$MEASURE" --file "$TMP/extension.conf" --end 2030-01-01
    run -65 later +101d activate "$MEASURE"
}

# bats test_tags=plain
@test "nothing is armed while the kernel says that the clock is not synchronised" {
    sed -i 's/^synchronised-clock.*/synchronised-clock = yes/' "$CONF"
    measure
    ctl approve "$MEASURE"
    run -65 strace -qq -o /dev/null -e inject=adjtimex,clock_adjtime:retval=5 \
        tkuev-ctl --config "$CONF" activate "$MEASURE"
    [ "$output" = 'tkuev-ctl: cannot activate: the clock is not synchronised' ]
    [ "$(field state)" = awaiting-provisioning ]
    [ "$(acts measure-activate)" = 'intended refused' ]
}

@test "nothing is armed that the servers do not look for" {
    measure
    ctl approve "$MEASURE"
    sed -i 's/^enabled.*/enabled = no/' "$CONF"
    run -65 ctl activate "$MEASURE"
    [ "$output" = 'tkuev-ctl: cannot activate: [tkuev] is not enabled in sponts.conf' ]
}

@test "what was in order when it was entered is looked at again before it is armed" {
    measure
    ctl approve "$MEASURE"
    sqlite3 "$TMP/sponts.db" "DELETE FROM domains WHERE name = 'example.org'"
    run -65 ctl activate "$MEASURE"
    [[ $output == *'example.org is no domain we serve'* ]]
    [[ $output == *'cannot activate: the order has formal faults' ]]
}

@test "a measure goes on to another destination; the order stays as it is" {
    armed
    local orders
    orders=$(ctl show "$MEASURE" --json | jq -c .orders)
    printf '%s\n' 'Ziel-IP = 192.0.2.77' 'Username = other' 'Passwort = new' \
        'Verfahren = ftps' >"$TMP/destination"
    chmod 600 "$TMP/destination"
    run -0 ctl redirect "$MEASURE" --file "$TMP/destination"
    [ -z "$output" ] # what is to be said of the order was said when it was entered
    run -0 ctl redirect --help
    [[ $output == *--profile* && $output == *--port* && $output != *--court* ]]
    [ "$(ctl show "$MEASURE" --json | jq -c '.iri | [.method, .host, .port, .user]')" = \
        '["ftps","192.0.2.77",21,"other"]' ]
    [ "$(ctl show "$MEASURE" --json | jq -c .orders)" = "$orders" ]
    [ "$(field state)" = active ]
    [ "$(field profile)" = etsi-ftp-file ]
    run -0 audit list --json
    [ "$(jq -r 'select(.act == "measure-redirect") | .destination' <<<"$output" | sort -u)" = \
        'ftps://192.0.2.77:21' ]
    run -65 ctl redirect "$MEASURE" --file "$TMP/destination" --method tls
    [[ $output == *'Verfahren: is given twice'* ]]
    run -65 ctl redirect "$MEASURE" --file "$TMP/destination" --profile etsi-tcp
    [[ $output == *'ftps does not suit the profile etsi-tcp'* ]]
    run -65 ctl redirect "$MEASURE" --file "$TMP/order.conf"
    [[ $output == *'Kennung: does not belong to a destination'* ]]
    [ "$(field profile)" = etsi-ftp-file ]
    ctl end "$MEASURE"
    run -65 ctl redirect "$MEASURE" --file "$TMP/destination"
    [ "$output" = 'tkuev-ctl: cannot redirect: the measure has ended' ]
}

@test "status says what needs a person" {
    measure 'Übermittlung = fax'
    run -0 ctl status --json
    [ "$(jq -r '.tasks[].what' <<<"$output" | sort | paste -sd';')" = \
        'approve or reject;confirm: the original is missing' ]
    ctl approve "$MEASURE"
    [[ $(ctl status) == *"${MEASURE:0:8}  activate, $(day '')T"* ]]
    ctl confirm "$MEASURE"
    ctl activate "$MEASURE"
    [ "$(ctl status --json | jq -r '.tasks[].what')" = 'notice set-up' ]
}

@test "of several officers who do the same at once, one does it" {
    armed
    local pids=() i suspended=0
    for i in {1..5}; do
        tkuev-ctl --config "$CONF" suspend "$MEASURE" 2>"$TMP/$i.err" 3>&- &
        pids+=($!)
    done
    for i in "${pids[@]}"; do
        wait "$i" && suspended=$((suspended + 1))
    done
    [ "$suspended" -eq 1 ]
    [ "$(ctl show "$MEASURE" --json | jq -r .state)" = suspended ]
    [ "$(acts measure-suspend | tr ' ' '\n' | grep -c 'done')" -eq 1 ]
    [ "$(acts measure-suspend | tr ' ' '\n' | grep -c 'intended')" -eq 5 ]
}

@test "nobody is named to other officers: who did what is in the audit log alone" {
    armed
    run -0 ctl show "$MEASURE" --json
    [ "$(jq 'keys | map(select(endswith("-by"))) | length' <<<"$output")" -eq 0 ]
    run -0 audit list --json --key "$TMP/auditors.key" --reference LKA-17
    [ "$(jq -r .person <<<"$output" | sort -u)" = "$ME" ]
}

@test "init makes no second key for what another one has locked, nor half a key pair" {
    mv "$STATE/vault.key" "$TMP/vault.key"
    run -65 ctl init
    [ "$output" = "tkuev-ctl: $STATE/vault.key: is missing, and nothing else opens what is in $STATE/measures.db: put it back" ]
    [ ! -e "$STATE/vault.key" ]
    (umask 077 && head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$STATE/vault.key")
    run -65 ctl init
    mv "$TMP/vault.key" "$STATE/vault.key"
    run -0 ctl init
    [ -z "$output" ]
    ctl authority show lka
    mv "$STATE/interception.pem" "$TMP/interception.pem"
    run -78 ctl init
    [ "$output" = "tkuev-ctl: $STATE/interception.pem: is missing, and $STATE/interception.key is there: put it back, or move the other one away" ]
    mv "$TMP/interception.pem" "$STATE/interception.pem"
    mv "$STATE/interception.key" "$TMP/interception.key"
    run -78 ctl init
    [ ! -e "$STATE/interception.key" ]
    # With nothing locked yet, a key is just made.
    rm -r "$STATE"
    ctl init
    rm "$STATE/vault.key"
    run -0 ctl init
    [ "$output" = "made $STATE/vault.key" ]
}

@test "a reference is free again if its measure was turned down before it was armed" {
    measure
    run -65 ctl create --yes --file "$TMP/order.conf"
    [[ $output == *'reference: this authority has given it before'* ]]
    ctl reject "$MEASURE" --reason 'Tippfehler in der Kennung'
    measure
    ctl end "$MEASURE" --reason 'noch ein Tippfehler'
    armed
    ctl end "$MEASURE" --reason 'Aufhebung'
    run -65 ctl create --yes --file "$TMP/order.conf"
    [[ $output == *'reference: this authority has given it before'* ]]
}

@test "an extension by fax: its original is due within its week, then it may be entered again" {
    armed
    printf '%s\n' 'Rechtsgrundlage = stpo-100a' 'Gericht = AG Musterstadt' \
        'Aktenzeichen = 1 Gs 18/26' "Anordnung vom = $(day '- 9 days')" \
        "Eingang = $(day '- 6 days')" 'Übermittlung = fax' \
        "Ende = $(day '+ 100 days')" >"$TMP/extension"
    run -0 ctl extend "$MEASURE" --file "$TMP/extension"
    due=$(day '+ 1 day')
    end=$(day '+ 60 days')
    [[ $output == *"channel: ends by itself at $end"*" unless the original comes until $due"* ]]
    run -0 ctl status
    [[ $output == *"${MEASURE:0:8}  confirm: the original is missing, $due"* ]]
    # Two days later it is too late for that; the original is an extension like any other.
    later() { faketime -f '+2d' tkuev-ctl --config "$CONF" "$@"; }
    run -0 later status
    [[ $output != *"${MEASURE:0:8}  confirm"* ]]
    run -65 later confirm "$MEASURE"
    sed -i '/^Eingang/d; s/^Übermittlung.*/Übermittlung = original/' "$TMP/extension"
    run -0 later extend "$MEASURE" --file "$TMP/extension"
    [[ $(field end) == "$(day '+ 100 days')"* ]]
}

@test "what is said for letters and lists is text, and a disturbance is in order" {
    armed
    run -64 ctl end "$MEASURE" --reason $'bad\e[31m\ntext'
    [[ $output == *'--reason: holds bytes that are no text'* ]]
    run -64 ctl notice "$MEASURE" --kind disturbance --disturbance $'x\nGrund: y' \
        --effect z --since '2026-11-01 10:00'
    [[ $output == *'--disturbance: holds bytes that are no text'* ]]
    run -64 ctl notice "$MEASURE" --kind disturbance --disturbance x --effect y \
        --since '2026-11-01 10:00' --recovered '2026-11-01 09:00'
    [[ $output == *'does not end before --since'* ]]
    run -65 ctl notice "$MEASURE" --kind disturbance --disturbance x --effect y --since '2090-01-01'
    [[ $output == *'--since is in the future'* ]]
    [ "$(field state)" = active ]
}

@test "a destination that is no address, and one that a disc does not need" {
    for host in 999.1.1.1 10.0.0 0x7f000001 3221226219 0.0.0.0; do
        order "Ziel-IP = $host"
        run -65 ctl check --file "$TMP/order.conf"
        [[ $output == *'host: is neither an IP address nor a host name'* ]]
    done
    order 'Profil = cd'
    run -0 ctl check --file "$TMP/order.conf"
    [[ $output == *'warning: method: goes by disc: the destination that is named is not used'* ]]
}
