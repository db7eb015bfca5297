// SPDX-License-Identifier: Apache-2.0
// db/handover_schema.h - the tables of handover.db; tkuev-db(5) describes them.
#pragma once

namespace db {

inline constexpr int handover_version = 1;
inline constexpr int handover_application_id = 0x73706c68; // "splh"

inline constexpr const char* handover_schema = R"sql(
CREATE TABLE numbers (
    -- The lowest that nobody has been given.
    measure  TEXT NOT NULL,
    series   INTEGER NOT NULL,
    cin      INTEGER NOT NULL,
    next     INTEGER NOT NULL CHECK (next BETWEEN 0 AND 4294967296),
    PRIMARY KEY (measure, series, cin)
) STRICT;
CREATE TABLE sessions (
    -- name: a keyed digest of a session's or a queued mail's id.
    measure  TEXT NOT NULL,
    name     TEXT NOT NULL,
    cin      INTEGER NOT NULL,
    used     INTEGER NOT NULL,
    PRIMARY KEY (measure, name)
) STRICT;
CREATE TABLE files (
    name     TEXT NOT NULL PRIMARY KEY,
    -- Where its first record begins, and the next that was not taken.
    first    INTEGER NOT NULL,
    position INTEGER NOT NULL
) STRICT;
CREATE TABLE items (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    measure  TEXT NOT NULL,
    stream   INTEGER NOT NULL,
    form     INTEGER NOT NULL,
    type     INTEGER NOT NULL,
    cin      INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    numbers  INTEGER NOT NULL,
    parcel   INTEGER NOT NULL,
    deadline INTEGER NOT NULL,
    file     TEXT NOT NULL,
    place    INTEGER NOT NULL,
    next     INTEGER NOT NULL,
    content_place INTEGER NOT NULL,
    content_size  INTEGER NOT NULL,
    record   INTEGER NOT NULL,
    sealing  INTEGER NOT NULL,
    box      TEXT NOT NULL
) STRICT;
CREATE INDEX items_waiting ON items (measure, stream, parcel, id);
CREATE INDEX items_parcel ON items (parcel, id);
CREATE INDEX items_file ON items (file, place) WHERE stream = 1;
CREATE INDEX items_deadline ON items (deadline) WHERE stream = 1;
CREATE TABLE parcels (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    measure  TEXT NOT NULL,
    stream   INTEGER NOT NULL,
    name     TEXT NOT NULL,
    made     INTEGER NOT NULL,
    checks   INTEGER NOT NULL,
    box      TEXT NOT NULL
) STRICT;
CREATE INDEX parcels_measure ON parcels (measure, stream, id);
CREATE TABLE ledgers (
    measure  TEXT NOT NULL PRIMARY KEY,
    name     TEXT NOT NULL,
    number   INTEGER NOT NULL,
    chain    TEXT NOT NULL
) STRICT;
CREATE TABLE lines (
    -- Of ledgers; gone when they are in their files.
    file     TEXT NOT NULL,
    number   INTEGER NOT NULL,
    text     TEXT NOT NULL,
    PRIMARY KEY (file, number)
) STRICT;
CREATE TABLE facts (
    name     TEXT NOT NULL PRIMARY KEY,
    value    TEXT NOT NULL
) STRICT;
)sql";

} // namespace db
