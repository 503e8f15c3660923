package identity

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Cost is what one Argon2id hash takes.
type Cost struct {
	Memory uint32 // KiB
	Passes uint32
	Lanes  uint8
}

const (
	saltBytes = 16
	hashBytes = 32
	// A stored hash may not ask for more than this: a row that somebody tampered with must not eat the memory.
	maxMemory = 128 << 10
	maxPasses = 16
	maxLanes  = 8
)

var errHash = errors.New("stored password hash is not readable")

func (c Cost) validate() error {
	if c.Memory < 8*uint32(c.Lanes) || c.Memory > maxMemory || c.Passes < 1 || c.Passes > maxPasses || c.Lanes < 1 || c.Lanes > maxLanes {
		return fmt.Errorf("argon2id cost m=%d t=%d p=%d is out of range", c.Memory, c.Passes, c.Lanes)
	}
	return nil
}

// phc is a password hash in the PHC string format: $argon2id$v=19$m=19456,t=2,p=1$salt$hash.
type phc struct {
	cost       Cost
	salt, hash []byte
}

func (p phc) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.cost.Memory, p.cost.Passes, p.cost.Lanes,
		b64(p.salt), b64(p.hash))
}

func parsePHC(s string) (phc, error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || len(s) > 256 {
		return phc{}, errHash
	}
	var (
		p       phc
		version int
	)
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return phc{}, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.cost.Memory, &p.cost.Passes, &p.cost.Lanes); err != nil {
		return phc{}, errHash
	}
	var err1, err2 error
	p.salt, err1 = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	p.hash, err2 = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(p.salt) < 8 || len(p.hash) < 16 || p.cost.validate() != nil || p.String() != s {
		return phc{}, errHash
	}
	return p, nil
}

// newPHC hashes password under a fresh salt.
func newPHC(password string, cost Cost) phc {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails
	return phc{cost: cost, salt: salt, hash: derive(password, salt, cost, hashBytes)}
}

// matches compares in constant time.
func (p phc) matches(password string) bool {
	return subtle.ConstantTimeCompare(p.hash, derive(password, p.salt, p.cost, uint32(len(p.hash)))) == 1
}

// derive takes the normal form, so that an é typed on any keyboard is the same é.
func derive(password string, salt []byte, c Cost, length uint32) []byte {
	return argon2.IDKey([]byte(norm.NFKC.String(password)), salt, c.Passes, c.Memory, c.Lanes, length)
}
