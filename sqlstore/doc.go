// Package sqlstore keeps consent records in a SQL database: SQLite, PostgreSQL,
// MySQL and MariaDB, and databases that speak as one of these do. The caller opens the
// database, with the driver of its choice, and names the dialect; this package imports no driver.
//
//	db, err := sql.Open("sqlite", "file:consent.db?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)")
//	...
//	store := sqlstore.New(db, sqlstore.SQLite)
//	if err := store.Migrate(ctx); err != nil { ... }
//	ledger := consent.New(store, consent.Config{})
//
// # Tables
//
// consent_records holds the proof, one immutable row an opt-in or opt-out; consent_statements the texts that
// people agreed to, once each; consent_standings what the records add up to, which is all that a decision
// reads. Each is explained in the migration that makes it ([Migrations]). The user
// needs SELECT, INSERT, UPDATE and DELETE on them, and CREATE for [Store.Migrate].
//
// # Transactions
//
// On a *[sql.DB] or *[sql.Conn] each Append and each Erase is a transaction. Deadlocks, serialization failures, lock
// timeouts and lost connections make it run again as a whole, with growing, random pauses, until
// the context's deadline, or for 15 seconds if it has none; then the error is [ErrRetry]. If the connection
// is lost while the database commits, what became of it is not known; running it again is
// safe because record IDs are idempotency keys, and so is the caller's repeating a call with the same IDs.
//
// On a *[sql.Tx] the Store takes part in the caller's transaction, so that a sign-up and its
// consent are kept or dropped together:
//
//	tx, err := db.BeginTx(ctx, nil)
//	...
//	_, err = tx.ExecContext(ctx, "INSERT INTO users ...")
//	_, err = consent.New(sqlstore.New(tx, sqlstore.PostgreSQL), cfg).OptIn(ctx, in)
//	...
//	err = tx.Commit()
//
// Each Append there stands behind a savepoint: one that fails leaves nothing, and the
// transaction may go on. Not so after [ErrRetry]: roll back and run the whole transaction again. MySQL and MariaDB
// may have left the transaction by then, and a statement sent nevertheless would be kept on its own, so
// the Store sends no more.
//
// Reads are single statements outside of transactions. What Append or Erase has returned nil for, later reads
// see if they go to the same server; with replicas, see below.
//
// # SQLite
//
// Use a file with journal_mode=WAL, synchronous=FULL and a busy_timeout of seconds. With synchronous=NORMAL
// an acknowledged record can be lost when the machine loses power. SQLite has one writer at a time, so
// concurrent Appends to one Store share a transaction and its wait for the disk: use one Store for a file in a
// process. Other processes may use the same file. Every transaction begins with a write, which is what "BEGIN
// IMMEDIATE" is for. SQLite 3.37 or later is needed. For a database in memory allow one connection
// (db.SetMaxOpenConns(1)); each connection would have its own.
//
// # PostgreSQL
//
// Works at every isolation level; READ COMMITTED, the default, repeats least. synchronous_commit must be on, or a crash loses
// acknowledged records. With a standby that may take over, synchronous_standby_names must name it. Connect to the primary, as with
// target_session_attrs=read-write: a standby answers writes with [ErrReadOnly], and reads from it
// miss what was just written unless synchronous_commit is remote_apply. Statements are prepared for the life of the
// *sql.DB; a pooler between must support that, as PgBouncer does from 1.21 on.
//
// # MySQL and MariaDB
//
// Tables are InnoDB and all text is kept as bytes, so that no collation applies and business IDs, categories, kinds and sources are at most 255
// bytes long. The driver's parseTime, clientFoundRows and interpolateParams may be on or off. innodb_flush_log_at_trx_commit
// must be 1, its default.
//
// On a Galera cluster set wsrep_sync_wait=1 for the session (go-sql-driver/mysql: as a DSN parameter): without it, reading on another node
// than was written to misses opt-outs of the last milliseconds. Set innodb_lock_wait_timeout to a few seconds
// as well. All nodes may be written to. Without a quorum, a node refuses reads and writes.
//
// # Distributed databases
//
// Nothing here needs more than one shard at a time in order to be correct: every primary key begins with the business, records and standings
// with business and subject; there is no sequence, no foreign key, and no constraint across people. An Append of one
// person touches that person's rows and one statement of the business. These engines have not been run by this package's tests:
//
//   - CockroachDB, YugabyteDB (PostgreSQL): the primary keys are the distribution; on YugabyteDB as PRIMARY KEY ((business, subject) HASH, …).
//     Serialization failures are SQLSTATE 40001 and are repeated.
//   - TiDB (MySQL): clustered primary keys; keep pessimistic transactions, the default.
//   - Citus (PostgreSQL): create_distributed_table(…, 'business') for all three, colocated; a business is then on one shard.
//   - Vitess (MySQL): business as the primary vindex of all three, for single-shard transactions.
//
// # Errors
//
// Errors wrap one of this package's sentinels if there is something that a caller can do, and the driver's error, which is within reach of
// errors.As. No error's text contains a person's number or user ID.
package sqlstore
