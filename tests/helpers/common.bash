# SPDX-License-Identifier: Apache-2.0
# common.bash - loaded by every Bats file: where the programs are, waiting, cleaning up.
#
#     setup()    { load helpers/common; sponts_setup; }
#     teardown() { sponts_teardown; }

bats_require_minimum_version 1.5.0

sponts_setup() {
    REPO=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    BIN=${SPONTS_BIN:-$REPO/build/bin}
    PATH=$BIN:$PATH
    TMP=$BATS_TEST_TMPDIR
    STARTED=$TMP/started.pids
    : >"$STARTED"
    # A pipe nobody writes to: reading it with a time limit is a pause that costs nothing.
    exec {PAUSE}<> <(:)
}

# Ends what `start` started, newest first, by its process id; never by name.
sponts_teardown() {
    local pid
    [ -s "${STARTED:-}" ] || return 0
    for pid in $(tac "$STARTED"); do
        kill -TERM "$pid" 2>/dev/null || continue
        for _ in {1..200}; do
            kill -0 "$pid" 2>/dev/null || break
            pause
        done
        kill -KILL "$pid" 2>/dev/null || true
    done
    no_sanitizer_report
    others_read_it_alike
}

# A program that a sanitizer finds fault with may have answered well all the same.
no_sanitizer_report() {
    ! grep -sE 'ERROR: (Address|Leak)Sanitizer|: runtime error: ' "$TMP"/*.log >&2
}

# What an authority has got in this test, on a connection or by a file server, means the same
# to a decoder that is not ours.  A test that has failed has said why.
others_read_it_alike() {
    local place places=()
    for place in "$TMP"/*.pdus; do
        [ ! -e "$place" ] || places+=("$place")
    done
    while IFS= read -r place; do
        [ ! -d "$place" ] || places+=("$place")
    done < <(cat "$TMP/homes" 2>/dev/null)
    [ -n "${BATS_TEST_COMPLETED:-}" ] && [ "${#places[@]}" -gt 0 ] || return 0
    /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/lemf.py" others "${places[@]}"
}

pause() { read -rt 0.05 -u "$PAUSE" || true; }

# wait_for SECONDS COMMAND... - until the command succeeds; fails and says so otherwise.
wait_for() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        if ((SECONDS >= deadline)); then
            echo "waited in vain for: $*" >&2
            return 1
        fi
        pause
    done
}

# more_sockets_than COUNT PID - a connection made is not yet one that was accepted: wait for it.
more_sockets_than() {
    [ "$(find "/proc/$2/fd" -lname 'socket:*' | wc -l)" -gt "$1" ]
}

# A TCP port of 127.0.0.1 that is free now; never the same twice in one test, and never that
# of a test in another lane of tests/run, which may not have bound it yet.
free_port() {
    local port lanes=$((${LANES:-0} > 4 ? LANES : 4))
    for _ in {1..200}; do
        port=$((20000 + lanes * (RANDOM % (12000 / lanes)) + ${LANE:-0} % lanes))
        grep -qxs "$port" "$TMP/ports" && continue
        if ! listens "$port"; then
            echo "$port" >>"$TMP/ports"
            echo "$port"
            return 0
        fi
    done
    return 1
}

listens() { (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
# The same, without a connection that the program would see.
bound() { grep -q ":$(printf %04X "$1") 00000000:0000 0A" /proc/net/tcp; }
gone() { ! kill -0 "$1" 2>/dev/null; }

# only_root DOES - what follows needs that; the test counts as skipped for everybody else.
only_root() { [ "$(id -u)" -eq 0 ] || skip "only root $1"; }

# others_may_enter [DIRECTORY...] - these, besides those of the test: other users.
others_may_enter() { chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$TMP" "$@"; }

# As at the beginning of a run: another test may have let others in.
nobody_may_enter() { chmod 700 "$TMP"; }

# start NAME COMMAND... - in the background: output in $TMP/NAME.out, log in $TMP/NAME.log,
# process id in $PID.
start() {
    local name=$1
    shift
    # Now, not when it runs: nobody shall wait for a line and read that of the one before it.
    : >"$TMP/$name.out" 2>"$TMP/$name.log"
    "$@" >"$TMP/$name.out" 2>"$TMP/$name.log" 3>&- &
    PID=$!
    echo "$PID" >>"$STARTED"
}

# self_signed DIR - DIR/cert.pem and DIR/key.pem for localhost and mx.test, ECDSA P-256.
self_signed() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
        -subj /CN=localhost -addext 'subjectAltName=DNS:localhost,DNS:mx.test,IP:127.0.0.1' \
        -keyout "$1/key.pem" -out "$1/cert.pem" 2>/dev/null
}
# pin_of CERTIFICATE - of its key, as a peer-key has it.
pin_of() {
    printf 'SHA256:'
    openssl x509 -in "$1" -pubkey -noout | openssl pkey -pubin -outform DER |
        openssl dgst -sha256 -binary | base64 | tr -d =
}
