-- SPDX-License-Identifier: Apache-2.0
-- li/schema.sql - measures.db as it is now: measures, authorities, test accounts.
--
-- A new database is made from this file; an older one is brought here by 0001-*.sql and
-- those that follow, and a test holds the two ways together.  tkuev-db(5) describes every
-- table and column.
--
-- Whoever gets this file without the key learns nobody's name: every text that says who is
-- watched, by whom, why, since when or whereto is a box (AES-256-GCM in base64) whose label
-- names the table, the row and the column.  Only what PostgreSQL can say too.

CREATE TABLE measures (
    -- Random, 32 hexadecimal digits in lower case; says nothing by itself.
    handle        TEXT NOT NULL PRIMARY KEY CHECK (length(handle) = 32),
    -- Counts its changes: who changes what somebody else has changed meanwhile, fails.
    revision      INTEGER NOT NULL DEFAULT 1 CHECK (revision > 0),
    -- Boxes of JSON.  Reference number, authority, identities, scope, test account.
    target        TEXT NOT NULL,
    -- The orders of the court with their periods; the first, then those that extend.
    orders        TEXT NOT NULL,
    -- Profile and destinations with their logins.
    delivery      TEXT NOT NULL,
    -- State, who did what when, pauses.
    life          TEXT NOT NULL
) STRICT;

-- Who orders and receives.
CREATE TABLE authorities (
    id            TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    -- A box: name, title, contact, telephone, certificate.
    box           TEXT NOT NULL
) STRICT;

-- Accounts made for tests alone (TKÜV section 23).
CREATE TABLE test_accounts (
    id            TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    -- A box: name, identities, the regulator's confirmation.
    box           TEXT NOT NULL
) STRICT;
