package template

import "math"

// slice is v[start:stop:step], as Nunjucks' Jinja mode writes it: bounds are compared and added as JavaScript does, so
// that a string for a bound counts as JavaScript would take it. The result is an array.
func (r *run) slice(e *env, v Value, n *sliceNode, depth int) (Value, error) {
	if v.kind == callKind {
		return Value{}, errCallable
	}
	if !v.Truthy() {
		v = arrayOf(nil)
	}
	start, stop, step, err := r.bounds(e, n, depth+1)
	if err != nil {
		return Value{}, err
	}
	f, err := r.float(step)
	if err != nil {
		return Value{}, err
	}
	if f == 0 || math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}, failf("the step of a slice must be a number that is not 0")
	}
	s := slicer{run: r, length: own(v, "length"), step: step}
	if s.back, err = s.below(step, 0); err != nil {
		return Value{}, err
	}
	if s.start, err = s.begin(start); err != nil {
		return Value{}, err
	}
	if s.stop, err = s.end(stop); err != nil {
		return Value{}, err
	}
	items, err := s.walk(v, depth)
	if err != nil {
		return Value{}, err
	}
	return r.newArray(items)
}

// bounds evaluates the parts of a slice; what is left out is null, a step 1.
func (r *run) bounds(e *env, n *sliceNode, depth int) (start, stop, step Value, err error) {
	out := [3]Value{NullValue(), NullValue(), NumberValue(1)}
	for i, x := range []expr{n.start, n.stop, n.step} {
		if err := r.charge(depth); err != nil {
			return start, stop, step, err
		}
		if x == nil {
			continue
		}
		if out[i], err = x.eval(r, e, depth); err != nil {
			return start, stop, step, err
		}
	}
	return out[0], out[1], out[2], nil
}

type slicer struct {
	*run
	start, stop, step, length Value
	back                      bool
}

func (s *slicer) below(v Value, than float64) (bool, error) {
	order, err := s.order(v, NumberValue(than))
	return order < 0, err
}

func (s *slicer) begin(start Value) (Value, error) {
	if start.kind == Null {
		if !s.back {
			return NumberValue(0), nil
		}
		n, err := s.float(s.length)
		return NumberValue(n - 1), err
	}
	return s.fromEnd(start)
}

func (s *slicer) end(stop Value) (Value, error) {
	if stop.kind == Null {
		if s.back {
			return NumberValue(-1), nil
		}
		return s.length, nil
	}
	return s.fromEnd(stop)
}

// fromEnd counts a negative bound from the end.
func (s *slicer) fromEnd(v Value) (Value, error) {
	negative, err := s.below(v, 0)
	if err != nil || !negative {
		return v, err
	}
	return s.add(v, s.length)
}

func (s *slicer) walk(v Value, depth int) ([]Value, error) {
	var out []Value
	for i := s.start; ; {
		if done, err := s.done(i); done || err != nil {
			return out, err
		}
		if err := s.charge(depth); err != nil {
			return nil, err
		}
		key, err := s.str(i)
		if err != nil {
			return nil, err
		}
		item := own(v, key)
		if err := s.scratch(item); err != nil {
			return nil, err
		}
		if err := s.pay(indexCost(v, key)); err != nil {
			return nil, err
		}
		out = append(out, item)
		if i, err = s.add(i, s.step); err != nil {
			return nil, err
		}
	}
}

func (s *slicer) done(i Value) (bool, error) {
	if negative, err := s.below(i, 0); negative || err != nil {
		return true, err
	}
	if past, err := s.order(i, s.length); past > 0 || err != nil {
		return true, err
	}
	order, err := s.order(i, s.stop)
	if s.back {
		order = -order
	}
	return order >= 0, err
}
