# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# helpers/audit.bash - a log of its own for each test, and who talks to its daemon.

load helpers/auditd

# In setup(), after sponts_setup.
audit_setup() {
    CONF=$TMP/sponts.conf
    SOCKET=$TMP/run/socket
    # shellcheck disable=SC2034 # for the tests
    LOG=$TMP/audit/log
    ANCHOR=$TMP/anchor/audit
    mkdir -p "$TMP/run" "$TMP/li/incoming"
    nobody_may_enter
    printf '%s\n' '[general]' "spool = $TMP/spool" "run-directory = $TMP" \
        "database = $TMP/sponts.db" '[tkuev]' "audit = $TMP/audit" \
        "spool = $TMP/li" "audit-anchor = $ANCHOR" "audit-socket = $SOCKET" 'operator-id = TEST1' >"$CONF"
    export TZ=UTC # official time is Germany's wherever the machine stands
}

# request ACT OUTCOME REFERENCE [IDENTITY] [ROLE] - on standard output
request() {
    printf 'note 1\nact %s\noutcome %s\nreference %s\nidentity %s\n' "$1" "$2" "$3" \
        "${4:-anna@example.org}"
    printf 'begin 2026-08-01T00:00:00+02:00\nend 2026-10-31T00:00:00+01:00\n'
    printf 'destination 192.0.2.1:21\ndetail \ntest no\nneeds %s\n\n' "${5:-operate}"
}
note() { request "$@" | socat -t 12 - "UNIX-CONNECT:$SOCKET"; }

# The part of an entry's line that begins at this column.
column() { audit list "${@:2}" | cut -f "$1" | tail -n 1; }
