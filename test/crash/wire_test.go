package crash

import (
	"bufio"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"floresya/test/program"
)

// TestBytesThatAreNoRequestAreRefused writes what no client library would to a bare connection: the answer is 4xx (or the
// protocol's own 501 and 505), and the shop goes on.
func TestBytesThatAreNoRequestAreRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, tt := range []struct {
		name, request string
		status        []int
	}{
		{"nonsense", "\x16\x03\x01\x02\x00nonsense\r\n\r\n", []int{400}},
		{"no host", "GET /api/products HTTP/1.1\r\n\r\n", []int{400}},
		{"two hosts", "GET /api/products HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", []int{400}},
		{"another version", "GET / HTTP/9.9\r\nHost: a\r\n\r\n", []int{400, 505}},
		{"control character", "GET /api/products HTTP/1.1\r\nHost: a\r\nCookie: a=\x01\x00\r\n\r\n", []int{400}},
		{"folded header", "GET /api/products HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", []int{200, 400}},
		{"huge header", "GET /api/products HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("a", 2<<20) + "\r\n\r\n", []int{431}},
		{"negative length", "POST /api/orders HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", []int{400}},
		{"two lengths", "POST /api/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}}", []int{400}},
		{"length and chunks", "POST /api/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", []int{400}},
		{"unknown encoding", "POST /api/orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: cow\r\n\r\n", []int{400, 501}},
		{"bad chunk", "POST /api/orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", []int{400}},
		{"unknown method", "FROB /api/orders HTTP/1.1\r\nHost: a\r\n\r\n", []int{400, 404, 405}},
		{"connect", "CONNECT evil:443 HTTP/1.1\r\nHost: evil:443\r\n\r\n", []int{400, 404, 405}},
		{"trace", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", []int{400, 404, 405}},
		{"out of the folder", "GET /assets/../../../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", []int{301, 307, 400, 404}},
		{"encoded out of the folder", "GET /assets/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", []int{301, 307, 400, 404}},
		{"backslashes", "GET /..\\..\\etc\\passwd HTTP/1.1\r\nHost: a\r\n\r\n", []int{400, 404}},
		{"two slashes", "GET //api//products HTTP/1.1\r\nHost: a\r\n\r\n", []int{301, 307, 400, 404}},
		{"NUL in the path", "GET /api/products/%00 HTTP/1.1\r\nHost: a\r\n\r\n", []int{400, 404}},
		{"star", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", []int{200, 204, 400, 404}},
		{"another site's address", "GET http://evil.example/api/products HTTP/1.1\r\nHost: evil.example\r\n\r\n", []int{200, 400}},
	} {
		status, location := s.say(t, tt.request)
		found := false
		for _, want := range tt.status {
			found = found || status == want
		}
		if !found || strings.HasPrefix(location, "//") || strings.Contains(location, "evil") {
			t.Errorf("%s: got %d to %q, want one of %v", tt.name, status, location, tt.status)
		}
	}
	// Half a request and then nothing: the connection is not kept for ever, and nobody else suffers.
	for range 50 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.process.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.Write([]byte("POST /api/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")); err != nil {
			t.Fatal(err)
		}
	}
	s.guest().must(t, 200, "GET", "/api/products", nil)
	if strings.Contains(s.process.Said.String(), "panic") {
		t.Errorf("a panic: %s", s.process.Said)
	}
}

// say writes bytes to a new connection and returns the status of the answer and where it sends the caller.
func (s *shop) say(t *testing.T, request string) (status int, location string) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.process.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(program.Limit)); err != nil {
		t.Fatal(err)
	}
	_, _ = conn.Write([]byte(request)) // the shop may have answered before it read all
	w, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Errorf("%.40q: no answer: %v", request, err)
		return 0, ""
	}
	defer w.Body.Close()
	return w.StatusCode, w.Header.Get("Location")
}
