-- +goose Up
-- Keys are bytes, so that two that differ in case or by a trailing space are two.
--
-- One immutable row for each opt-in and opt-out: the proof. The key begins
-- with the business and the person, so that a person's records lie together.
-- Times are microseconds since 1970-01-01 UTC; NULL is "not set".
CREATE TABLE IF NOT EXISTS consent_records (
    business      varbinary(255) NOT NULL,
    subject       varbinary(255) NOT NULL,     -- E.164 number or WhatsApp user ID
    id            binary(16) NOT NULL,
    kind          varbinary(255) NOT NULL,     -- opt_in, opt_out
    business_name blob NOT NULL,               -- as it was when the person agreed
    categories    mediumblob NOT NULL,         -- JSON array of strings
    source        varbinary(255) NOT NULL,
    occurred_at   bigint NOT NULL,             -- when the person opted in or out
    recorded_at   bigint,                      -- when it was taken down
    expires_at    bigint,                      -- NULL: never
    statement     binary(32),                  -- consent_statements.hash; NULL: none
    evidence      longblob,                    -- JSON object; NULL: none
    PRIMARY KEY (business, subject, id)
) ENGINE = InnoDB;
