-- +goose Up
CREATE TABLE catalog_state (
    id          INTEGER PRIMARY KEY,
    generation  BIGINT NOT NULL, -- of the last change; grows by one with each
    looked      BIGINT NOT NULL, -- grows whenever an origin was confirmed, too
    floor       BIGINT NOT NULL, -- readers behind this generation get everything
    next_file   BIGINT NOT NULL  -- the next catalog_files.id
);
INSERT INTO catalog_state (id, generation, looked, floor, next_file) VALUES (1, 1, 0, 1, 1);

CREATE TABLE catalog_origins (
    origin     TEXT PRIMARY KEY, -- the configured location
    checked_at BIGINT NOT NULL   -- microseconds: last read or confirmed unchanged
);

CREATE TABLE catalog_files (
    id        BIGINT PRIMARY KEY,        -- in the order in which files were first seen
    origin    TEXT NOT NULL,
    location  TEXT NOT NULL,
    hash      BYTEA NOT NULL,            -- SHA-256 of what was read; empty when it could not be read
    stale     BOOLEAN NOT NULL,          -- some of its definitions are kept from an earlier reading
    problems  TEXT NOT NULL,             -- of the file, as JSON; empty: none
    gone_at   BIGINT NOT NULL DEFAULT 0, -- microseconds since when it is an orphan; 0: it is not
    dropped   BOOLEAN NOT NULL DEFAULT FALSE, -- it is one because its origin is no longer configured
    problems_generation BIGINT NOT NULL, -- when its problems changed last
    UNIQUE (origin, location)
);
CREATE INDEX catalog_files_location ON catalog_files (location);
CREATE INDEX catalog_files_problems ON catalog_files (problems_generation);
CREATE INDEX catalog_files_troubled ON catalog_files (id) WHERE problems <> '';

CREATE TABLE catalog_texts (
    file_id BIGINT PRIMARY KEY, -- of catalog_files
    text    BYTEA NOT NULL      -- the descriptor file as read
);

-- One row a document. Of several for one reference, one counts: that is the entity.
CREATE TABLE catalog_definitions (
    file_id    BIGINT NOT NULL,
    position   INTEGER NOT NULL, -- in the file
    ref        TEXT NOT NULL,    -- kind:namespace/name in lower case
    counts     BOOLEAN NOT NULL,
    generation BIGINT NOT NULL,  -- when it came to count, or changed since
    repeated   TEXT NOT NULL,    -- why it does not count, as a person reads it; empty: there is nothing to say
    location   TEXT NOT NULL,    -- as a person would open it
    line       INTEGER NOT NULL,
    title      TEXT NOT NULL,
    type       TEXT NOT NULL,
    lifecycle  TEXT NOT NULL,
    owner      TEXT NOT NULL,
    lifecycle_since BIGINT NOT NULL, -- microseconds: since when the entity has had this lifecycle
    owner_since     BIGINT NOT NULL,
    packed     BYTEA NOT NULL,   -- all columns of the entity, in a form that lasts
    document   BYTEA NOT NULL,   -- the entity as canonical JSON
    record     BYTEA NOT NULL,   -- both as the program keeps them in memory; another version reads the two above
    PRIMARY KEY (file_id, position)
) WITH (toast_tuple_target = 8160); -- most rows fit a page; to compress them again costs more than it saves
CREATE INDEX catalog_definitions_ref ON catalog_definitions (ref);
CREATE INDEX catalog_definitions_generation ON catalog_definitions (generation) WHERE counts;
CREATE INDEX catalog_definitions_repeated ON catalog_definitions (file_id) WHERE repeated <> '';

-- What is no longer there, until every reader has heard of it.
CREATE TABLE catalog_gone (
    what       TEXT NOT NULL, -- entity, or problems (of a file location)
    name       TEXT NOT NULL,
    generation BIGINT NOT NULL,
    gone_at    BIGINT NOT NULL,
    PRIMARY KEY (what, name)
);
CREATE INDEX catalog_gone_generation ON catalog_gone (generation);

CREATE TABLE catalog_facts (
    entity     TEXT NOT NULL,
    producer   TEXT NOT NULL,
    key        TEXT NOT NULL,
    value      TEXT NOT NULL,   -- empty: withdrawn
    source     TEXT NOT NULL,
    as_of      BIGINT NOT NULL,
    since      BIGINT NOT NULL, -- microseconds: since when it has had this value
    generation BIGINT NOT NULL,
    PRIMARY KEY (entity, producer, key)
);
CREATE INDEX catalog_facts_generation ON catalog_facts (generation);

-- What facts, owners and lifecycles were before; what they are now is in the tables above.
CREATE TABLE catalog_history (
    entity     TEXT NOT NULL,
    producer   TEXT NOT NULL, -- empty: the catalog itself, for the keys owner and lifecycle
    key        TEXT NOT NULL,
    value      TEXT NOT NULL,
    source     TEXT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen  BIGINT NOT NULL
);
CREATE INDEX catalog_history_entity ON catalog_history (entity, first_seen);
CREATE INDEX catalog_history_last ON catalog_history (last_seen);

CREATE TABLE catalog_locations (
    origin        TEXT PRIMARY KEY, -- registered beside those of the configuration
    type          TEXT NOT NULL,
    target        TEXT NOT NULL,
    registered_by TEXT NOT NULL,
    registered_at BIGINT NOT NULL
);
