package contract

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"floresya/test/program"
)

// BenchmarkReads asks the program over loopback as fast as sixteen callers can, beside a bare server that answers as many
// bytes from memory. Rate limits are raised.
func BenchmarkReads(b *testing.B) {
	url := program.Start(b, map[string]string{"FLORESYA_READS_PER_MINUTE": "1000000", "FLORESYA_ADDRESS_FACTOR": "1000"})
	for _, path := range []string{"/api/products/1", "/api/products?limit=20", "/api/products?search=girasoles&limit=20"} {
		body := read(b, http.DefaultClient, url+path)
		bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			_, _ = w.Write(body)
		}))
		b.Cleanup(bare.Close)
		for _, side := range []struct{ name, url string }{{"shop", url + path}, {"bare", bare.URL}} {
			b.Run(fmt.Sprintf("path=%s/side=%s", path, side.name), func(b *testing.B) {
				client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true}}
				defer client.CloseIdleConnections()
				b.SetBytes(int64(len(body)))
				b.SetParallelism(8)
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						read(b, client, side.url)
					}
				})
			})
		}
	}
}

func read(b *testing.B, client *http.Client, url string) []byte {
	w, err := client.Get(url)
	if err != nil {
		b.Error(err)
		return nil
	}
	defer w.Body.Close()
	body, err := io.ReadAll(w.Body)
	if err != nil || w.StatusCode != http.StatusOK {
		b.Errorf("%s: %d %v", url, w.StatusCode, err)
	}
	return body
}
