package plugins

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// The bounds of what one plugin declares.
const (
	maxName     = 40
	maxTitle    = 80
	maxDeclared = 50  // of each sort, on average
	maxPhrases  = 100 // of one view
	maxPattern  = 300 // bytes
)

// NewEntry asks a plugin for its declarations and checks that they hold together. A panic there is an error too.
func NewEntry(p Plugin) (e *Entry, err error) {
	defer func() {
		if r := recover(); r != nil {
			e, err = nil, fault.New(fault.Invalid, "the plugin broke while it was asked what it adds: %v", r)
		}
	}()
	e = &Entry{Plugin: p, About: p.About()}
	if err := e.About.check(); err != nil {
		return nil, err
	}
	if v, ok := p.(Validator); ok {
		if err := v.Validate(); err != nil {
			return nil, err
		}
	}
	e.ask(p)
	if err := e.check(); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "plugin %s", e.About.Name)
	}
	return e, nil
}

func (e *Entry) ask(p Plugin) {
	if h, ok := p.(HasViews); ok {
		e.Views = h.Views()
	}
	if h, ok := p.(HasOperations); ok {
		e.Operations = h.Operations()
	}
	if h, ok := p.(HasTopics); ok {
		e.Topics = h.Topics()
	}
	if h, ok := p.(HasChecks); ok {
		e.Checks = h.Checks()
	}
	if h, ok := p.(HasActions); ok {
		e.Actions = h.Actions()
	}
	if h, ok := p.(HasFields); ok {
		e.Fields = h.Fields()
	}
	if h, ok := p.(HasMeasures); ok {
		e.Measures = h.Measures()
	}
}

// ValidName reports whether a name may be one of a plugin, a view, an operation or a check.
func ValidName(s string) bool {
	if s == "" || len(s) > maxName || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

const nameRule = "lower case letters, digits and dashes, at most 40, beginning with a letter"

func (a About) check() error {
	switch {
	case !ValidName(a.Name):
		return fault.New(fault.Invalid, "%q cannot be the name of a plugin: %s", a.Name, nameRule)
	case a.Title == "" || len(a.Title) > maxTitle:
		return fault.New(fault.Invalid, "plugin %s: a title has between 1 and %d bytes", a.Name, maxTitle)
	case a.API < 1 || a.API > API:
		return fault.New(fault.Invalid, "plugin %s is written for version %d of the contract; this program knows 1 to %d", a.Name, a.API, API)
	}
	return nil
}

// check looks at every declaration.
func (e *Entry) check() error {
	seen := map[string]bool{}
	for _, v := range e.Views {
		if err := once(seen, "view", v.Name, ValidName(v.Name)); err != nil {
			return err
		}
		if err := v.check(); err != nil {
			return fmt.Errorf("view %s: %w", v.Name, err)
		}
	}
	for _, o := range e.Operations {
		if err := once(seen, "operation", o.Name, ValidName(o.Name)); err != nil {
			return err
		}
		if o.Run == nil || o.Title[lang.English] == "" {
			return fault.New(fault.Invalid, "operation %s needs a title in English and something to run", o.Name)
		}
	}
	for _, t := range e.Topics {
		if err := once(seen, "topic", t.Name, ValidName(t.Name)); err != nil {
			return err
		}
		if t.Title[lang.English] == "" {
			return fault.New(fault.Invalid, "topic %s needs a title in English", t.Name)
		}
	}
	for _, c := range e.Checks {
		if err := once(seen, "check", c.Name, ValidName(c.Name)); err != nil {
			return err
		}
		if c.Run == nil || c.Every < MinEvery || c.Timeout > MaxCheck {
			return fault.New(fault.Invalid, "check %s needs something to run every %s or less often, for %s or less", c.Name, MinEvery, MaxCheck)
		}
	}
	for _, m := range e.Measures {
		if err := once(seen, "measure", m.Name, ValidName(m.Name)); err != nil {
			return err
		}
		if err := m.Check(); err != nil {
			return err
		}
	}
	return e.checkTemplates(seen)
}

func (e *Entry) checkTemplates(seen map[string]bool) error {
	for _, a := range e.Actions {
		if err := once(seen, "action", a.ID, a.ID != "" && len(a.ID) <= 100); err != nil {
			return err
		}
		if a.Plan == nil || a.Apply == nil || !json.Valid(a.Input) || a.Output != nil && !json.Valid(a.Output) {
			return fault.New(fault.Invalid, "action %s needs the schema of its input, a plan and a way to apply it", a.ID)
		}
	}
	for _, f := range e.Fields {
		if err := once(seen, "field", f.Name, f.Name != "" && len(f.Name) <= 100); err != nil {
			return err
		}
	}
	return nil
}

// once refuses a name that is none, was seen, or is one too many.
func once(seen map[string]bool, sort, name string, valid bool) error {
	key := sort + " " + name
	switch {
	case !valid:
		return fault.New(fault.Invalid, "%q cannot be the name of a %s: %s", name, sort, nameRule)
	case seen[key]:
		return fault.New(fault.Invalid, "there are two of the %s %s", sort, name)
	case len(seen) >= 6*maxDeclared:
		return fault.New(fault.Invalid, "it declares more than %d things", 6*maxDeclared)
	}
	seen[key] = true
	return nil
}

func (v View) check() error {
	switch {
	case v.Show == nil:
		return fault.New(fault.Invalid, "it shows nothing")
	case v.Title[lang.English] == "":
		return fault.New(fault.Invalid, "it needs a title in English")
	case v.Command != "" && !ValidName(v.Command):
		return fault.New(fault.Invalid, "%q cannot be a sub-command: %s", v.Command, nameRule)
	case v.Timeout < 0 || v.Timeout > MaxTimeout:
		return fault.New(fault.Invalid, "it may take %s, not more", MaxTimeout)
	case len(v.Phrases) > maxPhrases:
		return fault.New(fault.Invalid, "it has more than %d phrases", maxPhrases)
	case v.Fleet && (v.Card || v.Has != nil):
		return fault.New(fault.Invalid, "what is about everything has no entity to be a card of")
	}
	for _, p := range v.Phrases {
		if p.Pattern == "" || len(p.Pattern) > maxPattern {
			return fault.New(fault.Invalid, "a phrase has between 1 and %d bytes", maxPattern)
		}
	}
	return nil
}

// wait is how long Show may take.
func (v View) wait() time.Duration {
	if v.Timeout <= 0 {
		return DefaultTimeout
	}
	return min(v.Timeout, MaxTimeout)
}

// fresh is how long a card is as good as new.
func (v View) fresh() time.Duration {
	if v.Fresh <= 0 {
		return DefaultFresh
	}
	return v.Fresh
}
