-- SPDX-License-Identifier: Apache-2.0
-- 0003: routes of the POP3 and IMAP proxies.  What the columns mean stands in schema.sql.
--
-- SQLite cannot change a CHECK: the table is made again and filled from the old one.

ALTER TABLE routes RENAME TO routes_before_0003;

CREATE TABLE routes (
    pattern       TEXT NOT NULL CHECK (pattern <> ''),
    priority      INTEGER NOT NULL DEFAULT 0 CHECK (priority BETWEEN 0 AND 65535),
    host          TEXT NOT NULL CHECK (host <> ''),
    port          INTEGER NOT NULL DEFAULT 25 CHECK (port BETWEEN 1 AND 65535),
    protocol      TEXT NOT NULL DEFAULT 'smtp'
                  CHECK (protocol IN ('smtp', 'lmtp', 'pop3', 'pop3s', 'imap', 'imaps')),
    tls           TEXT NOT NULL DEFAULT 'may'
                  CHECK (tls IN ('none', 'may', 'encrypt', 'verify', 'fingerprint')),
    tls_name      TEXT NOT NULL DEFAULT '',
    fingerprint   TEXT NOT NULL DEFAULT '',
    ca_file       TEXT NOT NULL DEFAULT '',
    username      TEXT NOT NULL DEFAULT '',
    password_file TEXT NOT NULL DEFAULT '',
    client_info   TEXT NOT NULL DEFAULT 'none'
                  CHECK (client_info IN ('none', 'xclient', 'xforward', 'proxy', 'id')),
    hold_5xx      INTEGER NOT NULL DEFAULT 0 CHECK (hold_5xx IN (0, 1)),
    PRIMARY KEY (pattern, host, port),
    CHECK ((tls = 'fingerprint') = (fingerprint <> '')),
    CHECK ((username = '') = (password_file = '')),
    CHECK (protocol IN ('smtp', 'lmtp') OR tls <> 'may'),
    CHECK (protocol NOT IN ('pop3s', 'imaps') OR tls <> 'none'),
    CHECK (protocol IN ('smtp', 'lmtp') OR (username = '' AND hold_5xx = 0)),
    CHECK (protocol IN ('smtp', 'lmtp') OR host NOT LIKE 'mx:%'),
    CHECK (client_info IN ('none', 'proxy')
           OR (client_info = 'xforward' AND protocol IN ('smtp', 'lmtp'))
           OR (client_info = 'xclient' AND protocol IN ('smtp', 'lmtp', 'pop3', 'pop3s'))
           OR (client_info = 'id' AND protocol IN ('imap', 'imaps')))
) STRICT;

INSERT INTO routes (pattern, priority, host, port, protocol, tls, tls_name, fingerprint, ca_file,
    username, password_file, client_info, hold_5xx)
SELECT pattern, priority, host, port, protocol, tls, tls_name, fingerprint, ca_file,
    username, password_file, client_info, hold_5xx
FROM routes_before_0003;

DROP TABLE routes_before_0003;
