package cluster

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// lockDir takes the folder for this process until the file is closed. It fails with *BusyError when another has it.
func lockDir(dir string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, explain(dir, err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errors.Join(&BusyError{Dir: dir, PID: pidIn(file)}, file.Close())
	}
	if err == nil {
		err = file.Truncate(0)
	}
	if err == nil {
		_, err = file.WriteAt(fmt.Appendln(nil, os.Getpid()), 0)
	}
	if err != nil {
		return nil, errors.Join(explain(dir, err), file.Close())
	}
	return file, nil
}

// pidIn is 0 when the owner has not written it yet.
func pidIn(file *os.File) int {
	said, _ := io.ReadAll(io.LimitReader(file, 32))
	pid, _ := strconv.Atoi(strings.TrimSpace(string(said)))
	return pid
}

// checkFree fails with *FullError when the disk of dir has less than need bytes for ordinary users.
func checkFree(dir string, need uint64) error {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return explain(dir, err)
	}
	if free := fs.Bavail * uint64(fs.Bsize); free < need {
		return &FullError{Dir: dir, Free: free, Need: need}
	}
	return nil
}
