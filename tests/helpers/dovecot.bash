# SPDX-License-Identifier: Apache-2.0
# dovecot.bash - Dovecot as a mailbox server with IMAP and POP3, below $TMP, on loopback.
# Needs common.bash; gateway tests use neighbours.bash for Dovecot's LMTP.

# The ports of NAME: ${PORT[NAME-imap]}, -imaps, -pop3, -pop3s; -imap-proxied and
# -pop3-proxied want the PROXY protocol first.
declare -gA PORT
# The ports of the listeners of the gateway in front of it, by name.
declare -gA GATE

# mailbox_server NAME [LINE...] - users anna, bert and carl, password "secret"; mail in
# $TMP/NAME/mail/USER; certificate $TMP/NAME/cert.pem for localhost; log $TMP/NAME/log.
# LINEs are added to its configuration.
mailbox_server() {
    local name=$1 dir=$TMP/$1 what user uid gid login
    shift
    login=$(id -un)
    [ "$login" != root ] || login=dovenull # its login processes refuse to be root
    uid=$(id -u nobody) gid=$(id -g nobody)
    for what in imap imaps imap-proxied pop3 pop3s pop3-proxied; do
        PORT[$name-$what]=$(free_port)
    done
    mkdir -p "$dir/mail" "$dir/run"
    chown nobody "$dir/mail"
    _for_everybody "$dir"
    [ -e "$dir/cert.pem" ] || self_signed "$dir"
    for user in anna bert carl; do
        echo "$user:{PLAIN}secret"
    done >"$dir/users"
    cat >"$dir/dovecot.conf" <<END
base_dir = $dir/run
state_dir = $dir/run
log_path = $dir/log
protocols = imap pop3
listen = 127.0.0.1
ssl = yes
ssl_cert = <$dir/cert.pem
ssl_key = <$dir/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login scram-sha-256 scram-sha-1
auth_failure_delay = 0
haproxy_trusted_networks = 127.0.0.0/8
default_internal_user = $(id -un)
default_internal_group = $(id -gn)
default_login_user = $login
mail_location = maildir:$dir/mail/%u
mail_uid = $uid
mail_gid = $gid
first_valid_uid = 0
mail_max_userip_connections = 1000
mail_fsync = never
imap_metadata = yes
mail_attribute_dict = file:$dir/mail/%u/metadata
passdb {
  driver = passwd-file
  args = $dir/users
}
userdb {
  driver = static
  args = uid=$uid gid=$gid home=$dir/mail/%u
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${PORT[$name-imap]}
  }
  inet_listener imaps {
    port = ${PORT[$name-imaps]}
  }
  inet_listener imap-proxied {
    port = ${PORT[$name-imap-proxied]}
    haproxy = yes
  }
}
service pop3-login {
  chroot =
  inet_listener pop3 {
    port = ${PORT[$name-pop3]}
  }
  inet_listener pop3s {
    port = ${PORT[$name-pop3s]}
  }
  inet_listener pop3-proxied {
    port = ${PORT[$name-pop3-proxied]}
    haproxy = yes
  }
}
service anvil {
  chroot =
  # Wrong passwords of some clients shall not make others behind the same proxy wait.
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
END
    printf '%s\n' "$@" >>"$dir/dovecot.conf"
    mailbox_server_start "$name"
}

# mailbox_server_start NAME - again, after it was killed: the same ports, users and mail.
mailbox_server_start() {
    start "$1" dovecot -F -c "$TMP/$1/dovecot.conf"
    wait_for 20 bound "${PORT[$1-imap]}" || { cat "$TMP/$1/log" "$TMP/$1.log" >&2; return 1; }
}

# mailbox_listener NAME [LINE...] - of a gateway whose users have their mail at the server
# "dove", without TLS behind it; NAME is imap, imaps, pop3 or pop3s, its port ${GATE[NAME]}.
mailbox_listener() {
    local name=$1 protocol=${1%s}
    shift
    printf '%s\n' "[listener $name]" "address = 127.0.0.1:${GATE[$name]}" \
        "program = ${protocol%3}-proxy" 'auth-without-tls = yes' \
        "backend = 127.0.0.1:${PORT[dove-$protocol]}" 'backend-tls = none' "$@"
}
# ports_for_gate NAME... - free ones for these listeners.
ports_for_gate() {
    local name
    for name; do
        GATE[$name]=$(free_port)
    done
}
# ports_of_gate - NAME=PORT, a line each, as the clients in Python want them.
ports_of_gate() {
    local name
    for name in "${!GATE[@]}"; do
        echo "$name=${GATE[$name]}"
    done
}

# said_by NAME PATTERN - NAME's log has such a line.
said_by() { grep -qE -- "$2" "$TMP/$1/log"; }

# Programs that drop to a user of their own must be able to walk to their directories.
_for_everybody() {
    local up=$1
    while [ "$up" != / ]; do
        chmod a+x "$up" 2>/dev/null || true
        up=$(dirname "$up")
    done
}
