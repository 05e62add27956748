package dbtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/optinkit/consent"
	"github.com/optinkit/consent/sqlstore"
)

// keeper is a pg_autoctl process with its server.
type keeper struct {
	data string
	cmd  *exec.Cmd
}

func startKeeper(t *testing.T, as *syscall.Credential, dir, name, data string, args ...string) *keeper {
	t.Helper()
	program := program(t, "pg-auto-failover-cli and postgresql-15-auto-failover", "pg_autoctl")
	out, err := os.Create(filepath.Join(dir, name+".log"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	k := &keeper{data: data, cmd: exec.Command(program, args...)}
	bin, _ := filepath.Glob("/usr/lib/postgresql/15/bin")
	k.cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_RUNTIME_DIR="+dir,
		"PG_CONFIG=", "PATH="+strings.Join(append(bin, os.Getenv("PATH")), ":"))
	k.cmd.Dir, k.cmd.Stdout, k.cmd.Stderr = dir, out, out
	k.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as, Setpgid: true}
	if err := k.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = k.cmd.Wait() }()
	t.Cleanup(k.kill)
	return k
}

// kill ends the keeper and then its server, so that nobody starts it again.
func (k *keeper) kill() {
	_ = syscall.Kill(-k.cmd.Process.Pid, syscall.SIGKILL)
	if text, err := os.ReadFile(filepath.Join(k.data, "postmaster.pid")); err == nil {
		if pid, err := strconv.Atoi(strings.Fields(string(text))[0]); err == nil && pid > 1 {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// TestFailover kills a PostgreSQL primary under load and lets its synchronous standby take over, which
// takes a minute: set CONSENT_TEST_FAILOVER=1.
func TestFailover(t *testing.T) {
	if os.Getenv("CONSENT_TEST_FAILOVER") != "1" {
		t.Skip("set CONSENT_TEST_FAILOVER=1 to run this test")
	}
	dir, as := folder(t, "postgres")
	monitorPort := freePort(t)
	startKeeper(t, as, dir, "monitor", filepath.Join(dir, "m"), "create", "monitor", "--pgdata", filepath.Join(dir, "m"),
		"--pgport", strconv.Itoa(monitorPort), "--hostname", "127.0.0.1", "--auth", "trust", "--no-ssl", "--run")
	monitor := fmt.Sprintf("postgres://autoctl_node@127.0.0.1:%d/pg_auto_failover?sslmode=disable", monitorPort)
	waitFor(t, dir, "monitor", monitor, "SELECT 1")

	var hosts []string
	var keepers []*keeper
	for _, name := range []string{"a", "b"} {
		port := freePort(t)
		data := filepath.Join(dir, name)
		keepers = append(keepers, startKeeper(t, as, dir, name, data, "create", "postgres", "--pgdata", data, "--pgport", strconv.Itoa(port),
			"--listen", "127.0.0.1", "--hostname", "127.0.0.1", "--auth", "trust", "--no-ssl", "--name", name, "--monitor", monitor, "--run"))
		host := fmt.Sprintf("127.0.0.1:%d", port)
		hosts = append(hosts, host)
		if name == "a" {
			waitFor(t, dir, name, "postgres://postgres@"+host+"/postgres?sslmode=disable", "SELECT 1")
		}
	}
	// Until the standby's word is waited for, it must not take over.
	waitFor(t, dir, "b", "postgres://postgres@"+hosts[0]+"/postgres?sslmode=disable",
		"SELECT 1 / COUNT(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum') AND current_setting('synchronous_standby_names') <> ''")

	db := opened(t, "pgx", "postgres://postgres@"+strings.Join(hosts, ",")+"/postgres?sslmode=disable&target_session_attrs=read-write&connect_timeout=3", 16)
	s := sqlstore.New(db, sqlstore.PostgreSQL)
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	standby := sqlstore.New(opened(t, "pgx", "postgres://postgres@"+hosts[1]+"/postgres?sslmode=disable", 2), sqlstore.PostgreSQL)
	if err := standby.Append(t.Context(), optOut(person(0))); err == nil || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("appending to the standby: %v", err)
	}

	var l load
	var wg sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	l.write(t, ctx, &wg, people(20), 8, consent.Store(s))
	time.Sleep(3 * time.Second)
	keepers[0].kill()
	killed := time.Now()
	waitFor(t, dir, "b", "postgres://postgres@"+hosts[1]+"/postgres?sslmode=disable", "CREATE TABLE taken_over ()")
	t.Logf("the standby took over after %.0f s", time.Since(killed).Seconds())
	time.Sleep(5 * time.Second)
	stop()
	wg.Wait()
	l.verify(t, s, people(20))
}

// waitFor waits until a server answers a statement without an error.
func waitFor(t *testing.T, dir, name, dsn, text string) {
	t.Helper()
	db := opened(t, "pgx", dsn, 1)
	var err error
	for until := time.Now().Add(3 * time.Minute); time.Now().Before(until); time.Sleep(500 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		_, err = db.ExecContext(ctx, text)
		cancel()
		if err == nil {
			return
		}
	}
	log, _ := os.ReadFile(filepath.Join(dir, name+".log"))
	t.Fatalf("%s: %v\n%s", name, err, log[max(0, len(log)-3000):])
}
