# SPDX-License-Identifier: Apache-2.0
# journal.bash - a journal that no program files: rows by journal-tool, asked by journalq.

# shellcheck disable=SC2154  # run sets output

journal_setup() {
    sponts_setup
    export TZ=Europe/Berlin
    JOURNAL=$TMP/journal.db
    sponts db migrate --journal --database "$JOURNAL" 2>/dev/null
}

q() { journalq "$@" --database "$JOURNAL"; }
tell() { journal-tool "$JOURNAL" "$@"; }

# Five messages of one day, a refusal and two logins.
fill() {
    local day=2026-11-22
    tell message id=1001 time="$day 08:00" to=bob@example.org to=carl@example.org \
        subject='Offer for the roof' size=4711 message-id='<1@example.net>' \
        attach=roof.pdf:application/pdf:application/x-dosexec:9000 -- \
        result id=1001 to=bob@example.org outcome=delivered time="$day 08:00:01.5" \
        relay='mail1[192.0.2.9]:25' reply='250 2.0.0 ok' enhanced=2.0.0 -- \
        result id=1001 to=carl@example.org outcome=failed time="$day 08:00:02" \
        reply='550 5.1.1 no such user' enhanced=5.1.1 -- \
        message id=1002 time="$day 08:00:03" origin=bounce parent=1001 sender= \
        to=ann@example.net subject='Undelivered Mail' size=900 -- \
        message id=1003 time="$day 09:30" sender=dora@example.com login=dora tenant=acme \
        listener=submission client=198.51.100.3 to=bob@example.org \
        subject='Größe der Rechnung' size=2000000 attach=plan.png:image/png:image/png:5 -- \
        result id=1003 to=bob@example.org outcome=delivered time="$day 10:30" attempts=3 -- \
        message id=1004 time="$day 23:59:59" to=eve@example.com subject='last of the day' -- \
        message id=1005 time='2026-11-23 00:00' to=bob@example.org subject=tomorrow -- \
        refusal time="$day 12:00" client=203.0.113.9 sender=eve@example.com \
        to=nobody@example.org code=550 enhanced=5.1.1 reason=unknown-recipient \
        reply='no such user here' -- \
        login time="$day 13:00" login=bob client=203.0.113.9 result=refused -- \
        login time="$day 13:01" login=bob client=192.0.2.55 service=pop3 tenant=acme \
        >"$TMP/ids"
    mapfile -t ID < <(echo; cat "$TMP/ids") # ${ID[1]} is the first
}

# found NUMBERS CRITERIA... - these and no others, in this order.
found() {
    local number expected=()
    for number in $1; do expected+=("${ID[number]}"); done
    shift
    run q list --ids "$@"
    [ "$output" = "$(printf '%s\n' "${expected[@]}")" ] || {
        printf 'for %s found:\n%s\n' "$*" "$output" >&2
        return 1
    }
}
