-- Accounts of chats that were proven to be somebody of the catalog.
-- +goose Up
CREATE TABLE chat_links (
    platform  TEXT NOT NULL,
    workspace TEXT NOT NULL,
    actor     TEXT NOT NULL,
    person    TEXT NOT NULL, -- the User's full reference
    prover    TEXT NOT NULL, -- JSON: the account from which it was proven
    since     INTEGER NOT NULL,
    PRIMARY KEY (platform, workspace, actor)
);
CREATE INDEX chat_links_person ON chat_links (person);

-- +goose Down
DROP TABLE chat_links;
