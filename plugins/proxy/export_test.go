package proxy

import "net/http"

// AddressOf is where a path leads.
func AddressOf(u *Upstream, path string) (string, error) {
	at, _, err := u.address(http.MethodGet, path)
	if err != nil {
		return "", err
	}
	return at.String(), nil
}
