package web

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

var jsonType = []string{"application/json; charset=utf-8"}

var bodies = sync.Pool{New: func() any { return new([]byte) }}

// maxKept is the largest body whose memory is kept for the next answer.
const maxKept = 256 << 10

// Appender is data that writes its own JSON.
type Appender interface {
	AppendJSON(b []byte) []byte
}

// JSON answers with the contract's success envelope around data. Nothing is written when data cannot be encoded.
func JSON[T any](w http.ResponseWriter, status int, data T, message string) error {
	return JSONTotal(w, status, data, message, -1)
}

// JSONTotal is JSON with the number of all rows that matched; negative: not said.
func JSONTotal[T any](w http.ResponseWriter, status int, data T, message string, total int) error {
	kept := bodies.Get().(*[]byte)
	body, err := appendAnswer((*kept)[:0], data, message, total)
	defer func() {
		if cap(body) <= maxKept {
			*kept = body
			bodies.Put(kept)
		}
	}()
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	h := w.Header()
	h["Content-Type"] = jsonType
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	if h["Cache-Control"] == nil {
		h["Cache-Control"] = noStore
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller went away; nobody is left to tell
	return nil
}

var noStore = []string{"no-store"}

func appendAnswer(b []byte, data any, message string, total int) ([]byte, error) {
	b = append(b, `{"success":true,"data":`...)
	if a, ok := data.(Appender); ok {
		b = a.AppendJSON(b)
	} else {
		to := bytes.NewBuffer(b)
		if err := json.MarshalWrite(to, data); err != nil {
			return b, err
		}
		b = to.Bytes()
	}
	b, err := jsontext.AppendQuote(append(b, `,"message":`...), message)
	if total >= 0 {
		b = strconv.AppendInt(append(b, `,"total":`...), int64(total), 10)
	}
	return append(b, '}'), err
}
