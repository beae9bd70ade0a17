package backstage

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// TestFaults: whatever a portal answers, the error is clear, holds no secret, and what was known stays.
func TestFaults(t *testing.T) {
	p := newPortal(t, parse(t, at, small))
	text := func(kind, body string) http.HandlerFunc {
		return func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", kind)
			fmt.Fprint(rw, body)
		}
	}
	status := func(code int) http.HandlerFunc {
		return func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(code) }
	}
	const item = `{"kind":"Group","metadata":{"name":"crew","etag":"new"}}`
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		want   string
		kind   fault.Kind
	}{
		{"a login page", text("text/html", "<html>Sign in</html>"), "web page", fault.Upstream},
		{"a login page as JSON", text("application/json", "<!DOCTYPE html><html>"), "web page", fault.Upstream},
		{"half a page", text("application/json", `{"items":[{"kind":"Comp`), "whole, valid JSON", fault.Upstream},
		{"half a body", func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Length", "100")
			fmt.Fprint(rw, `{"items":[`)
		}, "broke off", fault.Upstream},
		{"something else", text("application/json", `{"message":"hello"}`), "without a list", fault.Upstream},
		{"a list of something else", text("application/json", `{"items":[{"a":1}],"totalItems":1,"pageInfo":{}}`), "without kind and name", fault.Upstream},
		{"nothing any more", text("application/json", `{"items":[],"totalItems":0,"pageInfo":{}}`), "no entities at all", fault.Upstream},
		{"fewer than it says", text("application/json", `{"items":[`+item+`],"totalItems":900,"pageInfo":{}}`), "900 entities and sends 1", fault.Upstream},
		{"no access", status(http.StatusUnauthorized), "check the token", fault.Forbidden},
		{"still no access", status(http.StatusForbidden), "check the token", fault.Forbidden},
		{"broken", status(http.StatusInternalServerError), "status 500", fault.Upstream},
		{"no portal", status(http.StatusNotFound), "no Backstage catalog below", fault.NotFound},
		{"a redirect loop", func(rw http.ResponseWriter, r *http.Request) {
			http.Redirect(rw, r, r.URL.String()+"x", http.StatusFound)
		}, "redirect", fault.Upstream},
		{"a cursor without end", text("application/json", `{"items":[`+item+`],"totalItems":1,"pageInfo":{"nextCursor":"again"}}`), "same cursor again", fault.Upstream},
		{"a page without end", func(rw http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "by-query") {
				rw.WriteHeader(http.StatusNotFound)
				return
			}
			fmt.Fprint(rw, "["+strings.Repeat(item+",", 49)+item+"]")
		}, "without anything new", fault.Upstream},
		{"pages of nothing", func(rw http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(rw, `{"items":[],"totalItems":3,"pageInfo":{"nextCursor":"c%d"}}`, time.Now().UnixNano())
		}, "without anything new", fault.Upstream},
		{"the first page in place of the second", func(rw http.ResponseWriter, r *http.Request) {
			next := ""
			if r.URL.Query().Get("cursor") == "" {
				next = "second"
			}
			list := make([]string, 20)
			for i := range list {
				list[i] = fmt.Sprintf(`{"kind":"Group","metadata":{"name":"g%d","etag":"new"}}`, i)
			}
			fmt.Fprintf(rw, `{"items":[%s],"totalItems":40,"pageInfo":{"nextCursor":%q}}`, strings.Join(list, ","), next)
		}, "40 entities and sends 20", fault.Upstream},
		{"another entity than was asked for", func(rw http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				fmt.Fprint(rw, `{"items":[{"kind":"Group","metadata":{"name":"other"}}]}`)
				return
			}
			fmt.Fprint(rw, `{"items":[`+item+`],"totalItems":1,"pageInfo":{}}`)
		}, "another entity than group:default/crew", fault.Upstream},
		{"another count of answers", func(rw http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				fmt.Fprint(rw, `{"items":[]}`)
				return
			}
			fmt.Fprint(rw, `{"items":[`+item+`],"totalItems":1,"pageInfo":{}}`)
		}, "answers 1 references with 0", fault.Upstream},
	} {
		t.Run(c.name, func(t *testing.T) {
			p.answers(nil)
			s := p.source(t)
			before := read(t, s)
			p.answers(c.answer)
			_, err := s.Changes(t.Context())
			if err == nil || !strings.Contains(err.Error(), c.want) || fault.KindOf(err) != c.kind {
				t.Errorf("%v (%v), want %q (%v)", err, fault.KindOf(err), c.want, c.kind)
			}
			if err != nil && strings.Contains(err.Error(), p.token) {
				t.Errorf("the error shows the token: %v", err)
			}
			p.answers(nil)
			if after, err := s.Changes(t.Context()); err != nil || len(after.Files)+len(after.Gone) != 0 || len(before) != 3 {
				t.Errorf("afterwards: %v %v %v", after.Files, after.Gone, err)
			}
		})
	}
}

// TestGoneInBetween: an entity that the list has and that is not given is kept until a list does not have it either.
func TestGoneInBetween(t *testing.T) {
	p := newPortal(t, parse(t, at, small))
	s := p.source(t)
	if got := read(t, s); len(got) != 3 {
		t.Fatal(got)
	}
	p.answers(func(rw http.ResponseWriter, r *http.Request) {
		var list []string
		for ref := range s.known {
			list = append(list, fmt.Sprintf(`{"kind":%q,"metadata":{"name":%q,"namespace":%q,"etag":"new"}}`, ref.Kind, ref.Name, ref.Namespace))
		}
		if r.Method == http.MethodPost {
			fmt.Fprint(rw, `{"items":[null,null,null]}`)
			return
		}
		fmt.Fprintf(rw, `{"items":[%s],"totalItems":3,"pageInfo":{}}`, strings.Join(list, ","))
	})
	if d, err := s.Changes(t.Context()); err != nil || len(d.Files)+len(d.Gone) != 0 {
		t.Errorf("%v %v", d, err)
	}
	p.answers(nil)
	if d, err := s.Changes(t.Context()); err != nil || len(d.Files)+len(d.Gone) != 0 {
		t.Errorf("afterwards: %v %v", d, err)
	}
}

// TestElsewhere: a portal that sends its readers to another host gets no token there.
func TestElsewhere(t *testing.T) {
	other := newPortal(t, parse(t, at, small))
	other.token = ""
	p := newPortal(t, parse(t, at, small))
	p.answers(func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, strings.Replace(other.URL, "127.0.0.1", "localhost", 1)+r.URL.String(), http.StatusFound)
	})
	_, err := p.source(t).Read(t.Context())
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("sent elsewhere: %v", err)
	}
}

// TestOldPortal reads from a portal without by-query and without by-refs.
func TestOldPortal(t *testing.T) {
	p := newPortal(t, parse(t, at, small))
	p.answers(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/catalog/entities" {
			rw.WriteHeader(http.StatusNotFound)
			return
		}
		p.answers(nil)
		defer p.answers(*p.old)
		p.Config.Handler.ServeHTTP(rw, r)
	})
	old := *p.disturb.Load()
	p.old = &old
	s := p.source(t, func(o *Options) { o.PageSize = 3 })
	if got := read(t, s); len(got) != 3 {
		t.Errorf("%d entities", len(got))
	}
	if d, err := s.Changes(t.Context()); err != nil || len(d.Files)+len(d.Gone) != 0 {
		t.Errorf("nothing changed: %v %v", d, err)
	}
}

// TestBadEntities stay out with a problem, without holding up the others.
func TestBadEntities(t *testing.T) {
	p := newPortal(t, parse(t, at, small))
	p.answers(func(rw http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(rw, `{"items":[
			{"apiVersion":"backstage.io/v1alpha1","kind":"Component","metadata":{"name":"no-owner","etag":"1"},"spec":{"type":"service","lifecycle":"production"}},
			{"apiVersion":"backstage.io/v1alpha1","kind":"Widget","metadata":{"name":"odd","etag":"1"},"spec":{}},
			{"apiVersion":"backstage.io/v1alpha1","kind":"Group","metadata":{"name":"crew","etag":"1"},"spec":{"type":"team","children":[],"x":{"$text":"./secret"}}},
			{"apiVersion":"backstage.io/v1alpha1","kind":"Group","metadata":{"name":"ops","etag":"1","annotations":{"backstage.io/orphan":"true"}},"spec":{"type":"team","children":[],"members":["mei"]},
				"relations":[{"type":"ownerOf","targetRef":"component:default/x"},{"type":"watches","targetRef":"group:default/crew"},{"type":"parentOf","target":{"kind":"group","namespace":"default","name":"crew"}},
					{"type":"childOf","targetRef":"widget:default/odd"}],
				"status":{"items":[{"level":"error","message":"it broke"}]}},
			"nonsense"],"totalItems":5,"pageInfo":{}}`)
	})
	d, err := p.source(t).Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]catalog.File{}
	for _, f := range d.Files {
		byName[f.Location[strings.LastIndexByte(f.Location, '/')+1:]] = f
	}
	if f := byName["no-owner"]; len(f.Entities) != 0 || len(f.Broken) != 1 || len(f.Problems) != 1 || f.Problems[0].Field != "spec.owner" {
		t.Errorf("no owner: %+v", f)
	}
	if f := byName["odd"]; len(f.Entities) != 1 || f.Entities[0].Problems[0].Code != catalog.ProblemUnknownKind {
		t.Errorf("an unknown kind: %+v", f)
	}
	if f := byName["crew"]; len(f.Entities) != 0 || !strings.Contains(f.Problems[0].Message, "placeholder") {
		t.Errorf("a placeholder: %+v", f)
	}
	if f := byName[""]; !f.Opaque || len(f.Problems) == 0 {
		t.Errorf("no entity: %+v", f)
	}
	ops := byName["ops"].Entities[0]
	var said []string
	for _, problem := range ops.Problems {
		said = append(said, problem.Message)
	}
	all := strings.Join(said, "\n")
	for _, want := range []string{"it broke", "orphan", "also has childOf widget:default/odd, watches group:default/crew", "lacks hasMember user:default/mei"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not said in %q", want, all)
		}
	}
	if strings.Contains(all, "component:default/x") || strings.Contains(all, "parentOf") {
		t.Errorf("what others may state is not missing: %q", all)
	}
}

func FuzzItem(f *testing.F) {
	f.Add(`{"kind":"Group","metadata":{"name":"x","annotations":{"backstage.io/view-url":"https://a/b#L3"}},"relations":[{"type":"a","targetRef":"b:c/d"}],"status":{"items":[{"level":"error"}]}}`)
	f.Add(`{"metadata":{"annotations":{"backstage.io/managed-by-location":"url:https://github.com/a/b/blob/main/c.yaml"}}}`)
	f.Add(`[]`)
	f.Add(`{"a":"\u007f\ufffe\ud83d😀"}`)
	f.Add(`{"a":{"a":[1,2.50,1e400,null,true]},"a":1`)
	f.Fuzz(func(t *testing.T, text string) {
		it, err := readItem([]byte(text))
		if err == nil && len(it.text) == 0 {
			t.Errorf("%q gives no text", text)
		}
		s := &Source{base: mustBase()}
		if h, _ := s.take([]byte(text)); h.file.Location == "" || h.entity == nil && len(h.file.Problems) == 0 {
			t.Errorf("%q vanishes without a word: %+v", text, h.file)
		}
	})
}
