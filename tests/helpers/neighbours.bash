# SPDX-License-Identifier: Apache-2.0
# neighbours.bash - real mail programs around the gateway, each below $TMP, on loopback.

# recorder PORT - a next hop that keeps what it gets in $TMP/recorded/N.eml and N.env.
recorder() {
    start recorder /usr/bin/python3 "$BATS_TEST_DIRNAME/helpers/recorder.py" "$1" \
        "$TMP/recorded" "${@:2}"
    wait_for 10 listens "$1"
}
recorded() { find "$TMP/recorded" -name '*.eml' 2>/dev/null | wc -l; }
has_recorded() { [ "$(recorded)" -ge "$1" ]; }

# Programs that drop to a user of their own must be able to walk to their directories.
_walkable() {
    local up=$1
    while [ "$up" != / ]; do
        chmod a+x "$up" 2>/dev/null || true
        up=$(dirname "$up")
    done
}

# postfix_at NAME PORT [MAIN_CF_LINE...] - a Postfix of its own; everything for other domains
# than its transport_maps goes to Maildir $TMP/NAME/mail/box/.
postfix_at() {
    local name=$1 port=$2 dir=$TMP/$1
    shift 2
    mkdir -p "$dir"/{etc,spool,data,mail}
    _walkable "$dir"
    chown postfix "$dir/data" "$dir/mail"
    cat >"$dir/etc/main.cf" <<END
compatibility_level = 3.6
queue_directory = $dir/spool
data_directory = $dir/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = $dir/maillog
maillog_file_prefixes = $dir
mail_owner = postfix
setgid_group = postdrop
myhostname = $name.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject
virtual_mailbox_domains = static:all
virtual_mailbox_maps = static:box/
virtual_mailbox_base = $dir/mail
virtual_uid_maps = static:$(id -u postfix)
virtual_gid_maps = static:$(id -g postfix)
smtputf8_enable = yes
minimal_backoff_time = 1s
queue_run_delay = 1s
END
    printf '%s\n' "$@" >>"$dir/etc/main.cf"
    cat >"$dir/etc/master.cf" <<END
127.0.0.1:$port inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
END
    postfix -c "$dir/etc" check 2>"$dir/check" || { cat "$dir/check" >&2; return 1; }
    # setsid: Postfix ends its whole process group when it stops.
    start "postfix-$name" setsid /usr/lib/postfix/sbin/master -c "$dir/etc" -d
    wait_for 20 listens "$port" || { cat "$dir/maillog" >&2; return 1; }
}
postfix_mails() { find "$TMP/$1/mail/box/new" -type f 2>/dev/null | wc -l; }
postfix_has() { [ "$(postfix_mails "$1")" -ge "$2" ]; }

# dovecot_lmtp_at PORT [LISTENER_LINE [LINE]] - Dovecot's LMTP; mail lands in
# $TMP/dovecot/mail/USER@DOMAIN/.
dovecot_lmtp_at() {
    # Dovecot delivers to nobody's mailbox as root: mail belongs to the user nobody here.
    local dir=$TMP/dovecot uid gid
    uid=$(id -u nobody) gid=$(id -g nobody)
    mkdir -p "$dir/mail" "$dir/run"
    chown nobody "$dir/mail"
    _walkable "$dir"
    cat >"$dir/dovecot.conf" <<END
base_dir = $dir/run
state_dir = $dir/run
log_path = $dir/log
protocols = lmtp
ssl = no
default_internal_user = $(id -un)
default_internal_group = $(id -gn)
default_login_user = $(id -un)
mail_location = maildir:$dir/mail/%u
mail_uid = $uid
mail_gid = $gid
first_valid_uid = 0
userdb {
  driver = static
  args = uid=$uid gid=$gid home=$dir/mail/%u allow_all_users=yes
}
passdb {
  driver = static
  args = nopassword=y
}
service lmtp {
  chroot =
  user = $(id -un)
  inet_listener lmtp {
    address = 127.0.0.1
    port = $1
    ${2:-}
  }
}
${3:-}
service anvil {
  chroot =
}
service stats {
  chroot =
}
END
    start dovecot dovecot -F -c "$dir/dovecot.conf"
    wait_for 20 listens "$1" || { cat "$dir/log" >&2; return 1; }
}
dovecot_mails() { find "$TMP/dovecot/mail/$1/new" -type f 2>/dev/null | wc -l; }
dovecot_has() { [ "$(dovecot_mails "$1")" -ge "$2" ]; }

# login_service USER:PASSWORD - Dovecot checks logins for Postfix at $TMP/login/auth.
login_service() {
    mkdir -p "$TMP/login"
    _walkable "$TMP/login"
    cat >"$TMP/login/dovecot.conf" <<END
base_dir = $TMP/login/run
state_dir = $TMP/login/run
log_path = $TMP/login/log
protocols =
ssl = no
default_internal_user = $(id -un)
default_internal_group = $(id -gn)
default_login_user = $(id -un)
auth_failure_delay = 1 secs
passdb {
  driver = passwd-file
  args = $TMP/login/users
}
service auth {
  unix_listener $TMP/login/auth {
    mode = 0666
  }
}
service stats {
  chroot =
}
END
    echo "${1%%:*}:{PLAIN}${1#*:}" >"$TMP/login/users"
    start login dovecot -F -c "$TMP/login/dovecot.conf"
    wait_for 20 test -S "$TMP/login/auth"
}

# real_mails - mails that people and programs wrote, one path a line.
real_mails() {
    find /usr/lib/python3.11/test/test_email/data -name 'msg_*.txt' | sort
}
