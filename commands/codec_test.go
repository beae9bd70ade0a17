package commands

import (
	"reflect"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

func TestCodecRoundTrip(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		r    understand.Reading
		full bool
	}{
		{understand.Reading{Intent: understand.Owner, Lang: lang.English, Entities: []catalog.Ref{catalog.MakeRef("component", "", "pay")}}, false},
		{understand.Reading{Intent: understand.OnCall, Lang: lang.English, When: understand.When{Month: 11, Date: 22, Part: understand.Night, Past: true}}, false},
		{understand.Reading{
			Intent: understand.Search, Lang: lang.English, Listed: true, Stage: "early", Lacks: []string{"no-docs", "no-owner"}, Has: []string{"no-on-call"},
			Tags: []string{"tier-1"}, Entities: []catalog.Ref{catalog.MakeRef("component", "", "pay")},
		}, true},
		{understand.Reading{
			Intent: understand.Version, Lang: lang.Chinese, Fleet: true, All: true, Kind: "service",
			Entities: []catalog.Ref{catalog.MakeRef("api", "fin", "pay"), catalog.MakeRef("user", "", "a.b")},
			Tech:     []understand.TechMention{{ID: "log4j", Name: "Log4j 1", Range: "<2.17"}, {ID: "go", Name: "go"}},
			Trait:    "lead", Topic: "words | @with !signs", Person: catalog.MakeRef("user", "", "x"),
		}, true},
	} {
		tt.r.Confidence = 1
		got, full := decode(encode(tt.r, tt.full))
		if !reflect.DeepEqual(got, tt.r) || full != tt.full {
			t.Errorf("got  %+v %v\nwant %+v %v", got, full, tt.r, tt.full)
		}
	}
}

func TestCodecIsShort(t *testing.T) {
	t.Parallel()
	r := understand.Reading{Intent: understand.Dependencies, Lang: lang.English, Entities: []catalog.Ref{catalog.MakeRef("component", "", strings.Repeat("x", 40))}}
	if n := len(strings.Join(encode(r, false), " ")); n > 75 {
		t.Errorf("%d bytes leave no room for a signature in a button's 100", n)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("owner\x00en\x00@component:pay\x00tgo||\x00!afr")
	f.Add("\x00\x00@\x00t\x00p\x00!")
	f.Fuzz(func(t *testing.T, s string) {
		r, full := decode(strings.Split(s, "\x00"))
		again, full2 := decode(encode(r, full))
		if full != full2 || again.Intent != r.Intent || len(again.Entities) != len(r.Entities) {
			t.Errorf("%q is not stable: %+v, %+v", s, r, again)
		}
	})
}
