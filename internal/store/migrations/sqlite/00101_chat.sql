-- The state of conversations. Instants are microseconds since 1970 in UTC, 0 for none. Documents are JSON.
-- +goose Up

-- Deliveries that must have an effect once.
CREATE TABLE chat_inbox (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL
);
CREATE INDEX chat_inbox_at ON chat_inbox (at);

-- What was said last in each conversation. Marks grow in the order of commits.
CREATE TABLE chat_threads (
    key   TEXT PRIMARY KEY,
    turns BLOB NOT NULL,
    at    INTEGER NOT NULL, -- the platform's time of the last turn
    mark  INTEGER NOT NULL
);
CREATE INDEX chat_threads_mark ON chat_threads (mark);
CREATE INDEX chat_threads_at ON chat_threads (at);
CREATE TABLE chat_marks (
    id   INTEGER PRIMARY KEY,
    last INTEGER NOT NULL
);
INSERT INTO chat_marks (id, last) VALUES (1, 0);

-- The keys that sign buttons, two at a time, encrypted.
CREATE TABLE chat_keys (
    since  INTEGER PRIMARY KEY, -- when it begins to sign
    secret BLOB NOT NULL
);

-- Records of the audit, as many in a row as were written together: a row for each would cost more than the answer that
-- it tells of.
CREATE TABLE chat_audit (
    id       TEXT PRIMARY KEY, -- the least of the records' ids, UUIDv7
    last     TEXT NOT NULL,    -- the greatest
    since    INTEGER NOT NULL,  -- the time of the earliest record
    until    INTEGER NOT NULL,  -- the time of the latest
    n        INTEGER NOT NULL, -- records
    actors   TEXT NOT NULL,    -- |hash|hash|, to find the rows of one actor
    records  BLOB NOT NULL     -- JSON, compressed (s2) behind an s
);
CREATE INDEX chat_audit_until ON chat_audit (until);
CREATE INDEX chat_audit_last ON chat_audit (last);

-- Messages that the bot sends of its own accord.
CREATE TABLE chat_posts (
    key        TEXT PRIMARY KEY,
    platform   TEXT NOT NULL,
    workspace  TEXT NOT NULL,
    channel    TEXT NOT NULL,
    thread     TEXT NOT NULL,
    message    BLOB NOT NULL,
    state      TEXT NOT NULL,
    attempts   INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    error      TEXT NOT NULL,
    added_at   INTEGER NOT NULL
);
CREATE INDEX chat_posts_added ON chat_posts (added_at);
CREATE INDEX chat_posts_unsent ON chat_posts (added_at) WHERE state = 'unsent';

-- Intents that do not fit on a button, or may be carried out once.
CREATE TABLE chat_intents (
    id         TEXT PRIMARY KEY,
    intent     BLOB NOT NULL,
    single     BOOLEAN NOT NULL,
    used       BOOLEAN NOT NULL DEFAULT FALSE,
    expires_at INTEGER NOT NULL
);
CREATE INDEX chat_intents_expires ON chat_intents (expires_at);

-- Forms in progress.
CREATE TABLE chat_drafts (
    id         TEXT PRIMARY KEY,
    draft      BLOB NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE INDEX chat_drafts_expires ON chat_drafts (expires_at);

-- Where the bot is installed; secrets are encrypted.
CREATE TABLE chat_installations (
    platform     TEXT NOT NULL,
    workspace    TEXT NOT NULL,
    name         TEXT NOT NULL,
    secrets      BLOB NOT NULL,
    data         BLOB,
    installer    BLOB NOT NULL,
    installed_at INTEGER NOT NULL,
    PRIMARY KEY (platform, workspace)
);

CREATE TABLE chat_subscriptions (
    platform   TEXT NOT NULL,
    workspace  TEXT NOT NULL,
    channel    TEXT NOT NULL,
    thread     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    topic      TEXT NOT NULL,
    subscriber BLOB NOT NULL,
    lang       TEXT NOT NULL,
    zone       TEXT NOT NULL,
    muted      BOOLEAN NOT NULL,
    since      INTEGER NOT NULL,
    PRIMARY KEY (platform, workspace, channel, thread, subject, topic)
);
CREATE INDEX chat_subscriptions_subject ON chat_subscriptions (subject, topic);

-- Messages that show how long work goes on.
CREATE TABLE chat_followers (
    key       TEXT NOT NULL,
    platform  TEXT NOT NULL,
    workspace TEXT NOT NULL,
    channel   TEXT NOT NULL,
    thread    TEXT NOT NULL,
    message   TEXT NOT NULL,
    lang      TEXT NOT NULL,
    since     INTEGER NOT NULL,
    PRIMARY KEY (key, platform, workspace, channel, thread, message)
);
CREATE INDEX chat_followers_since ON chat_followers (since);

-- +goose Down
DROP TABLE chat_followers;
DROP TABLE chat_subscriptions;
DROP TABLE chat_installations;
DROP TABLE chat_drafts;
DROP TABLE chat_intents;
DROP TABLE chat_posts;
DROP TABLE chat_audit;
DROP TABLE chat_keys;
DROP TABLE chat_marks;
DROP TABLE chat_threads;
DROP TABLE chat_inbox;
