package dbtest

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/optinkit/consent"
	"github.com/optinkit/consent/sqlstore"
	"github.com/optinkit/consent/storetest"
)

// cluster is three nodes of MariaDB Galera on loopback.
type cluster struct{ nodes []*ownServer }

func startCluster(t *testing.T) *cluster {
	t.Helper()
	if testing.Short() {
		t.Skip("a cluster of three servers is not for -short")
	}
	library := program(t, "galera-4", "/usr/lib/galera/libgalera_smm.so", "/usr/lib/galera-4/libgalera_smm.so", "/usr/lib64/galera-4/libgalera_smm.so")
	program(t, "rsync", "rsync")
	var ports [3][3]int // of each node: group, incremental and whole state transfer
	var members []string
	for i := range ports {
		for k := range ports[i] {
			ports[i][k] = freePort(t)
		}
		members = append(members, fmt.Sprintf("127.0.0.1:%d", ports[i][0]))
	}
	c := &cluster{}
	for i, p := range ports {
		c.nodes = append(c.nodes, ownMariaDB(t,
			"--binlog-format=ROW", "--innodb-autoinc-lock-mode=2", "--wsrep-on=ON", "--wsrep-provider="+library,
			"--wsrep-cluster-name="+filepath.Base(t.Name()), fmt.Sprintf("--wsrep-node-name=n%d", i),
			"--wsrep-cluster-address=gcomm://"+strings.Join(members, ","), "--wsrep-node-address=127.0.0.1", "--wsrep-sst-method=rsync",
			fmt.Sprintf("--wsrep-sst-receive-address=127.0.0.1:%d", p[2]),
			fmt.Sprintf("--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:%d;ist.recv_addr=127.0.0.1:%d", p[0], p[1])))
	}
	for i, node := range c.nodes {
		if i == 0 {
			node.start(t, "--wsrep-new-cluster")
			continue
		}
		node.start(t)
	}
	return c
}

// stores opens a database of the test's own on every node.
func (c *cluster) stores(t *testing.T, wait bool) []*sqlstore.Store {
	t.Helper()
	var stores []*sqlstore.Store
	name := fresh()
	for i, node := range c.nodes {
		cfg, err := mysql.ParseDSN(node.dsn)
		if err != nil {
			t.Fatal(err)
		}
		cfg.DBName = ""
		if i == 0 {
			admin := opened(t, "mysql", cfg.FormatDSN(), 1)
			if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _, _ = admin.Exec("DROP DATABASE " + name) })
		}
		cfg.DBName = name
		cfg.Params = map[string]string{"innodb_lock_wait_timeout": "3"}
		if wait {
			cfg.Params["wsrep_sync_wait"] = "1"
		}
		db := opened(t, "mysql", cfg.FormatDSN(), 16)
		for range 100 { // until the database has come to this node
			if db.Ping() == nil {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		stores = append(stores, sqlstore.New(db, sqlstore.MySQL))
	}
	var wg sync.WaitGroup
	for _, s := range stores { // every node at once
		wg.Go(func() {
			if err := s.Migrate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	return stores
}

// anyNode is a Store that takes each call to a random node.
type anyNode []*sqlstore.Store

func (a anyNode) node() *sqlstore.Store { return a[rand.IntN(len(a))] }

func (a anyNode) Append(ctx context.Context, records ...consent.Record) error {
	return a.node().Append(ctx, records...)
}

func (a anyNode) Standings(ctx context.Context, business string, subjects []consent.Subject, into []consent.Standing) error {
	return a.node().Standings(ctx, business, subjects, into)
}

func (a anyNode) History(ctx context.Context, business string, subject consent.Subject) iter.Seq2[consent.Record, error] {
	return a.node().History(ctx, business, subject)
}

func (a anyNode) Erase(ctx context.Context, business string, subject consent.Subject) error {
	return a.node().Erase(ctx, business, subject)
}

// TestGalera runs the suite and races on a real cluster.
func TestGalera(t *testing.T) {
	c := startCluster(t)

	t.Run("conformance", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) consent.Store { return anyNode(c.stores(t, true)) })
	})

	t.Run("read your writes", func(t *testing.T) {
		for _, wait := range []bool{false, true} {
			stores := c.stores(t, wait)
			stale := 0
			into := make([]consent.Standing, 1)
			for i := range 400 {
				subject := person(i)
				if err := stores[i%3].Append(t.Context(), optOut(subject)); err != nil {
					t.Fatal(err)
				}
				if err := stores[(i+1)%3].Standings(t.Context(), business, []consent.Subject{subject}, into); err != nil {
					t.Fatal(err)
				}
				if len(into[0]) == 0 {
					stale++
				}
			}
			t.Logf("wsrep_sync_wait %v: %d of 400 reads on another node were stale", wait, stale)
			if wait && stale > 0 {
				t.Errorf("%d stale reads with wsrep_sync_wait=1", stale)
			}
		}
	})

	t.Run("erase against append", func(t *testing.T) {
		stores := c.stores(t, true)
		subjects := people(3)
		var wg sync.WaitGroup
		for w := range 6 {
			wg.Go(func() {
				for i := range 25 {
					var err error
					if w < 2 {
						err = stores[w].Erase(t.Context(), business, subjects[i%3])
					} else {
						err = stores[w%3].Append(t.Context(), optIn(subjects[i%3], consent.Marketing), optOut(subjects[(i+1)%3], consent.Calls))
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		for _, s := range stores {
			consistent(t, s, business, subjects)
		}
	})

	t.Run("killed node", func(t *testing.T) {
		stores := c.stores(t, true)
		subjects := people(20)
		var l load
		var wg sync.WaitGroup
		ctx, stop := context.WithCancel(t.Context())
		l.write(t, ctx, &wg, subjects, 3, stores[0], stores[1], stores[2])
		time.Sleep(2 * time.Second)
		c.nodes[2].kill()
		time.Sleep(8 * time.Second)
		c.nodes[2].start(t)
		time.Sleep(2 * time.Second)
		stop()
		wg.Wait()
		for _, s := range stores {
			l.verify(t, s, subjects)
		}
	})
	if t.Failed() {
		for _, node := range c.nodes {
			log, _ := os.ReadFile(node.log)
			t.Logf("%s", log[max(0, len(log)-1500):])
		}
	}
}
