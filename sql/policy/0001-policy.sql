-- SPDX-License-Identifier: Apache-2.0
-- policy.db, version 1; what stands here is explained in schema.sql.

CREATE TABLE verifiers (
    user       TEXT NOT NULL PRIMARY KEY,
    verifier   TEXT NOT NULL,
    learned_at INTEGER NOT NULL,
    proved_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX verifiers_proved ON verifiers (proved_at);
