package plugins

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// WebsiteURL is the annotation that names the website of an entity (the Lighthouse plugin of Backstage).
const WebsiteURL = "lighthouse.com/website-url"

// Audits knows the websites of an entity that are audited.
type Audits interface {
	// Sites returns the websites of e with what their last audits found, from memory.
	Sites(ctx context.Context, e *catalog.Entity) ([]Site, error)
}

// Auditor is Audits that can have a website audited now.
type Auditor interface {
	Audits
	// Audit has a website audited and returns the audit when it is over, which takes a minute or more. step is called
	// when it has come further. A website that is none of an entity, or an address that may not be reached, is an error of kind Forbidden
	// or Invalid; what goes wrong with the tool is of kind Upstream. The same key audits once.
	Audit(ctx context.Context, r AuditRequest, step func(AuditStep)) (Audit, error)
}

// AuditRequest asks for an audit.
type AuditRequest struct {
	Key  string // names the request
	URL  string // of the website, as Site has it
	Form string // FormMobile or FormDesktop; "": as configured
}

// What a website is looked at with.
const (
	FormMobile  = "mobile"
	FormDesktop = "desktop"
)

// AuditStep is how far an audit has come.
type AuditStep string

// The steps of an audit.
const (
	AuditWaits     AuditStep = "waits"     // for the one before it
	AuditStarts    AuditStep = "starts"    // the browser
	AuditMeasures  AuditStep = "measures"  // the page is looked at
	AuditConcludes AuditStep = "concludes" // what was found is kept
)

// Site is an audited website.
type Site struct {
	Provider   string // product name, for example "Lighthouse"
	Annotation string // the annotation that names it
	URL        string // of the website, http or https
	Audits     []Audit
	Page       string    // where all audits can be seen, as a path of the web view; empty: nowhere
	AsOf       time.Time // when it was last looked whether there are more; zero: nothing is known of audits
	Silent     bool      // who audits has not answered since
	Budgets    []Budget
}

// Last is the newest audit in one form that came to a result, and the one before it; nil where there is none.
func (s Site) Last(form string) (last, before *Audit) {
	for i := range s.Audits {
		a := &s.Audits[i]
		if a.State != AuditCompleted || form != "" && a.Form != form {
			continue
		}
		if last == nil {
			last = a
			form = a.Form // only the like is compared
			continue
		}
		return last, a
	}
	return last, nil
}

// Budget is the score that a category should have at least, from 0 to 100.
type Budget struct {
	Category string // id, for example "performance"
	Least    int
}

// AuditState is how an audit stands.
type AuditState string

// The states of audits.
const (
	AuditRunning   AuditState = "running"
	AuditCompleted AuditState = "completed"
	AuditFailed    AuditState = "failed"
)

// Audit is one look at a website. It is kept as JSON.
type Audit struct {
	ID     string     `json:"id"`
	URL    string     `json:"url"` // of the website
	Form   string     `json:"form,omitempty"`
	State  AuditState `json:"state"`
	Began  time.Time  `json:"began"`
	Ended  time.Time  `json:"ended,omitzero"`
	Scores []Score    `json:"scores,omitempty"` // by category, in the tool's order
	Tool   string     `json:"tool,omitempty"`   // with its version
	Why    string     `json:"why,omitempty"`    // it failed, in a few words of the tool
	Report string     `json:"report,omitempty"` // path of the whole report in the web view; empty: there is none
}

// Score is how well a website does in one category.
type Score struct {
	ID    string `json:"id"`    // for example "best-practices"
	Title string `json:"title"` // as the tool calls it
	Value int    `json:"value"` // 0 to 100; NoScore: it could not be told
}

// NoScore is the value of a score that there is none of.
const NoScore = -1

// Score returns the value of a category, NoScore where there is none.
func (a Audit) Score(id string) int {
	for _, s := range a.Scores {
		if s.ID == id {
			return s.Value
		}
	}
	return NoScore
}
