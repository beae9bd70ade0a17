package plugintest

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// faults has the vendors answer what vendors answer on bad days.
func (s Setup) faults(t *testing.T) {
	if len(s.Upstreams) == 0 {
		return
	}
	for name, answer := range Faults() {
		t.Run(name, func(t *testing.T) {
			ups := map[string]http.Handler{}
			for up := range s.Upstreams {
				ups[up] = answer
			}
			e, h := s.started(t, ups)
			gates := plugins.NewGates(plugins.GateOptions{})
			defer gates.Close(patience)
			for _, v := range e.Views {
				for _, q := range s.queries(v) {
					before := h.Requests()
					_, err := plugins.Call(t.Context(), gates, e.About.Name, v.Name, faultTime, func(ctx context.Context) (plugins.Card, error) {
						c, err := v.Show(ctx, q)
						if err != nil {
							return c, err
						}
						return plugins.Checked(c, q.Lang, s.Now, e.Operations)
					})
					if err != nil && fault.KindOf(err) == fault.Internal {
						t.Errorf("view %s: an error of a vendor has a kind, this one has none: %v", v.Name, err)
					}
					if n := h.Requests() - before; n > maxStorm {
						t.Errorf("view %s made %d requests for one card", v.Name, n)
					}
				}
			}
		})
	}
}

// faultTime is how long a view may try in vain.
const faultTime = 400 * time.Millisecond

// maxStorm is how many requests one card may cost.
const maxStorm = 40

func (s Setup) hooks(t *testing.T) {
	e, _ := s.started(t, s.Upstreams)
	h, ok := e.Plugin.(plugins.HasWebhook)
	if !ok {
		return
	}
	forged := []plugins.Delivery{{Header: http.Header{}, At: s.Now}, {Header: http.Header{}, Body: []byte("{}"), At: s.Now}}
	if s.Hook != nil {
		changed := *s.Hook
		changed.Body = append(slices.Clone(s.Hook.Body), ' ')
		bare := *s.Hook
		bare.Header = http.Header{}
		forged = append(forged, changed, bare)
	}
	for i, d := range forged {
		if _, err := h.Verify(d); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.Invalid) {
			t.Errorf("forged delivery %d is let in: %v", i, err)
		}
	}
	if s.Hook == nil {
		return
	}
	id, err := h.Verify(*s.Hook)
	if err != nil || id == "" {
		t.Fatalf("the genuine delivery has id %q: %v", id, err)
	}
	if again, err := h.Verify(*s.Hook); again != id || err != nil {
		t.Errorf("the same delivery has ids %q and %q: %v", id, again, err)
	}
	for range 2 { // a repeat changes nothing
		if err := h.Receive(t.Context(), *s.Hook); err != nil {
			t.Errorf("Receive: %v", err)
		}
	}
}
