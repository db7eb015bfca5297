# SPDX-License-Identifier: Apache-2.0
# stand_ins.bash - a gateway whose programs are stand-ins (program.py), and what they did.
# Needs common.bash and $CONF.
#
#     stand_ins                   in $TMP/bin; what they do in $EVENTS
#     order PROGRAM WORD...       how it shall behave, see program.py
#     run_gateway                 sponts run; $GATEWAY, log in $TMP/run.log

stand_ins() {
    export EVENTS=$TMP/events DIRECTIONS=$TMP/directions
    mkdir -p "$TMP/bin" "$DIRECTIONS"
    : >"$EVENTS"
    local program
    for program in smtp-relayd smtp-sendd pop-proxy imap-proxy; do
        cp "$BATS_TEST_DIRNAME/helpers/program.py" "$TMP/bin/$program"
    done
    chmod +x "$TMP/bin"/*
}

order() { echo "${*:2}" >"$DIRECTIONS/$1"; }

run_gateway() {
    start run sponts run --config "$CONF" --bin-dir "$TMP/bin"
    GATEWAY=$PID
}

logged() { grep -qE -- "$1" "$TMP/run.log"; }
logged_times() { [ "$(grep -cE -- "$2" "$TMP/run.log")" -ge "$1" ]; }
happened() { grep -qE -- "$1" "$EVENTS"; }
ready() { logged ' gateway-ready '; }
pids_of() { sed -n "s/^$1 started \([0-9]*\) .*/\1/p" "$EVENTS"; }
greeting() {
    local session line
    exec {session}<>"/dev/tcp/127.0.0.1/$1" && read -rt 10 line <&"$session"
    exec {session}<&-
    line=${line%$'\r'}
    echo "${line#220 }"
}
greeted_by_other_than() { [ "$(greeting "$1")" != "$2" ]; }
exit_status() {
    local status=0
    wait "$GATEWAY" || status=$?
    [ "$status" -eq "$1" ] || { echo "exit status $status, not $1" >&2; return 1; }
}
