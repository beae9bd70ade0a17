package readapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// problem is the body of an error as Backstage's backends write it (@backstage/errors, ErrorResponseBody).
type problem struct {
	Error struct {
		Name    string `json:"name"`
		Message string `json:"message"`
	} `json:"error"`
	Request struct {
		Method string `json:"method"`
		URL    string `json:"url"`
	} `json:"request"`
	Response struct {
		StatusCode int `json:"statusCode"`
	} `json:"response"`
}

// fail answers with an error in Backstage's form.
func (a *API) fail(rw http.ResponseWriter, r *http.Request, err error) {
	p := problem{}
	p.Response.StatusCode, p.Error.Name, p.Error.Message = http.StatusInternalServerError, "Error", "The request could not be answered"
	if e, ok := errors.AsType[*fault.Error](err); ok {
		switch e.Kind {
		case fault.Invalid:
			p.Response.StatusCode, p.Error.Name, p.Error.Message = http.StatusBadRequest, "InputError", e.Message
		case fault.NotFound:
			p.Response.StatusCode, p.Error.Name, p.Error.Message = http.StatusNotFound, "NotFoundError", e.Message
		}
	}
	if p.Response.StatusCode == http.StatusInternalServerError {
		a.o.Log.Error("the read API failed", "path", r.URL.Path, "err", err)
	}
	p.write(rw, r)
}

// errorName is what @backstage/errors calls the errors of a status.
func errorName(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "AuthenticationError"
	case http.StatusForbidden:
		return "NotAllowedError"
	case http.StatusNotFound:
		return "NotFoundError"
	default:
		return "Error"
	}
}

// Refuse answers a request to an address below those of the read API that does not come as far as the API, such as one
// to an address that it does not have, with an error in Backstage's form. For every other address it does nothing and
// returns false.
func Refuse(rw http.ResponseWriter, r *http.Request, status int, message string) bool {
	if !strings.HasPrefix(r.URL.Path, "/api/catalog/") && !strings.HasPrefix(r.URL.Path, "/api/search/") {
		return false
	}
	p := problem{}
	p.Response.StatusCode, p.Error.Name, p.Error.Message = status, errorName(status), message
	p.write(rw, r)
	return true
}

func (p *problem) write(rw http.ResponseWriter, r *http.Request) {
	p.Request.Method, p.Request.URL = r.Method, r.URL.RequestURI()
	body, _ := json.Marshal(p) // strings and a number
	write(rw, p.Response.StatusCode, body)
}

// bad is an error of the request.
func bad(format string, args ...any) error { return fault.New(fault.Invalid, format, args...) }

// write answers with a body that is whole, so that its length is told and it is sent in one piece.
func write(rw http.ResponseWriter, status int, body []byte) {
	head(rw)
	rw.Header().Set("Content-Length", strconv.Itoa(len(body)))
	rw.WriteHeader(status)
	_, _ = rw.Write(body) // a client that is gone needs no answer
}

func head(rw http.ResponseWriter) {
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	rw.Header().Set("Cache-Control", "no-store")
}

// clip bounds what of a request is repeated in an error.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}
