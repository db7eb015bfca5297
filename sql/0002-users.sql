-- SPDX-License-Identifier: Apache-2.0
-- 0002: users of the gateway itself, for listeners with "auth = users".

CREATE TABLE users (
    name          TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
    password_hash TEXT NOT NULL DEFAULT '',
    scram         TEXT NOT NULL DEFAULT '',
    enabled       INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1))
) STRICT;
