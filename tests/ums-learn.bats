#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What logins through pop-proxy(8) and imap-proxy(8) teach: with Dovecot behind them, and
# sponts-indexd(8), which files it.

# shellcheck disable=SC2016  # what wait_for evaluates is expanded there

bats_require_minimum_version 1.5.0

setup() {
    load helpers/common
    load helpers/proxy
    proxy_setup
    POLICY=$TMP/policy/policy.db
    SECRET=Gauß-4711-geheim
}
teardown() { sponts_teardown; }

# learning PROGRAM [LINE...] - with Dovecot behind it; LINEs go into [ums].
learning() {
    local protocol=${1%-proxy}
    protocol=${protocol/#pop/pop3}
    mailbox_server one
    printf '%s\n' "anna:{PLAIN}$SECRET" "anna@example.net:{PLAIN}$SECRET" \
        "bert:{PLAIN}$SECRET" "carl:{PLAIN}$SECRET" >"$TMP/one/users"
    BACKEND=("backend = localhost:${PORT[one-$protocol]}" "backend-ca = $TMP/one/cert.pem")
    learning_from "$@"
}
# learning_from PROGRAM [LINE...] - with whatever ${BACKEND[@]} says behind it.
learning_from() {
    local program=$1 protocol=${1%-proxy}
    shift
    URL=${protocol/#pop/pop3}
    proxy_config "$program" "${BACKEND[@]}" 'user-domain = Example.org' \
        "[$program]" 'login-delay = 0' '[queue]' 'free-space = 0' \
        '[ums]' 'enabled = yes' "database = $POLICY" 'learn = example.org' "$@"
    SPOOL=$PROXY/spool
    mkdir -p "$SPOOL" "${POLICY%/*}"
    sponts db migrate --policy --config "$CONF"
    proxy_start
    indexd
}
indexd() {
    start indexd sponts-indexd --config "$CONF"
    INDEXD_PID=$PID
    wait_for 10 grep -q indexd-ready "$TMP/indexd.log"
}
# login USER [PASSWORD [OPTION...]] - over TLS from the first byte.
login() {
    local user=$1 password=${2:-$SECRET}
    shift $(($# < 2 ? $# : 2))
    curl -sS --cacert "$PROXY/cert.pem" -u "$user:$password" "$@" \
        "${URL}s://localhost:$TLS_PORT/" -o /dev/null
}
ask() { sqlite3 -readonly "$POLICY" "$1"; }
verifier() { ask "SELECT verifier FROM verifiers WHERE user = '$1'"; }
knows() { [[ $(verifier "$1") == '$argon2id$v=19$m=19456,t=2,p=1$'* ]]; }
knows_another() { knows "$1" && [ "$(verifier "$1")" != "$2" ]; }
knows_none() { [ -z "$(verifier "$1")" ]; }
everybody() { ask 'SELECT user FROM verifiers ORDER BY user'; }
# Nobody but this one has told anything that is not filed.
filed() { [ -z "$(find "$SPOOL/learned" -type f -size +0)" ]; }
# change_password USER PASSWORD - Dovecot looks at the time of the file, to the second.
change_password() {
    sed -i "s/^$1:.*/$1:{PLAIN}$2/" "$TMP/one/users"
    touch -d '+1 hour' "$TMP/one/users"
}

learned_over_tls() {
    learning "$1"
    login anna
    wait_for 10 knows anna@example.org
    [ "$(everybody)" = anna@example.org ]
    login Bert "$SECRET" 2>/dev/null || true # Dovecot folds names, or does not
    login bert "$SECRET" --login-options AUTH=PLAIN
    wait_for 10 knows bert@example.org
    login carl "$SECRET" --login-options AUTH=LOGIN
    wait_for 10 knows carl@example.org
    wait_for 10 filed
    # The same again teaches nothing.
    before=$(verifier anna@example.org)
    login anna
    login carl "$SECRET" --login-options AUTH=PLAIN --sasl-ir
    wait_for 10 filed
    [ "$(verifier anna@example.org)" = "$before" ]

    [ "$(stat -c %a "$SPOOL/learned")" = 700 ]
    [ -z "$(find "$SPOOL/learned" -type f ! -perm 0600)" ]
    [ -z "$(find "${POLICY%/*}" -type f -perm /0007)" ]
    run ! grep -rF -e "$SECRET" -e "$(printf %s "$SECRET" | base64)" \
        "$SPOOL" "${POLICY%/*}" "$PROXY/run" "$TMP/proxy.log" "$TMP/indexd.log"
    run ! grep -F argon2id "$TMP/proxy.log" "$TMP/indexd.log"
}
@test "pop-proxy: what is learned over TLS, and of nobody's password anything else" {
    learned_over_tls pop-proxy
}
@test "imap-proxy: what is learned over TLS, and of nobody's password anything else" {
    learned_over_tls imap-proxy
}

# Carl comes last: what was to be learned before him would be there, too.
not_learned() {
    learning "$1"
    curl -sS -u "anna:$SECRET" "$URL://localhost:$PLAIN_PORT/" -o /dev/null
    login anna@example.net
    run ! login bert wrong
    login carl
    wait_for 10 knows carl@example.org
    wait_for 10 filed
    [ "$(everybody)" = carl@example.org ]
    # TLS by STLS or STARTTLS is TLS.
    curl -sS --ssl-reqd --cacert "$PROXY/cert.pem" -u "anna:$SECRET" \
        "$URL://localhost:$PLAIN_PORT/" -o /dev/null
    wait_for 10 knows anna@example.org
    [[ $(everybody) != *bert* ]]
    [[ $(everybody) != *example.net* ]]
}
@test "pop-proxy: nothing is learned without TLS, of other domains, or of wrong passwords" {
    not_learned pop-proxy
}
@test "imap-proxy: nothing is learned without TLS, of other domains, or of wrong passwords" {
    not_learned imap-proxy
}

changed() {
    learning "$1"
    login anna
    wait_for 10 knows anna@example.org
    old=$(verifier anna@example.org)
    change_password anna new-secret
    wait_for 10 login anna new-secret
    wait_for 10 knows_another anna@example.org "$old"
    new=$(verifier anna@example.org)
    run ! login anna guess
    run ! login anna # not what is known any more
    wait_for 10 filed
    [ "$(verifier anna@example.org)" = "$new" ]
    change_password anna other-secret
    refused() { ! login anna new-secret; }
    wait_for 10 refused
    wait_for 10 knows_none anna@example.org
    # Of both nothing is left in the files, when they have been tidied.
    for gone in "${old##*\$}" "${new##*\$}"; do
        absent() { ! grep -rqF "$gone" "$SPOOL" "${POLICY%/*}"; }
        wait_for 20 absent
    done
    login anna other-secret
    wait_for 10 knows anna@example.org
}
@test "pop-proxy: a changed password replaces, and one that is refused is forgotten" {
    changed pop-proxy
}
@test "imap-proxy: a changed password replaces, and one that is refused is forgotten" {
    changed imap-proxy
}

# answers LINE [CAPABILITY] - the backend, from now on, to every PASS.
answers() {
    if [ -n "${HOST_PID:-}" ]; then
        kill -TERM "$HOST_PID"
        wait_for 10 gone "$HOST_PID"
    fi
    printf '%s\n' 'K USER' "${2:+K $2}" 'S +OK hello' 'C USER .*' 'S +OK' 'C PASS .*' "S $1" \
        'C .*' 'S +OK' 'S .' 'C .*' 'S +OK' >"$TMP/host.script"
    start host "$BATS_TEST_DIRNAME/helpers/pop_host.py" "${PORT[host]}" "$TMP/host.script"
    HOST_PID=$PID
    wait_for 5 bound "${PORT[host]}"
}
# behind_host [CAPABILITY] - a proxy with an empty database, and a host that has it.
behind_host() {
    PORT[host]=$(free_port)
    BACKEND=("backend = 127.0.0.1:${PORT[host]}" 'backend-tls = none')
    answers '+OK in' "$@"
    learning_from pop-proxy
    login anna
    wait_for 10 knows anna@example.org
    known=$(verifier anna@example.org)
}
# nothing_forgotten [CAPABILITY] - what was told before Bert has been filed with him.
nothing_forgotten() {
    answers '+OK in' "$@"
    login bert
    wait_for 10 knows bert@example.org
    [ "$(verifier anna@example.org)" = "$known" ]
}

@test "a refusal that says nothing of the password forgets none" {
    behind_host
    answers '-ERR [SYS/PERM] the database is going down'
    run ! login anna
    nothing_forgotten
    answers '-ERR wrong' # all that a server without [AUTH] can say
    run ! login anna
    wait_for 10 knows_none anna@example.org
}

@test "of a server that knows [AUTH] only that forgets a password" {
    behind_host AUTH-RESP-CODE
    answers '-ERR oops' AUTH-RESP-CODE
    run ! login anna
    nothing_forgotten AUTH-RESP-CODE
    answers '-ERR [AUTH] wrong' AUTH-RESP-CODE
    run ! login anna
    wait_for 10 knows_none anna@example.org
}

@test "pop-proxy: what the last logins have taught is told before the end" {
    learning pop-proxy
    logins=()
    for user in anna bert carl; do
        login "$user" &
        logins+=($!)
    done
    wait "${logins[@]}"
    kill -TERM "$PROXY_PID"
    all_know() { knows anna@example.org && knows bert@example.org && knows carl@example.org; }
    wait_for 20 all_know
}

@test "whoever is killed loses nothing that was told, and files nothing wrong" {
    learning imap-proxy
    kill -KILL "$INDEXD_PID"
    login anna
    login bert
    told() { [ "$(find "$SPOOL/learned" -type f -size +0 | wc -l)" -eq "$1" ]; }
    wait_for 10 told 2
    [ -z "$(everybody)" ]
    kill -KILL "$PROXY_PID"
    indexd
    wait_for 10 knows anna@example.org
    wait_for 10 knows bert@example.org
    wait_for 10 told 0
    empty() { [ -z "$(ls "$SPOOL/learned")" ]; }
    wait_for 10 empty
}

@test "without the database and without the program nobody's login fails" {
    learning pop-proxy
    kill -TERM "$INDEXD_PID"
    rm -r "${POLICY%/*}"
    rm -r "$SPOOL/learned"
    login anna
    login bert
    run -66 sponts-indexd --config "$CONF" --check
}

@test "sponts check and init know the database" {
    learning pop-proxy
    sponts check --config "$CONF"
    rm -r "${POLICY%/*}"
    run -78 --separate-stderr sponts check --config "$CONF"
    [[ $stderr == *"database: open $POLICY: "* ]]
    kill -TERM "$INDEXD_PID"
    sponts init --config "$CONF" >/dev/null
    sponts check --config "$CONF"
    run -0 sponts-indexd --config "$CONF" --once
    [ "$(sqlite3 "$POLICY" 'PRAGMA user_version')" = 1 ]
}

@test "what is learned ends with [ums], and begins with a reload" {
    learning imap-proxy
    sed -i 's/^learn = .*/learn = example.com/' "$CONF"
    kill -HUP "$PROXY_PID"
    wait_for 10 proxy_logged reloaded
    login anna
    sed -i 's/^learn = .*/learn = */' "$CONF"
    : >"$TMP/proxy.log"
    kill -HUP "$PROXY_PID"
    wait_for 10 proxy_logged reloaded
    login carl
    wait_for 10 knows carl@example.org
    wait_for 10 filed
    [ "$(everybody)" = carl@example.org ]
}

@test "policy-db(5) names every column, and its examples work as printed" {
    sponts db migrate --policy --database "$TMP/policy.db"
    ask() { sqlite3 "$TMP/policy.db" "$1"; }
    for column in $(ask "SELECT name FROM pragma_table_info('verifiers')"); do
        grep -qx ".It Cm $column" "$REPO/man/policy-db.5"
    done
    ask "INSERT INTO verifiers VALUES ('ann@example.org', '\$argon2id\$x', 1e15, 2e15),
        ('bob@example.org', '', 1, 1)"
    mkdir "$TMP/examples"
    awk -v to="$TMP/examples" '/^\.Bd -literal/ { inside = 1; n++; next } /^\.Ed/ { inside = 0 }
        inside { gsub(/\\e/, "\\"); print > (to "/" n) }' "$REPO/man/policy-db.5"
    example() { bash <(sed "s,/var/lib/sponts/policy.db,$TMP/policy.db,g" "$TMP/examples/$1"); }
    [ "$(find "$TMP/examples" -type f | wc -l)" -eq 3 ]
    [ "$(example 1)" = '1|2033-05-18 03:33:20' ]
    [ "$(example 2)" = '2033-05-18 03:33:20' ]
    example 3
    [ -z "$(example 2)" ]
    run ! grep -a argon2id "$TMP/policy.db"
}

@test "db migrate --policy makes the database once, not readable by everybody" {
    run -0 --separate-stderr sponts db migrate --policy --database "$TMP/policy.db"
    [ "$stderr" = "sponts: made $TMP/policy.db" ]
    [ "$(stat -c %a "$TMP/policy.db")" = 640 ]
    run -0 --separate-stderr sponts db migrate --policy --database "$TMP/policy.db"
    [ -z "$output$stderr" ]
    run -65 sponts db migrate --journal --database "$TMP/policy.db"
}
