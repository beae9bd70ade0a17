-- What a direct message hears is what its one reader may see. A post whose sending was begun may have got through. A
-- form that was handed in stays until what it asks for is done. Instants are microseconds since 1970 in UTC.
-- +goose Up

ALTER TABLE chat_subscriptions ADD COLUMN direct BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE chat_posts ADD COLUMN doubt BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE chat_drafts ADD COLUMN claimed_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX chat_drafts_claimed ON chat_drafts (claimed_at) WHERE claimed_at > 0;

-- +goose Down
DROP INDEX chat_drafts_claimed;
ALTER TABLE chat_drafts DROP COLUMN claimed_at;
ALTER TABLE chat_posts DROP COLUMN doubt;
ALTER TABLE chat_subscriptions DROP COLUMN direct;
