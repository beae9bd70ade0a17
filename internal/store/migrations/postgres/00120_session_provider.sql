-- Which session at the identity provider a session of the pages began with, as a hash, so that it ends with that one.
-- +goose Up

ALTER TABLE web_sessions ADD COLUMN provider TEXT NOT NULL DEFAULT '';
CREATE INDEX web_sessions_provider ON web_sessions (provider) WHERE provider <> '';

-- +goose Down
DROP INDEX web_sessions_provider;
ALTER TABLE web_sessions DROP COLUMN provider;
