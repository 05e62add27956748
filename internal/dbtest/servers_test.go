package dbtest

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/optinkit/consent/sqlstore"
)

// ownServer is a database server that a test starts in a folder of its own, and may kill.
type ownServer struct {
	driver  string
	dialect sqlstore.Dialect
	dsn     string
	command []string
	as      *syscall.Credential
	log     string
	cmd     *exec.Cmd
}

// freePort returns a loopback port that was free a moment ago.
func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// program finds an installed program, or skips.
func program(t testing.TB, install string, names ...string) string {
	t.Helper()
	for _, name := range names {
		if found, _ := filepath.Glob(name); len(found) > 0 {
			slices.Sort(found)
			return found[len(found)-1]
		}
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, fmt.Sprintf("%s is not installed; install %s to run this test", names[0], install))
	return ""
}

// folder is a temporary folder that the server's user can reach; servers do not run as root.
func folder(t testing.TB, name string) (string, *syscall.Credential) {
	t.Helper()
	dir, err := os.MkdirTemp("", "consent")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if os.Geteuid() != 0 {
		return dir, nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		missing(t, err.Error())
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
	return dir, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func run(t testing.TB, as *syscall.Credential, command ...string) {
	t.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	cmd.Dir = os.TempDir()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command[0], err, out)
	}
}

func ownPostgres(t testing.TB) *ownServer {
	t.Helper()
	const install = "postgresql"
	initdb := program(t, install, "/usr/lib/postgresql/*/bin/initdb", "initdb")
	dir, as := folder(t, "postgres")
	data := filepath.Join(dir, "data")
	run(t, as, initdb, "-D", data, "-U", "postgres", "-A", "trust", "-N")
	port := freePort(t)
	s := &ownServer{
		driver: "pgx", dialect: sqlstore.PostgreSQL, as: as, log: filepath.Join(dir, "log"),
		dsn:     fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", port),
		command: []string{filepath.Join(filepath.Dir(initdb), "postgres"), "-D", data, "-p", strconv.Itoa(port), "-h", "127.0.0.1", "-k", dir},
	}
	s.start(t)
	t.Cleanup(s.kill)
	return s
}

func ownMariaDB(t testing.TB, options ...string) *ownServer {
	t.Helper()
	const install = "mariadb-server"
	installDB := program(t, install, "mariadb-install-db")
	daemon := program(t, install, "mariadbd", "/usr/sbin/mariadbd")
	dir, as := folder(t, "mysql")
	data := filepath.Join(dir, "data")
	run(t, as, installDB, "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db")
	port := freePort(t)
	s := &ownServer{
		driver: "mysql", dialect: sqlstore.MySQL, as: as, log: filepath.Join(dir, "log"),
		dsn: fmt.Sprintf("root@tcp(127.0.0.1:%d)/consent?maxAllowedPacket=0", port),
		command: append([]string{
			daemon, "--no-defaults", "--datadir=" + data, "--socket=" + filepath.Join(dir, "s.sock"), "--pid-file=" + filepath.Join(dir, "pid"),
			"--port=" + strconv.Itoa(port), "--bind-address=127.0.0.1",
		}, options...),
	}
	t.Cleanup(s.kill)
	return s
}

// start starts the server and waits until it answers.
func (s *ownServer) start(t testing.TB, more ...string) {
	t.Helper()
	until := time.Now().Add(90 * time.Second)
	for time.Now().Before(until) {
		out, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
		if err != nil {
			t.Fatal(err)
		}
		s.cmd = exec.Command(s.command[0], append(s.command[1:len(s.command):len(s.command)], more...)...)
		s.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Setpgid: true}
		s.cmd.Dir = filepath.Dir(s.log)
		s.cmd.Stdout, s.cmd.Stderr = out, out
		if err := s.cmd.Start(); err != nil {
			t.Fatal(err)
		}
		out.Close()
		ended := make(chan struct{})
		cmd := s.cmd
		go func() { _ = cmd.Wait(); close(ended) }()
		if s.answers(until, ended) {
			return
		}
		time.Sleep(200 * time.Millisecond) // a killed server's children may still hold its memory
	}
	log, _ := os.ReadFile(s.log)
	t.Fatalf("the server does not start:\n%s", log[max(0, len(log)-3000):])
}

// answers waits for the server, until it ends or time is up.
func (s *ownServer) answers(until time.Time, ended chan struct{}) bool {
	dsn := s.dsn
	if s.driver == "mysql" {
		dsn = string(bytes.Replace([]byte(dsn), []byte("/consent?"), []byte("/?"), 1))
	}
	db, err := sql.Open(s.driver, dsn)
	if err != nil {
		return false
	}
	defer db.Close()
	for time.Now().Before(until) {
		select {
		case <-ended:
			return false
		case <-time.After(100 * time.Millisecond):
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		text := "SELECT 1"
		if s.driver == "mysql" {
			text = "CREATE DATABASE IF NOT EXISTS consent"
		}
		_, err := db.ExecContext(ctx, text)
		cancel()
		if err == nil {
			return true
		}
	}
	return false
}

// kill ends the server's process group with SIGKILL.
func (s *ownServer) kill() {
	if s.cmd != nil && s.cmd.Process != nil {
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		s.cmd = nil
	}
}

// dropper is a proxy on loopback that can drop the connection on which the next COMMIT is sent: before
// the server gets it, or when only the server's answer is missing.
type dropper struct {
	addr   string
	target string
	drop   chan bool // true: pass the COMMIT on first
}

func newDropper(t testing.TB, target string) *dropper {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	d := &dropper{addr: l.Addr().String(), target: target, drop: make(chan bool, 1)}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go d.serve(client)
		}
	}()
	return d
}

func (d *dropper) serve(client net.Conn) {
	defer client.Close()
	backend, err := net.Dial("tcp", d.target)
	if err != nil {
		return
	}
	defer backend.Close()
	go func() { _, _ = io.Copy(client, backend); _ = client.Close() }()
	buf := make([]byte, 1<<20)
	for {
		n, err := client.Read(buf)
		if err != nil {
			return
		}
		if bytes.Contains(bytes.ToLower(buf[:n]), []byte("commit")) {
			select {
			case passOn := <-d.drop:
				_ = client.Close()
				if passOn {
					_, _ = backend.Write(buf[:n])
					_, _ = io.ReadAtLeast(backend, make([]byte, 1), 1)
				}
				return
			default:
			}
		}
		if _, err := backend.Write(buf[:n]); err != nil {
			return
		}
	}
}
