#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tkuev-auditd: what is answered stands in the log, and nobody changes it unseen.

bats_require_minimum_version 1.5.0

setup() {
    load helpers/common
    load helpers/audit
    sponts_setup
    audit_setup
}
teardown() { sponts_teardown; }

@test "an entry is noted with the person whom the kernel names, and refusals are, too" {
    audit init --grantor "$ME" --new-key "$TMP/auditors.key"
    auditd_start
    run -0 note measure-create intended R1
    [ "$output" = "denied no-role $ME%20has%20not%20the%20role%20\"operate\"" ]
    audit grants grant "$ME" operate
    run -0 note measure-create intended R1
    [ "$output" = "noted 4 $ME" ]
    audit grants grant "$ME" review
    run -0 audit list --json --reference R1 --key "$TMP/auditors.key"
    [ "$(jq -r .outcome <<<"$output")" = $'refused\nintended' ]
    [ "$(jq -r .person <<<"$output")" = "$ME"$'\n'"$ME" ]
    [ "$(jq -r .identity <<<"${lines[1]}")" = anna@example.org ]
    [ "$(jq -r .destination <<<"${lines[1]}")" = 192.0.2.1:21 ]
    [[ $(jq -r .time <<<"${lines[1]}") == 20*T*+0[12]:00 ]]
    # Without the key nobody is told, and in the file nobody can read it.
    run -0 audit list --reference R1
    [[ ${lines[1]} == *$'\t-' ]]
    run -0 openssl cms -decrypt -inform DER -recip "$TMP/audit/reviewer.crt" -inkey "$TMP/auditors.key" \
        -in <(sed -n '/^4 /s/.*person=[0-9a-f]*://p' "$LOG" | base64 -d)
    [[ $output == "$ME "* ]]
}

@test "the log is read, kept and passed on by its user only" {
    new_log
    [ "$(stat -c %a "$TMP/audit" "$TMP/anchor" "$LOG" "$TMP/audit/grants" "$ANCHOR" | sort -u)" = $'600\n700' ]
    [ "$(stat -c %s "$ANCHOR")" = 512 ]
    before=$(stat -c %s "$ANCHOR")
    auditd_start
    note measure-create intended R1
    [ "$(stat -c %s "$ANCHOR")" = "$before" ]
    kill -TERM "$AUDITD_PID"
    wait_for 5 gone "$AUDITD_PID"
    [ ! -e "$SOCKET" ]
    # What is logged does not depend on use.
    [ "$(wc -l <"$TMP/auditd.log")" -eq "$(grep -cE ' (auditd-(ready|stopped)|sandbox-limited)( |$)' "$TMP/auditd.log")" ]
}

# as USER COMMAND... - with no groups but his own
as() {
    setpriv --reuid "$(id -u "$1")" --regid "$(id -g "$1")" --clear-groups "${@:2}"
}

@test "several users: officers cannot read the log, auditors cannot operate" {
    if [ "$(id -u)" -ne 0 ]; then
        # One user stands for all: then the files are all there is to look at.
        new_log
        [ "$(stat -c %a "$TMP/audit")" = 700 ]
        return
    fi
    # games is an officer, news an auditor, lp owns the log, uucp is nobody special.
    others_may_enter "$TMP/run"
    chown lp "$TMP/run"
    mkdir -m 700 "$TMP/audit" "$TMP/anchor"
    chown lp "$TMP/audit" "$TMP/anchor"
    audit init --grantor root --new-key "$TMP/auditors.key"
    [ "$(stat -c %U "$LOG" "$ANCHOR" "$TMP/audit/lock" | sort -u)" = lp ]
    audit grants grant games operate
    audit grants grant news review
    auditd_start
    [ "$(ps -o user= -p "$AUDITD_PID")" = lp ]

    request measure-create intended R1 >"$TMP/request"
    request log-list intended R1 '' review >"$TMP/forged"
    request measure-end intended R1 '' review >"$TMP/review"
    ask() { as "$1" socat -t 12 - "UNIX-CONNECT:$SOCKET" <"$TMP/$2"; }
    [[ $(ask games request) == 'noted '[0-9]*' games' ]]
    [[ $(ask news request) == 'denied no-role news%20'* ]]
    [[ $(ask uucp request) == 'denied no-role uucp%20'* ]]
    [[ $(ask root request) == 'denied no-role root%20'* ]] # not even root, without a grant
    [[ $(ask games review) == 'denied no-role games%20'* ]]
    [[ $(ask games forged) == 'denied unavailable no%20such%20act' ]]

    # The login user id goes before the user id, where the kernel lets us set one.
    officer=$(id -u games)
    if (echo "$officer" >/proc/self/loginuid) 2>/dev/null; then
        through_su() { (echo "$officer" >/proc/self/loginuid && ask uucp request); }
        [[ $(through_su) == 'noted '[0-9]*' games' ]]
        su=yes
    fi
    # Others who say nothing keep nobody out.
    for i in {1..20}; do
        start "silent$i" as uucp socat -u "UNIX-CONNECT:$SOCKET" "CREATE:/dev/null"
    done
    [[ $(ask games request) == 'noted '[0-9]*' games' ]]

    for user in games uucp; do
        for file in "$LOG" "$TMP/audit/grants" "$ANCHOR" "$TMP/audit" "$TMP/anchor"; do
            run ! as "$user" cat "$file"
            run ! as "$user" rm -rf "$file"
            run ! as "$user" ls -la "$file"
        done
    done
    run -78 as games tkuev-audit --config "$CONF" list
    # The tool itself looks at the role, not at who may open files.
    run -77 --separate-stderr env SUDO_UID="$(id -u games)" setpriv --reuid "$(id -u lp)" --clear-groups \
        tkuev-audit --config "$CONF" list
    [ "$stderr" = 'tkuev-audit: games has not the role "review"' ]
    run -77 env SUDO_UID="$(id -u news)" setpriv --reuid "$(id -u lp)" --clear-groups \
        tkuev-audit --config "$CONF" grants grant news operate
    run -0 env SUDO_UID="$(id -u news)" setpriv --reuid "$(id -u lp)" --clear-groups \
        tkuev-audit --config "$CONF" list --json --key - <"$TMP/auditors.key"
    [ "$(jq -r 'select(.act == "measure-create") | .outcome + " " + .person' <<<"$output")" = \
        $'intended games\nrefused news\nrefused uucp\nrefused root\nintended games'"${su:+$'\n'intended games}" ]
    [ "$(jq -r 'select(.act == "log-list") | .outcome + " " + .person' <<<"$output" | head -n 1)" = 'refused games' ]
    audit verify
}

# hiding OPTIONS - tkuev-auditd, and who asks, where /proc is mounted like that; lp owns the log.
hiding() {
    start auditd unshare --mount bash -c "mount -t proc -o $1 proc /proc &&
        exec tkuev-auditd --config '$CONF'"
    AUDITD_PID=$PID
    wait_for 10 test -S "$SOCKET"
    as games socat -t 12 - "UNIX-CONNECT:$SOCKET" <"$TMP/request" >"$TMP/answer"
    kill -TERM "$AUDITD_PID"
    wait_for 5 gone "$AUDITD_PID"
}

@test "where /proc hides who asks nobody is guessed: refused, unless gid= lets it see" {
    only_root mounts
    others_may_enter "$TMP/run"
    chown lp "$TMP/run"
    mkdir -m 700 "$TMP/audit" "$TMP/anchor"
    chown lp "$TMP/audit" "$TMP/anchor"
    audit init --grantor root --new-key "$TMP/auditors.key"
    audit grants grant games operate
    request measure-create intended R1 >"$TMP/request"
    hiding hidepid=2
    [[ $(cat "$TMP/answer") == 'denied unavailable /proc%20hides%20who%20asks'* ]]
    hiding "hidepid=2,gid=$(id -g lp)"
    [[ $(cat "$TMP/answer") == 'noted '[0-9]*' games' ]]
    audit verify
}

@test "whatever is changed, cut, replaced or set back is found" {
    new_log
    auditd_start
    for number in 1 2 3; do note measure-create intended "R$number"; done
    run -0 audit verify
    [ "${lines[0]}" = 'sound: 7 entries, 3 changes of grants' ]
    head=$(sed -n 's/^head //p' <<<"$output")
    cp -a "$TMP/audit" "$TMP/audit.old"
    cp -a "$ANCHOR" "$TMP/anchor.old"
    note measure-create intended R4
    kill -TERM "$AUDITD_PID"
    wait_for 5 gone "$AUDITD_PID"
    cp -a "$LOG" "$TMP/log.good"
    cp -a "$ANCHOR" "$TMP/anchor.good"
    damaged() {
        run -65 audit verify
        [[ $output == damage:* ]]
        run -65 tkuev-auditd --config "$CONF" --check
        run -65 audit list
        cp -a "$TMP/log.good" "$LOG"
        cp -a "$TMP/anchor.good" "$ANCHOR"
        audit verify >/dev/null
    }
    sed -i 's/anna@example/bert@example/' "$LOG" && damaged
    sed -i '$d' "$LOG" && damaged
    sed -i '3d' "$LOG" && damaged
    truncate -s -1 "$LOG" && damaged
    rm "$LOG" && damaged
    cp "$TMP/audit.old/log" "$LOG" && damaged
    rm "$ANCHOR" && damaged
    truncate -s 511 "$ANCHOR" && damaged
    # Two entries, or more, that the anchor does not know.
    sed -i '$p' "$LOG" && damaged
    # Everything set back together: a head on paper tells.
    cp -a "$TMP/audit.old/log" "$LOG"
    cp -a "$TMP/anchor.old" "$ANCHOR"
    audit verify --head "$head"
    run -65 audit verify --head "8:${head#*:}"
    run -64 audit verify --head nonsense
}

@test "a log that is not sound takes nothing, and can be put aside" {
    new_log
    auditd_start
    note measure-create intended R1
    sed -i '2s/log-grant/log-grand/' "$LOG"
    audit verify || [ $? -eq 65 ]
    run -73 --separate-stderr audit init --grantor "$ME" --certificate "$TMP/auditors.key.crt"
    audit init --grantor "$ME" --certificate "$TMP/auditors.key.crt" --replace
    for file in "$LOG" "$TMP/audit/grants" "$ANCHOR"; do
        kept=("$file".replaced-*)
        [ -s "${kept[0]}" ]
    done
    audit grants grant "$ME" review
    audit grants grant "$ME" operate
    [[ $(note measure-create intended R2) == 'noted '* ]] # the daemon has gone on
    [ "$(audit list | sed -n 2p | cut -f 3)" = log-replaced ]
    audit verify
}

@test "a byte changed in place while the daemon runs: the next use finds it, whatever its time says" {
    new_log
    auditd_start
    note measure-create intended R1
    cp -a "$LOG" "$TMP/log.good"
    sleep 0.1 # the clock of the file system
    inode=$(stat -c %i "$LOG")
    at=$(grep -bo R1 "$LOG" | head -n 1 | cut -d : -f 1)
    printf 2 | dd of="$LOG" bs=1 seek=$((at + 1)) conv=notrunc status=none
    touch -r "$TMP/log.good" "$LOG"
    [ "$(stat -c '%i %s' "$LOG")" = "$inode $(stat -c %s "$TMP/log.good")" ]
    [[ $(note measure-create intended R2) == 'denied unavailable audit%20log:%20log:%20line%20'* ]]
    [[ $(note measure-create intended R3) == 'denied unavailable audit%20log:%20log:%20line%20'* ]]
    cat "$TMP/log.good" >"$LOG"
    [[ $(note measure-create intended R4) == 'noted 6 '* ]]
    audit verify
}

@test "another auditors' certificate is damage, until the daemon starts with it and says so" {
    new_log
    auditd_start
    mine=$(openssl x509 -in "$TMP/auditors.key.crt" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g')
    [[ $(audit verify) == *"certificate ${mine,,}" ]]
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=auditors \
        -keyout "$TMP/foreign.key" -out "$TMP/foreign.crt" 2>/dev/null
    cp "$TMP/foreign.crt" "$TMP/audit/reviewer.crt"
    run -65 audit verify
    [ "${lines[0]}" = "damage: reviewer.crt: is not the certificate ${mine,,}, to which persons are sealed: replaced" ]
    run -65 audit list
    [[ $(note measure-create intended R1) == 'noted '* ]] # sealed to the old one still
    kill -TERM "$AUDITD_PID"
    wait_for 5 gone "$AUDITD_PID"
    auditd_start
    run -0 audit verify
    [[ $output == 'incident: grants: entry 5: from here on persons are sealed to the certificate '* ]]
    [ "$(audit list --json | jq -r 'select(.act == "log-certificate") | .outcome')" = 'done' ]
    quarter=$(this_quarter)
    [ "$(audit sample --quarter "$quarter" --json | jq -r 'select(.act == "log-certificate") | .reasons[]')" = 'log put right' ]
    cp "$TMP/auditors.key.crt" "$TMP/audit/reviewer-1.crt"
    note measure-create intended R2
    run -0 audit list --json --key "$TMP/auditors.key"
    [ "$(jq -r 'select(.act == "measure-create") | .reference + " " + .person' <<<"$output")" = "R1 $ME"$'\nR2 ?' ]
}

@test "killed at any time: no entry that was answered is lost, and the chain holds" {
    new_log
    ask_on() {
        local i
        for i in {1..200}; do
            note measure-create intended "K$1-$i" >>"$TMP/answers.$1" 2>/dev/null || return 0
        done
    }
    for round in {1..8}; do
        auditd_start
        pids=()
        for client in a b c; do
            ask_on "$round$client" 3>&- &
            pids+=($!)
        done
        wait_for 10 test -s "$TMP/answers.${round}a"
        for ((i = 0; i < round; i++)); do pause; done
        auditd_kill
        wait "${pids[@]}" || true
    done
    audit list --json >"$TMP/list"
    audit verify
    answered=0
    for file in "$TMP"/answers.*; do
        i=0
        while read -r word number _; do
            [ "$word" = noted ] || continue
            i=$((i + 1))
            [ "$(jq -r "select(.number == $number) | .reference" "$TMP/list")" = "K${file##*.}-$i" ]
            answered=$((answered + 1))
        done <"$file"
    done
    [ "$answered" -ge 24 ]
}

# bats test_tags=plain
@test "killed at each write and sync of an entry: the log is sound, and nothing answered is lost" {
    new_log
    entries=4
    for step in pwrite64:1 fdatasync:1 pwrite64:2 fdatasync:2; do
        start traced strace -f -qq -o "$TMP/trace" -e "inject=${step%:*}:signal=KILL:when=${step#*:}" \
            tkuev-auditd --config "$CONF"
        wait_for 10 test -S "$SOCKET"
        wait_for 10 grep -q auditd-ready "$TMP/traced.log"
        run note measure-create intended "$step"
        [[ $output != noted* ]]
        wait_for 10 gone "$PID"
        grep -q 'killed by SIGKILL' "$TMP/trace"
        run -0 audit verify
        rm -f "$SOCKET"
        auditd_start
        read -r word number _ < <(note measure-create intended "after-$step")
        [ "$word" = noted ]
        # What was left of the one before, if anything, and a word about it.
        ((number > entries && number <= entries + 3))
        entries=$number
        auditd_kill
        audit verify
    done
    [ "$(audit list | cut -f 5 | grep -c '^after-')" -eq 4 ]
}

@test "a torn entry is an incident, not damage, and the next start removes it" {
    new_log
    auditd_start
    note measure-create intended R1
    auditd_kill
    printf '6 0123' >>"$LOG"
    run -0 audit verify
    [[ $output == 'incident: log: ends with a record that was not finished'* ]]
    auditd_start
    [ "$(note measure-create intended R2)" = "noted 7 $ME" ]
    run -0 audit verify
    [[ $output == 'incident: log: entry 6: 6 bytes of an unfinished record removed'* ]]
}

@test "a disk that is full, an anchor that is away: no answer, no harm" {
    new_log
    size=$(stat -c %s "$LOG")
    start auditd prlimit --fsize=$((size + 700)) tkuev-auditd --config "$CONF"
    AUDITD_PID=$PID
    wait_for 10 test -S "$SOCKET"
    [[ $(note measure-create intended R1) == 'denied unavailable write%20'*'File%20too%20large' ]]
    [ "$(stat -c %s "$LOG")" = "$size" ]
    audit verify
    kill -TERM "$AUDITD_PID"
    wait_for 5 gone "$AUDITD_PID"
    auditd_start
    [[ $(note measure-create intended R2) == 'noted 5 '* ]] # as if nothing had been
    mv "$ANCHOR" "$ANCHOR.away"
    [[ $(note measure-create intended R3) == 'denied unavailable open%20'* ]]
    [[ $(note measure-create intended R4) == 'denied unavailable audit%20log:%20anchor:'* ]]
    mv "$ANCHOR.away" "$ANCHOR"
    [[ $(note measure-create intended R5) == 'noted '* ]]
    run -0 audit verify
    [[ $output == 'incident: log: entry 7: the anchor was one record behind'* ]]
}

@test "nonsense, silence and crowds at the socket" {
    new_log
    auditd_start
    [ "$(printf 'GET / HTTP/1.0\r\n\r\n' | socat -t 5 - "UNIX-CONNECT:$SOCKET")" = \
        'denied unavailable not%20"note%201"' ]
    [[ $(request log-purge intended R | socat -t 5 - "UNIX-CONNECT:$SOCKET") == 'denied unavailable '* ]]
    [[ $(head -c 70000 /dev/zero | tr '\0' x | socat -t 5 - "UNIX-CONNECT:$SOCKET" 2>/dev/null) == \
        'denied unavailable request%20of'* ]]
    # Some that say nothing do not keep others out.
    for i in {1..7}; do start "silent$i" socat -u "UNIX-CONNECT:$SOCKET" -; done
    [[ $(note measure-create intended R1) == 'noted '* ]]
    audit verify
}

@test "systemd, inetd and --listen" {
    new_log
    request measure-create intended R1 >"$TMP/request"
    start inetd socat "UNIX-LISTEN:$TMP/inetd,fork" "EXEC:tkuev-auditd --config $CONF,nofork"
    wait_for 5 test -S "$TMP/inetd"
    [[ $(socat -t 5 - "UNIX-CONNECT:$TMP/inetd" <"$TMP/request") == 'noted '* ]]
    start systemd systemd-socket-activate -l "$TMP/passed" tkuev-auditd --config "$CONF"
    wait_for 5 test -S "$TMP/passed"
    [[ $(socat -t 5 - "UNIX-CONNECT:$TMP/passed" <"$TMP/request") == 'noted '* ]]
    start listen tkuev-auditd --config "$CONF" --listen "$TMP/other"
    wait_for 5 test -S "$TMP/other"
    [[ $(socat -t 5 - "UNIX-CONNECT:$TMP/other" <"$TMP/request") == 'noted '* ]]
    run -64 tkuev-auditd --config "$CONF" --listen 127.0.0.1:2000
    run -78 tkuev-auditd --config "$TMP/none"
    rm -r "$TMP/audit"
    run -78 tkuev-auditd --config "$CONF"
}

@test "sponts run: the daemon runs where [tkuev] is enabled; mail does not depend on it" {
    sponts init --config "$CONF"
    sed -i 's/^\[tkuev\]/&\nenabled = yes/' "$CONF"
    start gateway sponts run --config "$CONF"
    gateway=$PID
    wait_for 20 grep -q gateway-ready "$TMP/gateway.log"
    wait_for 10 grep -q 'program-died .*name=tkuev-auditd .*exit status 78' "$TMP/gateway.log"
    new_log
    wait_for 30 socat -u /dev/null "UNIX-CONNECT:$SOCKET" # after a pause
    [[ $(note measure-create intended R1) == 'noted '* ]]
    sed -i 's/^enabled = .*/enabled = no/' "$CONF"
    kill -HUP "$gateway"
    wait_for 10 test ! -e "$SOCKET"
    sed -i 's/^enabled = .*/enabled = yes/' "$CONF"
    kill -HUP "$gateway"
    wait_for 10 test -S "$SOCKET"
    [[ $(note measure-create intended R2) == 'noted '* ]]
    sed -i "s,^audit-socket = .*,audit-socket = $TMP/run/other," "$CONF"
    kill -HUP "$gateway"
    wait_for 10 test -S "$TMP/run/other"
    kill -0 "$gateway"
}
