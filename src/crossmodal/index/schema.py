"""The tables of an index, and the version of their shape.

    space     the space that every vector here lives in: one row, once the first is known
    models    which encoders made vectors of files of which modality, and how many are alive
    items     one row a file: where it is, what it was when it was read, or why it could not be
    entries   what can be found of an item: a whole picture, a passage of a text, a stretch of time
    vectors   where an entry lies in the space, by which model: unit length, int16
    words     full-text index of the texts of entries; with the file's name, but for stretches of
              time without a text
    graphs    which derived nearest-neighbour file belongs to which model

A sound or film has one entry for the whole, which is found by its name, and one for each stretch
of it: a shot, some seconds of sound, or what was said. So the vectors of one film are of several
models. Vectors of one model in files of two modalities are two rows of `models`, and two graphs:
a search within one modality never has to look at the other's.

The numbers of models, entries and vectors are never used twice, and a row of `vectors` never
changes: so a derived file that holds the vectors up to some number stays true while they live.
"""

from __future__ import annotations

VERSION = 3  # in PRAGMA user_version; a change of any table or of how words are cut raises it
APPLICATION = 0x43584D31  # in PRAGMA application_id: "CXM1"

TABLES = """
CREATE TABLE space (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    dim INTEGER NOT NULL
) STRICT;

CREATE TABLE models (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,                     -- name@version
    modality TEXT NOT NULL,                 -- of the files that the vectors belong to
    alive INTEGER NOT NULL DEFAULT 0,       -- rows of vectors, kept by the triggers below
    UNIQUE (name, modality)
) STRICT;

CREATE TABLE items (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE,              -- os.fsencode of the absolute path
    modality TEXT,                          -- NULL where it could not be told
    size INTEGER NOT NULL,                  -- bytes
    mtime_ns INTEGER NOT NULL,              -- nanoseconds since 1970
    hash BLOB,                              -- BLAKE2b of the file's bytes
    makers TEXT NOT NULL DEFAULT '',        -- models that looked at it, with spaces between
    problem TEXT,                           -- why it could not be read; NULL where it could
    note TEXT                               -- what of it could not be read; NULL where all could
) STRICT;
CREATE INDEX items_hash ON items (hash);
CREATE INDEX items_size ON items (size);
CREATE INDEX items_mtime ON items (mtime_ns);

CREATE TABLE entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    item INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
    start REAL,                             -- seconds; characters in a text; NULL for the whole
    "end" REAL,
    text TEXT
) STRICT;
CREATE INDEX entries_item ON entries (item);

CREATE TABLE vectors (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    entry INTEGER NOT NULL REFERENCES entries ON DELETE CASCADE,
    model INTEGER NOT NULL REFERENCES models,
    value BLOB NOT NULL                     -- (dim,) int16, little-endian: 32767 is 1
) STRICT;
CREATE INDEX vectors_entry ON vectors (entry);
CREATE INDEX vectors_model ON vectors (model);
CREATE TRIGGER vectors_born AFTER INSERT ON vectors BEGIN
    UPDATE models SET alive = alive + 1 WHERE id = new.model;
END;
CREATE TRIGGER vectors_gone AFTER DELETE ON vectors BEGIN
    UPDATE models SET alive = alive - 1 WHERE id = old.model;
END;

CREATE VIRTUAL TABLE words USING fts5 (
    name, text, content='', tokenize="unicode61 remove_diacritics 2"
);

CREATE TABLE graphs (
    model INTEGER PRIMARY KEY REFERENCES models,
    file TEXT NOT NULL,
    newest INTEGER NOT NULL,                -- vectors with a higher number are not in it
    count INTEGER NOT NULL,
    size INTEGER NOT NULL,                  -- bytes of the file
    mtime_ns INTEGER NOT NULL,
    digest BLOB NOT NULL                    -- BLAKE2b of the file
) STRICT;
"""
