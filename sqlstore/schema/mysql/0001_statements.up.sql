-- +goose Up
-- All text is kept as its UTF-8 bytes, so that no collation or connection charset
-- ever changes a key or a comparison; CONVERT(text USING utf8mb4) shows it.
--
-- What people saw or heard when they agreed, once per business however many
-- agreed to it. hash is the SHA-256 of the other three fields, so a changed
-- text is another row and no row ever changes. Records name it by hash; there
-- is no foreign key, so that records and statements may live on other shards.
CREATE TABLE IF NOT EXISTS consent_statements (
    business      varbinary(255) NOT NULL,
    hash          binary(32) NOT NULL,
    text          longblob NOT NULL,
    language      varbinary(255) NOT NULL,     -- BCP 47; und: not known
    reviewed_by   blob NOT NULL,               -- who approved the text, or empty
    PRIMARY KEY (business, hash)
) ENGINE = InnoDB;
