// Package internal_test guards the shape of the house: which package may see which, and who may do what only few
// should.
package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows says for each part of the house which others it sees; a part sees itself. web → shop → event → postgres →
// resilience; security, ops and saga stand beside; only app sees everything.
var arrows = map[string][]string{
	"fault":      {},
	"supervise":  {},
	"storage":    {"fault"},
	"resilience": {"fault"},
	"postgres":   {"fault", "resilience", "supervise"},
	"event":      {"fault", "postgres", "resilience"},
	"saga":       {"fault", "event", "postgres", "resilience"},
	"security":   {"fault", "event", "postgres", "resilience"},
	"shop":       {"fault", "event", "postgres", "resilience", "saga", "storage"},
	"ops":        {"fault", "event", "postgres", "resilience", "saga", "security", "shop"},
	"demo":       {"fault", "event", "postgres", "shop", "storage"},
	"web":        {"fault", "event", "postgres", "resilience", "saga", "security", "shop", "storage"},
	"config":     {"security"},
}

// few lists packages that only these may import, all others none.
var few = map[string][]string{
	"postgres/cluster": {"app", "postgres/pgtest"},
	"postgres/schema":  {"app", "postgres/pgtest", "cmd/floresya"},
	"postgres/pgtest":  {"postgres/pgtest/with"},
	"supervise":        {"postgres/cluster"},
	"config":           {"app", "config/gen", "cmd/floresya"},
	"app":              {"cmd/floresya"},
}

// environment lists packages that may read it: settings come from config.
var environment = map[string]string{
	"config":               "",
	"postgres/cluster":     "passes a cleaned one to PostgreSQL, and looks for a place for the socket",
	"postgres/pgtest":      "tests have no settings",
	"postgres/pgtest/with": "runs a command for a test",
}

const module = "floresya/"

// source is a file that is not a test, with its package below internal ("shop/orders") or the module ("cmd/floresya").
type source struct {
	pkg  string
	file *ast.File
	set  *token.FileSet
}

func (s source) imports() []string {
	var all []string
	for _, spec := range s.file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err == nil && strings.HasPrefix(path, module) {
			all = append(all, strings.TrimPrefix(strings.TrimPrefix(path, module), "internal/"))
		}
	}
	return all
}

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	for _, root := range []string{".", "../cmd"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			pkg := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../")
			all = append(all, source{pkg: pkg, file: file, set: set})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(all) < 20 {
		t.Fatalf("found only %d files: the test looks at the wrong place", len(all))
	}
	return all
}

func part(pkg string) string {
	first, _, _ := strings.Cut(pkg, "/")
	return first
}

func TestArrowsPointOneWay(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		from := part(s.pkg)
		for _, to := range s.imports() {
			if only, ok := few[to]; ok && !slices.Contains(only, s.pkg) && part(to) != s.pkg {
				t.Errorf("%s imports %s, which is only for %v", s.pkg, to, only)
			}
			if from == "app" || from == "cmd" || from == part(to) {
				continue
			}
			sees, ok := arrows[from]
			if !ok {
				t.Errorf("%s is new in the house: say in arrows what it may see", from)
			} else if !slices.Contains(sees, part(to)) {
				t.Errorf("%s imports %s, but %s sees only %v", s.pkg, to, from, sees)
			}
		}
	}
}

func TestOnlyConfigReadsTheEnvironment(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if _, ok := environment[s.pkg]; ok {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "os" && slices.Contains([]string{"Getenv", "LookupEnv", "Environ"}, sel.Sel.Name) {
				t.Errorf("%s: os.%s outside of config", s.set.Position(n.Pos()), sel.Sel.Name)
			}
			return true
		})
	}
}

func TestNothingHappensByImport(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, decl := range s.file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: a function init", s.set.Position(f.Pos()))
			}
		}
	}
}
