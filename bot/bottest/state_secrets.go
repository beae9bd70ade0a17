package bottest

import (
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// secrets are kept together under their key, and are gone when they expire.
func (b *stateBench) secrets() {
	at := b.now.Add(time.Hour)
	b.ok(b.a.Secrets.Keep(b.ctx, "draft:1", map[string]string{"token": "s3cret", "pin": "1"}, at))
	b.ok(b.b.Secrets.Keep(b.ctx, "draft:1", map[string]string{"pin": "2"}, at))
	got, err := b.a.Secrets.Values(b.ctx, "draft:1", b.now)
	b.ok(err)
	b.same("what is kept", map[string]string{"token": "s3cret", "pin": "2"}, got)
	for key, now := range map[string]time.Time{"draft:1": at, "draft:2": b.now} {
		got, err := b.a.Secrets.Values(b.ctx, key, now)
		b.ok(err)
		b.same("nothing under "+key, 0, len(got))
	}
	long := map[string]string{"token": strings.Repeat("x", bot.MaxSecret+1)}
	if err := b.a.Secrets.Keep(b.ctx, "draft:1", long, at); !fault.Is(err, fault.Invalid) {
		b.Errorf("a secret that is too long: %v", err)
	}
	b.ok(b.a.Secrets.Drop(b.ctx, "draft:1"))
	got, err = b.b.Secrets.Values(b.ctx, "draft:1", b.now)
	b.ok(err)
	b.same("what was dropped", 0, len(got))
	b.ok(b.a.Secrets.Keep(b.ctx, "draft:3", map[string]string{"a": "b"}, at))
	b.sweeps(b.a.Secrets, at, 0)
	b.sweeps(b.a.Secrets, at.Add(time.Second), 1)
}
