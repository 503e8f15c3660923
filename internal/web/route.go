package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"strings"
)

// Access says who may call a route. The zero value is Admin: forgetting it denies.
type Access uint8

// Who may call. GuestOrder and Owner are completed by the handler, which knows the order or the account.
const (
	Admin      Access = iota // an administrator
	Owner                    // somebody signed in: that user or an administrator
	GuestOrder               // the guest who placed the order, its owner, or an administrator
	Public                   // everybody
)

// String is the access in documents.
func (a Access) String() string {
	return [...]string{"admin", "owner", "guest-order", "public"}[a]
}

// Class is a rate class of routes.
type Class uint8

// Rate classes. The zero value stands for ClassRead on safe methods and ClassWrite on others.
const (
	ClassDefault Class = iota
	ClassRead
	ClassWrite
	ClassOrder // placing an order, confirming a payment
	ClassLogin
	classRepeat // once per idempotency key and minute: tells a first request from its repeats
	classes
)

// Handler answers a request or returns why not; then it has written nothing.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Route is one entry of the API's list.
type Route struct {
	Method  string
	Pattern string // "/api/products/{id}"; a literal segment wins over a parameter
	Access  Access
	Class   Class
	// Body is the most bytes a request may bring; 0 means Config.Body for methods that have a body.
	Body int64
	// Creates: the request runs under an idempotency key.
	Creates bool
	Handle  Handler
	// Doc describes the route for people and the OpenAPI document.
	Doc Doc
}

// Doc is a route's description. In and Out are values of the types of request and answer data; nil when there is none.
type Doc struct {
	Summary string
	Detail  string
	Tag     string
	Query   []Param
	In, Out any
	Status  int    // of success; 0 means 200
	Legacy  bool   // part of the contract the legacy front end knows
	Media   string // of the answer; "" means JSON in the envelope
}

// Param is a query parameter.
type Param struct {
	Name, Type, Detail string // Type: string, integer, number, boolean
	Enum               []string
}

func (r *Route) name() string { return r.Method + " " + r.Pattern }

func (r *Route) class() Class {
	if r.Class != ClassDefault {
		return r.Class
	}
	return classOf(r.Method)
}

func classOf(method string) Class {
	if safe(method) {
		return ClassRead
	}
	return ClassWrite
}

func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

const (
	maxParams    = 4
	maxSegments  = 16
	maxURLLength = 8 << 10
)

// node is one segment of the tree of patterns. http.ServeMux refuses lists like "/products/sku/{sku}" beside
// "/products/{id}/images", because neither is more specific; the contract says that literals go first.
type node struct {
	literal map[string]*node
	param   *node
	routes  map[string]*Route
	names   []string // of the parameters of the routes that end here
}

type tree struct{ root node }

func newTree(routes []Route) (*tree, error) {
	t := &tree{}
	var errs []error
	for i := range routes {
		errs = append(errs, t.add(&routes[i]))
	}
	return t, errors.Join(errs...)
}

func (t *tree) add(r *Route) error {
	if r.Handle == nil || !strings.HasPrefix(r.Pattern, "/") || r.Method == "" {
		return fmt.Errorf("route %q needs a method, a pattern from / and a handler", r.name())
	}
	n := &t.root
	var names []string
	for _, segment := range strings.Split(r.Pattern[1:], "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
			if n.param == nil {
				n.param = &node{}
			}
			n = n.param
			continue
		}
		if n.literal == nil {
			n.literal = map[string]*node{}
		}
		if n.literal[segment] == nil {
			n.literal[segment] = &node{}
		}
		n = n.literal[segment]
	}
	if n.routes == nil {
		n.routes = map[string]*Route{}
	}
	if n.routes[r.Method] != nil {
		return fmt.Errorf("route %s is declared twice", r.name())
	}
	if len(names) > maxParams || (n.names != nil && strings.Join(n.names, " ") != strings.Join(names, " ")) {
		return fmt.Errorf("route %s: parameters %v do not fit %v", r.name(), names, n.names)
	}
	n.routes[r.Method], n.names = r, names
	return nil
}

// find is the node for an escaped path and the values of its parameters, or nil.
func (t *tree) find(escaped string) (*node, []string) {
	path := strings.TrimSuffix(strings.TrimPrefix(escaped, "/"), "/")
	if strings.Count(path, "/") >= maxSegments {
		return nil, nil
	}
	var values [maxParams]string
	return t.root.find(path, values[:0])
}

func (n *node) find(path string, values []string) (*node, []string) {
	segment, rest, more := strings.Cut(path, "/")
	step := func(child *node, values []string) (*node, []string) {
		switch {
		case child == nil:
			return nil, nil
		case more:
			return child.find(rest, values)
		case child.routes != nil:
			return child, values
		}
		return nil, nil
	}
	if found, values := step(n.literal[segment], values); found != nil {
		return found, values
	}
	if segment == "" || n.param == nil {
		return nil, nil
	}
	value, err := url.PathUnescape(segment)
	if err != nil {
		return nil, nil
	}
	return step(n.param, append(values, value))
}

func (n *node) route(method string) *Route {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return n.routes[method]
}

func (n *node) allow() string {
	var methods []string
	for method := range n.routes {
		methods = append(methods, method)
		if method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
	}
	methods = append(methods, http.MethodOptions)
	sort.Strings(methods)
	return strings.Join(methods, ", ")
}
