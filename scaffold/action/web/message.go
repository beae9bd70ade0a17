package web

import (
	"context"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// message is a request that is ready to be sent.
type message struct {
	outbound.Request
	client  *outbound.Client
	shown   string // the address for people, without its query
	timeout time.Duration
	goOn    bool
	logged  bool
}

// The bounds of a request.
const (
	defaultTimeout = time.Minute
	maxTimeout     = 5 * time.Minute
	maxBody        = 4 << 20 // bytes
	maxHeaders     = 64
)

type asked struct {
	URL, Path, Method, IdempotencyKey string
	Headers, Params, Body             input.Value
	Timeout                           *float64
	ContinueOnBadResponse             bool
	LogRequestPath                    *bool
	UseBackstageToken                 bool
}

// message reads the input of a call.
func (r *request) message(ctx context.Context, c *scaffold.Call) (message, error) {
	input.Unknown(ctx, c, r.Spec().Input)
	in := asked{Method: http.MethodGet}
	if err := input.Read(c, &in); err != nil {
		return message{}, err
	}
	m := message{client: r.o.Client, timeout: defaultTimeout, goOn: in.ContinueOnBadResponse, logged: in.LogRequestPath == nil || *in.LogRequestPath}
	if in.Timeout != nil && *in.Timeout > 0 {
		m.timeout = time.Duration(min(*in.Timeout, float64(maxTimeout.Milliseconds()))) * time.Millisecond
	}
	header, err := headers(in.Headers)
	if err != nil {
		return m, err
	}
	if r.backstage {
		if err := r.portal(&in, header, c); err != nil {
			return m, err
		}
		if r.o.Backstage.Client != nil {
			m.client = r.o.Backstage.Client
		}
	}
	u, err := address(in.URL, in.Params)
	if err != nil {
		return m, err
	}
	m.shown = outbound.Show(u)
	m.Request = outbound.Request{Method: in.Method, URL: u.String(), Header: header}
	if m.Body, err = body(in.Body, header); err != nil {
		return m, err
	}
	if !safe(in.Method) {
		if in.IdempotencyKey == "" {
			in.IdempotencyKey = c.Key()
		}
		if header.Get("Idempotency-Key") == "" && httpguts.ValidHeaderFieldValue(in.IdempotencyKey) {
			header.Set("Idempotency-Key", in.IdempotencyKey)
		}
	}
	return m, nil
}

// portal completes a request to Backstage: its address, and a token unless the step brings one.
func (r *request) portal(in *asked, header http.Header, c *scaffold.Call) error {
	if r.o.Backstage == nil {
		return fault.New(fault.Invalid, "the configuration names no Backstage to ask")
	}
	p := strings.TrimPrefix(strings.TrimPrefix(in.Path, "/"), "api/")
	if p == "" || strings.Contains("/"+p+"/", "/../") || strings.ContainsAny(p, "\\?#\x00") {
		return fault.New(fault.Invalid, "%q is not the path of a plugin", clip(in.Path))
	}
	in.URL = strings.TrimRight(r.o.Backstage.URL, "/") + path.Join("/api", p)
	if strings.HasSuffix(p, "/") {
		in.URL += "/"
	}
	token := r.o.Backstage.Token
	if in.UseBackstageToken {
		token = c.Secrets.Get("backstageToken").String()
	}
	if token != "" && header.Get("Authorization") == "" {
		header.Set("Authorization", "Bearer "+token)
	}
	return nil
}

// address is the address with its query.
func address(s string, params input.Value) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Host == "" || !input.IsWeb(s) {
		return nil, fault.New(fault.Invalid, "%q is not an address that starts with https://", clip(s))
	}
	if u.User != nil {
		return nil, fault.New(fault.Invalid, "credentials do not belong in an address; a header holds them")
	}
	q := u.Query()
	for k, v := range params.Entries {
		q.Set(k, v.String())
	}
	if params.Len() > 0 {
		u.RawQuery = q.Encode()
	}
	return u, nil
}

// headers reads the headers of a step. Those that belong to the connection are not its to set.
func headers(v input.Value) (http.Header, error) {
	out := http.Header{}
	if v.Len() > maxHeaders {
		return nil, fault.New(fault.Invalid, "a request has at most %d headers", maxHeaders)
	}
	for name, value := range v.Entries {
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value.String()) {
			return nil, fault.New(fault.Invalid, "the header %q cannot be sent", clip(name))
		}
		switch key := http.CanonicalHeaderKey(name); key {
		case "Host", "Connection", "Content-Length", "Transfer-Encoding", "Upgrade", "Te", "Trailer", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection":
			return nil, fault.New(fault.Forbidden, "the header %s is not a step's to set", key)
		default:
			out.Set(key, value.String())
		}
	}
	return out, nil
}

// body is what is sent: a text as it is, everything else as JSON.
func body(v input.Value, header http.Header) ([]byte, error) {
	var data []byte
	switch v.Kind() {
	case template.Undefined, template.Null:
		return nil, nil
	case template.String:
		data = []byte(v.String())
	default:
		data = template.AppendJSON(nil, v.Value)
		if header.Get("Content-Type") == "" {
			header.Set("Content-Type", "application/json")
		}
	}
	if len(data) > maxBody {
		return nil, fault.New(fault.Invalid, "the body has more than %d bytes", maxBody)
	}
	if strings.Contains(header.Get("Content-Type"), "json") && !json.Valid(data) {
		return nil, fault.New(fault.Invalid, "the body is not the JSON that its content type says")
	}
	return data, nil
}

func isJSON(contentType string) bool {
	t, _, err := mime.ParseMediaType(contentType)
	return err == nil && (t == "application/json" || strings.HasSuffix(t, "+json"))
}

func lower(s string) string { return strings.ToLower(s) }

// clip bounds foreign text inside an error message, and keeps a query, where secrets are, out of it.
func clip(s string) string {
	s, _, _ = strings.Cut(s, "?")
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
