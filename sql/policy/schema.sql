-- SPDX-License-Identifier: Apache-2.0
-- schema.sql - policy.db as it is now: what logins have taught about passwords.
--
-- A new database is made from this file; an older one is brought here by 0001-*.sql and
-- those that follow, and a test holds the two ways together.  policy-db(5) describes it for
-- readers.  Times are microseconds since 1970.

-- user: "local@domain" in lower case, the domain in the form of sponts-db(5), or a name
-- without a domain.  verifier: "$argon2id$..."; empty: the password that was learned then is
-- refused, and whatever was learned before does not count.
CREATE TABLE verifiers (
    user       TEXT NOT NULL PRIMARY KEY,
    verifier   TEXT NOT NULL,
    learned_at INTEGER NOT NULL,
    proved_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX verifiers_proved ON verifiers (proved_at);
