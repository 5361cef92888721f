// Package proc starts and stops the components: children that can never outlive
// the supervisor.
package proc

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Child is one running component.
type Child struct {
	Name string
	// Done is closed when the process has ended and has been reaped.
	Done    chan struct{}
	LogFile string

	cmd *exec.Cmd
}

// Start re-executes this binary in the role name, with dir as its working
// directory and dir/log/<name>.log as its output. It must be called on a
// goroutine locked to the main thread (see main.init): the kernel sends
// Pdeathsig when the forking thread ends.
func Start(dir, name string, args ...string) (*Child, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	logFile := filepath.Join(dir, "log", name+".log")
	out, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd := exec.Command(exe, append([]string{name}, args...)...)
	cmd.Dir = dir
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	c := &Child{Name: name, Done: make(chan struct{}), LogFile: logFile, cmd: cmd}
	go func() {
		_ = cmd.Wait() // the outcome is in cmd.ProcessState
		close(c.Done)
	}()
	return c, nil
}

// Err says how the process ended and what it said last; call it only after Done.
func (c *Child) Err() error {
	return fmt.Errorf("%s ended (%v): %s (more in %s)", c.Name, c.cmd.ProcessState, lastLine(c.LogFile), c.LogFile)
}

func lastLine(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	return lines[len(lines)-1]
}

// Stop asks the process to end, and kills it when it has not within grace.
func (c *Child) Stop(grace time.Duration) {
	if c == nil {
		return
	}
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.Done:
	case <-time.After(grace):
		_ = c.cmd.Process.Kill()
		<-c.Done
	}
}
