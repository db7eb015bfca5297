# SPDX-License-Identifier: Apache-2.0
# converse.bash - a dialogue as text, played against a port or a program.
#
#     converse 2525 <<'END'          or: converse PROGRAM ARG...   (descriptors 0 and 1)
#     S: 220 *
#     C: EHLO client.example
#     S: 250 *
#     END
#
# "C: line" is sent with CRLF; "C\ text" is sent as printf %b gives it, without anything
# added.  "S: glob" must match the last line of the next reply (250-... lines are passed
# over); "S= line" must equal the next line.  What was heard is left in $TMP/heard.

converse() {
    local from to pid='' result=0
    HEARD=$TMP/heard
    : >"$HEARD"
    if [[ $1 =~ ^[0-9]+$ ]]; then
        exec {from}<>"/dev/tcp/127.0.0.1/$1" || return 1
        to=$from
    else
        coproc PROGRAM { exec "$@" 2>"$TMP/stderr" 3>&-; }
        pid=$PROGRAM_PID
        # Bash closes a coproc's own descriptors the moment it dies; last words need copies.
        exec {from}<&"${PROGRAM[0]}" {to}>&"${PROGRAM[1]}"
        eval "exec ${PROGRAM[1]}>&-"
    fi
    _converse_lines || result=$?
    eval "exec $from<&-"
    [ "$to" = "$from" ] || eval "exec $to>&-"
    [ -z "$pid" ] || wait "$pid" || return $?
    return "$result"
}

_converse_lines() {
    local line
    while IFS= read -r line; do
        case $line in
        'C\ '*) printf '%b' "${line#C\\ }" >&"$to" ;;
        C:*)
            line=${line#C:}
            printf '%s\r\n' "${line# }" >&"$to"
            ;;
        'S= '*)
            _converse_hear || return 1
            [ "$SAID" = "${line#S= }" ] || _converse_differs "${line#S= }" || return 1
            ;;
        S:*)
            line=${line#S:}
            _converse_reply || return 1
            # shellcheck disable=SC2053  # the right-hand side is a glob on purpose
            [[ $SAID == ${line# } ]] || _converse_differs "${line# }" || return 1
            ;;
        esac
    done
}

_converse_hear() {
    IFS= read -r -t 20 SAID <&"$from" || {
        echo "the other side said nothing more" >&2
        return 1
    }
    SAID=${SAID%$'\r'}
    echo "$SAID" >>"$HEARD"
}

_converse_reply() {
    _converse_hear || return 1
    while [[ $SAID =~ ^[0-9][0-9][0-9]- ]]; do
        _converse_hear || return 1
    done
}

_converse_differs() {
    printf 'expected: %s\n     got: %s\n' "$1" "$SAID" >&2
    return 1
}
