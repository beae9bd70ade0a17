package card

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write schema.json anew")

// schemaOf builds the JSON Schema that says what json_shape.go says.
func schemaOf() map[string]any {
	defs := map[string]any{}
	alternatives := func(shapes map[string]shape) []any {
		var out []any
		for _, name := range slices.Sorted(maps.Keys(shapes)) {
			o := schemaObject(shapes[name])
			o["properties"].(map[string]any)["type"] = map[string]any{"const": name}
			o["required"] = append([]string{"type"}, o["required"].([]string)...)
			out = append(out, o)
		}
		return out
	}
	defs["span"] = map[string]any{"anyOf": append([]any{map[string]any{"type": "string"}}, alternatives(spanShapes())...)}
	defs["spans"] = map[string]any{"anyOf": []any{map[string]any{"type": "string"}, map[string]any{"type": "array", "items": map[string]any{"$ref": "#/$defs/span"}}}}
	known := slices.Sorted(maps.Keys(blockShapes()))
	later := map[string]any{
		"description": "a block of a later version; it is shown as a note",
		"type":        "object", "required": []string{"type"},
		"properties": map[string]any{"type": map[string]any{"type": "string", "minLength": 1, "not": map[string]any{"enum": known}}},
	}
	defs["block"] = map[string]any{"anyOf": append(alternatives(blockShapes()), later)}
	defs["intent"] = schemaObject(intentShape())
	s := schemaObject(messageShape())
	s["$schema"], s["$id"], s["title"], s["$defs"] = "https://json-schema.org/draft/2020-12/schema", "https://plugin.backchannel.dev/v1/card.json", "Message", defs
	return s
}

func schemaObject(s shape) map[string]any {
	props, required := map[string]any{}, []string{}
	for _, p := range s {
		v := schemaValue(p)
		if p.doc != "" {
			v["description"] = p.doc
		}
		props[p.name] = v
		if p.required {
			required = append(required, p.name)
		}
	}
	return map[string]any{"type": "object", "properties": props, "required": required, "additionalProperties": false}
}

func schemaValue(p property) map[string]any {
	array := func(items map[string]any) map[string]any { return map[string]any{"type": "array", "items": items} }
	spans := map[string]any{"$ref": "#/$defs/spans"}
	switch p.typ {
	case jsString:
		return map[string]any{"type": "string"}
	case jsCount:
		return map[string]any{"type": "integer", "minimum": 0}
	case jsNumber:
		return map[string]any{"type": "number", "minimum": 0}
	case jsBool:
		return map[string]any{"type": "boolean"}
	case jsTime:
		return map[string]any{"type": "string", "format": "date-time"}
	case jsEnum:
		return map[string]any{"enum": p.values}
	case jsSpans:
		return spans
	case jsBlocks:
		return array(map[string]any{"$ref": "#/$defs/block"})
	case jsStrings:
		return array(map[string]any{"type": "string"})
	case jsObject:
		return schemaObject(p.of)
	case jsObjects:
		return array(schemaObject(p.of))
	case jsSpanRows:
		return array(spans)
	default:
		return array(array(spans))
	}
}

func TestSchemaSaysWhatTheCodeDoes(t *testing.T) {
	want, err := json.MarshalIndent(schemaOf(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		if err := os.WriteFile("schema.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if Schema() != string(want) {
		t.Error("schema.json differs from json_shape.go; run go test -run Schema -update ./bot/card and read the diff")
	}
}

func TestJSONRoundTrip(t *testing.T) {
	for seed := range uint64(300) {
		m := Safe(generator{rand.New(rand.NewPCG(seed, 5))}.message())
		raw, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		raw = bytes.ReplaceAll(raw, []byte(`\ufffd`), []byte("\uFFFD")) // how bytes that are no text are written
		if len(raw) > maxJSON {
			continue
		}
		var back Message
		if err := json.Unmarshal(raw, &back); err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, raw)
		}
		again, err := json.Marshal(back)
		if err != nil || !bytes.Equal(raw, again) {
			t.Fatalf("seed %d: %v %s", seed, err, difference(string(raw), string(again)))
		}
		if strings.Contains(string(raw), `"user"`) {
			t.Fatalf("seed %d: a user id left", seed)
		}
	}
}

func TestJSONForm(t *testing.T) {
	var m Message
	in := `{"lang":"zh","blocks":[{"type":"text","spans":["a ",{"type":"entity","text":"Cart","ref":"component:default/cart"}]},
	 {"type":"note","spans":"short"},{"type":"kanban","lanes":[1,2]},{"type":"fields","items":[{"label":"Owner","value":"Crew"}]}]}`
	if err := json.Unmarshal([]byte(in), &m); err != nil {
		t.Fatal(err)
	}
	if got, want := Plain(m), "a Cart\n\nOwner：Crew\n\nshort\n这条消息的一部分无法在这里显示（kanban）。"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestJSONErrorsNameThePath(t *testing.T) {
	deep := strings.Repeat("[", 40)
	for in, want := range map[string]string{
		``:                             "not JSON",
		`[]`:                           "must be an object",
		`{}`:                           "blocks: is required",
		`{"blocks":[]} x`:              "something behind",
		`{"blocks":[],"colour":1}`:     "colour: unknown field; known here: lang, summary, blocks",
		`{"blocks":[],"blocks":[]}`:    "blocks: given twice",
		`{"blocks":{}}`:                "blocks: must be an array",
		`{"blocks":[7]}`:               "blocks[0]: must be a block",
		`{"blocks":[{}]}`:              "blocks[0].type: is required",
		`{"blocks":` + deep:            "nested deeper than 12",
		`{"lang":"fr","blocks":[]}`:    `lang: must be one of ["en" "zh"]`,
		`{"blocks":[{"type":"text"}]}`: "blocks[0].spans: is required",
		`{"blocks":[{"type":"text","spans":[{"type":"bold","text":"x"}]}]}`:                         "blocks[0].spans[0].type: must be one of",
		`{"blocks":[{"type":"text","spans":[{"type":"person","text":"x","user":"U1"}]}]}`:           "blocks[0].spans[0].user: unknown field",
		`{"blocks":[{"type":"text","spans":[{"type":"link","text":"x"}]}]}`:                         "blocks[0].spans[0].url: is required",
		`{"blocks":[{"type":"text","spans":[{"type":"time","text":"x","at":"noon"}]}]}`:             "blocks[0].spans[0].at: must be a time",
		`{"blocks":[{"type":"list","items":["x"],"more":-1}]}`:                                      "blocks[0].",
		`{"blocks":[{"type":"list","items":[["x"]],"more":1.5}]}`:                                   "blocks[0].more: must be a whole number",
		`{"blocks":[{"type":"table","columns":[{"title":"A"}],"rows":[["a","b"]]}]}`:                "blocks[0].rows[0]: has 2 cells, but there are 1 columns",
		`{"blocks":[{"type":"chart","kind":"bar","points":[{"label":"a","value":-1}]}]}`:            "blocks[0].points[0].value: must be a number, not negative",
		`{"blocks":[{"type":"actions","items":[{"label":"x","intent":{"nme":"y"}}]}]}`:              "blocks[0].items[0].intent.nme: unknown field",
		`{"blocks":[{"type":"progress","label":"x","state":"odd"}]}`:                                "blocks[0].state: must be one of",
		`{"blocks":[{"type":"fields","items":[{"label":true,"value":""}]}]}`:                        "blocks[0].items[0].label: must be a string",
		`{"blocks":[{"type":"rule","x":1}]}`:                                                        "blocks[0].x: unknown field",
		`{"blocks":[{"type":"code","text":"` + strings.Repeat("x", maxJSON) + `"}]}`:                "larger than",
		fmt.Sprintf(`{"blocks":[{"type":"list","items":[%s[]]}]}`, strings.Repeat("[],", maxNodes)): "more than 50000 values",
	} {
		var wrong *JSONError
		err := new(Message).UnmarshalJSON([]byte(in))
		if err == nil || !strings.Contains(err.Error(), want) || !errors.As(err, &wrong) {
			t.Errorf("%.80s: got %v, want %s", in, err, want)
		}
	}
}

func FuzzCardJSON(f *testing.F) {
	f.Add([]byte(`{"blocks":[{"type":"text","spans":"x"}]}`))
	f.Add([]byte(`{"lang":"zh","summary":[{"type":"link","text":"x","url":"javascript:1"}],"blocks":[{"type":"later"},{"type":"table","columns":[{"title":"A","right":true}],"rows":[[[{"type":"code","text":"1"}]]],"more":3}]}`))
	f.Add([]byte(`{"blocks":[{"type":"actions","items":[{"label":"x","options":[{"label":"a","intent":{"name":"n","args":["1"]}}]}]}]}`))
	f.Add([]byte("\xff{"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var m Message
		if m.UnmarshalJSON(data) != nil {
			return
		}
		raw, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var back Message
		if err := back.UnmarshalJSON(raw); err != nil && len(raw) <= maxJSON {
			t.Fatalf("%v: %s", err, raw)
		}
		Plain(m)
	})
}
