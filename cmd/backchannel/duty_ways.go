package main

import (
	"context"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins/proxy"
)

// dutyWay is the way out to one vendor of on-call or audits: an upstream of the proxy, which is made when all upstreams
// are known.
type dutyWay struct {
	name string
	duty *duty
}

// Do asks the upstream. The address is absolute, below its target.
func (w dutyWay) Do(ctx context.Context, r outbound.Request) (*outbound.Response, error) {
	p := w.duty.proxy.Load()
	if p == nil {
		return nil, fault.New(fault.Upstream, "%s cannot be asked yet", w.name)
	}
	up, err := p.Upstream(w.name)
	if err != nil {
		return nil, err
	}
	return up.Do(ctx, r)
}

// dutyWays are the upstreams of the vendors, with the proxy once it is there.
type dutyWays struct {
	upstreams []proxy.Config
	proxy     atomic.Pointer[proxy.Proxy]
}

// way adds an upstream for one address of the configuration, which may lie inside of the network. Its circuit opens late
// and for a short time: whoever is to be woken is worth a request more. Answers are kept for as long as keep says, so that
// whoever polls sees what is new.
func (d *duty) way(name, address string, rate float64, keep time.Duration) dutyWay {
	name = cleanName(name)
	target := address
	if u, err := url.Parse(address); err == nil {
		target = (&url.URL{Scheme: u.Scheme, Host: u.Host}).String()
	}
	d.upstreams = append(d.upstreams, proxy.Config{
		Name: name, Target: target, Private: true, Timeout: 30 * time.Second, MaxBody: 32 << 20, Rate: rate, Keep: keep, Failures: 20, Rest: 5 * time.Second, Roams: true,
	})
	return dutyWay{name, d}
}

// cleanName makes a name that an upstream may have.
func cleanName(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '/', r == '.', r == '-', r == '_':
			return r
		}
		return '-'
	}, s)
}
