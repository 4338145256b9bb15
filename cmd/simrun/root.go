package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"example.com/simrun/scenarios"
)

// Exit statuses.
const (
	exitOK          = 0
	exitFailed      = 1   // bad scenario, unwritable folder: nothing half-written
	exitUsage       = 2   // wrong flags or arguments
	exitRequired    = 3   // --require: a target is missed or undecided
	exitPart        = 4   // merge: parts of the work are missing
	exitInterrupted = 130 // as a shell has it for SIGINT
)

// grace is how long an interrupted program may take to end by itself.
const grace = 10 * time.Second

// usageError is a mistake in flags or arguments.
type usageError struct{ error }

// requireError says that the required strategy does not pass.
type requireError struct{ error }

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	ended := make(chan struct{})
	defer close(ended)
	go expire(ctx, stop, ended)
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var usage usageError
	var required requireError
	var part partError
	var mistakes scenarios.Errors
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "simrun: interrupted; results written before are whole")
		return exitInterrupted
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "simrun: %v\nTry simrun --help.\n", err)
		return exitUsage
	case errors.As(err, &required):
		fmt.Fprintf(stderr, "simrun: %v\n", err)
		return exitRequired
	case errors.As(err, &part):
		fmt.Fprintf(stderr, "simrun: %v\n", err)
		return exitPart
	case errors.As(err, &mistakes): // each line begins with its place in a file, as editors want it
		fmt.Fprintln(stderr, err)
		return exitFailed
	default:
		fmt.Fprintf(stderr, "simrun: %v\n", err)
		return exitFailed
	}
}

// expire sees to it that a signal ends the program, whatever that waits for.
func expire(ctx context.Context, stop func(), ended <-chan struct{}) {
	select {
	case <-ended:
		return
	case <-ctx.Done():
	}
	stop() // a second signal ends it at once
	select {
	case <-ended:
	case <-time.After(grace):
		os.Exit(exitInterrupted)
	}
}

const rootLong = `simrun answers: should we split our Celery workers, or is one pool with several queues enough?

It runs the same simulated tasks through several layouts of workers, and says which layouts meet their
targets, by how much, how sure that is, and what to change. A scenario is one YAML file: tasks, machines,
layouts, targets.`

const rootExample = `  simrun scenarios/priority.yaml                 # the verdict here, the whole report in results/priority
  simrun --out /tmp/mine scenarios/priority.yaml
  simrun scenarios/*.yaml                        # several, with a summary over all
  simrun --require separated mine.yaml           # for CI: status 3 unless separated meets every target
  simrun --format json --quiet mine.yaml | jq .verdict
  simrun plan mine.yaml                          # how many slots it takes, and laid out how
  simrun serve mine.yaml                         # the report in a browser, following the file; what if
  simrun flip mine.yaml                          # what would change the answer
  simrun compare results/mine /tmp/mine          # what changed between two runs
  simrun check mine.yaml                         # what is in the file, without simulating it
  simrun import celery events.jsonl -o mine.yaml # a scenario from your own Celery
  simrun verify internal/fidelity/testdata/*              # predictions against recordings of real Celery
  simrun schema > scenario.schema.json           # for editors`

func rootCommand() *cobra.Command {
	var o runOptions
	root := &cobra.Command{
		Use: "simrun FILE...", Short: "Capacity planning for Celery workers, by simulation", Long: rootLong, Example: rootExample,
		Args: atLeastOneFile, Version: version(), SilenceErrors: true, SilenceUsage: true,
		ValidArgsFunction: yamlFiles,
		RunE: func(c *cobra.Command, files []string) error {
			if err := misspelt(c, files); err != nil {
				return err
			}
			return runFiles(c, files, o)
		},
	}
	root.SetVersionTemplate("simrun {{.Version}}\n")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return flagError(err) })
	root.SuggestionsMinimumDistance = 2
	o.flags(root)
	root.AddCommand(runCommand(), serveCommand(), planCommand(), mergeCommand(), compareCommand(), flipCommand(), exportCommand(), cellCommand(), checkCommand(), benchCommand(), calibrateCommand(), verifyCommand(), importCommand(), adviseCommand(), schemaCommand())
	return root
}

// flagError says what a flag wants, in the place of what reading numbers is called in Go.
func flagError(err error) error {
	var num *strconv.NumError
	if !errors.As(err, &num) {
		return usageError{err}
	}
	want := map[string]string{"ParseFloat": "want a number", "ParseBool": "want true or false"}[num.Func]
	switch {
	case errors.Is(num.Err, strconv.ErrRange):
		want = "out of range"
	case want == "":
		want = "want a whole number"
	}
	return usageError{errors.New(strings.Replace(err.Error(), num.Error(), want, 1))}
}

func atLeastOneFile(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usageError{errors.New("which scenario? Name at least one file")}
	}
	return nil
}

func yamlFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
}

// misspelt finds a command that was mistyped: since the root command takes files, it would be taken for one.
func misspelt(c *cobra.Command, args []string) error {
	if strings.ContainsAny(args[0], "./\\") {
		return nil
	}
	if _, err := os.Stat(args[0]); err == nil {
		return nil
	}
	near := ""
	if s := c.SuggestionsFor(args[0]); len(s) > 0 {
		near = fmt.Sprintf("; did you mean %q?", s[0])
	}
	return usageError{fmt.Errorf("%q: no such command or file%s", args[0], near)}
}

// version returns the module's version, and the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := strings.Trim(info.Main.Version, "()")
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 && !strings.Contains(v, s.Value[:12]) {
			v += " " + s.Value[:12]
		}
	}
	return v
}
