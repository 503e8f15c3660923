package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// target makes the n-th request of a run.
type target func(n int64) (*http.Request, error)

// get asks for url again and again.
func get(url string) target {
	return func(int64) (*http.Request, error) { return http.NewRequest(http.MethodGet, url, nil) }
}

// post sends a JSON body made for the n-th request.
func post(url string, body func(n int64) []byte) target {
	return func(n int64) (*http.Request, error) {
		r, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body(n)))
		if err == nil {
			r.Header.Set("Content-Type", "application/json")
		}
		return r, err
	}
}

// result is what a run of callers in a closed loop saw.
type result struct {
	perSecond float64
	p50, p99  time.Duration
}

// load runs callers in a closed loop for a time. Any answer but want ends it with an error: a benchmark of refusals is none.
func load(ctx context.Context, callers int, length time.Duration, want int, t target) (result, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: callers, DisableCompression: true}, Timeout: 15 * time.Second}
	defer client.CloseIdleConnections()
	return measure(ctx, callers, length, func(n int64) error {
		r, err := t(n)
		if err != nil {
			return err
		}
		resp, err := client.Do(r)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != want {
			text, _ := io.ReadAll(io.LimitReader(resp.Body, 500))
			return fmt.Errorf("%s %s: status %d, want %d: %s", r.Method, r.URL, resp.StatusCode, want, text)
		}
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	})
}

// serial numbers every call of the program, so that no two orders are alike.
var serial atomic.Int64

// measure runs call from callers in a closed loop for a time, after a tenth of it for warming up.
func measure(ctx context.Context, callers int, length time.Duration, call func(n int64) error) (result, error) {
	var (
		workers   sync.WaitGroup
		mu        sync.Mutex
		latencies []time.Duration
		failure   error
	)
	begin := time.Now().Add(length / 10)
	end := begin.Add(length)
	for range callers {
		workers.Go(func() {
			var mine []time.Duration
			for ctx.Err() == nil {
				start := time.Now()
				if start.After(end) {
					break
				}
				if err := call(serial.Add(1)); err != nil {
					mu.Lock()
					failure = err
					mu.Unlock()
					return
				}
				if done := time.Now(); start.After(begin) && done.Before(end) {
					mine = append(mine, done.Sub(start))
				}
			}
			mu.Lock()
			latencies = append(latencies, mine...)
			mu.Unlock()
		})
	}
	workers.Wait()
	if failure != nil || len(latencies) == 0 {
		return result{}, fmt.Errorf("load: %w", failure)
	}
	slices.Sort(latencies)
	at := func(q float64) time.Duration { return latencies[int(q*float64(len(latencies)-1))] }
	return result{float64(len(latencies)) / length.Seconds(), at(.5), at(.99)}, nil
}

// median of an odd or even number of figures.
func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}
