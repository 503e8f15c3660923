package identity

import "context"

// The roles.
const (
	RoleUser  = "user"
	RoleAdmin = "admin"
)

// Principal is somebody who has proved who he is.
type Principal struct {
	UserID int
	Role   string
	Email  string
	Name   string
}

// Admin reports whether p may run the shop. Nobody may not.
func (p *Principal) Admin() bool { return p != nil && p.Role == RoleAdmin }

type principalKey struct{}

// WithPrincipal returns a context that acts for p.
func WithPrincipal(ctx context.Context, p *Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// FromContext is who the context acts for; nil: nobody.
func FromContext(ctx context.Context) *Principal {
	p, _ := ctx.Value(principalKey{}).(*Principal)
	return p
}
