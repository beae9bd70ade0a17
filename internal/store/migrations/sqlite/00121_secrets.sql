-- What people gave for one piece of work and nobody may read. Instants are microseconds since 1970 in UTC.
-- +goose Up

CREATE TABLE chat_secrets (
    key        TEXT PRIMARY KEY,
    sealed     BLOB NOT NULL, -- encrypted
    expires_at INTEGER NOT NULL
);
CREATE INDEX chat_secrets_expires ON chat_secrets (expires_at);

-- +goose Down
DROP TABLE chat_secrets;
