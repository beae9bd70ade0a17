package declared

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// The bounds of expressions.
const (
	maxExpression = 2000      // bytes
	maxNodes      = 2000      // of the compiled form
	memoryBudget  = 2_000_000 // as expr counts it
	maxLookedAt   = 200       // bytes of an expression that messages repeat
)

// expression is an expression of expr (expr-lang.org).
type expression struct {
	line int
	code string
	prog *vm.Program
}

// The names that expressions know everywhere. Those of a for are added where it stands. A name with a dot, such as
// values.page, says that values has this part, and none that is not named so.
func baseNames() []string { return []string{"entity", "values", "lang", "now"} }

// scope is what expressions are evaluated with, by name.
type scope map[string]any

// with is the scope with one more name.
func (s scope) with(name string, v any) scope {
	out := make(scope, len(s)+1)
	for k, old := range s {
		out[k] = old
	}
	out[name] = v
	return out
}

// compileExpression compiles an expression that knows some names.
func compileExpression(code string, line int, names []string) (*expression, error) {
	if len(code) > maxExpression {
		return nil, fmt.Errorf("an expression has at most %d bytes", maxExpression)
	}
	options := append([]expr.Option{expr.Env(environment(names)), expr.MaxNodes(maxNodes), expr.DisableBuiltin("now")}, functions()...)
	prog, err := expr.Compile(code, options...)
	if err != nil {
		return nil, errors.New(unknown(explain(err), code, names))
	}
	return &expression{line, code, prog}, nil
}

// explain is the first line of an error of expr: the others draw an arrow.
func explain(err error) string {
	first, _, _ := strings.Cut(err.Error(), "\n")
	return first
}

// value evaluates the expression.
func (e *expression) value(s scope) (v any, err error) {
	defer func() { // expr recovers from its own panics, not from those of functions
		if r := recover(); r != nil {
			v, err = nil, fmt.Errorf("%v", r)
		}
	}()
	machine := vm.VM{MemoryBudget: memoryBudget}
	v, err = machine.Run(e.prog, map[string]any(s))
	if err != nil {
		return nil, fmt.Errorf("%s: %s", clip(e.code), explain(err))
	}
	return general(v, maxNested)
}

// maxNested is how deep a value may be.
const maxNested = 50

// general is a value with the types that JSON has, times and paths aside: some functions of expr return others.
func general(v any, depth int) (any, error) {
	switch v.(type) {
	case nil, bool, string, int, float64, path, time.Time:
		return v, nil
	}
	if depth == 0 {
		return nil, fmt.Errorf("a value is nested deeper than %d", maxNested)
	}
	r := reflect.ValueOf(v)
	switch {
	case r.CanInt():
		return int(r.Int()), nil
	case r.CanUint():
		return float64(r.Uint()), nil
	case r.CanFloat():
		return r.Float(), nil
	case r.Kind() == reflect.String:
		return r.String(), nil
	case r.Kind() == reflect.Slice || r.Kind() == reflect.Array:
		out := make([]any, r.Len())
		for i := range out {
			var err error
			if out[i], err = general(r.Index(i).Interface(), depth-1); err != nil {
				return nil, err
			}
		}
		return out, nil
	case r.Kind() == reflect.Map:
		out := make(map[string]any, r.Len())
		for it := r.MapRange(); it.Next(); {
			one, err := general(it.Value().Interface(), depth-1)
			if err != nil {
				return nil, err
			}
			out[fmt.Sprint(it.Key().Interface())] = one
		}
		return out, nil
	}
	return nil, fmt.Errorf("a value of type %T cannot be used", v)
}

// holds evaluates a condition: nothing, false, zero and empty are no.
func (e *expression) holds(s scope) (bool, error) {
	if e == nil {
		return true, nil
	}
	v, err := e.value(s)
	return truth(v), err
}

func truth(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case int:
		return v != 0
	case float64:
		return v != 0
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}

func clip(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > maxLookedAt {
		return strings.ToValidUTF8(s[:maxLookedAt], "") + "…"
	}
	return s
}

// path is a text that is part of a path as it stands: its slashes are the path's.
type path string

// functions are what expressions know beside the built-in functions of expr.
func functions() []expr.Option {
	one := func(name string, do func(any) (any, error)) expr.Option {
		return expr.Function(name, func(args ...any) (any, error) {
			if len(args) != 1 {
				return nil, fmt.Errorf("%s takes one argument", name)
			}
			return do(args[0])
		})
	}
	return []expr.Option{
		one("path", func(v any) (any, error) { return path(plainText(v)), nil }),
		one("instant", func(v any) (any, error) { return instant(v) }),
		one("span", func(v any) (any, error) {
			ms, ok := number(v)
			if !ok {
				return nil, fmt.Errorf("span takes a number of milliseconds")
			}
			return time.Duration(ms * float64(time.Millisecond)).Round(time.Second).String(), nil
		}),
		expr.Function("ago", func(args ...any) (any, error) {
			if len(args) != 3 {
				return nil, fmt.Errorf("ago takes a time, now and lang: ago(data.time, now, lang)")
			}
			at, err := instant(args[0])
			if err != nil {
				return nil, err
			}
			now, err := instant(args[1])
			if err != nil {
				return nil, err
			}
			return lang.Age(lang.Parse(plainText(args[2])), now.Sub(at)), nil
		}),
	}
}

// instant reads a time: RFC 3339, or seconds or milliseconds since 1970.
func instant(v any) (time.Time, error) {
	if s, ok := v.(string); ok {
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02"} {
			if t, err := time.Parse(layout, s); err == nil {
				return t.UTC(), nil
			}
		}
		return time.Time{}, fmt.Errorf("%q is no time", clip(s))
	}
	if t, ok := v.(time.Time); ok {
		return t, nil
	}
	n, ok := number(v)
	const year3000 = 32503680000
	switch {
	case !ok || n < 0 || n > 1000*year3000:
		return time.Time{}, fmt.Errorf("%v is no time", clip(plainText(v)))
	case n > year3000:
		return time.UnixMilli(int64(n)).UTC(), nil
	}
	return time.Unix(int64(n), 0).UTC(), nil
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// escaped is a value as a part of a path.
func escaped(v any) (string, error) {
	kept, whole := v.(path)
	if !whole {
		s := plainText(v)
		if s == "." || s == ".." || s == "" {
			return "", fmt.Errorf("%q cannot be a part of a path", s)
		}
		return url.PathEscape(s), nil
	}
	parts := strings.Split(strings.Trim(string(kept), "/"), "/")
	for i, p := range parts {
		if p == "" || p == "." || p == ".." {
			return "", fmt.Errorf("%q cannot be a path", clip(string(kept)))
		}
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/"), nil
}
