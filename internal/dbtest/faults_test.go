package dbtest

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/optinkit/consent"
	"github.com/optinkit/consent/sqlstore"
)

// childVariable makes the test binary a process that appends to the SQLite
// database it names, as driver and DSN, until it is killed.
const childVariable = "CONSENT_TEST_CHILD"

func TestMain(m *testing.M) {
	if child := os.Getenv(childVariable); child != "" {
		driver, dsn, _ := strings.Cut(child, " ")
		if err := appendForever(driver, dsn); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
	_ = mysql.SetLogger(&mysql.NopLogger{}) // lost connections are what is tested
	os.Exit(m.Run())
}

// appendForever appends from eight goroutines and prints the ID of each record when
// it has been acknowledged.
func appendForever(driver, dsn string) error {
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return err
	}
	s := sqlstore.New(db, sqlstore.SQLite)
	failed := make(chan error)
	for w := range 8 {
		go func() {
			for i := 0; ; i++ {
				r := optIn(person(i%7), consent.Marketing, consent.Calls)
				r.OccurredAt = start.Add(time.Duration(rand.IntN(1000)) * time.Second)
				if (i+w)%3 == 0 {
					r.Kind = consent.KindOptOut
				}
				if err := s.Append(context.Background(), r); err != nil {
					failed <- err
					return
				}
				fmt.Println(r.ID) // one write, after the fact
			}
		}()
	}
	return <-failed
}

// TestKilledProcess kills a process that appends to SQLite, 20 times on one
// file. Nothing it was told is stored may be gone, and standings must equal histories.
func TestKilledProcess(t *testing.T) {
	for _, x := range sqliteTargets {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			dsn := sqliteDSN[x.driver](filepath.Join(t.TempDir(), "killed.db"))
			db := openSQLite(t, x.driver, dsn)
			s := sqlstore.New(db, sqlstore.SQLite)
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			acknowledged := map[string]bool{}
			for range 20 {
				for _, id := range killedChild(t, x.driver, dsn) {
					acknowledged[id] = true
				}
				have := consistent(t, s, business, people(7))
				lost := 0
				for id := range acknowledged {
					if !have[id] {
						lost++
					}
				}
				if lost > 0 {
					t.Fatalf("%d of %d acknowledged records are lost", lost, len(acknowledged))
				}
			}
			if len(acknowledged) < 200 {
				t.Errorf("only %d records were acknowledged", len(acknowledged))
			}
			t.Logf("%d acknowledged, none lost", len(acknowledged))
		})
	}
}

// killedChild runs a process until it has appended for a random while, and returns the IDs it printed.
func killedChild(t *testing.T, driver, dsn string) (ids []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+driver+" "+dsn)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for first := true; lines.Scan(); first = false {
		if first {
			time.AfterFunc(time.Duration(10+rand.IntN(150))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		}
		if len(lines.Text()) == 36 { // the last line may be cut off
			ids = append(ids, lines.Text())
		}
	}
	_ = cmd.Wait()
	if stderr.Len() > 0 {
		t.Fatal(stderr.String())
	}
	return ids
}

// load is writers that append to stores and note what was acknowledged.
type load struct {
	mu           sync.Mutex
	acknowledged []string
	unsure       int // calls that ended in ErrRetry and were repeated
}

// write appends for the same people until ctx ends, one writer for each of stores and each of n. Callers
// must see no error but ErrRetry, and repeat what gave that.
func (l *load) write(t *testing.T, ctx context.Context, wg *sync.WaitGroup, subjects []consent.Subject, n int, stores ...consent.Store) {
	for w := range n * len(stores) {
		s := stores[w%len(stores)]
		wg.Go(func() {
			for i := w; ctx.Err() == nil; i++ {
				a, b := optIn(subjects[i%len(subjects)], consent.Marketing, consent.Calls), optOut(subjects[(i+1)%len(subjects)])
				a.OccurredAt = start.Add(time.Duration(rand.IntN(100)) * time.Minute)
				b.OccurredAt = start.Add(time.Duration(rand.IntN(100)) * time.Minute)
				for attempt := 0; ; attempt++ {
					call, cancel := context.WithTimeout(context.Background(), 20*time.Second)
					var err error
					if i%3 == 0 { // one record is appended in a way of its own on PostgreSQL
						err = errors.Join(s.Append(call, a), s.Append(call, b))
					} else {
						err = s.Append(call, a, b)
					}
					cancel()
					if err == nil {
						break
					}
					if !errors.Is(err, sqlstore.ErrRetry) && !errors.Is(err, context.DeadlineExceeded) || attempt == 10 {
						t.Error(err)
						return
					}
					l.mu.Lock()
					l.unsure++
					l.mu.Unlock()
				}
				l.mu.Lock()
				l.acknowledged = append(l.acknowledged, a.ID.String(), b.ID.String())
				l.mu.Unlock()
			}
		})
	}
}

// verify finds every acknowledged record through s.
func (l *load) verify(t *testing.T, s consent.Store, subjects []consent.Subject) {
	t.Helper()
	have := consistent(t, s, business, subjects)
	lost := 0
	for _, id := range l.acknowledged {
		if !have[id] {
			lost++
		}
	}
	if lost > 0 || len(l.acknowledged) < 100 {
		t.Errorf("%d of %d acknowledged records are lost", lost, len(l.acknowledged))
	}
	t.Logf("%d acknowledged, %d lost, %d calls repeated", len(l.acknowledged), lost, l.unsure)
}

// TestKilledServer kills a server under load and starts it again, twice.
func TestKilledServer(t *testing.T) {
	for name, start := range map[string]func(testing.TB) *ownServer{
		"postgres": ownPostgres,
		"mariadb":  func(t testing.TB) *ownServer { s := ownMariaDB(t); s.start(t); return s },
	} {
		t.Run(name, func(t *testing.T) {
			server := start(t)
			db := opened(t, server.driver, server.dsn, 16)
			s := sqlstore.New(db, server.dialect)
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			var l load
			var wg sync.WaitGroup
			ctx, stop := context.WithCancel(t.Context())
			l.write(t, ctx, &wg, people(20), 8, s)
			for range 2 {
				time.Sleep(1500 * time.Millisecond)
				server.kill()
				server.start(t)
			}
			time.Sleep(time.Second)
			stop()
			wg.Wait()
			l.verify(t, s, people(20))
		})
	}
}

// TestDroppedCommit drops the connection on which a COMMIT is sent. Append finds out by
// itself what became of it, and stores each record once.
func TestDroppedCommit(t *testing.T) {
	for _, x := range serverTargets {
		t.Run(x.name, func(t *testing.T) {
			var proxy *dropper
			var db *sql.DB
			direct, s := x.store(t)
			if x.dialect == sqlstore.PostgreSQL {
				u, err := url.Parse(server(t, "CONSENT_TEST_POSTGRES"))
				if err != nil {
					t.Fatal(err)
				}
				proxy = newDropper(t, u.Host)
				q := u.Query()
				var schema string
				if err := direct.QueryRow("SELECT current_schema()").Scan(&schema); err != nil {
					t.Fatal(err)
				}
				q.Set("search_path", schema)
				u.Host, u.RawQuery = proxy.addr, q.Encode()
				db = opened(t, x.driver, u.String(), 4)
			} else {
				cfg, err := mysql.ParseDSN(server(t, "CONSENT_TEST_MYSQL"))
				if err != nil {
					t.Fatal(err)
				}
				if err := direct.QueryRow("SELECT DATABASE()").Scan(&cfg.DBName); err != nil {
					t.Fatal(err)
				}
				proxy = newDropper(t, cfg.Addr)
				cfg.Addr = proxy.addr
				db = opened(t, x.driver, cfg.FormatDSN(), 4)
			}
			through := sqlstore.New(db, x.dialect)
			for i := range 20 {
				proxy.drop <- i%2 == 0
				if err := through.Append(t.Context(), optIn(person(i), consent.Marketing), optOut(person(i))); err != nil {
					t.Fatal(err)
				}
				if n := len(consistent(t, s, business, []consent.Subject{person(i)})); n != 2 {
					t.Fatalf("%d records, want 2", n)
				}
				if len(proxy.drop) > 0 {
					t.Fatal("the proxy saw no COMMIT")
				}
			}
		})
	}
}

// TestFullDisk appends to a SQLite database that may not grow.
func TestFullDisk(t *testing.T) {
	for _, x := range sqliteTargets {
		t.Run(x.name, func(t *testing.T) {
			db, s := x.store(t)
			db.SetMaxOpenConns(1)
			if _, err := db.Exec("PRAGMA max_page_count = 60"); err != nil {
				t.Fatal(err)
			}
			var acknowledged []string
			var err error
			for i := 0; err == nil; i++ {
				r := optIn(person(i%5), consent.Marketing)
				if err = s.Append(t.Context(), r); err == nil {
					acknowledged = append(acknowledged, r.ID.String())
				}
			}
			if !strings.Contains(err.Error(), "no room left") {
				t.Errorf("got %v", err)
			}
			have := consistent(t, s, business, people(5))
			if len(have) != len(acknowledged) || len(acknowledged) == 0 {
				t.Errorf("%d records are there, %d were acknowledged", len(have), len(acknowledged))
			}
			if _, err := db.Exec("PRAGMA max_page_count = 1000"); err != nil {
				t.Fatal(err)
			}
			if err := s.Append(t.Context(), optOut(person(0))); err != nil {
				t.Errorf("with room again: %v", err)
			}
		})
	}
}
