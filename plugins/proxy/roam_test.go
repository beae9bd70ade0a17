package proxy_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/internal/outbound/outboundtest"
	"github.com/backchannel-portal/backchannel/plugins/proxy"
)

// TestRoaming: where an address may lead anywhere, it still leads to no private address and never back in plain.
func TestRoaming(t *testing.T) {
	t.Parallel()
	b := open(t, proxy.Config{Target: "api", Roams: true}, nil)
	for _, to := range []string{"http://example.com/x", "https://169.254.169.254/latest", "https://127.0.0.1:1/x", "https://user:pw@example.com/"} {
		b.serve(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
		if got, err := b.do(outbound.Request{URL: "/cal.ics?" + to}); err == nil {
			t.Errorf("%s: %s", to, got)
		}
	}
}

// internet is what lies outside of the network of a test: servers at 127.0.0.2, which the upstream under test takes for
// a public address, and the names that lead there. 127.0.0.1 stays inside.
type internet struct {
	*testing.T
	port   string
	server *httptest.Server

	mu     sync.Mutex
	answer http.HandlerFunc
	names  map[string][]netip.Addr // what a name stands for, one after the other; the last one stays
	seen   []string                // host, path and what could be a secret, of each request
}

var (
	outside = netip.MustParseAddr("127.0.0.2")
	within  = netip.MustParseAddr("127.0.0.1")
)

func newInternet(t *testing.T) *internet {
	t.Helper()
	in := &internet{T: t, names: map[string][]netip.Addr{}}
	listener, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Fatal(err)
	}
	_, in.port, _ = net.SplitHostPort(listener.Addr().String())
	in.server = httptest.NewUnstartedServer(http.HandlerFunc(in.serve))
	in.server.Listener.Close()
	in.server.Listener = listener
	in.server.StartTLS()
	t.Cleanup(in.server.Close)
	return in
}

func (in *internet) serve(w http.ResponseWriter, r *http.Request) {
	in.mu.Lock()
	h := in.answer
	name, _, _ := net.SplitHostPort(r.Host)
	in.seen = append(in.seen, name+r.RequestURI+" auth="+r.Header.Get("Authorization")+" key="+r.Header.Get("X-Api-Key")+" cookie="+r.Header.Get("Cookie"))
	in.mu.Unlock()
	h(w, r)
}

// asked is what came in since the last time.
func (in *internet) asked() string {
	in.mu.Lock()
	defer in.mu.Unlock()
	got := strings.Join(in.seen, "\n")
	in.seen = nil
	return got
}

// resolve says what a name stands for now.
func (in *internet) resolve(name string) netip.Addr {
	in.mu.Lock()
	defer in.mu.Unlock()
	all := in.names[name]
	switch len(all) {
	case 0:
		return netip.Addr{}
	case 1:
		return all[0]
	}
	in.names[name] = all[1:]
	return all[0]
}

// at is an address on a host out there.
func (in *internet) at(host, path string) string { return "https://" + host + ":" + in.port + path }

// upstream is one that roams, at cal.example.com, with a secret.
func (in *internet) upstream() *proxy.Upstream {
	in.Helper()
	p, err := proxy.New([]proxy.Config{{
		Name: "calendar", Target: in.at("cal.example.com", "/feeds"), Roams: true, Keep: -1, Rate: 1000, Attempts: 1, Timeout: 5 * time.Second, Failures: 1000,
		Headers: map[string]string{"Authorization": "Bearer " + secret, "X-Api-Key": secret},
	}}, proxy.Options{
		Resolver: outboundtest.Names(in.T, in.resolve), Public: []netip.Prefix{netip.PrefixFrom(outside, 32)},
		TLS: in.server.Client().Transport.(*http.Transport).TLSClientConfig, Rand: func() float64 { return 0 },
	})
	if err != nil {
		in.Fatal(err)
	}
	in.Cleanup(p.Close)
	up, err := p.Upstream("calendar")
	if err != nil {
		in.Fatal(err)
	}
	return up
}

// TestRoamingToAPublicHost: an address that only leads to another is followed there, over several hosts, and what was
// secret stays with the first. A way back to it does not bring the secret back.
func TestRoamingToAPublicHost(t *testing.T) {
	t.Parallel()
	in := newInternet(t)
	for _, name := range []string{"cal.example.com", "edge.example.com", "store.example.com"} {
		in.names[name] = []netip.Addr{outside}
	}
	in.answer = func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/feeds/team.ics":
			http.Redirect(w, r, in.at("edge.example.com", "/pick?for=team"), http.StatusMovedPermanently)
		case "/pick":
			http.Redirect(w, r, in.at("store.example.com", "/a/team.ics?sig=1"), http.StatusTemporaryRedirect)
		case "/a/team.ics":
			http.Redirect(w, r, in.at("cal.example.com", "/feeds/last.ics"), http.StatusFound)
		case "/feeds/last.ics":
			say(http.StatusOK, "BEGIN:VCALENDAR", "Content-Type", "text/calendar")(w, r)
		default:
			http.NotFound(w, r)
		}
	}
	got, err := in.upstream().Do(t.Context(), outbound.Request{URL: "/team.ics", Header: http.Header{"Cookie": {"a=b"}}})
	if err != nil || got.Status != http.StatusOK || string(got.Body) != "BEGIN:VCALENDAR" {
		t.Fatalf("%v, %v", got, err)
	}
	want := "cal.example.com/feeds/team.ics auth=Bearer " + secret + " key=" + secret + " cookie=\n" +
		"edge.example.com/pick?for=team auth= key= cookie=\n" +
		"store.example.com/a/team.ics?sig=1 auth= key= cookie=\n" +
		"cal.example.com/feeds/last.ics auth= key= cookie="
	if asked := in.asked(); asked != want {
		t.Errorf("asked:\n%s\nwant:\n%s", asked, want)
	}
}

// TestRoamingInside: a redirect is judged where it is connected to, whatever its name stood for before, and one after the
// other: a public host that leads inside, a name that was public a moment ago, a name of a metadata service.
func TestRoamingInside(t *testing.T) {
	t.Parallel()
	var reached sync.Map
	private := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { reached.Store(r.Host, true) }))
	t.Cleanup(private.Close)
	in := newInternet(t)
	metadata := netip.MustParseAddr("169.254.169.254")
	for to, tt := range map[string]struct {
		names map[string][]netip.Addr
		hops  []string // hosts that the way leads over
		ok    int      // requests that reach somebody
		why   string
	}{
		"a private name":    {map[string][]netip.Addr{"wiki.example.com": {within}}, []string{"wiki.example.com"}, 1, "inside the network"},
		"by a detour":       {map[string][]netip.Addr{"edge.example.com": {outside}, "wiki.example.com": {within}}, []string{"edge.example.com", "wiki.example.com"}, 2, "inside the network"},
		"metadata":          {map[string][]netip.Addr{"cloud.example.com": {metadata}}, []string{"cloud.example.com"}, 1, "never connected to"},
		"an address inside": {nil, []string{"127.0.0.1"}, 1, "inside the network"},
	} {
		t.Run(to, func(t *testing.T) {
			in.mu.Lock()
			in.names = map[string][]netip.Addr{"cal.example.com": {outside}}
			for name, all := range tt.names {
				in.names[name] = all
			}
			in.answer = lead(in, tt.hops, private.URL)
			in.mu.Unlock()
			got, err := in.upstream().Get(t.Context(), "/team.ics")
			if !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), tt.why) {
				t.Errorf("%v, %v, want %q", got, err, tt.why)
			}
			if asked := in.asked(); strings.Count(asked, "\n")+1 != tt.ok {
				t.Errorf("asked:\n%s", asked)
			}
		})
	}
	reached.Range(func(host, _ any) bool {
		t.Errorf("%s was reached inside", host)
		return true
	})
}

// lead answers each host with the next one of a way; the last of them is at the port of an address inside.
func lead(in *internet, hops []string, inside string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name, _, _ := net.SplitHostPort(r.Host)
		at := 0
		for i, hop := range hops {
			if hop == name {
				at = i + 1
			}
		}
		to := in.at(hops[at], "/next")
		if at == len(hops)-1 {
			_, port, _ := net.SplitHostPort(strings.TrimPrefix(inside, "https://"))
			to = "https://" + hops[at] + ":" + port + "/next"
		}
		http.Redirect(w, r, to, http.StatusFound)
	}
}

// TestRebindingOnTheWay: a redirect leads to a host that is public, and is followed; the next time its name has changed
// to an address inside, at the very port of a server there, and is refused when it is connected to.
func TestRebindingOnTheWay(t *testing.T) {
	t.Parallel()
	in := newInternet(t)
	listener, err := net.Listen("tcp", "127.0.0.1:"+in.port) // the same port inside
	if err != nil {
		t.Fatal(err)
	}
	touched := make(chan struct{}, 1)
	accepting := make(chan struct{})
	go func() {
		defer close(accepting)
		conn, err := listener.Accept()
		if err == nil {
			touched <- struct{}{}
			conn.Close()
		}
	}()
	t.Cleanup(func() { listener.Close(); <-accepting })
	in.names["cal.example.com"] = []netip.Addr{outside}
	in.names["turn.example.com"] = []netip.Addr{outside, within}
	in.answer = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close") // so that the next request connects, and asks what the name stands for
		if strings.HasPrefix(r.Host, "cal.") {
			http.Redirect(w, r, in.at("turn.example.com", "/team.ics"), http.StatusFound)
			return
		}
		say(http.StatusOK, "BEGIN:VCALENDAR")(w, r)
	}
	up := in.upstream()
	if got, err := up.Get(t.Context(), "/team.ics"); err != nil || string(got.Body) != "BEGIN:VCALENDAR" {
		t.Fatalf("%v, %v", got, err)
	}
	_, err = up.Get(t.Context(), "/team.ics")
	if !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "inside the network") || strings.Contains(err.Error(), "127.0.0") {
		t.Errorf("the second time: %v", err)
	}
	select {
	case <-touched:
		t.Error("somebody inside was connected to")
	default:
	}
}
