// SPDX-License-Identifier: Apache-2.0
// db/handover_schema.h - the tables of handover.db; tkuev-db(5) describes them.
#pragma once

namespace db {

inline constexpr int handover_version = 2;
inline constexpr int handover_application_id = 0x73706c68; // "splh"

// Version 1; a new database is made from this and what follows, too.
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

// From version 1 to 2.
inline constexpr const char* handover_discs_schema = R"sql(
-- Of content in a file of its own, and of its event: the name of that file.
ALTER TABLE items ADD COLUMN name TEXT NOT NULL DEFAULT '';
CREATE TABLE taps (
    -- Processes that made records; the highest number taken of those they wrote themselves.
    name     TEXT NOT NULL PRIMARY KEY,
    highest  INTEGER NOT NULL,
    used     INTEGER NOT NULL
) STRICT;
CREATE TABLE recovered (
    -- Records taken that others wrote, after the process was killed.
    tap      TEXT NOT NULL,
    number   INTEGER NOT NULL,
    used     INTEGER NOT NULL,
    PRIMARY KEY (tap, number)
) STRICT;
CREATE TABLE stored (
    -- Files that wait for a disc, or are on an image that was not handed over.
    name     TEXT NOT NULL PRIMARY KEY,
    measure  TEXT NOT NULL,
    stream   INTEGER NOT NULL,
    parcel   INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    digest   TEXT NOT NULL,
    -- Octets of content in it, and when they are destroyed; of events: 0.
    content  INTEGER NOT NULL,
    deadline INTEGER NOT NULL,
    -- The digest of the image it is on; empty: on none.
    image    TEXT NOT NULL,
    -- The events of its contents, for the gaps if they are destroyed.
    box      TEXT NOT NULL
) STRICT;
CREATE INDEX stored_measure ON stored (measure, name);
CREATE INDEX stored_deadline ON stored (deadline) WHERE stream = 1;
CREATE TABLE images (
    digest   TEXT NOT NULL PRIMARY KEY,
    measure  TEXT NOT NULL,
    files    INTEGER NOT NULL,
    made     INTEGER NOT NULL,
    -- When it was handed over; 0: not yet.
    delivered INTEGER NOT NULL
) STRICT;
)sql";

} // namespace db
