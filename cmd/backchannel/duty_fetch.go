package main

import (
	"context"
	"io"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/techradar"
)

// fetched is a file at an address: in a repository that is read with the credentials of the configuration, or on the
// web. It is used by one goroutine at a time.
type fetched struct {
	app     *app
	address string
	way     dutyWay

	looked time.Time
	last   *outbound.Response
}

// load returns the file, at most every radarLook.
func (f *fetched) load() ([]byte, error) {
	if now := time.Now(); now.Sub(f.looked) < radarLook {
		return nil, plugins.ErrNotDue
	} else {
		f.looked = now
	}
	ctx, cancel := context.WithTimeout(context.Background(), radarWait)
	defer cancel()
	if data, err := f.fromTree(ctx); !fault.Is(err, fault.NotFound) {
		return data, err
	}
	r := outbound.Request{URL: f.address, Header: http.Header{"Accept": {"application/json, */*;q=0.5"}}}
	if f.last != nil {
		r.ETag, r.LastModified = f.last.ETag, f.last.LastModified
	}
	resp, err := f.way.Do(ctx, r)
	if err != nil {
		return nil, err
	}
	if resp.NotModified && f.last != nil {
		return f.last.Body, nil
	}
	if err := resp.Err(); err != nil {
		return nil, err
	}
	if resp.HTML() {
		return nil, fault.New(fault.Upstream, "%s is a web page, not a radar", outbound.Show(resp.URL))
	}
	f.last = resp
	return resp.Body, nil
}

// fromTree reads the file out of a repository; what no integration or mirror knows is an error of kind NotFound.
func (f *fetched) fromTree(ctx context.Context) ([]byte, error) {
	dir, name := path.Split(strings.Replace(f.address, "/blob/", "/tree/", 1))
	tree, err := f.app.trees.Open(ctx, "url:"+dir)
	if err != nil {
		return nil, err
	}
	defer tree.Close()
	file, err := tree.Open(name)
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, err, "the radar")
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, techradar.MaxFile+1))
	return data, fault.Wrap(fault.Upstream, err, "the radar")
}
