package yamldoc

import (
	"encoding"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Unmarshaler is implemented by types that read themselves from a node.
type Unmarshaler interface {
	// UnmarshalNode reads n. field is the dotted path of n, for errors.
	UnmarshalNode(n *Node, field string, d Decoder) error
}

// Decoder reads trees of nodes into Go values, strictly: a field that the Go type does not have is an error, as is a
// value of another kind. Errors have kind fault.Invalid with line and field.
type Decoder struct {
	File    string                       // for errors, may be empty
	Strings func(string) (string, error) // applied to every string before it is used; nil to leave them
}

// Decode reads n into the value that into points at. Struct fields are matched by their yaml tag; without one by
// their name in lower case. Values that n does not mention keep what they hold, so defaults can be set before.
// It reads strings, booleans, integers, floats, time.Duration ("2m"), encoding.TextUnmarshaler, Unmarshaler, *Node,
// pointers, slices, maps with string keys, and structs.
func (d Decoder) Decode(n *Node, into any) error {
	return d.value(n, reflect.ValueOf(into).Elem(), "")
}

// DecodeAt is Decode for a part of a tree whose dotted path is field.
func (d Decoder) DecodeAt(n *Node, into any, field string) error {
	return d.value(n, reflect.ValueOf(into).Elem(), field)
}

// Errorf returns an error that points at n.
func (d Decoder) Errorf(n *Node, field, format string, args ...any) error {
	line := 0
	if n != nil {
		line = n.Line
	}
	return fault.At(fault.Position{File: d.File, Line: line, Field: field}, format, args...)
}

func (d Decoder) value(n *Node, v reflect.Value, field string) error {
	if n == nil || n.Kind == Null {
		return nil
	}
	if u, ok := v.Addr().Interface().(Unmarshaler); ok {
		return u.UnmarshalNode(n, field, d)
	}
	switch into := v.Addr().Interface().(type) {
	case **Node:
		*into = n
		return nil
	case *time.Duration:
		return d.duration(n, into, field)
	case encoding.TextUnmarshaler:
		s, err := d.text(n, field)
		if err != nil {
			return err
		}
		if err := into.UnmarshalText([]byte(s)); err != nil {
			return d.Errorf(n, field, "%v", err)
		}
		return nil
	}
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		if err := d.value(n, p.Elem(), field); err != nil {
			return err
		}
		v.Set(p)
		return nil
	case reflect.Struct:
		return d.structure(n, v, field)
	case reflect.Slice:
		return d.slice(n, v, field)
	case reflect.Map:
		return d.mapping(n, v, field)
	default:
		return d.scalar(n, v, field)
	}
}

func (d Decoder) structure(n *Node, v reflect.Value, field string) error {
	if n.Kind != Map {
		return d.Errorf(n, field, "expected a map, found %s", describe(n))
	}
	known := map[string]reflect.Value{}
	var names []string
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		known[name] = v.Field(i)
		names = append(names, name)
	}
	for _, f := range n.Fields {
		target, ok := known[f.Key]
		if !ok {
			return fault.At(fault.Position{File: d.File, Line: f.Line, Field: join(field, f.Key)}, "unknown key; known here: %s", strings.Join(names, ", "))
		}
		if err := d.value(f.Value, target, join(field, f.Key)); err != nil {
			return err
		}
	}
	return nil
}

func (d Decoder) slice(n *Node, v reflect.Value, field string) error {
	if n.Kind != List {
		return d.Errorf(n, field, "expected a list, found %s", describe(n))
	}
	out := reflect.MakeSlice(v.Type(), len(n.Items), len(n.Items))
	for i, item := range n.Items {
		if err := d.value(item, out.Index(i), field+"["+strconv.Itoa(i)+"]"); err != nil {
			return err
		}
	}
	v.Set(out)
	return nil
}

func (d Decoder) mapping(n *Node, v reflect.Value, field string) error {
	if n.Kind != Map {
		return d.Errorf(n, field, "expected a map, found %s", describe(n))
	}
	out := reflect.MakeMapWithSize(v.Type(), len(n.Fields))
	for _, f := range n.Fields {
		item := reflect.New(v.Type().Elem()).Elem()
		if err := d.value(f.Value, item, join(field, f.Key)); err != nil {
			return err
		}
		out.SetMapIndex(reflect.ValueOf(f.Key).Convert(v.Type().Key()), item)
	}
	v.Set(out)
	return nil
}

func (d Decoder) scalar(n *Node, v reflect.Value, field string) error {
	s, err := d.text(n, field)
	if err != nil {
		return err
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Bool:
		b, err := strconv.ParseBool(s)
		if err != nil {
			return d.Errorf(n, field, "expected true or false, found %s", describe(n))
		}
		v.SetBool(b)
	case reflect.Int, reflect.Int64, reflect.Int32:
		i, err := strconv.ParseInt(s, 10, v.Type().Bits())
		if err != nil {
			return d.Errorf(n, field, "expected a whole number, found %s", describe(n))
		}
		v.SetInt(i)
	case reflect.Float64:
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return d.Errorf(n, field, "expected a number, found %s", describe(n))
		}
		v.SetFloat(f)
	default:
		return fault.New(fault.Internal, "cannot decode into %s", v.Type())
	}
	return nil
}

// text returns the text of a scalar with Strings applied.
func (d Decoder) text(n *Node, field string) (string, error) {
	if n.Kind == Map || n.Kind == List {
		return "", d.Errorf(n, field, "expected a single value, found %s", describe(n))
	}
	if n.Kind != String || d.Strings == nil {
		return n.Text, nil
	}
	s, err := d.Strings(n.Text)
	if err != nil {
		return "", d.Errorf(n, field, "%v", err)
	}
	return s, nil
}

func (d Decoder) duration(n *Node, into *time.Duration, field string) error {
	s, err := d.text(n, field)
	if err != nil {
		return err
	}
	v, err := time.ParseDuration(s)
	if err != nil || v < 0 {
		return d.Errorf(n, field, "expected a duration such as 30s or 2m, found %s", describe(n))
	}
	*into = v
	return nil
}

func join(field, key string) string {
	if field == "" {
		return key
	}
	return field + "." + key
}

// describe names a node for a message, without repeating long or secret values.
func describe(n *Node) string {
	switch n.Kind {
	case Map:
		return "a map"
	case List:
		return "a list"
	case Null:
		return "nothing"
	default:
		if len(n.Text) > 40 {
			return "a long text"
		}
		return strconv.Quote(n.Text)
	}
}
