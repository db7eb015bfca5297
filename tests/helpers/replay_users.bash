# SPDX-License-Identifier: Apache-2.0
# replay_users.bash - users of the system who send their own mail again, and the service that
# they call; beside helpers/common and helpers/sendd.  Who loads it says which users of every
# system BOB and ANN are.

# shellcheck disable=SC2154  # $CONF and $MX are sendd's, $BOB and $ANN theirs who load it

replay_users_setup() {
    sendd_setup
    only_root "may become other users"
}

# as USER COMMAND...
as() {
    local user=$1
    shift
    setpriv --reuid "$user" --regid nogroup --clear-groups "$@"
}
of() { as "$1" replayctl "${@:2}" --config "$CONF"; }
replay() { replayctl "$@" --config "$CONF"; }
raw() { as "$1" /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/replay_user.py" "$TMP/run/replay" "${@:2}"; }

# serving [LINES...] - a ring of a day, and users with these limits.
serving() {
    fake
    RETENTION=1d sending '[replay]' 'users = yes' "$@"
    table system_users <<END
name,address
$BOB,bob@dest.test
$ANN,ann@dest.test
END
    others_may_enter "$TMP/run"
    serve
}
serve() {
    start serve replayctl serve --config "$CONF"
    SERVE_PID=$PID
    wait_for 10 test -S "$TMP/run/replay"
}
# arrive COUNT RECIPIENT... - so many messages, delivered to all of these.
arrive() {
    local i before
    before=$(find "$MX" -name '*.eml' | wc -l)
    for ((i = 1; i <= $1; i++)); do
        put "$i" s@remote.test "${@:2}"
    done
    wait_for 20 got_at_least $((before + $1))
    wait_for 10 queue_is_empty
}
rcpts() { grep -ac "^RCPT TO:<$1>" "$MX/log"; }
run_name() { sed -n 's/^run: *//p'; }
state() { [[ $(replay status "$1") == *"  $2 "* ]]; }
over() { [ "$(replay status "$1" --json | jq '.sent + .lost')" -ge "$2" ]; }
called() { grep -qE -- "user-call .*$1" "$TMP/serve.log"; }
serves() { [ "$(wc -w <"/proc/$SERVE_PID/task/$SERVE_PID/children")" -eq "$1" ]; } # so many calls
nobody_is_served() { serves 0; }

# with_a_list - list@dest.test are Bob and Ann.
with_a_list() {
    table addresses <<END
address,kind,target
list@dest.test,forward,bob@dest.test
list@dest.test,forward,ann@dest.test
END
}
