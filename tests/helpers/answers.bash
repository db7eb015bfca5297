# SPDX-License-Identifier: Apache-2.0
# answers.bash - what the journal of the file $JOURNAL says, in SQL.

ask() { sqlite3 -readonly "$JOURNAL" "$1"; }

# answers QUERY ROWS - so it is.
answers() {
    local answer
    answer=$(ask "$1")
    [ "$answer" = "$2" ] || {
        echo "not $2 but $answer" >&2
        return 1
    }
}
