package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestTunnel(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Write(append([]byte("got "), body...))
	}))
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	through := func(c *Client, change func(*url.URL)) (string, error) {
		tunnel, err := NewTunnel(c)
		if err != nil {
			t.Fatal(err)
		}
		defer tunnel.Close()
		proxy, err := url.Parse(tunnel.URL())
		if err != nil {
			t.Fatal(err)
		}
		change(proxy)
		tr := &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: roots}}
		defer tr.CloseIdleConnections()
		resp, err := (&http.Client{Transport: tr, Timeout: 10 * time.Second}).Post(s.URL, "text/plain", strings.NewReader(strings.Repeat("x", 100_000)))
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		data, err := io.ReadAll(resp.Body)
		return string(data), err
	}
	as := func(*url.URL) {}
	allowed := client(t, Options{Hosts: []Host{{Name: "127.0.0.1", Private: true}}})
	if got, err := through(allowed, as); err != nil || len(got) != 100_004 {
		t.Error(len(got), err)
	}
	if _, err := through(client(t, Options{}), as); err == nil || !strings.Contains(err.Error(), "Forbidden") {
		t.Error(err)
	}
	if _, err := through(allowed, func(u *url.URL) { u.User = url.UserPassword("backchannel", "guess") }); err == nil || !strings.Contains(err.Error(), "Proxy Authentication Required") {
		t.Error(err)
	}
}

func TestTunnelOnlyConnects(t *testing.T) {
	tunnel, err := NewTunnel(client(t, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	defer tunnel.Close()
	proxy, _ := url.Parse(tunnel.URL())
	tr := &http.Transport{Proxy: http.ProxyURL(proxy)}
	defer tr.CloseIdleConnections()
	resp, err := (&http.Client{Transport: tr}).Get("http://example.com/")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Error(resp.Status)
	}
}

// TestTunnelCloses: connections that somebody keeps open do not keep Close waiting.
func TestTunnelCloses(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	tunnel, err := NewTunnel(client(t, Options{Hosts: []Host{{Name: "127.0.0.1", Private: true}}}))
	if err != nil {
		t.Fatal(err)
	}
	proxy, _ := url.Parse(tunnel.URL())
	tr := &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: roots}}
	done := make(chan error, 1)
	go func() {
		_, err := (&http.Client{Transport: tr}).Get(s.URL)
		done <- err
	}()
	time.Sleep(100 * time.Millisecond)
	if err := tunnel.Close(); err != nil {
		t.Error(err)
	}
	if err := <-done; err == nil {
		t.Error("the request succeeds")
	}
}

// TestTunnelThroughAProxy: the tunnel of one client is the proxy of another, which may be inside although it is not
// named.
func TestTunnelThroughAProxy(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "there") }))
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	first, err := NewTunnel(client(t, Options{Hosts: []Host{{Name: "127.0.0.1", Private: true}}}))
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	corporate, _ := url.Parse(first.URL())
	host := strings.TrimPrefix(s.URL, "https://")
	c := client(t, Options{Proxy: http.ProxyURL(corporate), TLS: &tls.Config{RootCAs: roots}, Hosts: []Host{{Name: host, Private: true}}})
	if r, err := c.Get(t.Context(), s.URL); err != nil || string(r.Body) != "there" {
		t.Error(r, err)
	}
	second, err := NewTunnel(c)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	ours, _ := url.Parse(second.URL())
	get := func(address string) (string, error) {
		tr := &http.Transport{Proxy: http.ProxyURL(ours), TLSClientConfig: &tls.Config{RootCAs: roots}}
		defer tr.CloseIdleConnections()
		resp, err := (&http.Client{Transport: tr, Timeout: 10 * time.Second}).Get(address)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		data, err := io.ReadAll(resp.Body)
		return string(data), err
	}
	if got, err := get(s.URL); err != nil || got != "there" {
		t.Error(got, err)
	}
	for _, address := range []string{"https://169.254.169.254/", "https://127.0.0.1:1/"} {
		if _, err := get(address); err == nil || !strings.Contains(err.Error(), "Forbidden") {
			t.Errorf("%s: %v", address, err)
		}
	}
	corporate.User = url.UserPassword("backchannel", "guess")
	if _, err := get(s.URL); err == nil || !strings.Contains(err.Error(), "Bad Gateway") {
		t.Error(err)
	}
}
