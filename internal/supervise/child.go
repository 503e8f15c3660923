// Package supervise owns child processes: a child is started with its output captured, never outlives this process,
// and is stopped with rising force, each step with a limit. Who restarts it, and when, is its user's decision;
// Backoff says how long to wait.
package supervise

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// drain is how long the output of an ended child is still read: its own children may hold the pipe.
const drain = 2 * time.Second

// Command describes a child.
type Command struct {
	Path string // absolute
	Args []string
	Env  []string // nil: this process's
	Dir  string
	// Credential makes the child another user; nil: the same.
	Credential *syscall.Credential
	// Orphan is the signal that the kernel sends the child when this process dies, however it dies. Zero: SIGKILL.
	Orphan syscall.Signal
	// Output gets what the child writes to stdout and stderr; nil: nobody.
	Output io.Writer
}

// Child is a started process. It is in a process group of its own, so that Ctrl-C in a terminal reaches only us.
type Child struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // of Wait; to be read after done
}

// Start starts the child. Its end is told by Done.
func Start(c Command) (*Child, error) {
	if c.Orphan == 0 {
		c.Orphan = syscall.SIGKILL
	}
	cmd := exec.Command(c.Path, c.Args...)
	cmd.Env, cmd.Dir = c.Env, c.Dir
	cmd.Stdout, cmd.Stderr = c.Output, c.Output
	cmd.WaitDelay = drain
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: c.Orphan, Credential: c.Credential}
	child := &Child{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go child.own(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Path, err)
	}
	return child, nil
}

// own keeps the thread that starts the child until the child is gone: the kernel sends Orphan when the thread ends,
// not the process.
func (c *Child) own(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := c.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	c.err = c.cmd.Wait()
	if errors.Is(c.err, exec.ErrWaitDelay) { // it ended well; only somebody who inherited its pipe has not
		c.err = nil
	}
	close(c.done)
}

// PID is the process id.
func (c *Child) PID() int { return c.cmd.Process.Pid }

// Done is closed when the child has ended.
func (c *Child) Done() <-chan struct{} { return c.done }

// Err says how the child ended; nil for exit code 0. It waits for the end.
func (c *Child) Err() error {
	<-c.done
	return c.err
}

// Signal sends one signal; a child that has ended is none's fault.
func (c *Child) Signal(s syscall.Signal) error {
	select {
	case <-c.done:
		return nil
	default:
	}
	if err := c.cmd.Process.Signal(s); err != nil && !errors.Is(err, syscall.ESRCH) {
		if alive := c.cmd.Process.Signal(syscall.Signal(0)); alive == nil {
			return err
		}
	}
	return nil
}

// Step is one way to make a child end, and how long it may take.
type Step struct {
	Signal syscall.Signal
	Limit  time.Duration
}

// ForcedError says that a child did not end within the limit of the steps before Signal.
type ForcedError struct {
	PID    int
	Signal syscall.Signal
	After  time.Duration
}

func (e *ForcedError) Error() string {
	return fmt.Sprintf("process %d did not stop in %v and was sent %v", e.PID, e.After, e.Signal)
}

// Stop goes through the steps until the child has ended, and ends with SIGKILL. It fails with *ForcedError when
// more than the first step was needed. When ctx ends the remaining limits are taken as over.
func (c *Child) Stop(ctx context.Context, steps ...Step) error {
	var forced error
	var waited time.Duration
	for i, step := range append(slices.Clip(steps), Step{Signal: syscall.SIGKILL}) {
		if i > 0 {
			forced = &ForcedError{PID: c.PID(), Signal: step.Signal, After: waited}
		}
		if err := c.Signal(step.Signal); err != nil {
			return fmt.Errorf("signal process %d: %w", c.PID(), err)
		}
		if step.Signal == syscall.SIGKILL || c.endsWithin(ctx, step.Limit) {
			break
		}
		waited += step.Limit
	}
	<-c.done
	return forced
}

func (c *Child) endsWithin(ctx context.Context, limit time.Duration) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-c.done:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}
