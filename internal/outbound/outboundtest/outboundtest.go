// Package outboundtest helps tests that send requests of their own.
package outboundtest

import "net/http"

// Client has no connection in common with others: the end of any httptest.Server closes those of http.DefaultClient, also
// in the middle of what a test beside it sends.
var Client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
