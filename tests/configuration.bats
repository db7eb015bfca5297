#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What stands beside the programs: sponts.conf(5) and the files in etc/.

bats_require_minimum_version 1.5.0

setup() {
    load helpers/common
    sponts_setup
    UNITS=$REPO/etc/systemd
}

teardown() { sponts_teardown; }

# "[section] key default" of each key, from the sample and from the manual.
keys_of_sample() {
    sponts init --sample | awk '
        /^#?\[/ { section = $0; sub(/^#/, "", section) }
        /^#[a-z0-9-]+ =/ {
            key = substr($1, 2); value = $0; sub(/^[^=]*= ?/, "", value)
            if (key == "certificate") value = "none"
            if (value == "") value = "empty"
            print section, key, value
        }'
}
keys_of_manual() {
    awk '
        /^\.Ss \[/ { section = $0; sub(/^\.Ss /, "", section) }
        /^\.It Cm [a-z0-9-]+ No = / {
            value = $0; sub(/.* Pq (Cm )?/, "", value)
            print section, $3, value
        }' "$REPO/man/sponts.conf.5"
}

@test "sponts.conf(5) knows the keys of the programs, with their defaults, and no others" {
    [ "$(keys_of_sample | wc -l)" -gt 80 ]
    diff <(keys_of_sample | sort) <(keys_of_manual | sort)
}

@test "sponts.conf(5) says of each limit on clients that it holds for one process" {
    for section in smtp-relayd pop-proxy imap-proxy; do
        for key in connections connections-per-client messages-per-client-minute \
            connections-per-client-minute connections-per-user; do
            awk -v key="$key" -v section="[$section]" '
                /^\.Ss / { on = $2 == section; about = 0 }
                on && /^\.It Cm/ { about = $3 == key } about' "$REPO/man/sponts.conf.5" >"$TMP/key"
            [ ! -s "$TMP/key" ] || grep -qE '^Each (process counts for itself|of the)' "$TMP/key"
        done
    done
}

@test "the configuration examples of sponts.conf(5) are sound" {
    self_signed "$TMP"
    awk '/^\.Sh EXAMPLES/ { on = 1 } /^\.Ed/ { copy = 0 } copy { print }
         on && /^\.Bd/ { copy = 1; on = 0 }' "$REPO/man/sponts.conf.5" |
        sed "s,/etc/sponts/tls/chain.pem,$TMP/cert.pem,; s,/etc/sponts/tls/key.pem,$TMP/key.pem,
             s,^\[general\],&\nspool = $TMP\nrun-directory = $TMP\ndatabase = $TMP/sponts.db," \
            >"$TMP/sponts.conf"
    grep -q 'auth-backend' "$TMP/sponts.conf"
    sponts db migrate --config "$TMP/sponts.conf"
    run -0 --separate-stderr sponts check --config "$TMP/sponts.conf"
    [ -z "$stderr" ]
}

@test "every service leaves an intruder little: systemd-analyze security below 3.0" {
    for unit in "$UNITS"/*.service; do
        run -0 systemd-analyze security --offline=true --threshold=29 "$unit"
    done
}

# units_that_run - copies in $TMP/units; verify wants programs that are there.
units_that_run() {
    mkdir -p "$TMP/units"
    for unit in "$UNITS"/*; do
        sed 's,^ExecStart=/usr/local/sbin/[a-z-]* ,ExecStart=/bin/true ,' "$unit" \
            >"$TMP/units/${unit##*/}"
    done
}

@test "systemd finds nothing wrong with the units" {
    units_that_run
    run -0 systemd-analyze verify --man=no "$TMP"/units/*
    [ -z "$output" ]
}

@test "systemd finds nothing wrong with one process for one connection, as documented" {
    units_that_run
    for program in smtp-relayd pop-proxy imap-proxy; do
        mkdir "$TMP/units/$program.socket.d"
        # The drop-in as the template itself tells it.
        sed -n 's/^#     \(\[Socket\]\|Accept=\)/\1/p' "$UNITS/$program@.service" \
            >"$TMP/units/$program.socket.d/accept.conf"
        [ "$(cat "$TMP/units/$program.socket.d/accept.conf")" = $'[Socket]\nAccept=yes' ]
        run -0 systemd-analyze verify --man=no "$TMP/units/$program.socket"
        [ -z "$output" ]
    done
}

@test "each socket unit has a name of its own, and the service that serves it" {
    names=$(sed -n 's/^FileDescriptorName=//p' "$UNITS"/*.socket | sort)
    [ "$names" = $'audit\nimap\nimaps\npop3\npop3s\nreplay\nsmtp\nsubmission\nsubmissions\nums' ]
    [ -e "$UNITS/tkuev-auditd.service" ] # of tkuev-auditd.socket, by its name
    # By its name, or by Service=.
    for program in smtp-relayd pop-proxy imap-proxy; do
        [ -e "$UNITS/$program.service" ]
        [ "$(grep -l "^Service=$program.service\$" "$UNITS"/*.socket)" = \
            "$(ls "$UNITS/$program"-*.socket)" ]
    done
}

@test "sysusers and tmpfiles make the user and the directories the defaults name" {
    run -0 systemd-sysusers --dry-run "$REPO/etc/sysusers.d/sponts.conf"
    for directory in $(sponts init --sample |
        sed -n 's/^#\(spool\|run-directory\|state\|audit\) = //p; s,^#\(database\|audit-socket\|audit-anchor\) = \(.*\)/.*,\2,p'); do
        grep -Eq "^d $directory +[0-7]+ (sponts|sponts-li|sponts-audit) +sponts" "$REPO/etc/tmpfiles.d/sponts.conf"
    done
}

@test "inetd and xinetd serve the listeners that the socket units name" {
    names=$(sed -n 's/^FileDescriptorName=//p' "$UNITS"/*.socket | sort | grep -vxE 'audit|replay')
    for file in "$REPO"/etc/inetd/*.conf; do
        [ "$(grep -v '^#' "$file" | sed -n 's/.*--listener //p' | sort -u)" = "$names" ]
    done
}

@test "README.md names files that are there" {
    while IFS= read -r name; do
        [ -e "$REPO/$name" ]
    done < <(tr '\140' '\n' <"$REPO/README.md" |
        grep -E '^(lib|man|sql|etc|contrib|tests|bench)/[a-z0-9_./-]*$')
}

@test "README.md tells the commands that make run tells" {
    sponts init --demo "$TMP/demo" >"$TMP/guide"
    sed "s,$BIN/,build/bin/,; s,$TMP/demo,run,; s,HOST:PORT,host:port," -i "$TMP/guide"
    for command in 'swaks' 'build/bin/mailq' 'build/bin/sponts init' \
        'build/bin/queuectl .* release'; do
        line=$(grep -oE "^  $command.*" "$TMP/guide")
        grep -qF "  $line" "$REPO/README.md"
    done
}
