#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The systemd units against what `make install` installs and what the programs do: started
# by socket as the units say, in a file system that is read-only but for ReadWritePaths=.

# shellcheck disable=SC2153,SC2154  # PORT is of helpers/dovecot; run sets output and stderr

setup() {
    load helpers/common
    sponts_setup
    ROOT=$TMP/root
    make -s -C "$REPO" -o programs install BIN="$BIN" DESTDIR="$ROOT" PREFIX=/usr
    UNITS=$ROOT/usr/lib/systemd/system
    CONF=$ROOT/etc/sponts/sponts.conf
}

teardown() { sponts_teardown; }

# value KEY UNIT - what the unit says, one word a line.
value() { sed -n "s/^$1=//p" "$UNITS/$2" | tr ' ' '\n'; }

@test "each unit starts an installed program, with options it has, and names its pages" {
    [ "$(find "$UNITS" -name '*.service' | wc -l)" -ge 8 ]
    for unit in "$UNITS"/*.service; do
        unit=${unit##*/}
        program=$ROOT$(value ExecStart "$unit" | head -n 1)
        [ -x "$program" ]
        "$program" --help >"$TMP/help"
        for option in $(value ExecStart "$unit" | grep '^--'); do
            grep -q -- "$option " "$TMP/help"
        done
        [ -e "$ROOT$(value ExecStart "$unit" | grep '^/etc/')" ]
        for page in $(value Documentation "$unit"); do
            [[ $page =~ ^man:(.*)\((.)\)$ ]]
            [ -e "$ROOT/usr/share/man/man${BASH_REMATCH[2]}/${BASH_REMATCH[1]}.${BASH_REMATCH[2]}" ]
        done
        user=$(value User "$unit")
        grep -q "^u $user " "$ROOT"/usr/lib/sysusers.d/*.conf
        for path in $(value ReadWritePaths "$unit") $(value BindPaths "$unit"); do
            groups=$(value SupplementaryGroups "$unit" | paste -sd'|')
            grep -qE "^d ${path#-} .* ($user +$user|[a-z-]+ +(${groups:-$user})) " \
                "$ROOT"/usr/lib/tmpfiles.d/*.conf
        done
    done
}

@test "no unit kills a server before it has had drain-timeout and the time to end" {
    ends=$(sed -n 's/^inline constexpr base::seconds kill_grace{\([0-9]*\)};$/\1/p' "$REPO/lib/daemon/ending.h")
    [ "$ends" -gt 0 ]
    [ "$(pop-proxy --config /dev/null --dump-config 2>"$TMP/said" | sed -n 's/^drain-timeout = \([^ ]*\).*/\1/p')" = 1m ]
    for unit in "$UNITS"/{smtp-relayd,pop-proxy,imap-proxy,ums-popd,smtp-sendd}{,@}.service; do
        [ -e "$unit" ] || continue
        [ "$(value TimeoutStopSec "${unit##*/}")" -ge $((60 + ends)) ]
    done
}

@test "a socket for mail is opened by who enables it, never by a service" {
    for unit in "$UNITS"/*.service; do
        grep -qx 'User=sponts' "$unit" || continue
        run ! grep -E '^(Requires|Requisite|Wants|BindsTo|Upholds|Sockets|Also)=.*[.]socket' "$unit"
    done
}

# A file system as ProtectSystem=strict, ReadWritePaths=, InaccessiblePaths= (with all that is
# below, whatever else names it), TemporaryFileSystem= and BindPaths= leave it; only for `start`.
confined() {
    local unit=$1 path
    shift
    mkdir -p "$TMP/bound"
    {
        printf '%s\n' '#!/bin/bash' 'set -e' 'mount --make-rprivate /' \
            "mount --bind '$TMP' '$TMP'" "mount -o remount,bind,ro '$TMP'"
        for path in $(value ReadWritePaths "$unit"); do
            [[ $path != -* || -e $ROOT${path#-} ]] || continue
            printf "mount --bind '%s' '%s'\nmount -o remount,bind,rw '%s'\n" \
                "$ROOT${path#-}" "$ROOT${path#-}" "$ROOT${path#-}"
        done
        for path in $(value BindPaths "$unit"); do
            [ -e "$ROOT${path#-}" ] || continue
            mkdir -p "$TMP/bound${path#-}"
            printf "mount --bind '%s' '%s'\nmount -o remount,bind,rw '%s'\n" \
                "$ROOT${path#-}" "$TMP/bound${path#-}" "$TMP/bound${path#-}"
        done
        for path in $(value TemporaryFileSystem "$unit") $(value InaccessiblePaths "$unit"); do
            [[ $path != -* ]] || path=${path#-}
            path=$ROOT${path%:ro}
            [ -e "$path" ] || continue
            printf "mount -t tmpfs -o size=1m,mode=0755 none '%s'\n" "$path"
            for bound in $(value BindPaths "$unit"); do
                bound=${bound#-}
                [[ $ROOT$bound == "$path"/* && -e $ROOT$bound ]] || continue
                printf "mkdir -p '%s'\nmount --rbind '%s' '%s'\n" \
                    "$ROOT$bound" "$TMP/bound$bound" "$ROOT$bound"
            done
            printf "mount -o remount,ro '%s'\n" "$path"
        done
        # The root last, and not from below what was bound.
        printf '%s\n' 'mount -o remount,bind,ro /' \
            "if : >'$TMP/not-for-writing'; then exit 70; fi 2>/dev/null" 'exec "$@"'
    } >"$TMP/confined.$unit"
    chmod +x "$TMP/confined.$unit"
    exec unshare --mount ${ROOTLESS:+--map-root-user} "$TMP/confined.$unit" "$@"
}

@test "mail is taken by the socket and delivered, and only ReadWritePaths are written" {
    [ "$(id -u)" -eq 0 ] || export ROOTLESS=yes
    port=$(free_port) next=$(free_port)
    mkdir -p "$TMP/mx" "$ROOT"/var/{spool/sponts,spool/sponts-li/incoming,lib/sponts} "$ROOT"/run/sponts/tap
    cat >"$CONF" <<END
[general]
hostname = gw.test
spool = $ROOT/var/spool/sponts
database = $ROOT/var/lib/sponts/sponts.db
run-directory = $ROOT/run/sponts
[journal]
enabled = yes
database = $ROOT/var/lib/sponts/journal.db
[tkuev]
enabled = yes
spool = $ROOT/var/spool/sponts-li
[listener smtp]
tls = none
relay-from = 127.0.0.0/8
END
    sponts init --config "$CONF" >/dev/null
    sponts import domains - --config "$CONF" <<<$'name\ndest.test' >/dev/null
    sponts import routes - --config "$CONF" \
        <<<$'pattern,host,port,tls\ndest.test,127.0.0.1,'"$next"',none' >/dev/null
    start mx /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/fake_mx.py" "$next" "$TMP/mx"
    wait_for 10 listens "$next"
    name=$(value FileDescriptorName smtp-relayd.socket)
    start relayd confined smtp-relayd.service systemd-socket-activate -l "127.0.0.1:$port" \
        --fdname="$name" "$ROOT/usr/sbin/smtp-relayd" --config "$CONF"
    start sendd confined smtp-sendd.service "$ROOT/usr/sbin/smtp-sendd" --config "$CONF"
    wait_for 20 grep -q sendd-ready "$TMP/sendd.log"
    start indexd confined sponts-indexd.service "$ROOT/usr/sbin/sponts-indexd" --config "$CONF"
    printf 'Subject: hello\r\n\r\nhello\r\n' >"$TMP/mail"
    wait_for 20 /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/submit.py" "127.0.0.1:$port" \
        "$TMP/mail" a@sender.test b@dest.test
    wait_for 20 test -e "$TMP/mx/1.eml"
    wait_for 10 bash -c "[ -z \"\$(queuectl --config '$CONF' list --ids)\" ]"
    filed() { [ "$(sqlite3 -readonly "$ROOT/var/lib/sponts/journal.db" \
        "SELECT state FROM journal_messages")" = 'done' ]; }
    wait_for 20 filed
    confined sponts-journal-retain.service "$ROOT/usr/sbin/sponts-indexd" --retain --config "$CONF" 2>"$TMP/retain.log" &
    wait $!
    run ! grep -hiE 'read-only|permission|queue-trouble|not-reported|failed' "$TMP"/{relayd,sendd,indexd,retain}.log
    # Each of the two can put records where those of interception go: events and contents.
    [ "$(find "$ROOT/var/spool/sponts-li/incoming" -type f | wc -l)" -eq 4 ]
}

@test "users send their own mail again by the socket, and only ReadWritePaths are written" {
    only_root "is the same user in another namespace"
    next=$(free_port)
    mkdir -p "$TMP/mx" "$ROOT"/var/{spool/sponts,lib/sponts} "$ROOT"/run/sponts
    cat >"$CONF" <<END
[general]
spool = $ROOT/var/spool/sponts
database = $ROOT/var/lib/sponts/sponts.db
run-directory = $ROOT/run/sponts
[queue]
free-space = 0
retention = 1d
[replay]
users = yes
END
    sponts init --config "$CONF" >/dev/null
    sponts import domains - --config "$CONF" <<<$'name\ndest.test' >/dev/null
    sponts import system_users - --config "$CONF" <<<"name,address"$'\n'"$(id -un),me@dest.test" >/dev/null
    sponts import routes - --config "$CONF" \
        <<<$'pattern,host,port,tls\ndest.test,127.0.0.1,'"$next"',none' >/dev/null
    start mx /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/fake_mx.py" "$next" "$TMP/mx"
    wait_for 10 listens "$next"
    start sendd "$ROOT/usr/sbin/smtp-sendd" --config "$CONF"
    printf 'Subject: hello\r\n\r\nhello\r\n' |
        spool-tool put "$ROOT/var/spool/sponts" a@sender.test me@dest.test >/dev/null
    wait_for 20 test -e "$TMP/mx/1.eml"
    wait_for 10 bash -c "[ -z \"\$(queuectl --config '$CONF' list --ids)\" ]"
    start users confined replayctl.service systemd-socket-activate \
        -l "$(value ListenStream replayctl.socket | sed "s,^,$ROOT,")" \
        --fdname="$(value FileDescriptorName replayctl.socket)" \
        "$ROOT/usr/sbin/replayctl" serve --config "$CONF"
    wait_for 10 test -S "$ROOT/run/sponts/replay"
    ask() { /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/replay_user.py" "$ROOT/run/sponts/replay" words "$@"; }
    run -0 ask resend --all --
    [[ $output == *"1 sent, 0 lost, 0 left"* ]]
    wait_for 20 test -e "$TMP/mx/2.eml"
    [ "$(ls "$ROOT/var/spool/sponts/replay-users")" = 0 ]
    grep -q 'user-call .*command=resend .*count=1 status=0' "$TMP/users.log"
    run ! grep -iE 'read-only|permission|sandbox' "$TMP/users.log"
}

@test "mail is read through the sockets of the proxies, and nothing but ReadWritePaths" {
    [ "$(id -u)" -eq 0 ] || export ROOTLESS=yes
    load helpers/dovecot
    mailbox_server mailboxes
    mkdir -p "$ROOT"/var/{spool/sponts,spool/sponts-li/incoming,lib/sponts} "$ROOT"/run/sponts/tap
    cat >"$CONF" <<END
[general]
hostname = gw.test
spool = $ROOT/var/spool/sponts
database = $ROOT/var/lib/sponts/sponts.db
run-directory = $ROOT/run/sponts
[tkuev]
enabled = yes
spool = $ROOT/var/spool/sponts-li
END
    for protocol in imap pop3; do
        cat >>"$CONF" <<END
[listener $protocol]
program = ${protocol%3}-proxy
tls = none
auth-without-tls = yes
backend = localhost:${PORT[mailboxes-$protocol]}
backend-ca = $TMP/mailboxes/cert.pem
END
    done
    sponts init --config "$CONF" >/dev/null
    for protocol in imap pop3; do
        program=${protocol%3}-proxy port=$(free_port)
        name=$(value FileDescriptorName "$program.socket")
        start "$program" confined "$program.service" systemd-socket-activate \
            -l "127.0.0.1:$port" --fdname="$name" "$ROOT/usr/sbin/$program" --config "$CONF"
        wait_for 20 curl -s -u anna:secret "$protocol://127.0.0.1:$port/" -o "$TMP/heard"
        run ! curl -s -u anna:wrong "$protocol://127.0.0.1:$port/"
        grep -q ' login-accepted .*user=anna ' "$TMP/$program.log"
        run ! grep -iE 'read-only|permission' "$TMP/$program.log"
        [ -n "$(ls "$ROOT/var/spool/sponts-li/incoming")" ]
    done
}

@test "pop-proxy reports, learns, remembers and notes an outage in what its unit leaves it" {
    [ "$(id -u)" -eq 0 ] || export ROOTLESS=yes
    load helpers/dovecot
    mailbox_server mailboxes
    mkdir -p "$ROOT"/var/{spool/sponts/{events,learned,lists},spool/sponts-li/incoming,lib/sponts} \
        "$ROOT"/run/sponts/{tap,outages}
    cat >"$CONF" <<END
[general]
hostname = gw.test
spool = $ROOT/var/spool/sponts
database = $ROOT/var/lib/sponts/sponts.db
run-directory = $ROOT/run/sponts
[tls]
certificate = $TMP/mailboxes/cert.pem $TMP/mailboxes/key.pem
[journal]
enabled = yes
database = $ROOT/var/lib/sponts/journal.db
[ums]
enabled = yes
database = $ROOT/var/lib/sponts/policy.db
learn = dest.test
[listener pop3s]
program = pop-proxy
tls = implicit
user-domain = dest.test
backend = localhost:${PORT[mailboxes-pop3]}
backend-ca = $TMP/mailboxes/cert.pem
END
    sponts init --config "$CONF" >/dev/null
    printf 'Subject: hello\r\n\r\nhello\r\n' >"$TMP/mail"
    mkdir -p "$TMP/mailboxes/mail/anna"/{new,cur,tmp}
    cp "$TMP/mail" "$TMP/mailboxes/mail/anna/new/1"
    chown -R nobody "$TMP/mailboxes/mail"
    port=$(free_port)
    start pop-proxy confined pop-proxy.service systemd-socket-activate -l "127.0.0.1:$port" \
        --fdname=pop3s "$ROOT/usr/sbin/pop-proxy" --config "$CONF"
    logs_in() { curl -sk -X UIDL -u anna:secret "pop3s://127.0.0.1:$port/" -o "$TMP/heard"; }
    wait_for 20 logs_in
    has() { [ -n "$(find "$ROOT/var/spool/sponts/$1" -type f)" ]; }
    wait_for 20 has learned
    wait_for 20 has lists
    wait_for 20 has events
    kill -TERM "$(cat "$TMP/mailboxes/run/master.pid")"
    noted() { ! logs_in && grep -q "127.0.0.1:${PORT[mailboxes-pop3]}" "$ROOT/run/sponts/outages/pop-proxy"; }
    wait_for 30 noted
    run ! grep -iE 'read-only|permission|not-(learned|remembered|reported|shared)' "$TMP/pop-proxy.log"
}

@test "the sockets over TLS are enough, and one without its section is said" {
    mkdir "$TMP/tls"
    self_signed "$TMP/tls"
    for program in imap-proxy pop-proxy; do
        unit=$(basename "$UNITS/$program"-*.socket)
        name=$(value FileDescriptorName "$unit") port=$(free_port)
        [ "$(value Service "$unit")" = "$program.service" ]
        cat >"$CONF" <<END
[tls]
certificate = $TMP/tls/cert.pem $TMP/tls/key.pem
[general]
hostname = gw.test
run-directory = $TMP
database =
[listener $name]
program = $program
tls = implicit
backend = localhost:9
END
        start "$program" systemd-socket-activate -l "127.0.0.1:$port" --fdname="$name" \
            "$ROOT/usr/sbin/$program" --config "$CONF"
        wait_for 10 bound "$port"
        timeout 10 openssl s_client -connect "127.0.0.1:$port" -brief </dev/null
        plain=$(value FileDescriptorName "$program.socket") port=$(free_port)
        start "$program-plain" systemd-socket-activate -l "127.0.0.1:$port" --fdname="$plain" \
            "$ROOT/usr/sbin/$program" --config "$CONF"
        wait_for 10 bound "$port"
        : <>"/dev/tcp/127.0.0.1/$port"
        status=0
        wait "$PID" || status=$?
        [ "$status" -eq 78 ]
        grep -q "no \[listener $plain\] for $program, but a socket of that name" \
            "$TMP/$program-plain.log"
    done
}
