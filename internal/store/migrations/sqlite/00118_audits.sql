-- What plugins last read elsewhere, and audits of websites. Instants are microseconds since 1970 in UTC, 0 for none.
-- Documents are JSON; reports are compressed.
-- +goose Up

CREATE TABLE plugin_kept (
    name  TEXT PRIMARY KEY,
    state BLOB NOT NULL,
    at    INTEGER NOT NULL
);

CREATE TABLE plugin_audits (
    id       TEXT PRIMARY KEY,
    url      TEXT NOT NULL,
    form     TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    ended    BOOLEAN NOT NULL,
    audit    BLOB NOT NULL,
    report   BLOB,
    change   INTEGER NOT NULL -- grows with every change of the table
);
CREATE INDEX plugin_audits_site ON plugin_audits (url, began_at);
CREATE INDEX plugin_audits_change ON plugin_audits (change);

-- +goose Down
DROP TABLE plugin_audits;
DROP TABLE plugin_kept;
