-- +goose Up
-- Keys are bytes, so that two that differ in case or by a trailing space are two.
--
-- What a person's records add up to: for each category the latest opt-in and
-- the latest opt-out, which is all that a decision reads. It can be computed
-- again from consent_records. The kind is part of the key, rather than a set of
-- columns each, so that kinds of later versions have rows of their own too.
-- appends counts what was joined, later or not, so that every Append changes the
-- row: on a Galera cluster, only changes of one row on two nodes collide, and an
-- Append must collide with an Erase of the same person.
CREATE TABLE IF NOT EXISTS consent_standings (
    business      varbinary(255) NOT NULL,
    subject       varbinary(255) NOT NULL,
    category      varbinary(255) NOT NULL,     -- empty: everything from the business
    kind          varbinary(255) NOT NULL,
    occurred_at   bigint NOT NULL,             -- of the latest such record
    expires_at    bigint,                      -- NULL: never
    record_id     binary(16) NOT NULL,         -- consent_records.id
    appends       bigint NOT NULL DEFAULT 1,   -- see above
    PRIMARY KEY (business, subject, category, kind)
) ENGINE = InnoDB;
