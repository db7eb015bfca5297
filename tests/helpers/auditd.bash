# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# auditd.bash - the log of $CONF, its only person $ME, and its daemon at $SOCKET.

ME=$(id -un)

audit() { tkuev-audit --config "$CONF" "$@"; }

# A log whose only person has every role.
new_log() {
    audit init --grantor "$ME" --new-key "$TMP/auditors.key"
    audit grants grant "$ME" review
    audit grants grant "$ME" operate
}

auditd_start() {
    start auditd tkuev-auditd --config "$CONF"
    AUDITD_PID=$PID
    wait_for 10 grep -q auditd-ready "$TMP/auditd.log" # its socket is there before it listens
}
# What it leaves is not taken for that of the next one.
auditd_kill() {
    kill -KILL "$AUDITD_PID"
    wait_for 5 gone "$AUDITD_PID"
    rm -f "$SOCKET"
}

# this_quarter - e.g. 2026-Q4, in official time.
this_quarter() {
    local month
    month=$(TZ=Europe/Berlin date +%-m)
    TZ=Europe/Berlin date "+%Y-Q$(((month + 2) / 3))"
}
