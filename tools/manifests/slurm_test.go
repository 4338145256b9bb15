package manifests

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The arrays do all rounds by themselves, on a Slurm of one node that the test starts.
func TestSlurm(t *testing.T) {
	startSlurm(t)
	dir := folder(t, "run") // a plan would take another minute, and say no more
	sh(t, dir, `simrun export slurm "the shop's.yaml" --shards 2 > script.sh && sh script.sh`)
	same(t, dir, filepath.Join("results", "shop"), commands["run"].result)
}

// startSlurm starts a controller, a node and what they trust each other by, all in a folder and on ports of their own.
func startSlurm(t *testing.T) {
	t.Helper()
	for _, name := range []string{"munged", "slurmctld", "slurmd", "sbatch"} {
		if _, err := exec.LookPath(name); err != nil || os.Getuid() != 0 {
			t.Skip("skipped: Slurm is missing, or nobody is root here (apt-get install slurm-wlm munge)")
		}
	}
	dir, err := os.MkdirTemp("", "slurm") // its path is short enough for a socket
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	host, err := os.Hostname()
	require.NoError(t, err)
	host, _, _ = strings.Cut(host, ".")
	conf, key, socket := filepath.Join(dir, "slurm.conf"), filepath.Join(dir, "key"), filepath.Join(dir, "socket")
	require.NoError(t, os.WriteFile(key, []byte(strings.Repeat("not secret", 10)), 0o400))
	require.NoError(t, os.WriteFile(conf, []byte(strings.NewReplacer("HOST", host, "DIR", dir, "CONTROL", freePort(t), "NODE", freePort(t)).Replace(`ClusterName=test
SlurmctldHost=HOST(127.0.0.1)
SlurmctldPort=CONTROL
SlurmdPort=NODE
SlurmUser=root
AuthInfo=socket=DIR/socket
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
StateSaveLocation=DIR/state
SlurmdSpoolDir=DIR/spool
SlurmctldPidFile=DIR/control.pid
SlurmdPidFile=DIR/node.pid
MailProg=/bin/true
NodeName=HOST NodeAddr=127.0.0.1 CPUs=2
PartitionName=all Nodes=HOST Default=YES
`)), 0o600))
	for _, name := range []string{"state", "spool"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o700))
	}
	t.Setenv("SLURM_CONF", conf)
	begin(t, "munged", "--foreground", "--force", "--key-file", key, "--socket", socket, "--pid-file", filepath.Join(dir, "munged.pid"),
		"--log-file", filepath.Join(dir, "munged.log"), "--seed-file", filepath.Join(dir, "seed"))
	require.Eventually(t, func() bool { _, err := os.Stat(socket); return err == nil }, 20*time.Second, 50*time.Millisecond)
	begin(t, "slurmctld", "-D")
	begin(t, "slurmd", "-D")
	require.Eventually(t, func() bool {
		out, _ := exec.CommandContext(t.Context(), "sinfo", "--noheader", "--format", "%t").Output()
		return strings.TrimSpace(string(out)) == "idle"
	}, time.Minute, 200*time.Millisecond)
}

// begin starts a process that ends with the test.
func begin(t *testing.T, name string, args ...string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background()) //nolint:usetesting // it ends in a clean-up
	c := exec.CommandContext(ctx, name, args...)
	require.NoError(t, c.Start())
	t.Cleanup(func() {
		stop()
		_ = c.Wait()
	})
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}
