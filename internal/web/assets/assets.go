package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

//go:embed files
var files embed.FS

// Prefix is the path under which the handler expects its requests, and with which every URL begins.
const Prefix = "/assets/"

// Sheet is the name of the one style sheet, joined from the files in css/.
const Sheet = "floresya.css"

// types names the MIME type of each kind of file that may be embedded. An extension that is not here is refused by
// New: guessing from the machine's tables would serve other types on other machines.
var types = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".txt":   "text/plain; charset=utf-8",
	".woff2": "font/woff2",
	".png":   "image/png",
	".ico":   "image/x-icon",
}

// Assets serves the embedded files. It is immutable and safe for concurrent use.
type Assets struct {
	byName map[string]*file // plain name: "img/hero.svg"
	byPath map[string]*file // what follows Prefix: hashed and plain names
}

type file struct {
	hashed string // name with hash, after Prefix
	mime   string
	etag   string
	plain  []byte
	gzip   []byte // nil where compressing gains less than a tenth (fonts are compressed already)
}

// New reads, joins, hashes and compresses the embedded files.
func New() (*Assets, error) {
	raw, err := read()
	if err != nil {
		return nil, err
	}
	a := &Assets{byName: map[string]*file{}, byPath: map[string]*file{}}
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		if err := a.add(name, raw[name]); err != nil {
			return nil, err
		}
	}
	sheet, err := a.join()
	if err != nil {
		return nil, err
	}
	return a, a.add(Sheet, sheet)
}

// URL is the hashed address of name ("icons.svg", "img/hero.svg"). An unknown name is a mistake in a template and
// panics, so that the first page rendered in a test shows it.
func (a *Assets) URL(name string) string {
	f, ok := a.byName[name]
	if !ok {
		panic(fmt.Sprintf("assets: no file %q is embedded", name))
	}
	return Prefix + f.hashed
}

// Names lists the plain names, sorted.
func (a *Assets) Names() []string { return slices.Sorted(maps.Keys(a.byName)) }

// read returns all embedded files except the parts of the style sheet, by plain name.
func read() (map[string][]byte, error) {
	out := map[string][]byte{}
	err := fs.WalkDir(files, "files", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name := strings.TrimPrefix(p, "files/")
		if strings.HasPrefix(name, "css/") {
			return nil
		}
		out[name], err = files.ReadFile(p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read embedded assets: %w", err)
	}
	return out, nil
}

// join makes the one style sheet and points it to the hashed fonts.
func (a *Assets) join() ([]byte, error) {
	parts, err := fs.Glob(files, "files/css/*.css") // sorted by name
	if err != nil {
		return nil, fmt.Errorf("list the parts of the style sheet: %w", err)
	}
	var sheet bytes.Buffer
	for _, p := range parts {
		text, err := files.ReadFile(p)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path.Base(p), err)
		}
		sheet.Write(bytes.TrimSpace(text))
		sheet.WriteByte('\n')
	}
	text := sheet.String()
	for name, f := range a.byName {
		if strings.HasPrefix(name, "fonts/") {
			text = strings.ReplaceAll(text, "url("+name+")", "url("+f.hashed+")")
		}
	}
	return []byte(text), nil
}

func (a *Assets) add(name string, content []byte) error {
	ext := path.Ext(name)
	mime, ok := types[ext]
	if !ok {
		return fmt.Errorf("embedded asset %s: no MIME type is set for %q", name, ext)
	}
	sum := sha256.Sum256(content)
	hash := hex.EncodeToString(sum[:6])
	f := &file{
		hashed: strings.TrimSuffix(name, ext) + "." + hash + ext,
		mime:   mime,
		etag:   hash,
		plain:  content,
	}
	if packed := compress(content); len(packed) < len(content)*9/10 {
		f.gzip = packed
	}
	a.byName[name], a.byPath[name], a.byPath[f.hashed] = f, f, f
	return nil
}

// compress packs b with gzip. Writing to memory cannot fail.
func compress(b []byte) []byte {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic(err) // only an impossible level fails
	}
	_, _ = z.Write(b)
	_ = z.Close()
	return out.Bytes()
}
