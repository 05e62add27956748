-- +goose Up
-- One immutable row for each opt-in and opt-out: the proof. The key begins
-- with the business and the person, so that a person's records lie together.
-- Times are microseconds since 1970-01-01 UTC; NULL is "not set".
CREATE TABLE IF NOT EXISTS consent_records (
    business      TEXT    NOT NULL,
    subject       TEXT    NOT NULL, -- E.164 number or WhatsApp user ID
    id            BLOB    NOT NULL, -- UUID, 16 bytes
    kind          TEXT    NOT NULL, -- opt_in, opt_out
    business_name TEXT    NOT NULL, -- as it was when the person agreed
    categories    TEXT    NOT NULL, -- JSON array of strings
    source        TEXT    NOT NULL,
    occurred_at   INTEGER NOT NULL, -- when the person opted in or out
    recorded_at   INTEGER,          -- when it was taken down
    expires_at    INTEGER,          -- NULL: never
    statement     BLOB,             -- consent_statements.hash; NULL: none
    evidence      TEXT,             -- JSON object; NULL: none
    PRIMARY KEY (business, subject, id)
) STRICT, WITHOUT ROWID;
