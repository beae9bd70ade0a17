-- What tells the states of this catalog from those of others, and of itself before it was restored from a backup. A
-- program that does not know of it leaves its generations without a mark.
-- +goose Up

-- Restoring a backup from before this migration may leave the table behind.
DROP TABLE IF EXISTS catalog_marks;
CREATE TABLE catalog_marks (
    generation BIGINT PRIMARY KEY,
    mark       TEXT NOT NULL,    -- random
    made_at    BIGINT NOT NULL  -- microseconds
);

-- +goose Down
DROP TABLE catalog_marks;
