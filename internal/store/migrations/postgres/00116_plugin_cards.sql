-- Cards of plugins that were good once. Instants are microseconds since 1970 in UTC.
-- +goose Up

CREATE TABLE plugin_cards (
    plugin TEXT NOT NULL,
    name   TEXT NOT NULL,
    card   BYTEA NOT NULL, -- JSON
    put_at BIGINT NOT NULL,
    PRIMARY KEY (plugin, name)
);
CREATE INDEX plugin_cards_put ON plugin_cards (put_at);

-- +goose Down
DROP TABLE plugin_cards;
