package techradar

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// decoder walks the top of the document so that every entry knows its line and a bad one spoils no other.
type decoder struct {
	file string
	data []byte
	dec  *json.Decoder
}

type placedEntry struct {
	jsonEntry
	line int
}

func (d *decoder) document() (*radar, []placedEntry, error) {
	r := &radar{}
	var entries []placedEntry
	if err := d.delim('{', "", "an object with quadrants, rings and entries"); err != nil {
		return nil, nil, err
	}
	seen := map[string]bool{}
	for d.dec.More() {
		key, err := d.dec.Token()
		if err != nil {
			return nil, nil, d.fail("", err)
		}
		field, _ := key.(string)
		if seen[field] {
			return nil, nil, d.fail(field, errors.New("this key is given twice"))
		}
		seen[field] = true
		switch field {
		case "rings":
			err = d.names(field, &r.rings)
		case "quadrants":
			err = d.names(field, &r.quadrants)
		case "entries":
			entries, err = d.entries(r)
		default:
			var ignored json.RawMessage
			if e := d.dec.Decode(&ignored); e != nil {
				err = d.fail("", e)
			}
		}
		if err != nil {
			return nil, nil, err
		}
	}
	for _, field := range []string{"quadrants", "rings", "entries"} {
		if !seen[field] {
			return nil, nil, d.fail(field, errors.New("this key is missing"))
		}
	}
	return r, entries, d.end()
}

// end makes sure that the document is closed and nothing follows.
func (d *decoder) end() error {
	if _, err := d.dec.Token(); err != nil {
		return d.fail("", err)
	}
	if _, err := d.dec.Token(); !errors.Is(err, io.EOF) {
		return d.fail("", errors.New("something follows the end of the radar"))
	}
	return nil
}

func (d *decoder) names(field string, into *[]plugins.RadarName) error {
	var js []jsonName
	if err := d.dec.Decode(&js); err != nil {
		return d.fail(field, err)
	}
	if len(js) > 100 {
		return d.fail(field, errors.New("there are more than 100"))
	}
	for _, j := range js {
		if j.ID == "" || len(j.ID) > maxName || len(j.Name) > maxName {
			return d.fail(field, errors.New("an element has no id, or its id or name is too long"))
		}
		*into = append(*into, plugins.RadarName{ID: j.ID, Name: cmp.Or(strings.TrimSpace(j.Name), j.ID), Color: color(j.Color)})
	}
	return nil
}

// color returns s when it is a hexadecimal colour.
func color(s string) string {
	if len(s) != 7 || s[0] != '#' || strings.Trim(s[1:], "0123456789abcdefABCDEF") != "" {
		return ""
	}
	return s
}

func (d *decoder) entries(r *radar) ([]placedEntry, error) {
	const field = "entries"
	if err := d.delim('[', field, "a list"); err != nil {
		return nil, err
	}
	var out []placedEntry
	line, counted := 1, 0
	for n := 0; d.dec.More(); n++ {
		if n == maxEntries {
			return nil, d.fail(field, errors.New("there are more than "+strconv.Itoa(maxEntries)))
		}
		begin := int(d.dec.InputOffset())
		begin += len(d.data[begin:]) - len(bytes.TrimLeft(d.data[begin:], ", \t\r\n"))
		line += bytes.Count(d.data[counted:begin], []byte{'\n'})
		counted = begin
		e := placedEntry{line: line}
		err := d.dec.Decode(&e.jsonEntry)
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			d.skip(r, line, errors.New("its "+cmp.Or(wrong.Field, "value")+" is a "+wrong.Value))
			continue
		}
		if err != nil {
			return nil, d.fail(field, err)
		}
		out = append(out, e)
	}
	return out, d.delim(']', field, "the end of the list")
}

func (d *decoder) skip(r *radar, line int, err error) {
	if len(r.skipped) < maxSkipped {
		r.skipped = append(r.skipped, fault.At(fault.Position{File: d.file, Line: line, Field: "entries"}, "this entry is left out: %v", err))
	}
}

func (d *decoder) delim(want json.Delim, field, what string) error {
	t, err := d.dec.Token()
	if err != nil {
		return d.fail(field, err)
	}
	if t != want {
		return d.fail(field, errors.New("this must be "+what))
	}
	return nil
}

// fail says what is wrong at the place the decoder has come to, or where the error says it is.
func (d *decoder) fail(field string, err error) error {
	offset := d.dec.InputOffset()
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = e.Offset
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		offset, err = int64(len(d.data)), errors.New("the file ends too early")
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		err = errors.New("a " + e.Value + " does not belong here")
	}
	offset = min(max(offset, 0), int64(len(d.data)))
	line := 1 + bytes.Count(d.data[:offset], []byte{'\n'})
	return fault.At(fault.Position{File: d.file, Line: line, Field: field}, "%v", err)
}
