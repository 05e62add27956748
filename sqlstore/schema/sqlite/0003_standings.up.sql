-- +goose Up
-- What a person's records add up to: for each category the latest opt-in and
-- the latest opt-out, which is all that a decision reads. It can be computed
-- again from consent_records. The kind is part of the key, rather than a set of
-- columns each, so that kinds of later versions have rows of their own too.
CREATE TABLE IF NOT EXISTS consent_standings (
    business    TEXT    NOT NULL,
    subject     TEXT    NOT NULL,
    category    TEXT    NOT NULL, -- empty: everything from the business
    kind        TEXT    NOT NULL,
    occurred_at INTEGER NOT NULL, -- of the latest such record
    expires_at  INTEGER,          -- NULL: never
    record_id   BLOB    NOT NULL, -- consent_records.id
    PRIMARY KEY (business, subject, category, kind)
) STRICT, WITHOUT ROWID;
