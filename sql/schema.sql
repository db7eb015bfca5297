-- SPDX-License-Identifier: Apache-2.0
-- schema.sql - sponts.db as it is now: who is served, where mail goes, who may log in.
--
-- A new database is made from this file; an older one is brought here by 0001-*.sql and
-- those that follow, and a test holds the two ways together.  sponts-db(5) describes every
-- table and column for those who write rows.
--
-- Only what PostgreSQL can say too: STRICT is SQLite's word for what PostgreSQL does by
-- itself, truth values are 0 and 1, names are compared byte for byte.  "Not given" is the
-- empty string, except where a row elsewhere is referred to: that is NULL.
-- The columns that name others are checked by the programs that write them, since SQL
-- cannot tell a host name from a sentence; what a CHECK can say, it says.

-- Operators who share the gateway and must not see each other's data.
CREATE TABLE tenants (
    name          TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
    -- For people.
    comment       TEXT NOT NULL DEFAULT ''
) STRICT;

-- Domains whose mail is accepted from anybody.
CREATE TABLE domains (
    -- A-labels in lower case, no final dot: "xn--mller-kva.example".
    name          TEXT NOT NULL PRIMARY KEY CHECK (name <> '' AND name = lower(name)),
    -- What makes a recipient known: any local part, the table addresses, or asking the
    -- backend.
    verify        TEXT NOT NULL DEFAULT 'any' CHECK (verify IN ('any', 'list', 'probe')),
    -- Whose domain it is; NULL: the operator's own.
    tenant        TEXT REFERENCES tenants (name),
    -- 1: mail is accepted and stays in the queue until somebody releases it.
    hold          INTEGER NOT NULL DEFAULT 0 CHECK (hold IN (0, 1)),
    -- 1: the hosts of its route may ask for its mail with ETRN (RFC 1985).
    etrn          INTEGER NOT NULL DEFAULT 0 CHECK (etrn IN (0, 1))
) STRICT;

CREATE INDEX domains_by_tenant ON domains (tenant);

-- Where mail goes, and where users read it.  All rows of one pattern for mail (smtp, lmtp),
-- for POP3 (pop3, pop3s) or for IMAP (imap, imaps) are one route; the most specific pattern
-- wins.
CREATE TABLE routes (
    -- "user@example.org", "example.org", ".example.org" (every name below it), "*"; for POP3
    -- and IMAP a login name without "@" too.
    pattern       TEXT NOT NULL CHECK (pattern <> ''),
    -- Lower ones are tried first, equal ones in random order.
    priority      INTEGER NOT NULL DEFAULT 0 CHECK (priority BETWEEN 0 AND 65535),
    -- Name, IP address, "[192.0.2.1]", or "mx:example.net" for the MX hosts of that name.
    host          TEXT NOT NULL CHECK (host <> ''),
    port          INTEGER NOT NULL DEFAULT 25 CHECK (port BETWEEN 1 AND 65535),
    -- pop3s and imaps speak TLS from the first byte.
    protocol      TEXT NOT NULL DEFAULT 'smtp'
                  CHECK (protocol IN ('smtp', 'lmtp', 'pop3', 'pop3s', 'imap', 'imaps')),
    tls           TEXT NOT NULL DEFAULT 'may'
                  CHECK (tls IN ('none', 'may', 'encrypt', 'verify', 'fingerprint')),
    -- The name the certificate must be for, where that is not host.
    tls_name      TEXT NOT NULL DEFAULT '',
    -- SHA-256 of the certificate, 64 hexadecimal digits in lower case.
    fingerprint   TEXT NOT NULL DEFAULT '',
    -- PEM file of the authorities to trust; empty: those of the system.
    ca_file       TEXT NOT NULL DEFAULT '',
    -- Login at the next hop.  The password stands in a file, never here.
    username      TEXT NOT NULL DEFAULT '',
    password_file TEXT NOT NULL DEFAULT '',
    -- How the true client is passed on; "proxy" is PROXY version 2, "id" the ID of IMAP.
    client_info   TEXT NOT NULL DEFAULT 'none'
                  CHECK (client_info IN ('none', 'xclient', 'xforward', 'proxy', 'id')),
    -- 1: sudden 5xx replies hold the mail instead of bouncing it.
    hold_5xx      INTEGER NOT NULL DEFAULT 0 CHECK (hold_5xx IN (0, 1)),
    PRIMARY KEY (pattern, host, port),
    CHECK ((tls = 'fingerprint') = (fingerprint <> '')),
    CHECK ((username = '') = (password_file = '')),
    -- A user's password never goes in plain text unless a row says so.
    CHECK (protocol IN ('smtp', 'lmtp') OR tls <> 'may'),
    CHECK (protocol NOT IN ('pop3s', 'imaps') OR tls <> 'none'),
    -- The proxies log in as the user, and there is no mail to hold.
    CHECK (protocol IN ('smtp', 'lmtp') OR (username = '' AND hold_5xx = 0)),
    CHECK (protocol IN ('smtp', 'lmtp') OR host NOT LIKE 'mx:%'),
    CHECK (client_info IN ('none', 'proxy')
           OR (client_info = 'xforward' AND protocol IN ('smtp', 'lmtp'))
           OR (client_info = 'xclient' AND protocol IN ('smtp', 'lmtp', 'pop3', 'pop3s'))
           OR (client_info = 'id' AND protocol IN ('imap', 'imaps')))
) STRICT;

-- Single addresses: which exist, and which lead elsewhere.
CREATE TABLE addresses (
    -- Domain in A-labels and lower case; local part in lower case matches every case.
    address       TEXT NOT NULL CHECK (address <> ''),
    -- mailbox: exists.  rewrite: becomes target.  copy: stays, and a copy goes to target.
    -- forward: there is no mailbox, only target.
    kind          TEXT NOT NULL DEFAULT 'mailbox'
                  CHECK (kind IN ('mailbox', 'rewrite', 'copy', 'forward')),
    target        TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (address, kind, target),
    CHECK ((kind = 'mailbox') = (target = '')),
    CHECK (address <> target)
) STRICT;

-- Who may log in where a listener says "auth = users".
CREATE TABLE users (
    -- As the client says it, byte for byte.
    name          TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
    -- "$argon2id$v=19$...", for PLAIN and LOGIN; empty: these do not work for this user.
    password_hash TEXT NOT NULL DEFAULT '',
    -- "SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey" (RFC 5803); empty: no SCRAM.
    scram         TEXT NOT NULL DEFAULT '',
    -- 0: every login is refused.
    enabled       INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1))
) STRICT;

-- Whose mail is whose on this machine: which addresses a user of the system has, one a row.
-- Only replayctl(8) asks.
CREATE TABLE system_users (
    -- Of passwd(5), byte for byte.
    name          TEXT NOT NULL CHECK (name <> ''),
    -- Where mail for him ends, after rewrites, forwards and lists; in lower case.
    address       TEXT NOT NULL CHECK (address <> ''),
    PRIMARY KEY (name, address)
) STRICT;
