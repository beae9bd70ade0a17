package template

// scope holds variables that are looked up by name.
type scope struct {
	parent  *scope
	isolate bool    // writing never reaches the parent
	context *record // of the outermost scope: what the caller gave, which cannot be assigned to
	vars    []variable
	index   map[string]int
}

type variable struct {
	name string
	val  Value
}

func (s *scope) child(isolate bool) *scope { return &scope{parent: s, isolate: isolate} }

func (s *scope) find(name string) int {
	if s.index != nil {
		if i, ok := s.index[name]; ok {
			return i
		}
		return -1
	}
	for i := range s.vars {
		if s.vars[i].name == name {
			return i
		}
	}
	return -1
}

func (s *scope) get(name string) (Value, bool) {
	for ; s != nil; s = s.parent {
		if i := s.find(name); i >= 0 {
			return s.vars[i].val, true
		}
		if s.context != nil {
			if v, ok := s.context.get(name); ok {
				return v, true
			}
		}
	}
	return Value{}, false
}

// set defines a variable in this scope.
func (s *scope) set(name string, v Value) {
	if i := s.find(name); i >= 0 {
		s.vars[i].val = v
		return
	}
	s.vars = append(s.vars, variable{name, v})
	switch n := len(s.vars); {
	case s.index != nil:
		s.index[name] = n - 1
	case n == indexed:
		s.index = make(map[string]int, 2*n)
		for i := range s.vars {
			s.index[s.vars[i].name] = i
		}
	}
}

// assign changes the nearest variable that may be changed from here, or defines one.
func (s *scope) assign(name string, v Value) {
	for at := s; !at.isolate; at = at.parent {
		if at.find(name) >= 0 {
			at.set(name, v)
			return
		}
		if at.parent == nil || !at.parent.assignable(name) {
			at.set(name, v)
			return
		}
		if at.parent.isolate {
			at.parent.set(name, v)
			return
		}
	}
	s.set(name, v)
}

func (s *scope) assignable(name string) bool {
	for ; s != nil; s = s.parent {
		if s.find(name) >= 0 {
			return true
		}
		if s.isolate || s.context != nil {
			return false
		}
	}
	return false
}

// frame holds the variables that are known while parsing. The body of a call block sees those around it.
type frame struct {
	vals   []Value
	parent *frame
}

func (f *frame) at(s slot) *Value {
	for range s.up {
		f = f.parent
	}
	return &f.vals[s.index]
}

// env is where code is evaluated.
type env struct {
	scope *scope
	frame *frame
	outer *scope // where macros are declared, and look for names
	// whether macros and assignments here are seen by macros
	exportMacros, exportSets bool
}

// assign gives one of the targets of set its value.
func (e *env) assign(t *symbol, v Value) {
	e.scope.assign(t.name, v)
	if t.slot != noSlot {
		*e.frame.at(t.slot) = v
	}
	if e.exportSets {
		e.outer.set(t.name, v)
	}
}

// bind defines a parameter or the variable of a loop.
func (e *env) bind(t *symbol, v Value) {
	e.scope.set(t.name, v)
	if t.slot != noSlot {
		*e.frame.at(t.slot) = v
	}
}
