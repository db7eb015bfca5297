# SPDX-License-Identifier: Apache-2.0
# sponts.bash - a configuration of one's own below $TMP for the tests of sponts(8).
#
#     setup() { load helpers/common; load helpers/sponts; sponts_setup; CONF=...; }

# configuration LINES... - writes $CONF.
configuration() {
    cat >"$CONF" <<END
[general]
hostname = mx.test
spool = $TMP/spool
database = $TMP/sponts.db
run-directory = $TMP/run
drain-timeout = 20s
END
    printf '%s\n' "$@" >>"$CONF"
}

# listener NAME PORT - the lines of a listener on loopback.
listener() { printf '[listener %s]\naddress = 127.0.0.1:%s\ntls = none\n' "$1" "$2"; }
# proxy NAME PROGRAM PORT - the same of a proxy.
proxy() { printf '%s\nprogram = %s\nauth-without-tls = yes\n' "$(listener "$1" "$3")" "$2"; }
