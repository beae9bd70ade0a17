package template_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// TestCases compares with answers of nunjitsu 0.7.0 to templates of our own.
func TestCases(t *testing.T) {
	data, err := os.ReadFile("testdata/cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		if c := readCase(t, line); !c.agrees(t) {
			t.Errorf("case %s", c.id)
		}
	}
}

func context(t testing.TB, data string) *template.Context {
	v, err := template.ParseJSON([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	c, err := template.NewContext(v, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRender(t *testing.T) {
	ctx := context(t, `{"values": {"name": "shop", "list": [1, 2], "o": {"b": 1, "10": 2, "2": 3}, "half": "\ud83d"}}`)
	for src, want := range map[string]string{
		"plain":                       "plain",
		"${{ values.name | upper }}!": "SHOP!",
		"${{ not 1 + 1 }}":            "1", // as Nunjucks compiles it
		"${{ 2 ** 3 ** 2 }}":          "64",
		"${{ 20 * 6 // 4 }}":          "20",
		"${{ 0.1 + 0.2 }}":            "0.30000000000000004",
		"{% for k, v in values.o %}${{ k }}{% endfor %}":                 "210b",
		"{% for x in [] %}{% else %}none{% endfor %}":                    "none",
		"{% set x %}a{% endset %}${{ x }}":                               "a",
		"${{ values.half }}":                                             "\uFFFD",
		"${{ values.name[1:3] | join }}":                                 "ho",
		"{% macro m(a, b=2) %}${{ a }}${{ b }}{% endmacro %}${{ m(1) }}": "12",
		"${{ 'x' if false }}":                                            "",
		"${{ [1, {t: {id: 2} }] | groupby('t.id') | dump }}":             `{"2":[{"t":{"id":2}}],"undefined":[1]}`,
		"${{ {a: [1, none]} | dump }}":                                   `{"a":[1,null]}`,
		"${{ (1.005).toFixed(2) }}":                                      "1.00",
		"${{ (255).toString(16) }}":                                      "ff",
		"${{ (0.0 - 0.072142).toFixed(4) }}":                             "-0.0721",
		"${{ 2 ** 0.5 }}":                                                "1.4142135623730951",
		"${{ 10 ** 20 }}|${{ 10 ** -7 }}":                                "100000000000000000000|1e-7",
		"${{ 'a-b-c'.replace(r/-/g, '+') }}":                             "a+b+c",
		"{% raw %}${{ x }}{% endraw %}":                                  "${{ x }}",
		"a  {{ values.name }}":                                           "a  {{ values.name }}",
	} {
		tmpl, err := engine().Parse("f", src, template.Options{})
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		if got, err := tmpl.Render(ctx); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", src, got, err, want)
		}
	}
}

func TestErrorsNameThePlace(t *testing.T) {
	ctx := context(t, `{"values": {}}`)
	for src, want := range map[string]string{
		"a\n{% if x %}":             "f:2: column 1: endif is missing",
		"${{ 1 | nosuch }}":         `f:1: column 9: there is no filter "nosuch"`,
		"ab\n ${{ values.x.y() }}":  `f:2: column 15: "values.x.y" is undefined and cannot be called`,
		"${{ values.constructor }}": "f:1: column 12: the name constructor is reserved",
		"{% include 'x' %}":         "f:1: column 1: the tag include",
		"${{ 'a":                    "f:1: column 1: this output does not end",
		"${{ r/(/ }}":               "the regular expression is not valid",
		"${{ - -3 }}":               "needs brackets",
		"${{ range }}":              "a function cannot be used as a value",
		"{# c":                      "this comment does not end",
		"x #}":                      "a comment ends here",
		"{% switch 1 %}\n{% case 1 %}{% endswitch %}": "nothing, not even a line end",
	} {
		tmpl, err := engine().Parse("f", src, template.Options{})
		if err == nil {
			_, err = tmpl.Render(ctx)
		}
		if err == nil || !strings.Contains(err.Error(), want) || !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want %s", src, err, want)
		}
	}
}

// TestHostile renders what tries to take the process down.
func TestHostile(t *testing.T) {
	ctx := context(t, `{"values": {"l": [1], "s": "`+strings.Repeat("a", 40)+`!"}}`)
	for name, src := range map[string]string{
		"range":     "${{ range(0, 100000000) | length }}",
		"endless":   "${{ range(1, 0, 0 - 0.0000001) | length }}",
		"push":      "{% for x in values.l %}${{ values.l.push(1) }}{% endfor %}",
		"loops":     strings.Repeat("{% for x in range(1000) %}", 4) + "x" + strings.Repeat("{% endfor %}", 4),
		"doubling":  "{% set x = 'aaaaaaaa' %}{% for i in range(60) %}{% set x = x ~ x %}{% endfor %}",
		"sharing":   "{% set x = [1] %}{% for i in range(60) %}{% set x = [x, x] %}{% endfor %}${{ x }}",
		"deep":      strings.Repeat("(", 3000) + "1" + strings.Repeat(")", 3000),
		"chain":     "${{ 1" + strings.Repeat(" + 1", 30000) + " }}",
		"blocks":    strings.Repeat("{% if 1 %}", 2000) + strings.Repeat("{% endif %}", 2000),
		"recursion": "{% macro m() %}${{ m() }}{% endmacro %}${{ m() }}",
		"regex":     "${{ values.s | replace(r/(a+)+$/, 'x') }}",
		"indent":    "${{ '\\n' | indent(16777216) | replace(' ', '          ') | replace(' ', '          ') }}",
		"center":    "{% for i in range(1000) %}${{ 'a' | center(9999999) | length }}{% endfor %}",
		"batch":     "${{ [1] | batch(99999999, 'x') | length }}",
		"self":      "{% set a = [] %}${{ a.push(a) }}",
		"output":    "{% for i in range(90000) %}" + strings.Repeat("x", 500) + "{% endfor %}",
	} {
		t.Run(name, func(t *testing.T) {
			if name == "deep" {
				src = "${{ " + src + " }}"
			}
			start := time.Now()
			tmpl, err := engine().Parse("f", src, template.Options{})
			if err == nil {
				_, err = tmpl.Render(ctx)
			}
			if err == nil || !strings.HasPrefix(err.Error(), "f:1: column ") {
				t.Errorf("after %s: %v", time.Since(start), err)
			}
			if name != "self" && name != "batch" && name != "range" && !errors.Is(err, template.ErrLimit) {
				t.Errorf("no limit: %v", err)
			}
		})
	}
}

func TestContextRefusesReservedNames(t *testing.T) {
	for _, data := range []string{`{"a": {"__proto__": 1}}`, `{"constructor": 1}`, `[1]`, strings.Repeat(`{"a":`, 300) + "1" + strings.Repeat("}", 300)} {
		v, err := template.ParseJSON([]byte(data))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := template.NewContext(v, nil); err == nil {
			t.Errorf("%.40s is accepted", data)
		}
	}
}

func TestRenderStep(t *testing.T) {
	ctx := context(t, `{"parameters": {"n": 3, "l": [1]}}`)
	in, _ := template.ParseJSON([]byte(`{"n": "${{ parameters.n }}", "bad": ["${{ 1 | nosuch }}"], "gone": "", "${{ key }}": true, "l": "${{ parameters.l.push(2) }}"}`))
	out, warnings, err := engine().RenderStep(in, ctx, template.StepOptions{Field: "input"})
	want := `{"n":3,"bad":["${{ 1 | nosuch }}"],"${{ key }}":true,"l":2}`
	if got := string(template.AppendJSON(nil, out)); err != nil || got != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	if len(warnings) != 1 || warnings[0].Field != "input.bad[0]" {
		t.Errorf("warnings %v", warnings)
	}
	_, _, err = engine().RenderStep(in, ctx, template.StepOptions{Field: "input", Strict: true})
	if err == nil || !strings.Contains(err.Error(), "input.bad[0]: column 9: there is no filter") {
		t.Errorf("strict: %v", err)
	}
}

func TestFunctionsOfTheProgram(t *testing.T) {
	called := false
	ctx, err := template.NewContext(template.ObjectValue(), map[string]template.Func{
		"always": func([]template.Value) (template.Value, error) { called = true; return template.BoolValue(true), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	out, _, err := engine().RenderStep(template.StringValue("${{ always() }}"), ctx, template.StepOptions{})
	if err != nil || !called || !out.Truthy() {
		t.Errorf("%v, %v, called %v", out, err, called)
	}
}

// TestConcurrentRenders renders one template, which changes its data, in several goroutines.
func TestConcurrentRenders(t *testing.T) {
	ctx := context(t, `{"values": {"l": [3, 1, 2]}}`)
	tmpl, err := engine().Parse("f", "${{ values.l.sort() }}{% for x in values.l %}${{ loop.index }}{% endfor %}", template.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if got, err := tmpl.Render(ctx); err != nil || got != "1,2,3123" {
					t.Errorf("%q, %v", got, err)
				}
			}
		})
	}
	wg.Wait()
}

func FuzzRender(f *testing.F) {
	for _, s := range []string{"${{ values.a | upper }}", "{% for k, v in values %}${{ loop.index }}{% else %}x{% endfor %}", "${{ 'a'.replace(r/(a)/g, '$1') }}", "{% raw %}{% endraw %}", "{%- set x = [1,2][::-1] -%}${{ x | dump(2) }}"} {
		f.Add(s, true)
	}
	e := template.New(template.Config{Limits: template.Limits{Work: 20000, Memory: 8 << 20, Time: time.Second}})
	ctx := context(f, `{"values": {"a": "x", "l": [1, "b", null]}}`)
	f.Fuzz(func(t *testing.T, src string, flag bool) {
		tmpl, err := e.Parse("f", src, template.Options{TrimBlocks: flag, LstripBlocks: flag, CookiecutterCompat: flag})
		if err != nil {
			return
		}
		start := time.Now()
		_, _ = tmpl.Render(ctx)
		_, _ = tmpl.Value(ctx)
		if d := time.Since(start); d > time.Minute {
			t.Errorf("took %s", d)
		}
	})
}

func FuzzParseJSON(f *testing.F) {
	f.Add([]byte(`{"a": [1, "\ud83d", null, -0.5e3]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := template.ParseJSON(data)
		if err != nil {
			return
		}
		first := template.AppendJSON(nil, v)
		again, err := template.ParseJSON(first)
		if err != nil || !bytes.Equal(first, template.AppendJSON(nil, again)) {
			t.Errorf("%s: %v", first, err)
		}
	})
}
