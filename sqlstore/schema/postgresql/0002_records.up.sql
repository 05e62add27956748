-- +goose Up
-- One immutable row for each opt-in and opt-out: the proof. The key begins
-- with the business and the person, so that a person's records lie together.
-- Times are microseconds since 1970-01-01 UTC; NULL is "not set".
CREATE TABLE IF NOT EXISTS consent_records (
    business      text COLLATE "C" NOT NULL,
    subject       text COLLATE "C" NOT NULL,   -- E.164 number or WhatsApp user ID
    id            uuid NOT NULL,
    kind          text COLLATE "C" NOT NULL,   -- opt_in, opt_out
    business_name text NOT NULL,               -- as it was when the person agreed
    categories    text NOT NULL,               -- JSON array of strings
    source        text COLLATE "C" NOT NULL,
    occurred_at   bigint NOT NULL,             -- when the person opted in or out
    recorded_at   bigint,                      -- when it was taken down
    expires_at    bigint,                      -- NULL: never
    statement     bytea,                       -- consent_statements.hash; NULL: none
    evidence      text,                        -- JSON object; NULL: none
    PRIMARY KEY (business, subject, id)
);
