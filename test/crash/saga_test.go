package crash

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"floresya/test/program"
)

// TestACrashAtEveryStepOfTheSaga kills the program at every point between two durable actions of an order's saga, one by one.
// After the restart order, hold and saga agree, and the story ends as it would have without the crash.
func TestACrashAtEveryStepOfTheSaga(t *testing.T) {
	t.Parallel()
	for name, story := range map[string]story{
		"paid and delivered": {(*told).deliver, ending{"delivered", "delivered", "sold", map[string]int{"placed": 1, "paid": 1, "shipped": 1, "delivered": 1}}, 14},
		"never paid":         {(*told).expire, ending{"cancelled", "cancelled", "released", map[string]int{"placed": 1, "cancelled": 1}}, 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := idleShop(t, program.Folder(t))
			s.command = func(args ...string) *exec.Cmd {
				cmd := exec.Command(os.Args[0], args...)
				cmd.Env = append(append(os.Environ(), settings()...), asCrasher+"=1")
				return cmd
			}
			s.start()
			x := &told{T: t, shop: s, admin: s.admin(), fuse: fuse(s.data)}
			x.price = x.admin.price(t, 5)
			points := x.tell(story, "")
			t.Logf("points: %v", points)
			if len(points) < story.points {
				t.Fatalf("only %d points, want %d at least", len(points), story.points)
			}
			for _, point := range points {
				x.tell(story, point)
			}
			s.verify()
			s.stop()
			s.verify()
		})
	}
}

type story struct {
	tell   func(*told) int
	ending ending
	points int // at least
}

// ending is what there is to see of an order in the database.
type ending struct {
	status, saga, pieces string
	letters              map[string]int
}

// told tells a story to a shop that may die at any point of it.
type told struct {
	*testing.T
	shop  *shop
	admin *caller
	fuse  fuse
	price float64
}

// tell tells the story while the program crashes at point and returns the points that were passed.
func (x *told) tell(s story, point string) []string {
	x.Helper()
	if err := x.fuse.arm(point); err != nil {
		x.Fatal(err)
	}
	before := x.shop.process
	id := s.tell(x)
	if crashed := x.shop.process != before; crashed != (point != "") {
		x.Fatalf("crash at %q: the program was started again: %v; passed %v", point, crashed, x.fuse.passed())
	}
	if got := x.ending(id); fmt.Sprint(got) != fmt.Sprint(s.ending) {
		x.Errorf("crash at %q: got %v, want %v", point, got, s.ending)
	}
	return x.fuse.passed()
}

// mended starts the program again if it has died.
func (x *told) mended() {
	select {
	case <-x.shop.process.Ended():
		x.shop.start()
	default:
	}
}

// insist makes a request until it is answered, across crashes.
func (x *told) insist(status int, method, path string, body any, headers ...string) *answer {
	x.Helper()
	var got *answer
	program.Eventually(x, path+" is answered", func() bool {
		a, err := x.admin.try(method, path, body, headers...)
		if err != nil || a.status == 503 {
			x.mended()
			return false
		}
		got = a
		return true
	})
	// A form that was done and not answered is refused the second time; what it led to is checked at the end.
	if got.status != status && (status != 303 || got.status != 422) {
		x.Fatalf("%s %s: got %d, want %d: %.500s", method, path, got.status, status, got.content)
	}
	return got
}

// rests waits until an order has a status and its saga has nothing more to do about it.
func (x *told) rests(id int, status string) {
	x.Helper()
	program.Eventually(x, fmt.Sprintf("order %d rests as %s", id, status), func() bool {
		x.mended()
		var settled bool
		err := x.query(`select o.status::text = $2 and s.wake_at is null and s.state = case o.status::text when 'verified' then 'confirmed'
				when 'preparing' then 'confirmed' when 'shipped' then 'on_the_way' when 'pending' then 'awaiting_payment' else o.status::text end
			from orders o join sagas s on s.order_id = o.id where o.id = $1`, []any{id, status}, &settled)
		return err == nil && settled
	})
}

// query reads one row from the running database.
func (x *told) query(sql string, args []any, into ...any) error {
	text, err := os.ReadFile(filepath.Join(x.shop.data, "postgres", "postmaster.pid"))
	if err != nil {
		return err
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) < 5 {
		return fmt.Errorf("no socket yet: %q", text)
	}
	conn, err := pgx.Connect(x.Context(), "user=floresya dbname=floresya host="+lines[4])
	if err != nil {
		return err
	}
	defer conn.Close(x.Context())
	return conn.QueryRow(x.Context(), sql, args...).Scan(into...)
}

func (x *told) ending(id int) ending {
	x.Helper()
	e := ending{letters: map[string]int{}}
	var kinds []string
	var hold *time.Time
	err := x.query(`select o.status::text, s.state, o.stock_state, o.hold_until,
			(select array_agg(kind::text) from notifications n where n.order_id = o.id)
		from orders o join sagas s on s.order_id = o.id where o.id = $1`, []any{id}, &e.status, &e.saga, &e.pieces, &hold, &kinds)
	if err != nil {
		x.Fatal(err)
	}
	if hold != nil {
		x.Errorf("order %d is %s and has a hold until %v", id, e.status, hold)
	}
	for _, kind := range kinds {
		e.letters[kind]++
	}
	return e
}

func (x *told) placed(method string) int {
	x.Helper()
	order := maps.Clone(bouquet(x.price, 5, 1, nil))
	order["order"].(object)["payment_method"] = method
	return x.insist(201, "POST", "/api/orders", order, "Idempotency-Key", fmt.Sprint(time.Now().UnixNano())).id()
}

// deliver: placed, proven, accepted, made, brought.
func (x *told) deliver() int {
	x.Helper()
	id := x.placed("cash") // without a hold
	reference := fmt.Sprintf("z-%d", id)
	payment := x.insist(200, "POST", fmt.Sprintf("/api/payments/%d/confirm", id),
		object{"payment_method": "zelle", "reference_number": reference}, "Idempotency-Key", reference).id()
	x.rests(id, "pending")
	x.insist(303, "POST", fmt.Sprintf("/oficina/pedidos/%d/pagos/%d/aprobar", id, payment), form{"cuenta": {"zelle"}, "referencia": {reference},
		"fecha": {time.Now().Add(-4 * time.Hour).UTC().Format(time.DateOnly)}, "monto": {fmt.Sprintf("%.2f", x.price)}})
	x.rests(id, "verified")
	for _, to := range []string{"preparing", "shipped", "delivered"} {
		x.insist(200, "PATCH", fmt.Sprintf("/api/orders/%d/status", id), object{"status": to})
		x.rests(id, to)
	}
	return id
}

// expire: placed and forgotten. A hold is short here: a thousandth of an hour.
func (x *told) expire() int {
	x.Helper()
	if a, err := x.admin.try("GET", "/api/settings/payment_hold_hours", nil); err == nil && a.status == 404 {
		x.admin.must(x, 201, "POST", "/api/settings", object{"key": "payment_hold_hours", "value": "0.0003", "type": "string"})
	}
	id := x.placed("zelle")
	x.rests(id, "cancelled")
	return id
}
