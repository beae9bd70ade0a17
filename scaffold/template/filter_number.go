package template

import "math"

var numberFilters = map[string]filterFunc{"abs": absFilter, "float": floatFilter, "int": intFilter, "round": roundFilter}

func absFilter(r *run, in Value, _ methodArgs) (Value, error) {
	f, err := r.float(in)
	return NumberValue(math.Abs(f)), err
}

func floatFilter(r *run, in Value, args methodArgs) (Value, error) {
	s, err := r.str(in)
	if f := parseFloat(s); !math.IsNaN(f) {
		return NumberValue(f), err
	}
	return args.at(0), err
}

func intFilter(r *run, in Value, args methodArgs) (Value, error) {
	base := 10.0
	if b := args.at(1); b.kind != Undefined {
		f, err := r.float(b)
		if err != nil {
			return Value{}, err
		}
		base = math.Trunc(f)
	}
	s, err := r.str(in)
	if f := parseInt(s, base); !math.IsNaN(f) {
		return NumberValue(f), err
	}
	return args.at(0), err
}

func roundFilter(r *run, in Value, args methodArgs) (Value, error) {
	places := 0.0
	if p := args.at(0); p.Truthy() {
		var err error
		if places, err = r.float(p); err != nil {
			return Value{}, err
		}
	}
	f, err := r.float(in)
	if err != nil {
		return Value{}, err
	}
	factor := power(10, places)
	f *= factor
	switch by := args.at(1); {
	case by.isStr("ceil"):
		f = math.Ceil(f)
	case by.isStr("floor"):
		f = math.Floor(f)
	default:
		f = roundHalfUp(f)
	}
	return NumberValue(f / factor), nil
}
