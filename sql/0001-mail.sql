-- SPDX-License-Identifier: Apache-2.0
-- 0001: who is served and where mail goes.  What the columns mean stands in schema.sql.

CREATE TABLE tenants (
    name          TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
    comment       TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE domains (
    name          TEXT NOT NULL PRIMARY KEY CHECK (name <> '' AND name = lower(name)),
    verify        TEXT NOT NULL DEFAULT 'any' CHECK (verify IN ('any', 'list', 'probe')),
    tenant        TEXT REFERENCES tenants (name),
    hold          INTEGER NOT NULL DEFAULT 0 CHECK (hold IN (0, 1)),
    etrn          INTEGER NOT NULL DEFAULT 0 CHECK (etrn IN (0, 1))
) STRICT;

CREATE INDEX domains_by_tenant ON domains (tenant);

CREATE TABLE routes (
    pattern       TEXT NOT NULL CHECK (pattern <> ''),
    priority      INTEGER NOT NULL DEFAULT 0 CHECK (priority BETWEEN 0 AND 65535),
    host          TEXT NOT NULL CHECK (host <> ''),
    port          INTEGER NOT NULL DEFAULT 25 CHECK (port BETWEEN 1 AND 65535),
    protocol      TEXT NOT NULL DEFAULT 'smtp' CHECK (protocol IN ('smtp', 'lmtp')),
    tls           TEXT NOT NULL DEFAULT 'may'
                  CHECK (tls IN ('none', 'may', 'encrypt', 'verify', 'fingerprint')),
    tls_name      TEXT NOT NULL DEFAULT '',
    fingerprint   TEXT NOT NULL DEFAULT '',
    ca_file       TEXT NOT NULL DEFAULT '',
    username      TEXT NOT NULL DEFAULT '',
    password_file TEXT NOT NULL DEFAULT '',
    client_info   TEXT NOT NULL DEFAULT 'none'
                  CHECK (client_info IN ('none', 'xclient', 'xforward', 'proxy')),
    hold_5xx      INTEGER NOT NULL DEFAULT 0 CHECK (hold_5xx IN (0, 1)),
    PRIMARY KEY (pattern, host, port),
    CHECK ((tls = 'fingerprint') = (fingerprint <> '')),
    CHECK ((username = '') = (password_file = ''))
) STRICT;

CREATE TABLE addresses (
    address       TEXT NOT NULL CHECK (address <> ''),
    kind          TEXT NOT NULL DEFAULT 'mailbox'
                  CHECK (kind IN ('mailbox', 'rewrite', 'copy', 'forward')),
    target        TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (address, kind, target),
    CHECK ((kind = 'mailbox') = (target = '')),
    CHECK (address <> target)
) STRICT;
