package cluster

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// State is what a look at a data folder shows.
type State struct {
	Owner   int    // process that has it open; 0: none
	Version int    // major version of PostgreSQL that made the data; 0: none yet
	DataDir string // where the server's files are or will be; "" when they would go below Elsewhere
	Free    uint64 // bytes on the disk of the folder, or of the nearest one above that exists
}

// Inspect looks at a data folder and changes nothing; it need not exist. Its errors are those of Open.
func Inspect(dir string) (State, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return State{}, explain(dir, err)
	}
	above := dir
	for !exists(above) && above != filepath.Dir(above) {
		above = filepath.Dir(above)
	}
	var s State
	var fs syscall.Statfs_t
	if err := syscall.Statfs(above, &fs); err != nil {
		return State{}, explain(dir, err)
	}
	s.Free = fs.Bavail * uint64(fs.Bsize)
	if err := syscall.Access(above, 2 /* write */); err != nil {
		return s, explain(dir, err)
	}
	s.Owner = holder(dir)
	link := filepath.Join(dir, "postgres")
	if _, err := os.Lstat(link); err == nil {
		return s, s.existing(dir)
	}
	account, err := accountFor(above)
	if err != nil {
		return s, err
	}
	if account.reaches(above) {
		s.DataDir = link
	}
	return s, nil
}

func (s *State) existing(dir string) error {
	p, err := locate(dir, Elsewhere) // an existing one is only looked at
	if err != nil {
		return err
	}
	s.DataDir = p.pgdata
	s.Version, err = dataVersion(p.pgdata)
	return err
}

// holder is the process that has the folder's lock; -1 when it has not said which.
func holder(dir string) int {
	file, err := os.Open(filepath.Join(dir, "lock"))
	if err != nil {
		return 0
	}
	defer file.Close()
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); !errors.Is(err, syscall.EWOULDBLOCK) {
		return 0 // closing gives back what was got
	}
	if pid := pidIn(file); pid != 0 {
		return pid
	}
	return -1
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
