package template

import (
	"time"

	"unicode/utf8"
)

// run is one render: its budgets and what it has made so far.
type run struct {
	engine *Engine
	tmpl   *Template
	funcs  map[string]Func
	limits Limits

	steps, units, memory, calls int
	cost                        int // since the clock was last read
	deadline                    time.Time
	globals                     map[string]*callable // handed out so far, so that a name is equal to itself
}

// costPerLook is the work, about bytes touched, between two looks at the clock.
const costPerLook = 1 << 18

// work charges steps.
func (r *run) work(n int) error {
	r.steps += n
	if r.steps > r.limits.Work {
		return limitf("rendering takes more than %d steps", r.limits.Work)
	}
	return r.pay(64 * n)
}

// charge charges a step at a depth of evaluation.
func (r *run) charge(depth int) error {
	if depth > r.limits.Nesting {
		return limitf("evaluation nests deeper than %d levels", r.limits.Nesting)
	}
	r.steps++
	if r.steps > r.limits.Work {
		return limitf("rendering takes more than %d steps", r.limits.Work)
	}
	return r.pay(64)
}

// pay charges time that does not count as steps, in about bytes touched.
func (r *run) pay(cost int) error {
	r.cost += cost
	if r.cost < costPerLook {
		return nil
	}
	r.cost = 0
	return r.late()
}

func (r *run) late() error {
	if r.engine.clock().After(r.deadline) {
		return limitf("rendering takes longer than %s", r.limits.Time)
	}
	return nil
}

// alloc charges memory, in bytes.
func (r *run) alloc(n int) error {
	r.memory += n
	if r.memory > r.limits.Memory {
		return limitf("rendering takes more than %d bytes of memory", r.limits.Memory)
	}
	return r.pay(n)
}

// allocFor refuses to let a buffer grow beyond the memory that is left.
func (r *run) allocFor(buf []byte) error {
	if r.memory+len(buf) > r.limits.Memory {
		return limitf("rendering takes more than %d bytes of memory", r.limits.Memory)
	}
	return r.pay(64)
}

// reserve charges for an array of n elements before it is made.
func (r *run) reserve(n float64) error {
	if n > float64(r.limits.Work-r.steps) {
		return limitf("rendering takes more than %d steps", r.limits.Work)
	}
	if 32*n > float64(r.limits.Scratch) {
		return limitf("a filter takes more than %d bytes", r.limits.Scratch)
	}
	r.steps += int(n)
	return nil
}

// scratch charges for the values that are given to a filter or method, and refuses functions.
func (r *run) scratch(vals ...Value) error {
	total := 0
	for _, v := range vals {
		if err := refuse(v); err != nil {
			return err
		}
		n, err := r.size(v)
		if err != nil {
			return err
		}
		if total += n; total > r.limits.Scratch {
			return limitf("a filter takes more than %d bytes", r.limits.Scratch)
		}
	}
	return nil
}

// size estimates the bytes of a value; each element is a step.
func (r *run) size(v Value) (int, error) {
	switch v.kind {
	case String, safeKind:
		return len(v.text()), nil
	case Array, Object:
	default:
		return 8, nil
	}
	if err := r.work(v.Len()); err != nil {
		return 0, err
	}
	total := 0
	items := v.Items()
	if v.kind == Object {
		items = v.record().vals
		for _, k := range v.record().keys {
			total += len(k)
		}
	}
	for _, item := range items {
		n, err := r.size(item)
		if err != nil {
			return 0, err
		}
		if total += n; total > r.limits.Scratch {
			return 0, limitf("a filter takes more than %d bytes", r.limits.Scratch)
		}
	}
	return total, nil
}

// writer gathers what is written: the output of a render, or of something captured.
type writer struct {
	buf  []byte
	json *[]byte // also what was written with outputs as JSON, for steps
}

// emit writes text of a known length in code units.
func (r *run) emit(w *writer, text string, units int) error {
	r.units += units
	if r.units > r.limits.Output {
		return limitf("more than %d characters are written", r.limits.Output)
	}
	w.buf = join(w.buf, text)
	return r.pay(len(text))
}

// write writes text.
func (r *run) write(w *writer, text string) error {
	n := len(text)
	for i := 0; i < len(text); i++ {
		if text[i] >= utf8.RuneSelf {
			n = length16(text)
			break
		}
	}
	return r.emit(w, text, n)
}
