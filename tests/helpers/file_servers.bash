# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034  # what is set here is used by the tests
# file_servers.bash - an authority's file servers on loopback, in $TMP, as whoever runs the
# test: vsftpd, proftpd, OpenSSH's sshd with its sftp-server, and a Python one that fails
# as it is told.
#
# Each start_* sets PORT and serves directory $HOME_DIR, where there is a directory "in".
# User and password: $FTP_USER, $FTP_PASSWORD.

# vsftpd and proftpd, unpacked by contrib/install-deps.
UNPACKED=/usr/local/lib/sponts-tests

new_home() {
    HOME_DIR=$TMP/${1:-home}
    mkdir -p "$HOME_DIR/in"
    echo "$HOME_DIR" >>"$TMP/homes" # others_read_it_alike looks there
}

# start_vsftpd [LINE...] - anonymous with the one password that counts: needs no PAM
start_vsftpd() {
    PORT=$(free_port)
    FTP_USER=anonymous FTP_PASSWORD=open-sesame
    mkdir -p "$TMP/empty"
    echo "$FTP_PASSWORD" >"$TMP/vsftpd.passwords"
    cat >"$TMP/vsftpd.conf" <<EOF
listen=YES
listen_address=127.0.0.1
listen_port=$PORT
background=NO
run_as_launching_user=YES
ftp_username=$(id -un)
nopriv_user=$(id -un)
anonymous_enable=YES
local_enable=NO
secure_email_list_enable=YES
email_password_file=$TMP/vsftpd.passwords
write_enable=YES
anon_upload_enable=YES
anon_mkdir_write_enable=YES
anon_other_write_enable=YES
anon_world_readable_only=NO
anon_root=$HOME_DIR
anon_umask=077
allow_writeable_chroot=YES
secure_chroot_dir=$TMP/empty
port_enable=YES
connect_from_port_20=NO
pasv_enable=YES
xferlog_enable=NO
seccomp_sandbox=NO
isolate=NO
isolate_network=NO
EOF
    printf '%s\n' "$@" >>"$TMP/vsftpd.conf"
    start vsftpd "$UNPACKED/usr/sbin/vsftpd" "$TMP/vsftpd.conf"
    wait_for 10 bound "$PORT"
}

# start_proftpd [LINE...] - several need several $FTP_SERVER
start_proftpd() {
    PORT=$(free_port)
    FTP_USER=lea FTP_PASSWORD=open-sesame
    local group name=${FTP_SERVER:-proftpd}
    group=$(id -gn)
    (umask 077 && printf '%s:%s:%s:%s::%s:/bin/sh\n' "$FTP_USER" \
        "$(openssl passwd -6 "$FTP_PASSWORD")" "$(id -u)" "$(id -g)" "$HOME_DIR" >"$TMP/$name.passwd")
    cat >"$TMP/$name.conf" <<EOF
ModulePath $UNPACKED/usr/lib/proftpd
LoadModule mod_tls.c
ServerName lemf
ServerType standalone
DefaultAddress 127.0.0.1
Port $PORT
UseIPv6 off
UseReverseDNS off
User $(id -un)
Group $group
RootLogin on
AuthOrder mod_auth_file.c
AuthUserFile $TMP/$name.passwd
RequireValidShell off
ScoreboardFile $TMP/$name.scoreboard
PidFile $TMP/$name.pid
DelayEngine off
WtmpLog off
TransferLog none
SystemLog $TMP/$name.system
AllowOverwrite on
Umask 077
EOF
    printf '%s\n' "$@" >>"$TMP/$name.conf"
    start "$name" "$UNPACKED/usr/sbin/proftpd" -n -c "$TMP/$name.conf"
    wait_for 10 bound "$PORT"
}

# start_proftpd_sftp - SFTP by password; sets PEER_KEY.
start_proftpd_sftp() {
    local keys=$TMP/${FTP_SERVER:-proftpd}-ssh
    mkdir -m 700 "$keys"
    ssh-keygen -q -t ecdsa -m PEM -N '' -f "$keys/host"
    PEER_KEY=$(ssh-keygen -l -E sha256 -f "$keys/host.pub" | cut -d ' ' -f 2)
    start_proftpd 'LoadModule mod_sftp.c' 'SFTPEngine on' "SFTPLog $keys/log" \
        "SFTPHostKey $keys/host" 'SFTPAuthMethods password'
}

# TLS for proftpd and vsftpd, as arguments of the above; sets PEER_KEY.
tls_of() {
    mkdir -p "$TMP/tls"
    self_signed "$TMP/tls"
    cat "$TMP/tls/key.pem" >>"$TMP/tls/cert.pem"
    PEER_KEY=$(pin_of "$TMP/tls/cert.pem")
    case $1 in
    proftpd)
        TLS_LINES=('TLSEngine on' 'TLSRequired on' "TLSRSACertificateFile $TMP/tls/cert.pem"
            "TLSRSACertificateKeyFile $TMP/tls/key.pem" "TLSLog $TMP/proftpd.tls"
            'TLSOptions NoSessionReuseRequired')
        TLS_LINES=("${TLS_LINES[@]//TLSRSA/TLSEC}")
        ;;
    vsftpd)
        TLS_LINES=(ssl_enable=YES allow_anon_ssl=YES force_anon_data_ssl=YES force_anon_logins_ssl=YES
            "rsa_cert_file=$TMP/tls/cert.pem" "rsa_private_key_file=$TMP/tls/key.pem"
            require_ssl_reuse=NO ssl_ciphers=HIGH)
        ;;
    esac
}

# start_sshd - the login is by key $SSH_KEY; sets PEER_KEY.
start_sshd() {
    PORT=$(free_port)
    FTP_USER=$(id -un) FTP_PASSWORD=
    SSH_KEY=$TMP/ssh/login
    mkdir -m 700 "$TMP/ssh"
    ssh-keygen -q -t ed25519 -N '' -f "$TMP/ssh/host"
    ssh-keygen -q -t ed25519 -N '' -f "$SSH_KEY"
    cp "$SSH_KEY.pub" "$TMP/ssh/authorized"
    PEER_KEY=$(ssh-keygen -l -E sha256 -f "$TMP/ssh/host.pub" | cut -d ' ' -f 2)
    cat >"$TMP/ssh/config" <<EOF
ListenAddress 127.0.0.1:$PORT
HostKey $TMP/ssh/host
PidFile $TMP/ssh/pid
AuthorizedKeysFile $TMP/ssh/authorized
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
Subsystem sftp internal-sftp -d $HOME_DIR
EOF
    [ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
    start sshd /usr/sbin/sshd -D -e -f "$TMP/ssh/config"
    wait_for 10 bound "$PORT"
}

# start_bad_ftp WAY [NAME] - see bad_ftp.py
start_bad_ftp() {
    PORT=$(free_port)
    FTP_USER=lea FTP_PASSWORD=open-sesame
    start "bad-ftp${2:-}" /usr/bin/python3 "$REPO/tests/helpers/bad_ftp.py" "$PORT" "$HOME_DIR" "$1"
    wait_for 10 bound "$PORT"
}
