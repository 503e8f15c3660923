package cluster

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// configure writes the two files that belong to this start: settings, and which system user may be which role.
func configure(p place) error {
	if err := p.write(filepath.Join(p.pgdata, "floresya.conf"), settings(memory())); err != nil {
		return err
	}
	var ident strings.Builder
	for _, user := range []string{nameOf(os.Geteuid()), p.account.Name, "root"} { // root could become each of them
		for _, r := range []string{admin, role} {
			fmt.Fprintf(&ident, "floresya %q %s\n", user, r)
		}
	}
	return p.write(filepath.Join(p.pgdata, "pg_ident.conf"), ident.String())
}

// settings suits a small machine that PostgreSQL shares with the shop: it takes an eighth of the memory, 128 MB to
// 1 GB, and never trades safety for speed.
func settings(memory uint64) string {
	shared := min(max(memory/8, 128<<20), 1<<30) >> 20
	return strings.Join([]string{
		"fsync = on",
		"synchronous_commit = on",
		"full_page_writes = on",
		"wal_level = replica",
		"wal_compression = on",
		"min_wal_size = 80MB",
		"max_wal_size = 1GB",
		"checkpoint_timeout = 10min",
		"checkpoint_completion_target = 0.9",
		"max_connections = 100",
		fmt.Sprintf("shared_buffers = %dMB", shared),
		fmt.Sprintf("effective_cache_size = %dMB", max(memory>>21, 256)),
		"work_mem = 8MB",
		"maintenance_work_mem = 64MB",
		"random_page_cost = 1.1", // small data: in memory or on flash
		"effective_io_concurrency = 16",
		"jit = off", // costs more than it brings for queries of milliseconds
		"track_io_timing = on",
		"timezone = 'America/Caracas'",
		"log_timezone = 'UTC'",
		"log_line_prefix = '%m [%p] %q%a '",
		"log_min_duration_statement = 500ms",
		"log_lock_waits = on",
		"log_checkpoints = off",
		"log_parameter_max_length = 0", // parameters are personal data
		"log_parameter_max_length_on_error = 0",
		"log_error_verbosity = terse",
		"idle_in_transaction_session_timeout = 60s",
		"tcp_keepalives_idle = 60",
		"",
	}, "\n")
}

// arguments are the settings that must not be overridden: where this start listens.
func arguments(p place, socket string) []string {
	args := []string{"-D", p.pgdata}
	for _, setting := range []string{
		"listen_addresses=",
		"port=5432", // part of the socket's name only
		"unix_socket_directories=" + socket,
		"unix_socket_permissions=0700",
		"external_pid_file=",
		"logging_collector=off", // its parent keeps the log
		"log_destination=stderr",
	} {
		args = append(args, "-c", setting)
	}
	return args
}

// memory of the machine in bytes.
func memory() uint64 {
	var info syscall.Sysinfo_t
	if err := syscall.Sysinfo(&info); err != nil {
		return 1 << 30
	}
	return info.Totalram * uint64(info.Unit)
}
