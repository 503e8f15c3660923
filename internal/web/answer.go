package web

import (
	"bytes"
	"net/http"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

var jsonType = []string{"application/json; charset=utf-8"}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxKept is the largest buffer that is kept for the next answer.
const maxKept = 256 << 10

// JSON answers with the contract's success envelope around data. Nothing is written when data cannot be encoded.
func JSON[T any](w http.ResponseWriter, status int, data T, message string) error {
	return JSONTotal(w, status, data, message, -1)
}

// JSONTotal is JSON with the number of all rows that matched; negative: not said.
func JSONTotal[T any](w http.ResponseWriter, status int, data T, message string, total int) error {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	defer func() {
		if b.Cap() <= maxKept {
			buffers.Put(b)
		}
	}()
	b.WriteString(`{"success":true,"data":`)
	if err := json.MarshalWrite(b, data); err != nil {
		return err
	}
	b.WriteString(`,"message":`)
	quoted, err := jsontext.AppendQuote(b.AvailableBuffer(), message)
	if err != nil {
		return err
	}
	b.Write(quoted)
	if total >= 0 {
		b.WriteString(`,"total":`)
		b.Write(strconv.AppendInt(b.AvailableBuffer(), int64(total), 10))
	}
	b.WriteByte('}')
	h := w.Header()
	h["Content-Type"] = jsonType
	h["Content-Length"] = []string{strconv.Itoa(b.Len())}
	if h["Cache-Control"] == nil {
		h["Cache-Control"] = noStore
	}
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the caller went away; nobody is left to tell
	return nil
}

var noStore = []string{"no-store"}
