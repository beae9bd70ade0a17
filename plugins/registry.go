package plugins

import (
	"slices"
	"sync"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Registry holds the plugins of a program, with what they declare. It is safe for concurrent use, and plugins may come
// and go while it is read: those of an origin are replaced together.
type Registry struct {
	mu         sync.RWMutex
	origins    []string
	by         map[string][]*Entry
	generation uint64
}

// Entry is a plugin with its declarations, each asked for once.
type Entry struct {
	Plugin     Plugin
	About      About
	Views      []View
	Operations []Operation
	Topics     []Topic
	Checks     []Check
	Actions    []Action
	Fields     []Field
	Measures   []Measure
}

// NewRegistry returns an empty registry.
func NewRegistry() *Registry { return &Registry{by: map[string][]*Entry{}} }

// Add adds a plugin that stays. One that does not hold together, or whose name is taken, is an error of kind Invalid.
func (r *Registry) Add(p Plugin) error {
	e, err := NewEntry(p)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.find(e.About.Name) != nil {
		return fault.New(fault.Invalid, "there are two plugins called %q", e.About.Name)
	}
	r.put("", append(slices.Clone(r.by[""]), e))
	return nil
}

// Replace puts plugins in the place of those that it was last given for an origin. Those whose names others have are
// left out; it returns their names.
func (r *Registry) Replace(origin string, entries []*Entry) (taken []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var kept []*Entry
	for _, e := range entries {
		same := func(o *Entry) bool { return o.About.Name == e.About.Name }
		if r.elsewhere(origin, same) || slices.ContainsFunc(kept, same) {
			taken = append(taken, e.About.Name)
			continue
		}
		kept = append(kept, e)
	}
	if !slices.Equal(r.by[origin], kept) {
		r.put(origin, kept)
	}
	return taken
}

// elsewhere reports whether another origin has such a plugin.
func (r *Registry) elsewhere(origin string, such func(*Entry) bool) bool {
	for _, o := range r.origins {
		if o != origin && slices.ContainsFunc(r.by[o], such) {
			return true
		}
	}
	return false
}

// put is called with mu held. It never changes a slice that was handed out.
func (r *Registry) put(origin string, entries []*Entry) {
	if !slices.Contains(r.origins, origin) {
		r.origins = append(r.origins, origin)
	}
	r.by[origin] = entries
	r.generation++
}

func (r *Registry) find(name string) *Entry {
	for _, o := range r.origins {
		for _, e := range r.by[o] {
			if e.About.Name == name {
				return e
			}
		}
	}
	return nil
}

// All returns the plugins in the order in which their origins came.
func (r *Registry) All() []*Entry {
	if r == nil {
		return nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	var out []*Entry
	for _, o := range r.origins {
		out = append(out, r.by[o]...)
	}
	return out
}

// Get returns the plugin of a name, nil for none.
func (r *Registry) Get(name string) *Entry {
	if r == nil {
		return nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.find(name)
}

// Generation grows when a plugin came or went.
func (r *Registry) Generation() uint64 {
	if r == nil {
		return 0
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.generation
}

// View returns a view of a plugin by its name.
func (e *Entry) View(name string) (View, bool) {
	if e == nil {
		return View{}, false
	}
	i := slices.IndexFunc(e.Views, func(v View) bool { return v.Name == name })
	if i < 0 {
		return View{}, false
	}
	return e.Views[i], true
}

// Operation returns an operation of a plugin by its name.
func (e *Entry) Operation(name string) (Operation, bool) {
	if e == nil {
		return Operation{}, false
	}
	i := slices.IndexFunc(e.Operations, func(o Operation) bool { return o.Name == name })
	if i < 0 {
		return Operation{}, false
	}
	return e.Operations[i], true
}
