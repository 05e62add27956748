-- +goose Up
-- What people saw or heard when they agreed, once per business however many
-- agreed to it. hash is the SHA-256 of the other three fields, so a changed
-- text is another row and no row ever changes. Records name it by hash; there
-- is no foreign key, so that records and statements may live on other shards.
CREATE TABLE IF NOT EXISTS consent_statements (
    business    TEXT NOT NULL,
    hash        BLOB NOT NULL, -- 32 bytes
    text        TEXT NOT NULL,
    language    TEXT NOT NULL, -- BCP 47; und: not known
    reviewed_by TEXT NOT NULL, -- who approved the text, or empty
    PRIMARY KEY (business, hash)
) STRICT, WITHOUT ROWID;
