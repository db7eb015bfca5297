-- SPDX-License-Identifier: Apache-2.0
-- 0004: which addresses a user of this machine has.  What the columns mean stands in
-- schema.sql.

CREATE TABLE system_users (
    name          TEXT NOT NULL CHECK (name <> ''),
    address       TEXT NOT NULL CHECK (address <> ''),
    PRIMARY KEY (name, address)
) STRICT;
