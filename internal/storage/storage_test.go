package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
)

func TestPutNamesTheObjectByItsContent(t *testing.T) {
	files := newFiles(t, Config{})
	content := []byte("any bytes")
	object := put(t, files, content, "image/webp")

	sum := sha256.Sum256(content)
	hash := hex.EncodeToString(sum[:])
	want := Object{Key: hash + ".webp", Hash: hash, MIME: "image/webp", Size: int64(len(content))}
	if object != want {
		t.Errorf("got %+v, want %+v", object, want)
	}
	if got, opened := read(t, files, object.Key); !bytes.Equal(got, content) || opened != want {
		t.Errorf("got %q as %+v, want %q as %+v", got, opened, content, want)
	}
}

func TestPutTwiceIsOneObject(t *testing.T) {
	files := newFiles(t, Config{})
	first := put(t, files, []byte("rosa"), "image/png")
	second := put(t, files, []byte("rosa"), "image/png")
	if first != second {
		t.Errorf("got %+v, then %+v", first, second)
	}
	if got := tree(t, files); len(got) != 1 {
		t.Errorf("got files %v, want the object alone", got)
	}
}

func TestPutMendsACutOffObject(t *testing.T) {
	files := newFiles(t, Config{})
	object := put(t, files, []byte("a whole picture"), "image/png")
	if err := os.Truncate(files.path(object.Key), 3); err != nil {
		t.Fatal(err)
	}
	put(t, files, []byte("a whole picture"), "image/png")
	if got, _ := read(t, files, object.Key); string(got) != "a whole picture" {
		t.Errorf("got %q after the second put", got)
	}
}

func TestPutOfTheSameByManyIsOneObject(t *testing.T) {
	dir := t.TempDir()
	content := bytes.Repeat([]byte("ramo "), 20_000)
	var wait sync.WaitGroup
	for range 20 {
		files, err := New(Config{Dir: dir}) // a process of its own, as it were
		if err != nil {
			t.Fatal(err)
		}
		wait.Go(func() {
			object, err := files.Put(t.Context(), bytes.NewReader(content), "image/jpeg")
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := files.Sweep(t.Context()); err != nil {
				t.Error(err)
			}
			if got, _ := read(t, files, object.Key); !bytes.Equal(got, content) {
				t.Errorf("got %d bytes, want %d", len(got), len(content))
			}
		})
	}
	wait.Wait()
	files, _ := New(Config{Dir: dir})
	if got := tree(t, files); len(got) != 1 {
		t.Errorf("got files %v, want the object alone", got)
	}
}

func TestPutRefuses(t *testing.T) {
	broken := errors.New("connection lost")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name, test := range map[string]struct {
		ctx  context.Context
		r    io.Reader
		mime string
		want error
	}{
		"empty":             {t.Context(), strings.NewReader(""), "image/png", ErrSize},
		"one byte too many": {t.Context(), strings.NewReader("123456789"), "image/png", ErrSize},
		"script":            {t.Context(), strings.NewReader("alert(1)"), "text/javascript", ErrType},
		"no type":           {t.Context(), strings.NewReader("x"), "", ErrType},
		"broken source":     {t.Context(), iotest.ErrReader(broken), "image/png", broken},
		"caller gone":       {gone, strings.NewReader("x"), "image/png", context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			files := newFiles(t, Config{MaxBytes: 8})
			if _, err := files.Put(test.ctx, test.r, test.mime); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if got := tree(t, files); len(got) != 0 {
				t.Errorf("got files %v, want none", got)
			}
		})
	}
}

func TestPutLeavesNothingWhenTheDiskIsFull(t *testing.T) {
	content := []byte("a picture that does not fit")
	for room := range len(content) {
		files := newFiles(t, Config{})
		files.create = func(dir string) (draft, error) {
			d, err := createDraft(dir)
			return &fullDisk{draft: d, room: room}, err
		}
		_, err := files.Put(t.Context(), iotest.OneByteReader(bytes.NewReader(content)), "image/png")
		if !errors.Is(err, ErrFull) {
			t.Fatalf("room for %d bytes: got %v, want %v", room, err, ErrFull)
		}
		if got := tree(t, files); len(got) != 0 {
			t.Fatalf("room for %d bytes: got files %v, want none", room, got)
		}
	}
}

// Content that could not be synced must not get its name, or a row could point to a file of zeros.
func TestPutDoesNotNameWhatIsNotSynced(t *testing.T) {
	files := newFiles(t, Config{})
	files.create = func(dir string) (draft, error) {
		d, err := createDraft(dir)
		return &unsynced{d}, err
	}
	if _, err := files.Put(t.Context(), strings.NewReader("x"), "image/png"); !errors.Is(err, syscall.EIO) {
		t.Errorf("got %v, want %v", err, syscall.EIO)
	}
	if got := tree(t, files); len(got) != 0 {
		t.Errorf("got files %v, want none", got)
	}
}

func TestUnwritableFolderIsSaid(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	inFile := newFiles(t, Config{Dir: filepath.Join(file, "objects")})
	readOnly := newFiles(t, Config{})
	readOnly.create = func(dir string) (draft, error) {
		return nil, &os.PathError{Op: "open", Path: dir, Err: syscall.EROFS}
	}
	for name, files := range map[string]*Files{"in a file": inFile, "read-only": readOnly} {
		if _, err := files.Put(t.Context(), strings.NewReader("x"), "image/png"); !errors.Is(err, ErrUnwritable) {
			t.Errorf("%s: Put: got %v, want %v", name, err, ErrUnwritable)
		}
		if _, err := files.Sweep(t.Context()); !errors.Is(err, ErrUnwritable) {
			t.Errorf("%s: Sweep: got %v, want %v", name, err, ErrUnwritable)
		}
	}
}

func TestSweepRemovesLeftoversOnly(t *testing.T) {
	files := newFiles(t, Config{})
	object := put(t, files, []byte("kept"), "image/png")
	for _, name := range []string{"put-1", "put-2"} {
		if err := os.WriteFile(filepath.Join(files.drafts(), name), []byte("cut o"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	source, sink := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := files.Put(t.Context(), source, "image/png")
		done <- err
	}()
	if _, err := sink.Write([]byte("half ")); err != nil { // returns when the writer has its draft
		t.Fatal(err)
	}

	removed, err := files.Sweep(t.Context())
	if removed != 2 || err != nil {
		t.Errorf("got %d removed, %v; want 2", removed, err)
	}
	if _, err := sink.Write([]byte("and half")); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(sink.Close(), <-done); err != nil {
		t.Errorf("the writer at work was disturbed: %v", err)
	}
	if got := tree(t, files); len(got) != 2 {
		t.Errorf("got files %v, want two objects", got)
	}
	read(t, files, object.Key)
}

func TestOpenRefusesWhatIsNoKey(t *testing.T) {
	files := newFiles(t, Config{})
	hash := strings.Repeat("ab", 32)
	for _, key := range []string{
		"", ".webp", hash, hash + ".exe", hash + ".webp.svg", hash + ".", strings.ToUpper(hash) + ".webp", hash[1:] + ".webp",
		"../" + hash[3:] + ".webp", hash[:60] + "/../" + ".webp", hash[:63] + "\x00.webp", hash + ".webp/", hash + ".webp\n",
	} {
		if _, _, err := files.Open(t.Context(), key); !errors.Is(err, ErrKey) {
			t.Errorf("%q: got %v, want %v", key, err, ErrKey)
		}
	}
	if _, _, err := files.Open(t.Context(), hash+".webp"); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown object: got %v, want %v", err, ErrNotFound)
	}
}

func TestNewReportsAllFaults(t *testing.T) {
	_, err := New(Config{MaxBytes: -1})
	if err == nil || !strings.Contains(err.Error(), "Dir") || !strings.Contains(err.Error(), "MaxBytes") {
		t.Errorf("got %v, want faults of Dir and MaxBytes", err)
	}
}

// FuzzKey: a key that passes names a file inside the folder, whatever it is made of.
func FuzzKey(f *testing.F) {
	f.Add(strings.Repeat("0f", 32) + ".webp")
	f.Add("../../etc/passwd")
	f.Add(strings.Repeat("/", 64) + ".svg")
	f.Fuzz(func(t *testing.T, key string) {
		hash, _, err := parseKey(key)
		if err != nil {
			return
		}
		files := &Files{config: Config{Dir: "objects"}}
		if got, want := files.path(key), "objects/"+hash[:2]+"/"+key; got != want || !filepath.IsLocal(key) {
			t.Errorf("key %q: got path %q, want %q", key, got, want)
		}
	})
}

type fullDisk struct {
	draft
	room int
}

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.room -= len(p); d.room < 0 {
		return 0, &os.PathError{Op: "write", Path: d.Name(), Err: syscall.ENOSPC}
	}
	return d.draft.Write(p)
}

type unsynced struct{ draft }

func (unsynced) Sync() error { return syscall.EIO }

func newFiles(t *testing.T, config Config) *Files {
	t.Helper()
	if config.Dir == "" {
		config.Dir = filepath.Join(t.TempDir(), "new", "objects")
	}
	files, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func put(t *testing.T, files *Files, content []byte, mime string) Object {
	t.Helper()
	object, err := files.Put(t.Context(), bytes.NewReader(content), mime)
	if err != nil {
		t.Fatal(err)
	}
	return object
}

func read(t *testing.T, files *Files, key string) ([]byte, Object) {
	t.Helper()
	r, object, err := files.Open(t.Context(), key)
	if err != nil {
		t.Error(err)
		return nil, object
	}
	content, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close()); err != nil {
		t.Error(err)
	}
	return content, object
}

// tree lists the regular files, drafts included.
func tree(t *testing.T, files *Files) (paths []string) {
	t.Helper()
	if _, err := os.Stat(files.config.Dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	err := filepath.WalkDir(files.config.Dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}
