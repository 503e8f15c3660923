package cluster

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// Account is the system user that a PostgreSQL server runs as.
type Account struct {
	Name     string
	UID, GID int
	drop     bool // this process is root and must become the account
}

// ServerAccount is the caller himself, or, because PostgreSQL refuses to run as root, for root the user postgres,
// and nobody where there is no such user.
func ServerAccount() (Account, error) {
	if os.Geteuid() != 0 {
		return Account{Name: nameOf(os.Geteuid()), UID: os.Geteuid(), GID: os.Getegid()}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err1 == nil && err2 == nil && uid != 0 {
			return Account{Name: name, UID: uid, GID: gid, drop: true}, nil
		}
	}
	return Account{}, fmt.Errorf("PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody")
}

// Credential makes a child process run as the account; nil when the caller is the account already.
func (a Account) Credential() *syscall.Credential {
	if !a.drop {
		return nil
	}
	return &syscall.Credential{Uid: uint32(a.UID), Gid: uint32(a.GID)}
}

// Own gives a file or folder (not what is in it) to the account.
func (a Account) Own(path string) error {
	if !a.drop {
		return nil
	}
	return os.Chown(path, a.UID, a.GID)
}

// nameOf is the user's name, or his number where he has none.
func nameOf(uid int) string {
	id := strconv.Itoa(uid)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return id
}
