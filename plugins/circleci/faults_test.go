package circleci_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/circleci/circlecitest"
	"github.com/backchannel-portal/backchannel/plugins/proxy"
)

// TestFaults: whatever CircleCI answers, there is a clear error or what was known, in bounded time, and few requests.
func TestFaults(t *testing.T) {
	for _, how := range circlecitest.Faults() {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			w := open(t, func(c *proxy.Config) {
				if how == "drip" { // an answer without an end
					c.Timeout = 300 * time.Millisecond
				}
			})
			w.server.Add(broken())
			w.server.Break(how, "/api/")
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			view := w.plugin.Views()[0]
			show := func() (string, error) {
				c, err := view.Show(ctx, plugins.Query{Entity: w.pay, Lang: lang.English, Now: w.now()})
				return flat(c), err
			}
			text, err := show()
			switch how {
			case "401", "403":
				if !fault.Is(err, fault.Forbidden) {
					t.Errorf("%s, %v", text, err)
				}
			case "404", "schema": // of another schema there is nothing that would be wrong
				if err != nil || !strings.Contains(text, "knows no project") && !strings.Contains(text, "has no builds") {
					t.Errorf("%s, %v", text, err)
				}
			case "skew":
				if err != nil || !strings.Contains(text, "is broken since") {
					t.Errorf("%s, %v", text, err)
				}
			default:
				if !fault.Is(err, fault.Upstream) || strings.Contains(err.Error(), circlecitest.Token) || strings.Contains(err.Error(), "http") {
					t.Errorf("%s, %v", text, err)
				}
			}
			if counted := counts(how); len(counted) > 0 && !slices.ContainsFunc(counted, func(o proxy.Outcome) bool { return w.outcomes(o) > 0 }) {
				t.Errorf("no metric tells of it: %v", counted)
			}
			for range 20 { // many people ask
				_, _ = show()
			}
			if n := w.server.Asked(""); how != "skew" && how != "404" && how != "schema" && n > 70 {
				t.Errorf("%d requests", n)
			}
			// What was known stays, and a server that recovers is believed again.
			w.server.Break("", "")
			for tries := 0; ; tries++ { // a machine that is busy may take longer than an answer is waited for
				w.later(25 * time.Hour)
				if text, err = show(); err == nil && strings.Contains(text, "is broken since") {
					break
				}
				if tries == 50 {
					t.Fatalf("after it was mended: %s, %v", text, err)
				}
			}
			w.server.Break(how, "/pipeline")
			w.later(time.Hour)
			if text, err = show(); err == nil && !strings.Contains(text, "broken") && !strings.Contains(text, "knows no") && !strings.Contains(text, "no builds") {
				t.Errorf("%s", text)
			}
		})
	}
}

// counts are the outcomes of which one is counted for a fault.
func counts(fault string) []proxy.Outcome {
	return map[string][]proxy.Outcome{
		"401": {proxy.ClientError}, "403": {proxy.ClientError}, "404": {proxy.ClientError}, "429": {proxy.Limited, proxy.Resting}, "500": {proxy.ServerError},
		"truncated": {proxy.Unreachable}, "huge": {proxy.TooLarge, proxy.Timeout}, "drip": {proxy.Timeout},
	}[fault]
}

// TestHalf: what belongs to a failure is left out where it cannot be had.
func TestHalf(t *testing.T) {
	for _, path := range []string{"/job", "/api/v1.1/", "/output/", "/tests"} {
		for _, how := range []string{"404", "500", "html", "truncated", "types"} {
			w := open(t)
			w.server.Add(broken())
			w.server.Break(how, path)
			contains(t, w.text("builds", lang.English), "main of acme/pay is broken since", "feature/x")
		}
	}
}

func (w *world) deliver(body []byte, signature string) error {
	d := plugins.Delivery{Header: header(signature), Body: body, At: w.now()}
	if _, err := w.plugin.Verify(d); err != nil {
		return err
	}
	return w.plugin.Receive(w.Context(), d)
}

func TestForgedWebhooks(t *testing.T) {
	w := open(t)
	body := circlecitest.Delivery("d1", "gh/acme/pay", pipe(7, "main", flow("w1", "failed", 10)), flow("w1", "failed", 10), start)
	good := circlecitest.Sign(circlecitest.Secret, body)
	old := circlecitest.Delivery("d2", "gh/acme/pay", pipe(7, "main", flow("w1", "failed", 10)), flow("w1", "failed", 10), start.Add(-25*time.Hour))
	for name, tt := range map[string]struct {
		body      []byte
		signature string
		kind      fault.Kind
	}{
		"no signature":     {body, "", fault.Forbidden},
		"another secret":   {body, circlecitest.Sign("guess", body), fault.Forbidden},
		"another body":     {append([]byte(" "), body...), good, fault.Forbidden},
		"another version":  {body, strings.Replace(good, "v1", "v0", 1), fault.Forbidden},
		"cut short":        {body, good[:len(good)-2], fault.Forbidden},
		"not hexadecimal":  {body, "v1=zz", fault.Forbidden},
		"of last week":     {old, circlecitest.Sign(circlecitest.Secret, old), fault.Forbidden},
		"signed, no JSON":  {[]byte("{"), circlecitest.Sign(circlecitest.Secret, []byte("{")), fault.Invalid},
		"signed, nobody's": {[]byte("{}"), circlecitest.Sign(circlecitest.Secret, []byte("{}")), fault.Invalid},
	} {
		if err := w.deliver(tt.body, tt.signature); !fault.Is(err, tt.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.deliver(body, "v0=00,"+good); err != nil {
		t.Error(err)
	}
}

// TestWebhooks: doubled and in any order, deliveries lead to the same, and to news in one sentence each.
func TestWebhooks(t *testing.T) {
	var want string
	for round := range 6 {
		w := open(t)
		p := broken()
		p.Pipelines = nil
		w.server.Add(p)
		bodies := [][]byte{}
		for i, status := range []string{"success", "failed", "failed", "success", "running", "canceled"} {
			f := flow("w"+string(rune('a'+i)), status, 60-10*i)
			bodies = append(bodies, circlecitest.Delivery("d"+f.ID, "gh/acme/pay", pipe(int64(100+i), "main", f), f, f.Created.Add(4*time.Minute)))
		}
		bodies = append(bodies, bodies...)
		if round > 0 {
			r := rand.New(rand.NewPCG(uint64(round), 1))
			r.Shuffle(len(bodies), func(i, j int) { bodies[i], bodies[j] = bodies[j], bodies[i] })
		}
		for _, b := range bodies {
			if err := w.deliver(b, circlecitest.Sign(circlecitest.Secret, b)); err != nil {
				t.Fatal(err)
			}
		}
		got := ""
		for _, f := range w.facts.Of(w.pay.Ref) {
			if f.Key == "state/main" {
				got += f.Value
			}
		}
		if want = "passed"; got != want {
			t.Errorf("round %d: %s", round, got)
		}
	}
}

func TestNews(t *testing.T) {
	w := open(t)
	w.server.Add(&circlecitest.Project{Slug: "gh/acme/pay", Default: "main"})
	topic := w.plugin.Topics()[0]
	value := func() string {
		items := topic.Items(w.facts.Of(w.pay.Ref))
		if len(items) != 1 {
			t.Fatalf("%+v", items)
		}
		return items[0].Value
	}
	tell := func(i int, status string) {
		f := flow("w"+string(rune('a'+i)), status, 60-i)
		b := circlecitest.Delivery("d"+f.ID, "gh/acme/pay", pipe(int64(100+i), "main", f), f, f.Stopped)
		if err := w.deliver(b, circlecitest.Sign(circlecitest.Secret, b)); err != nil {
			t.Fatal(err)
		}
	}
	tell(0, "success")
	green := value()
	tell(5, "failed")
	red := value()
	tell(10, "failed")
	if value() != red {
		t.Error("it is news that it is still broken")
	}
	tell(17, "success")
	say := func(from, to string) string {
		return plain(topic.Say(lang.English, plugins.Change{Key: "main", From: from, To: to}, []card.Span{card.S("Pay")}))
	}
	if got := say(green, red); got != "Pay: main broke at 09:09 UTC with build #105, commit 0000000 by Ann Li." {
		t.Error(got)
	}
	if got := say(red, value()); got != "Pay: main is green again after 12 min, with build #117." {
		t.Error(got)
	}
	if w.facts.writes != 3 {
		t.Errorf("%d writes", w.facts.writes)
	}
}

func plain(spans []card.Span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
	}
	return b.String()
}

func TestCheck(t *testing.T) {
	w := open(t)
	w.server.Add(broken())
	check := w.plugin.Checks()[0]
	if err := check.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	n := w.server.Asked("")
	if err := check.Run(t.Context()); err != nil || w.server.Asked("") != n {
		t.Errorf("%d requests more, %v", w.server.Asked("")-n, err)
	}
	if f := w.facts.Of(w.pay.Ref); len(f) != 2 || f[0].Value != "failed" {
		t.Errorf("%+v", f)
	}
	w.server.Break("500", "/api/")
	w.later(3 * time.Hour)
	if err := check.Run(t.Context()); !fault.Is(err, fault.Upstream) {
		t.Error(err)
	}
}
