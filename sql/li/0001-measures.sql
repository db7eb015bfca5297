-- SPDX-License-Identifier: Apache-2.0
-- 0001: measures and what belongs to them.  What the columns mean stands in schema.sql.

CREATE TABLE measures (
    handle        TEXT NOT NULL PRIMARY KEY CHECK (length(handle) = 32),
    revision      INTEGER NOT NULL DEFAULT 1 CHECK (revision > 0),
    target        TEXT NOT NULL,
    orders        TEXT NOT NULL,
    delivery      TEXT NOT NULL,
    life          TEXT NOT NULL
) STRICT;

CREATE TABLE authorities (
    id            TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    box           TEXT NOT NULL
) STRICT;

CREATE TABLE test_accounts (
    id            TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    box           TEXT NOT NULL
) STRICT;

CREATE TABLE numbers (
    measure       TEXT NOT NULL REFERENCES measures (handle),
    series        TEXT NOT NULL CHECK (series IN ('cin', 'iri', 'cc')),
    cin           INTEGER NOT NULL DEFAULT 0 CHECK (cin BETWEEN 0 AND 4294967295),
    next          INTEGER NOT NULL CHECK (next BETWEEN 0 AND 4294967296),
    PRIMARY KEY (measure, series, cin),
    CHECK (series <> 'cin' OR cin = 0)
) STRICT;
