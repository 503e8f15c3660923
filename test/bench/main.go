package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"floresya/internal/app"
	"floresya/internal/event"
	"floresya/internal/postgres"
	"floresya/internal/postgres/cluster"
	"floresya/internal/shop/catalog"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
	"floresya/internal/shop/rates"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "bare" {
		exitOn(bare())
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	exitOn(run(ctx))
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// settings of a run: how often each pair is repeated and how long each side of it runs.
var (
	pairs  = number("BENCH_PAIRS", 5)
	length = time.Duration(number("BENCH_SECONDS", 2)) * time.Second
)

func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
		return n
	}
	return otherwise
}

func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "floresya-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // PostgreSQL runs as another user when this is root
		return err
	}
	program := filepath.Join(dir, "floresya")
	if out, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", program, "./cmd/floresya").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w: %s", err, out)
	}
	t := &table{}
	only := os.Getenv("BENCH_ONLY") // "", "reads" or "orders"
	if only == "" {
		if err := starts(ctx, t, program, filepath.Join(dir, "first")); err != nil {
			return err
		}
	}
	b, err := newBench(ctx, program, filepath.Join(dir, "data"))
	if err != nil {
		return err
	}
	defer b.close()
	if only != "orders" {
		if err := b.reads(ctx, t); err != nil {
			return err
		}
	}
	if only != "reads" {
		if err := b.orders(ctx, t); err != nil {
			return err
		}
	}
	t.print(os.Stdout)
	return nil
}

// starts measures from process start to ready: the first with demo data, then on what is there.
func starts(ctx context.Context, t *table, program, data string) error {
	for _, what := range []struct {
		name  string
		limit float64
	}{{"first start with demo data", 15}, {"start on existing data", 3}} {
		p, err := start(ctx, program, "up", "--demo", "--data", data, "--listen", "127.0.0.1:0")
		if err != nil {
			return err
		}
		t.add(what.name, fmt.Sprintf("%.1f s", p.took.Seconds()), "", atMost(p.took.Seconds(), what.limit, "%.0f s"))
		if err := p.stop(); err != nil {
			return err
		}
	}
	return nil
}

// bench is the shop under test with what surrounds it.
type bench struct {
	program string
	shop    *process
	done    func() error
	url     string // of the database
	db      *postgres.DB
	log     *event.Log
	places  []place
}

// place is a day × slot × zone with room for every order of a run.
type place struct {
	key delivery.CapacityKey
	fee money.USD
}

func newBench(ctx context.Context, program, data string) (*bench, error) {
	b := &bench{program: program}
	var err error
	b.shop, err = start(ctx, program, "up", "--data", data, "--listen", "127.0.0.1:0", "--reads-per-minute", "1000000",
		"--writes-per-minute", "1000000", "--orders-per-minute", "1000000", "--address-factor", "1000", "--log-level", "warn",
		"--bcv-url", "", "--bcv-json-url", "")
	if err != nil {
		return nil, err
	}
	if b.url, b.done, err = cluster.Use(ctx, cluster.Config{Dir: data}); err != nil {
		return nil, err
	}
	if b.db, err = postgres.Open(ctx, postgres.Config{URL: b.url}); err != nil {
		return nil, err
	}
	registry, err := app.Events()
	if err != nil {
		return nil, err
	}
	b.log = event.NewLog(b.db, registry, time.Now)
	return b, b.fill(ctx)
}

const products = 1000

// fill makes the catalogue, the rate and delivery slots without end.
func (b *bench) fill(ctx context.Context) error {
	flowers := []string{"Rosas", "Girasoles", "Peonías", "Tulipanes", "Hortensias", "Lirios", "Orquídea", "Dalias", "Calas", "Margaritas"}
	list := make([]catalog.NewProduct, products)
	for i := range list {
		name := fmt.Sprintf("%s de la montaña %d", flowers[i%len(flowers)], i+1)
		list[i] = catalog.NewProduct{Stock: 100_000, Details: catalog.Details{Name: name, SKU: fmt.Sprintf("B-%04d", i+1),
			Summary:     "Un ramo fresco hecho esta mañana en Caracas",
			Description: "Flores de los Andes con follaje de temporada, atadas a mano y envueltas en papel. Duran una semana con agua limpia.",
			PriceUSD:    money.USD(20_00 + i%60*100)}}
	}
	if _, err := catalog.New(b.db, b.log, catalog.NewIds(b.db)).CreateMany(ctx, list); err != nil {
		return err
	}
	keeper, err := rates.New(b.db, b.log, rates.Config{})
	if err != nil {
		return err
	}
	if _, err := keeper.SetByHand(ctx, 243_800_000, 0, true); err != nil {
		return err
	}
	return b.openPlaces(ctx)
}

func (b *bench) openPlaces(ctx context.Context) error {
	planner := delivery.New(b.db, b.log)
	zones, err := planner.Zones(ctx)
	if err != nil {
		return err
	}
	from := delivery.DayOf(time.Now()).Add(2)
	for _, zone := range zones[:3] {
		offers, err := planner.Calendar(ctx, zone.ID, from, 7, time.Now())
		if err != nil {
			return err
		}
		for _, o := range offers {
			key := delivery.CapacityKey{Day: o.Day, Slot: o.Slot.ID, Zone: zone.ID}
			b.places = append(b.places, place{key, zone.FeeUSD})
		}
	}
	// No florist has such a day, so no command sets it; the rows are for measuring only.
	_, err = b.db.Pgx().Exec(ctx, `
		insert into delivery_capacity (day, slot_id, zone_id, capacity)
		select day::date, slot, zone, 1000000 from unnest($1::text[], $2::int[], $3::int[]) as k (day, slot, zone)`,
		days(b.places), slots(b.places), zoneIDs(b.places))
	return err
}

func days(places []place) (list []string) {
	for _, p := range places {
		list = append(list, string(p.key.Day))
	}
	return list
}

func slots(places []place) (list []int) {
	for _, p := range places {
		list = append(list, p.key.Slot)
	}
	return list
}

func zoneIDs(places []place) (list []int) {
	for _, p := range places {
		list = append(list, p.key.Zone)
	}
	return list
}

func (b *bench) close() {
	b.db.Close()
	_ = b.done()
	_ = b.shop.stop()
}

// pool is for the minimal orders on the same PostgreSQL.
func (b *bench) pool(ctx context.Context, callers int) (*pgxpool.Pool, error) {
	return bestPool(ctx, b.url, callers, length/2)
}

// bodySize is how many bytes an address answers with.
func bodySize(ctx context.Context, url string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: status %d: %.300s", url, resp.StatusCode, body)
	}
	return len(body), err
}
