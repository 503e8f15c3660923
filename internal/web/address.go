package web

import (
	"net/http"
	"net/netip"
	"strings"
)

// proxies are the networks whose forwarding headers are believed.
type proxies []netip.Prefix

// client is the address of whoever sent r: the peer, unless the peer is a trusted proxy; then the last address in
// X-Forwarded-For that is not itself a trusted proxy. What a stranger writes there stands further left and is not read.
func (p proxies) client(r *http.Request) netip.Addr {
	peer, _ := netip.ParseAddrPort(r.RemoteAddr)
	addr := peer.Addr().Unmap()
	if !p.contain(addr) {
		return addr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		if addr = hop.Unmap(); !p.contain(addr) {
			break
		}
	}
	return addr
}

func (p proxies) contain(a netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// bucket is the key an address is limited by: an IPv6 customer has a whole /64.
func bucket(a netip.Addr) string {
	if a.Is6() {
		if prefix, err := a.Prefix(64); err == nil {
			a = prefix.Addr()
		}
	}
	raw := a.AsSlice()
	return string(raw)
}
