#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What a journal notes of mails (lib/mime), beside what Python's email package reads in them.

setup() {
    load helpers/common
    sponts_setup
    SEED=${MIME_SEED:-977} # another one: other mails
    echo "MIME_SEED=$SEED"
}

teardown() { sponts_teardown; }

python_mails() { /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/mime_mails.py" "$@"; }

# Python keeps no octets of a message within a message, and shows blanks in its own way.
comparable='def blanks: gsub("\\s+"; " ");
    {subject: .subject | blanks,
     attachments: [.attachments[] | {name: (.name | blanks), declared,
         size: (if .declared == "message/rfc822" then null else .size end)}]}'

# same_as_python FILE...
same_as_python() {
    python_mails read "$@" | jq -cS . >"$TMP/python"
    mime-tool "$@" >"$TMP/read"
    jq -cS "$comparable" "$TMP/read" >"$TMP/ours"
    [ "$(wc -l <"$TMP/ours")" -eq $# ]
    diff "$TMP/python" "$TMP/ours"
}

@test "300 random mails: subjects, names, declared types and sizes are what was meant" {
    mkdir "$TMP/mails"
    python_mails write "$SEED" 300 "$TMP/mails"
    same_as_python "$TMP"/mails/*.eml
    [ "$(jq -c '.attachments[]' "$TMP/ours" | wc -l)" -gt 300 ]
    [ "$(jq -s 'map(select(.broken or .incomplete)) | length' "$TMP/read")" -eq 0 ]
}

# Not those where Python has its own idea: 15, 39 (boundaries within their like), 17, 31, 42
# (no part at all: Python makes one of the rest), 16, 43 and 36 (what is within
# message/delivery-status and message/external-body).
@test "the sample mails of Python's own tests are read as Python reads them" {
    local samples=()
    for sample in /usr/lib/python3*/test/test_email/data/msg_*.txt; do
        case $sample in
        *_15.txt | *_16.txt | *_17.txt | *_31.txt | *_36.txt | *_39.txt | *_42.txt | *_43.txt) ;;
        *) samples+=("$sample") ;;
        esac
    done
    [ -e "${samples[0]}" ] || skip "needs libpython3-testsuite"
    same_as_python "${samples[@]}"
}

@test "what Python's own mails are cut to is read without a fault" {
    mkdir "$TMP/mails" "$TMP/cut"
    python_mails write "$SEED" 5 "$TMP/mails"
    for mail in "$TMP"/mails/*.eml; do
        for part in 1 2 3 4 5 6 7 8 9; do
            head -c $(($(stat -c %s "$mail") * part / 10)) "$mail" >"$TMP/cut/$part-${mail##*/}"
        done
    done
    mime-tool "$TMP"/cut/*.eml >"$TMP/read"
    [ "$(jq -s length "$TMP/read")" -eq 45 ]
}

@test "a file that cannot be read is named" {
    run -1 --separate-stderr mime-tool "$TMP/none"
    [ "$stderr" = "mime-tool: $TMP/none: cannot be read" ]
}
