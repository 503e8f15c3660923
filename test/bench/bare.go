package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
)

// bare is the neighbour: a net/http server that answers /N with N prebuilt bytes. It is a process of its own, as the shop is.
func bare() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	bodies := map[string][]byte{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{size}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(bodies[r.PathValue("size")])
	})
	for _, arg := range os.Args[2:] {
		size, err := strconv.Atoi(arg)
		if err != nil {
			return err
		}
		bodies[arg] = bytes.Repeat([]byte("x"), size)
	}
	fmt.Printf("ready http://%s\n", listener.Addr())
	server := &http.Server{Handler: mux}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	go func() {
		<-stop
		_ = server.Close()
	}()
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return nil
}
