-- What channels are about, and how subscribers are told of changes.
-- +goose Up

-- The entity that a channel is about.
CREATE TABLE chat_bindings (
    platform  TEXT COLLATE "C" NOT NULL,
    workspace TEXT COLLATE "C" NOT NULL,
    channel   TEXT COLLATE "C" NOT NULL,
    entity    TEXT NOT NULL, -- full reference
    since     BIGINT NOT NULL,
    PRIMARY KEY (platform, workspace, channel)
);

-- What is subscribed to, as it was when its subscribers last heard of it.
CREATE TABLE chat_watches (
    subject    TEXT COLLATE "C" NOT NULL,
    topic      TEXT COLLATE "C" NOT NULL,
    seen       BYTEA NOT NULL,    -- JSON of the topic
    number     BIGINT NOT NULL, -- of the state; grows by one with each
    generation BIGINT NOT NULL, -- of the catalog it was seen in
    PRIMARY KEY (subject, topic)
);

-- Changes that a place is to be told, and was told.
CREATE TABLE chat_news (
    id        TEXT COLLATE "C" PRIMARY KEY, -- in the order in which they were found
    platform  TEXT COLLATE "C" NOT NULL,
    workspace TEXT COLLATE "C" NOT NULL,
    channel   TEXT COLLATE "C" NOT NULL,
    subject   TEXT NOT NULL,
    topic     TEXT NOT NULL,
    change    BYTEA NOT NULL,    -- JSON of the topic
    found_at  BIGINT NOT NULL,
    post      TEXT NOT NULL,    -- key of the post that tells it; empty: it waits
    told_at   BIGINT NOT NULL  -- when that was given to the outbox; 0: not yet
);
CREATE INDEX chat_news_untold ON chat_news (id) WHERE told_at = 0;
CREATE INDEX chat_news_told ON chat_news (platform, workspace, channel, told_at);
CREATE INDEX chat_news_post ON chat_news (post);
CREATE INDEX chat_news_found ON chat_news (found_at);

-- +goose Down
DROP TABLE chat_news;
DROP TABLE chat_watches;
DROP TABLE chat_bindings;
