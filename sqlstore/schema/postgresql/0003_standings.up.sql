-- +goose Up
-- What a person's records add up to: for each category the latest opt-in and
-- the latest opt-out, which is all that a decision reads. It can be computed
-- again from consent_records. The kind is part of the key, rather than a set of
-- columns each, so that kinds of later versions have rows of their own too.
CREATE TABLE IF NOT EXISTS consent_standings (
    business      text COLLATE "C" NOT NULL,
    subject       text COLLATE "C" NOT NULL,
    category      text COLLATE "C" NOT NULL,   -- empty: everything from the business
    kind          text COLLATE "C" NOT NULL,
    occurred_at   bigint NOT NULL,             -- of the latest such record
    expires_at    bigint,                      -- NULL: never
    record_id     uuid NOT NULL,               -- consent_records.id
    PRIMARY KEY (business, subject, category, kind)
);
