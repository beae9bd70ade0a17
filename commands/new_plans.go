package commands

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// maxPlans bounds how many plans are remembered. One that is forgotten is made anew.
const maxPlans = 16

// plans remembers the plans that people look at, the latest last.
type plans struct {
	mu   sync.Mutex
	rows []planRow
}

type planRow struct {
	key  string
	plan *RunPlan
}

func (p *plans) get(key string) *RunPlan {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.rows {
		if r.key == key {
			return r.plan
		}
	}
	return nil
}

func (p *plans) put(key string, plan *RunPlan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rows = slices.DeleteFunc(p.rows, func(r planRow) bool { return r.key == key })
	p.rows = append(p.rows, planRow{key, plan})
	p.rows = p.rows[max(0, len(p.rows)-maxPlans):]
}

// short is a digest that tells texts from each other, for buttons.
func short(texts ...string) string {
	h := sha256.New()
	for _, s := range texts {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// mark tells what was described from what is described after a change, of the template too.
func (m *making) mark() string {
	state, err := m.state()
	if err != nil || state == nil {
		return short(digestOf(m.template), string(m.of.State))
	}
	return short(digestOf(m.template), string(yamldoc.AppendJSON(nil, state))) // what is kept may be written otherwise
}

// plan is what a run would do, as it was planned before where nothing has changed since. What is still wrong with what
// was filled in comes with it.
func (m *making) plan(ctx context.Context) (*RunPlan, *scaffold.Form, []scaffold.FormProblem, error) {
	f, problems, err := m.whole()
	if err != nil || len(problems) > 0 {
		return nil, f, problems, err
	}
	key := m.draft.ID + " " + m.mark()
	if p := m.c.plans.get(key); p != nil {
		return p, f, nil, nil
	}
	p, err := m.c.deps.Scaffold.Engine.Plan(ctx, m.request(f, m.draft.ID))
	if err != nil {
		return nil, f, nil, err
	}
	m.c.plans.put(key, p)
	return p, f, nil, nil
}

// because is why a plan or a run failed, for people: a sentence where there is one, else what the engine says in English.
func (t *talk) because(err error) string {
	if e, ok := asFault(err); ok && e.Key != "" {
		return t.text(lang.Key(e.Key), e.Args)
	}
	if fault.KindOf(err) == fault.Internal {
		return t.text(lang.NewTrouble, nil)
	}
	return clipTo(err.Error(), maxBecause)
}

// maxBecause bounds the text of an error in a chat, in characters.
const maxBecause = 600

// approval is whose word a run of a template needs.
func (c *Commands) approval(e *catalog.Entity) Approval {
	if c.deps.Scaffold.Approval == nil {
		return Approval{}
	}
	a := c.deps.Scaffold.Approval(e)
	if a.Expires <= 0 {
		a.Expires = defaultApprove
	}
	return a
}
