-- Accounts of chats that were proven to be somebody of the catalog.
-- +goose Up
CREATE TABLE chat_links (
    platform  TEXT COLLATE "C" NOT NULL,
    workspace TEXT COLLATE "C" NOT NULL,
    actor     TEXT COLLATE "C" NOT NULL,
    person    TEXT NOT NULL, -- the User's full reference
    prover    TEXT NOT NULL, -- JSON: the account from which it was proven
    since     BIGINT NOT NULL,
    PRIMARY KEY (platform, workspace, actor)
);
CREATE INDEX chat_links_person ON chat_links (person);

-- +goose Down
DROP TABLE chat_links;
