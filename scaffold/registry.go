package scaffold

import (
	"slices"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Registry holds actions by name. It does not change once it is made.
type Registry struct {
	byName map[string]*registered
	names  []string
}

type registered struct {
	action        Action
	spec          Spec
	input, output *schema
	strict        map[string]bool
}

// NewRegistry returns a registry of the given actions. Two actions of one name, and a schema that is none, are errors
// of kind fault.Invalid.
func NewRegistry(actions ...Action) (*Registry, error) {
	r := &Registry{byName: make(map[string]*registered, len(actions))}
	for _, a := range actions {
		if err := r.add(a); err != nil {
			return nil, err
		}
	}
	slices.Sort(r.names)
	return r, nil
}

func (r *Registry) add(a Action) error {
	s := a.Spec()
	if s.Name == "" {
		return fault.New(fault.Invalid, "an action needs a name")
	}
	if r.byName[s.Name] != nil {
		return fault.New(fault.Invalid, "there are two actions %s", s.Name)
	}
	reg := &registered{action: a, spec: s, strict: map[string]bool{}}
	var err error
	if reg.input, err = compileSchema(s.Name+" input", s.Input); err != nil {
		return err
	}
	if reg.output, err = compileSchema(s.Name+" output", s.Output); err != nil {
		return err
	}
	for _, f := range slices.Concat(StrictFields(), s.Strict) {
		reg.strict[f] = true
	}
	r.byName[s.Name], r.names = reg, append(r.names, s.Name)
	return nil
}

// With returns a registry of r's actions and others, such as those of plugins; theirs may not have names of r's.
func (r *Registry) With(actions ...Action) (*Registry, error) {
	all := make([]Action, 0, len(r.names)+len(actions))
	for _, name := range r.names {
		all = append(all, r.byName[name].action)
	}
	return NewRegistry(append(all, actions...)...)
}

// Action returns the action of a name.
func (r *Registry) Action(name string) (Action, bool) {
	if reg := r.byName[name]; reg != nil {
		return reg.action, true
	}
	return nil, false
}

// Names are the names of all actions, in order.
func (r *Registry) Names() []string { return slices.Clone(r.names) }
