package cluster

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// place is where the server's files are and whose.
type place struct {
	pgdata  string // real path; need not exist yet
	account Account
	moved   bool // just now decided to be outside the data folder
}

// locate finds the place of the server of a data folder, which exists. When the server's user cannot reach the
// folder, a new server goes below elsewhere and a symbolic link leads there; an existing one never moves.
func locate(dir, elsewhere string) (place, error) {
	link := filepath.Join(dir, "postgres")
	info, err := os.Lstat(link)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return locateNew(dir, link, elsewhere)
	case err != nil:
		return place{}, explain(dir, err)
	}
	pgdata, err := filepath.EvalSymlinks(link)
	if errors.Is(err, os.ErrNotExist) && info.Mode()&os.ModeSymlink != 0 {
		target, _ := os.Readlink(link)
		if isNew(target, elsewhere) {
			account, err := ServerAccount()
			return place{pgdata: target, account: account}, err
		}
		return place{}, fmt.Errorf("the database is gone: %s points to %s, which does not exist", link, target)
	}
	if err != nil {
		return place{}, explain(dir, err)
	}
	account, err := owner(pgdata)
	if err != nil {
		return place{}, err
	}
	if !account.reaches(pgdata) {
		return place{}, fmt.Errorf("user %s, who runs PostgreSQL, cannot reach %s: open its parent folders to him "+
			"(chmod a+x)", account.Name, pgdata)
	}
	return place{pgdata: pgdata, account: account}, nil
}

func locateNew(dir, link, elsewhere string) (place, error) {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return place{}, explain(dir, err)
	}
	account, err := accountFor(real)
	if err != nil {
		return place{}, err
	}
	if account.reaches(real) {
		return place{pgdata: filepath.Join(real, "postgres"), account: account}, nil
	}
	home, err := makeHome(elsewhere, filepath.Base(real)+"-"+shortHash(real))
	if err != nil {
		return place{}, fmt.Errorf("user %s, who runs PostgreSQL, cannot reach %s, and another place cannot be made: %w",
			account.Name, dir, err)
	}
	if !account.reaches(home) {
		return place{}, fmt.Errorf("user %s, who runs PostgreSQL, can reach neither %s nor %s", account.Name, dir, home)
	}
	pgdata := filepath.Join(home, "postgres")
	if err := os.Symlink(pgdata, link); err != nil {
		return place{}, explain(dir, err)
	}
	return place{pgdata: pgdata, account: account, moved: true}, nil
}

// accountFor is who will own a new server in dir: for root the folder's owner, if that is an ordinary user, so that
// he can go on without root later.
func accountFor(dir string) (Account, error) {
	account, err := ServerAccount()
	if err != nil || !account.drop {
		return account, err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return Account{}, explain(dir, err)
	}
	if stat := info.Sys().(*syscall.Stat_t); stat.Uid >= firstPerson {
		return Account{Name: nameOf(int(stat.Uid)), UID: int(stat.Uid), GID: int(stat.Gid), drop: true}, nil
	}
	return account, nil
}

// firstPerson is the least number of a user who is a person, by the custom of all distributions.
const firstPerson = 1000

// makeHome makes a folder that was not there: what an earlier data folder of the same name left is neither used nor
// touched.
func makeHome(elsewhere, name string) (string, error) {
	if err := os.MkdirAll(elsewhere, 0o755); err != nil {
		return "", err
	}
	for i := 1; ; i++ {
		home := filepath.Join(elsewhere, name)
		if i > 1 {
			home = fmt.Sprintf("%s-%d", home, i)
		}
		err := os.Mkdir(home, 0o711)
		if err == nil || !errors.Is(err, os.ErrExist) {
			return home, err
		}
	}
}

// isNew tells a home whose server was never finished, because we were killed in between, from one that was lost.
func isNew(pgdata, elsewhere string) bool {
	home := filepath.Dir(pgdata)
	info, err := os.Stat(home)
	return err == nil && info.IsDir() && filepath.Dir(home) == filepath.Clean(elsewhere)
}

// owner is the account that existing files belong to. Root becomes it, everybody else has to be it.
func owner(pgdata string) (Account, error) {
	info, err := os.Stat(pgdata)
	if err != nil {
		return Account{}, explain(pgdata, err)
	}
	stat := info.Sys().(*syscall.Stat_t) // what os.Stat gives on every unix
	uid, me := int(stat.Uid), os.Geteuid()
	account := Account{Name: nameOf(uid), UID: uid, GID: int(stat.Gid), drop: uid != me}
	switch {
	case me != 0 && uid != me:
		return Account{}, fmt.Errorf("the database in %s belongs to user %s: run floresya as this user", pgdata, account.Name)
	case me == 0 && uid == 0:
		return Account{}, fmt.Errorf("the database in %s belongs to root, who cannot run PostgreSQL: give it to another "+
			"user (chown -R)", pgdata)
	}
	return account, nil
}

// reaches tries it: modes, groups and access lists are the kernel's business.
func (a Account) reaches(dir string) bool {
	if !a.drop {
		return true
	}
	cmd := exec.Command("/bin/sh", "-c", `cd "$1"`, "sh", dir)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: a.Credential()}
	return cmd.Run() == nil
}

// socketDir makes the private folder of the socket: its path must be short (107 bytes with the socket's name), so
// it is not in the data folder.
func socketDir(p place) (string, error) {
	name := "floresya-" + shortHash(p.pgdata)
	var errs []error
	for _, base := range []string{"/run", os.Getenv("XDG_RUNTIME_DIR"), "/tmp"} {
		if base == "" || len(base) > 60 {
			continue
		}
		dir := filepath.Join(base, name)
		err := os.Mkdir(dir, 0o700)
		if err == nil {
			err = p.account.Own(dir)
		} else if errors.Is(err, os.ErrExist) {
			err = private(dir, p.account)
		}
		if err == nil && p.account.reaches(dir) {
			return dir, nil
		}
		errs = append(errs, err)
	}
	return "", fmt.Errorf("no place for the database socket: %w", errors.Join(errs...))
}

// private refuses a folder that somebody else has put there.
func private(dir string, a Account) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if stat := info.Sys().(*syscall.Stat_t); !info.IsDir() || int(stat.Uid) != a.UID || info.Mode().Perm() != 0o700 {
		return fmt.Errorf("%s is not a private folder of user %s", dir, a.Name)
	}
	return nil
}

func shortHash(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:4])
}
