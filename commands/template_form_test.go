package commands

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
)

const serviceTemplate = `
kind: Template
metadata: {name: service, title: A service}
spec:
  parameters:
    - title: About it
      description: What it is called.
      required: [name, owner]
      properties:
        name: {title: Name, type: string, ui:field: EntityNamePicker, ui:help: As in the catalog, ui:placeholder: pay}
        owner: {title: Owner, type: string, ui:field: OwnerPicker}
        public: {title: Public, type: boolean}
        region: {type: string, readOnly: true, default: eu}
        size: {type: integer, enum: [1, 2], enumNames: [small, large], default: 2}
        labels: {type: array, items: {type: string}, default: [a, b]}
      dependencies:
        public:
          oneOf:
            - properties: {public: {const: true}, host: {type: string, title: Host}}
            - properties: {public: {const: false}}
`

func TestTemplateForm(t *testing.T) {
	entity, err := yamldoc.Parse([]byte(serviceTemplate), yamldoc.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	source, err := scaffold.ReadForm("t.yaml", entity)
	if err != nil {
		t.Fatal(err)
	}
	f, problems, err := source.Submit(nil, map[string][]string{"name": {"-pay"}, "public": {"true"}, "size": {"1"}, "region": {"us"}}, scaffold.FormOptions{})
	if err != nil {
		t.Fatal(err)
	}
	got := TemplateForm("new", f, 0, lang.English, problems)
	want := card.Form{
		ID: "new", Title: "A service", Page: "About it",
		Intro: []card.Span{card.S("About it"), card.T("\n"), card.T("What it is called."), card.T("\n"), card.S("region"), card.T(": eu Set by the template.")},
		Fields: []card.FormField{
			{Name: "name", Label: "Name", Help: "As in the catalog", Kind: card.FieldLine, Required: true, Value: []string{"-pay"}, Placeholder: "pay", Error: "Letters, digits, and - _ . between them, at most 63 characters."},
			{Name: "owner", Label: "Owner", Kind: card.FieldOwner, Required: true, Error: "This is needed."},
			{Name: "public", Label: "Public", Kind: card.FieldToggle, Value: []string{"true"}, Changes: true},
			{Name: "size", Label: "size", Kind: card.FieldChoice, Value: []string{"1"}, Options: []card.FormOption{{Value: "1", Label: "small"}, {Value: "2", Label: "large"}}},
			{Name: "labels", Label: "labels", Kind: card.FieldList, Value: []string{"a", "b"}},
			{Name: "host", Label: "Host", Kind: card.FieldLine},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if chinese := TemplateForm("new", f, 0, lang.Chinese, problems); chinese.Fields[1].Error != "此项必填。" {
		t.Errorf("in Chinese: %q", chinese.Fields[1].Error)
	}
}
