-- SPDX-License-Identifier: Apache-2.0
-- schema.sql - journal.db as it is now: every message, what became of it, every login.
--
-- A new database is made from this file; an older one is brought here by 0001-*.sql and
-- those that follow, and a test holds the two ways together.  journal-db(5) describes it for
-- readers, who use the views.
--
-- A key says when: microseconds since 1970 times 1024, plus a number that tells apart what
-- came in the same microsecond.  So whatever is found by any index comes in the order of
-- time, and no index on time is needed.  "Not known" and "none" are NULL.
-- What a column of numbers means stands in the views; labels are short words that repeat.

-- Addresses as they were said; the domain in the form of sponts-db(5).
CREATE TABLE addresses (
    id         INTEGER PRIMARY KEY,
    address    TEXT NOT NULL,
    domain     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX addresses_address ON addresses (address);
CREATE INDEX addresses_domain ON addresses (domain);

CREATE TABLE domains (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX domains_name ON domains (name);

-- Who connected; name is empty where none was found.
CREATE TABLE clients (
    id         INTEGER PRIMARY KEY,
    address    TEXT NOT NULL,
    name       TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX clients_address ON clients (address, name);

-- Names of users at a login.
CREATE TABLE accounts (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX accounts_name ON accounts (name);

-- Listeners, tenants, relays, media types, reasons ...; seen: the last day of use, in days
-- since 1970.  One that nobody has used since the oldest row is not referred to any more.
CREATE TABLE labels (
    id         INTEGER PRIMARY KEY,
    text       TEXT NOT NULL,
    seen       INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX labels_text ON labels (text);

-- Messages that were accepted, and attempts that were refused (kind 1, without an id).
CREATE TABLE messages (
    key           INTEGER PRIMARY KEY,
    id            INTEGER,
    kind          INTEGER NOT NULL,
    -- 0: only results are known so far.
    known         INTEGER NOT NULL,
    origin        INTEGER NOT NULL,
    parent        INTEGER,
    tenant        INTEGER,
    listener      INTEGER,
    protocol      INTEGER,
    tls           INTEGER,
    client        INTEGER,
    account       INTEGER,
    sender        INTEGER,
    sender_domain INTEGER,
    size          INTEGER NOT NULL,
    recipients    INTEGER NOT NULL,
    helo          TEXT,
    -- Where it is not the sender.
    header_from   TEXT,
    message_id    TEXT,
    subject       TEXT
) STRICT;
CREATE UNIQUE INDEX messages_id ON messages (id) WHERE id IS NOT NULL;
CREATE INDEX messages_sender ON messages (sender);
CREATE INDEX messages_sender_domain ON messages (sender_domain);
CREATE INDEX messages_client ON messages (client);
CREATE INDEX messages_account ON messages (account) WHERE account IS NOT NULL;
CREATE INDEX messages_message_id ON messages (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX messages_parent ON messages (parent) WHERE parent IS NOT NULL;
CREATE INDEX messages_origin ON messages (origin) WHERE origin <> 0;
CREATE INDEX messages_tenant ON messages (tenant, kind);

-- One row for each recipient of a message.
CREATE TABLE recipients (
    message       INTEGER NOT NULL,
    address       INTEGER NOT NULL,
    domain        INTEGER NOT NULL,
    -- What the client said, where a rewrite made another address of it.
    original      INTEGER,
    result        INTEGER NOT NULL,
    relay         INTEGER,
    tls           INTEGER,
    -- Microseconds since 1970.
    first         INTEGER,
    last          INTEGER,
    attempts      INTEGER NOT NULL,
    enhanced      TEXT,
    reply         TEXT,
    PRIMARY KEY (message, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX recipients_address ON recipients (address, message);
CREATE INDEX recipients_domain ON recipients (domain, message);
CREATE INDEX recipients_original ON recipients (original, message)
    WHERE original IS NOT NULL;
CREATE INDEX recipients_result ON recipients (result, message) WHERE result <> 1;

CREATE TABLE attachments (
    message       INTEGER NOT NULL,
    number        INTEGER NOT NULL,
    declared      INTEGER,
    found         INTEGER,
    size          INTEGER NOT NULL,
    name          TEXT,
    PRIMARY KEY (message, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX attachments_declared ON attachments (declared, message);
CREATE INDEX attachments_found ON attachments (found, message);

-- Why a message of kind 1 was not taken.
CREATE TABLE refusals (
    message       INTEGER PRIMARY KEY,
    code          INTEGER NOT NULL,
    reason        INTEGER,
    enhanced      TEXT,
    reply         TEXT
) STRICT;

CREATE TABLE logins (
    key           INTEGER PRIMARY KEY,
    service       INTEGER,
    listener      INTEGER,
    tenant        INTEGER,
    client        INTEGER,
    account       INTEGER,
    result        INTEGER NOT NULL,
    reason        INTEGER,
    mechanism     INTEGER,
    backend       INTEGER,
    tls           INTEGER
) STRICT;
CREATE INDEX logins_account ON logins (account);
CREATE INDEX logins_client ON logins (client);
CREATE INDEX logins_tenant ON logins (tenant);

-- Events that a program could not write, before it could again.
CREATE TABLE losses (
    key           INTEGER PRIMARY KEY,
    program       INTEGER,
    events        INTEGER NOT NULL
) STRICT;

-- How far the events of each source are filed.
CREATE TABLE progress (
    source        TEXT NOT NULL PRIMARY KEY,
    position      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The words of subjects and of attachments' names, without the texts themselves.  This is
-- SQLite's; PostgreSQL has tsvector for it.
CREATE VIRTUAL TABLE words USING fts5 (subject, files, content = '', detail = column,
    columnsize = 0, tokenize = 'unicode61 remove_diacritics 2');


-- What readers use.  Times are UTC; keys are there to be compared with, and to join by.

CREATE VIEW message_ids AS
    SELECT m.key,
           substr(d.d, 1 + (m.id >> 60 & 15), 1) || substr(d.d, 1 + (m.id >> 55 & 31), 1) ||
           substr(d.d, 1 + (m.id >> 50 & 31), 1) || substr(d.d, 1 + (m.id >> 45 & 31), 1) ||
           substr(d.d, 1 + (m.id >> 40 & 31), 1) || substr(d.d, 1 + (m.id >> 35 & 31), 1) ||
           substr(d.d, 1 + (m.id >> 30 & 31), 1) || substr(d.d, 1 + (m.id >> 25 & 31), 1) ||
           substr(d.d, 1 + (m.id >> 20 & 31), 1) || substr(d.d, 1 + (m.id >> 15 & 31), 1) ||
           substr(d.d, 1 + (m.id >> 10 & 31), 1) || substr(d.d, 1 + (m.id >> 5 & 31), 1) ||
           substr(d.d, 1 + (m.id >> 0 & 31), 1) AS id
    FROM messages m, (SELECT '0123456789ABCDEFGHJKMNPQRSTVWXYZ' AS d) d
    WHERE m.id IS NOT NULL;

CREATE VIEW journal_messages AS
    SELECT m.key,
           (SELECT i.id FROM message_ids i WHERE i.key = m.key) AS id,
           strftime('%Y-%m-%dT%H:%M:%fZ', (m.key >> 10) / 1e6, 'unixepoch') AS time,
           CASE WHEN m.known = 0 THEN 'unknown'
                WHEN EXISTS (SELECT 1 FROM recipients r
                             WHERE r.message = m.key AND r.result = 0) THEN 'queued'
                WHEN EXISTS (SELECT 1 FROM recipients r
                             WHERE r.message = m.key AND r.result = 7) THEN 'unknown'
                ELSE 'done' END AS state,
           CASE m.origin WHEN 0 THEN 'client' WHEN 1 THEN 'bounce' WHEN 2 THEN 'notice'
                WHEN 3 THEN 'forward' ELSE 'replay' END AS origin,
           (SELECT i.id FROM message_ids i, messages o
            WHERE o.id = m.parent AND i.key = o.key) AS parent,
           t.text AS tenant, l.text AS listener, p.text AS protocol, s.text AS tls,
           c.address AS client, c.name AS client_name, m.helo, u.name AS login,
           a.address AS sender, m.size, m.recipients,
           m.subject, m.message_id, coalesce(m.header_from, a.address) AS header_from
    FROM messages m
         LEFT JOIN labels t ON t.id = m.tenant
         LEFT JOIN labels l ON l.id = m.listener
         LEFT JOIN labels p ON p.id = m.protocol
         LEFT JOIN labels s ON s.id = m.tls
         LEFT JOIN clients c ON c.id = m.client
         LEFT JOIN accounts u ON u.id = m.account
         LEFT JOIN addresses a ON a.id = m.sender
    WHERE m.kind = 0;

CREATE VIEW journal_recipients AS
    SELECT r.message AS key,
           (SELECT i.id FROM message_ids i WHERE i.key = r.message) AS id,
           strftime('%Y-%m-%dT%H:%M:%fZ', (r.message >> 10) / 1e6, 'unixepoch') AS time,
           a.address, o.address AS original,
           CASE r.result WHEN 0 THEN 'waiting' WHEN 1 THEN 'delivered' WHEN 2 THEN 'failed'
                WHEN 3 THEN 'expired' WHEN 4 THEN 'deleted' WHEN 5 THEN 'forwarded'
                WHEN 6 THEN 'refused' ELSE 'unknown' END AS result,
           r.enhanced, r.reply, y.text AS relay, s.text AS tls,
           strftime('%Y-%m-%dT%H:%M:%fZ', r.first / 1e6, 'unixepoch') AS first_attempt,
           strftime('%Y-%m-%dT%H:%M:%fZ', r.last / 1e6, 'unixepoch') AS last_attempt,
           r.attempts,
           CASE WHEN r.result NOT IN (0, 7) THEN (r.last - (r.message >> 10)) / 1e6 END AS delay
    FROM recipients r
         JOIN addresses a ON a.id = r.address
         LEFT JOIN addresses o ON o.id = r.original
         LEFT JOIN labels y ON y.id = r.relay
         LEFT JOIN labels s ON s.id = r.tls;

CREATE VIEW journal_attachments AS
    SELECT f.message AS key,
           (SELECT i.id FROM message_ids i WHERE i.key = f.message) AS id,
           strftime('%Y-%m-%dT%H:%M:%fZ', (f.message >> 10) / 1e6, 'unixepoch') AS time,
           f.number, f.name, d.text AS declared_type, y.text AS found_type, f.size
    FROM attachments f
         LEFT JOIN labels d ON d.id = f.declared
         LEFT JOIN labels y ON y.id = f.found;

CREATE VIEW journal_refusals AS
    SELECT m.key,
           strftime('%Y-%m-%dT%H:%M:%fZ', (m.key >> 10) / 1e6, 'unixepoch') AS time,
           t.text AS tenant, l.text AS listener, p.text AS protocol, s.text AS tls,
           c.address AS client, c.name AS client_name, m.helo, u.name AS login,
           a.address AS sender,
           (SELECT b.address FROM recipients r JOIN addresses b ON b.id = r.address
            WHERE r.message = m.key) AS recipient,
           f.code, f.enhanced, y.text AS reason, f.reply
    FROM messages m
         JOIN refusals f ON f.message = m.key
         LEFT JOIN labels y ON y.id = f.reason
         LEFT JOIN labels t ON t.id = m.tenant
         LEFT JOIN labels l ON l.id = m.listener
         LEFT JOIN labels p ON p.id = m.protocol
         LEFT JOIN labels s ON s.id = m.tls
         LEFT JOIN clients c ON c.id = m.client
         LEFT JOIN accounts u ON u.id = m.account
         LEFT JOIN addresses a ON a.id = m.sender;

CREATE VIEW journal_logins AS
    SELECT g.key,
           strftime('%Y-%m-%dT%H:%M:%fZ', (g.key >> 10) / 1e6, 'unixepoch') AS time,
           v.text AS service, l.text AS listener, t.text AS tenant,
           c.address AS client, c.name AS client_name, u.name AS login,
           CASE g.result WHEN 0 THEN 'accepted' WHEN 1 THEN 'refused'
                ELSE 'unavailable' END AS result,
           y.text AS reason, h.text AS mechanism, b.text AS backend, s.text AS tls
    FROM logins g
         LEFT JOIN labels v ON v.id = g.service
         LEFT JOIN labels l ON l.id = g.listener
         LEFT JOIN labels t ON t.id = g.tenant
         LEFT JOIN labels y ON y.id = g.reason
         LEFT JOIN labels h ON h.id = g.mechanism
         LEFT JOIN labels b ON b.id = g.backend
         LEFT JOIN labels s ON s.id = g.tls
         LEFT JOIN clients c ON c.id = g.client
         LEFT JOIN accounts u ON u.id = g.account;

CREATE VIEW journal_losses AS
    SELECT x.key,
           strftime('%Y-%m-%dT%H:%M:%fZ', (x.key >> 10) / 1e6, 'unixepoch') AS time,
           p.text AS program, x.events
    FROM losses x LEFT JOIN labels p ON p.id = x.program;
