package lighthouse

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Bounds of an audit service.
const (
	serviceWait = 10 * time.Minute
	servicePoll = 3 * time.Second
	servicePage = 50
	maxSites    = 2000
)

// servicePrefix begins the ids of audits that a service made, before its own.
const servicePrefix = "las-"

// Way is how requests are made; outbound.Client is one.
type Way interface {
	Do(ctx context.Context, r outbound.Request) (*outbound.Response, error)
}

// Service is a lighthouse-audit-service.
type Service struct {
	URL  string // for example "https://lighthouse.acme.dev"
	Way  Way
	Poll time.Duration // how often it is asked whether an audit is over; zero: servicePoll
}

// The shapes of its REST API v1.
type (
	serviceAudit struct {
		ID         string              `json:"id"`
		URL        string              `json:"url"`
		Status     string              `json:"status"` // RUNNING, FAILED, COMPLETED
		Created    time.Time           `json:"timeCreated"`
		Completed  *time.Time          `json:"timeCompleted"`
		Report     json.RawMessage     `json:"report"`     // of a whole audit
		Categories map[string]category `json:"categories"` // of one in a list
	}
	serviceSite struct {
		URL    string         `json:"url"`
		Audits []serviceAudit `json:"audits"`
	}
)

// do asks for something and reads the answer. Errors are plain text at this API.
func (s *Service) do(ctx context.Context, r outbound.Request, into any) error {
	r.URL = strings.TrimRight(s.URL, "/") + r.URL
	if r.Header == nil {
		r.Header = http.Header{"Accept": {"application/json"}} // exactly this: anything else is answered with HTML
	}
	resp, err := s.Way.Do(ctx, r)
	if err != nil {
		return fault.Wrap(fault.KindOf(err), err, "the audit service")
	}
	if err := resp.Err(); err != nil {
		return err
	}
	if resp.HTML() {
		return fault.New(fault.Upstream, "the audit service answers with a web page instead of data; is service_url right?")
	}
	if err := json.Unmarshal(resp.Body, into); err != nil {
		return fault.Wrap(fault.Upstream, err, "the audit service answers with something else than was asked for")
	}
	return nil
}

// audit implements engine: it has the service audit, and waits until that is over.
func (s *Service) audit(ctx context.Context, address, form string, step func(plugins.AuditStep)) (plugins.Audit, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, serviceWait)
	defer cancel()
	body, err := json.Marshal(map[string]any{"url": address, "options": map[string]any{"lighthouseConfig": settings(form)}})
	if err != nil {
		return plugins.Audit{}, nil, fault.Wrap(fault.Internal, err, "ask for an audit")
	}
	var got serviceAudit
	err = s.do(ctx, outbound.Request{
		Method: http.MethodPost, URL: "/v1/audits", Body: bytes.TrimSpace(body),
		Header: http.Header{"Accept": {"application/json"}, "Content-Type": {"application/json"}},
	}, &got)
	if err != nil {
		return plugins.Audit{}, nil, err
	}
	if got.ID == "" {
		return plugins.Audit{}, nil, fault.New(fault.Upstream, "the audit service does not say which audit it began")
	}
	step(plugins.AuditMeasures)
	poll := s.Poll
	if poll <= 0 {
		poll = servicePoll
	}
	for got.Status == "RUNNING" || got.Status == "" {
		select {
		case <-ctx.Done():
			return plugins.Audit{}, nil, fault.New(fault.Upstream, "the audit service has not finished in time")
		case <-time.After(poll):
		}
		if err := s.do(ctx, outbound.Request{URL: "/v1/audits/" + url.PathEscape(got.ID)}, &got); err != nil {
			return plugins.Audit{}, nil, err
		}
	}
	if got.Status != "COMPLETED" {
		return plugins.Audit{ID: servicePrefix + clip(got.ID, 100)}, nil, fault.New(fault.Upstream, "the audit service could not audit the page")
	}
	a, err := readLHR(got.Report)
	a.ID = servicePrefix + clip(got.ID, 100)
	if err != nil {
		return a, nil, err
	}
	report, err := s.report(ctx, servicePrefix+got.ID)
	if err != nil { // the scores are there all the same
		report = nil
	}
	return a, report, nil
}

// settings are those that make Lighthouse look at a page as with a telephone or a computer (lighthouse/core/config).
func settings(form string) map[string]any {
	out := map[string]any{"extends": "lighthouse:default"}
	if form == plugins.FormDesktop {
		out["settings"] = map[string]any{
			"formFactor": "desktop",
			"screenEmulation": map[string]any{
				"mobile": false, "width": 1350, "height": 940, "deviceScaleFactor": 1, "disabled": false,
			},
			"throttling": map[string]any{"rttMs": 40, "throughputKbps": 10240, "cpuSlowdownMultiplier": 1},
		}
	}
	return out
}

// known implements engine: the audits of every website, as the service lists them.
func (s *Service) known(ctx context.Context) ([]plugins.Audit, error) {
	var out []plugins.Audit
	for offset := 0; offset < maxSites; offset += servicePage {
		var page struct {
			Items []serviceSite `json:"items"`
			Total int           `json:"total"`
		}
		query := url.Values{"limit": {strconv.Itoa(servicePage)}, "offset": {strconv.Itoa(offset)}}
		if err := s.do(ctx, outbound.Request{URL: "/v1/websites?" + query.Encode()}, &page); err != nil {
			return nil, err
		}
		for _, site := range page.Items {
			for _, a := range site.Audits[:min(len(site.Audits), recent)] {
				if a.ID != "" && a.URL != "" {
					out = append(out, s.neutral(a))
				}
			}
		}
		if len(page.Items) == 0 || offset+len(page.Items) >= page.Total {
			break
		}
	}
	return out, nil
}

// neutral is an audit of a list. Nothing there says with what the page was looked at.
func (s *Service) neutral(a serviceAudit) plugins.Audit {
	out := plugins.Audit{
		ID: servicePrefix + clip(a.ID, 100), URL: clip(a.URL, 1000), State: plugins.AuditRunning, Began: a.Created.UTC(), Scores: scores(a.Categories),
	}
	if a.Completed != nil {
		out.Ended = a.Completed.UTC()
	}
	switch a.Status {
	case "COMPLETED":
		out.State, out.Report = plugins.AuditCompleted, reportPath(out.ID)
	case "FAILED":
		out.State = plugins.AuditFailed
	}
	return out
}

// report implements engine.
func (s *Service) report(ctx context.Context, id string) ([]byte, error) {
	own, ok := strings.CutPrefix(id, servicePrefix)
	if !ok {
		return nil, plugins.NoReport(id)
	}
	resp, err := s.Way.Do(ctx, outbound.Request{
		URL: strings.TrimRight(s.URL, "/") + "/v1/audits/" + url.PathEscape(own), Header: http.Header{"Accept": {"text/html"}},
	})
	if err != nil {
		return nil, fault.Wrap(fault.KindOf(err), err, "the audit service")
	}
	if err := resp.Err(); err != nil {
		return nil, err
	}
	if !resp.HTML() || len(resp.Body) > plugins.MaxReport {
		return nil, fault.New(fault.Upstream, "the audit service answers with something else than a report")
	}
	return resp.Body, nil
}
