package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"syscall"

	"floresya/internal/config"
	"floresya/internal/postgres/cluster"
	"floresya/internal/postgres/schema"
)

// Check is one thing that the doctor looked at.
type Check struct {
	Name  string
	Found string // what is there
	Wrong error  // nil: all right
	Mend  string // what to do when it is wrong
}

// minFiles is how many open files a shop under load needs.
const minFiles = 1024

// Doctor looks at everything that a start needs and changes nothing. local says whether `up` is meant, with a
// PostgreSQL of its own, or `serve`.
func Doctor(ctx context.Context, c config.Config, local bool) []Check {
	var checks []Check
	running := false
	if local {
		var more []Check
		more, running = doctorLocal(ctx, c)
		checks = append(checks, more...)
	} else {
		checks = append(checks, doctorDatabase(ctx, c))
	}
	if !running { // else the address is rightly taken
		checks = append(checks, doctorAddress(ctx, c))
	}
	return append(checks, doctorTLS(c), doctorFiles())
}

func doctorLocal(ctx context.Context, c config.Config) (checks []Check, running bool) {
	found, err := cluster.Find(ctx)
	programs := Check{Name: "PostgreSQL", Wrong: err, Mend: "apt-get install postgresql (or `make run`, which does it)"}
	if err == nil {
		programs.Found = fmt.Sprintf("version %d in %s", found[0].Version, found[0].Dir)
	}
	account, err := cluster.ServerAccount()
	user := Check{Name: "user of PostgreSQL", Found: account.Name, Wrong: err, Mend: "adduser --system postgres"}

	state, err := cluster.Inspect(c.Data)
	data := Check{Name: "data folder", Wrong: err, Mend: "make it writable, or choose another with --data"}
	switch {
	case err != nil:
	case state.Version != 0 && !has(found, state.Version):
		data.Wrong = fmt.Errorf("its database was made by PostgreSQL %d, which is not on this machine", state.Version)
		data.Mend = fmt.Sprintf("apt-get install postgresql-%d, or move the data over with pg_upgrade", state.Version)
	case state.DataDir == "":
		data.Found = fmt.Sprintf("%s; the database will be below %s, because user %s cannot reach the folder",
			c.Data, cluster.Elsewhere, account.Name)
	default:
		data.Found = c.Data + " with the database in " + state.DataDir
	}
	if state.Owner != 0 {
		data.Found += fmt.Sprintf(" (in use by process %d)", state.Owner)
	}
	disk := Check{Name: "disk", Found: fmt.Sprintf("%d MB free", state.Free>>20), Mend: "free some space"}
	const need = 512 << 20
	if err == nil && state.Free < need {
		disk.Wrong = fmt.Errorf("%d MB are free, a shop wants %d MB at least", state.Free>>20, need>>20)
	}
	return []Check{programs, user, data, disk}, state.Owner != 0
}

func has(found []cluster.Binaries, version int) bool {
	for _, b := range found {
		if b.Version == version {
			return true
		}
	}
	return false
}

func doctorDatabase(ctx context.Context, c config.Config) Check {
	check := Check{Name: "database", Mend: "look at --database-url, at the server's pg_hba.conf, and at `floresya migrate status`"}
	if c.Database.URL.Empty() {
		check.Wrong = errors.New("no database is named")
		return check
	}
	state, err := schema.Status(ctx, c.Database.URL.Reveal())
	check.Found = fmt.Sprintf("schema version %d of %d", state.Version, state.Latest)
	check.Wrong = unreachable(err)
	if err == nil {
		check.Wrong = schema.Check(ctx, c.Database.URL.Reveal())
	}
	return check
}

func doctorAddress(ctx context.Context, c config.Config) Check {
	check := Check{Name: "address", Found: c.Listen + " is free", Mend: "stop the other program, or choose another address with --listen"}
	listener, err := listen(ctx, c.Listen)
	if err != nil {
		check.Wrong = err
		return check
	}
	check.Wrong = listener.Close()
	return check
}

func doctorTLS(c config.Config) Check {
	check := Check{Name: "TLS", Found: string(c.TLS.Mode), Mend: "look at tls-cert and tls-key: PEM files that belong together"}
	if c.TLS.Mode == config.TLSAuto {
		check.Found = "certificates by ACME, kept in " + filepath.Clean(c.ACMEFolder())
	}
	_, _, check.Wrong = secure(c)
	return check
}

func doctorFiles() Check {
	check := Check{Name: "open files", Mend: "ulimit -n 65536, or LimitNOFILE=65536 in the systemd unit"}
	var limit syscall.Rlimit
	if check.Wrong = syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); check.Wrong == nil {
		check.Found = fmt.Sprintf("limit %d", limit.Cur)
		if limit.Cur < minFiles {
			check.Wrong = fmt.Errorf("only %d files may be open, at least %d are needed", limit.Cur, minFiles)
		}
	}
	return check
}
