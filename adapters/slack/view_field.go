package slack

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	slackapi "github.com/slack-go/slack"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// isDate is what a date picker takes as its first value.
var isDate = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

// isNumber is what a number input takes as its first value.
var isNumber = regexp.MustCompile(`^-?\d{1,15}(\.\d{1,15})?$`)

// blockID is the id of a field's block. Slack keeps what was typed into a block of the same id when a modal changes, so
// it must follow the field, not its place.
func blockID(name string) string {
	if len(name)+2 <= maxElementID {
		return "f:" + name
	}
	return "h:" + digest(name)
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:12])
}

// elementID is the id of a field's element. It says what is chosen from, for suggestions, and is new where the form
// has another value than the screen: Slack would show the old one.
func elementID(q card.FormField, screen card.Values) string {
	id := "v." + string(q.Kind)
	if shown, ok := screen[q.Name]; ok && !slices.Equal(shown, q.Value) {
		id += "." + digest(strings.Join(q.Value, "\x00"))
	}
	return id
}

// kindOf reads what elementID wrote.
func kindOf(id string) card.FieldKind {
	rest, ok := strings.CutPrefix(id, "v.")
	if !ok {
		return ""
	}
	kind, _, _ := strings.Cut(rest, ".")
	return card.FieldKind(kind)
}

// field renders a field: its input, and what is wrong with it.
func field(q card.FormField, screen card.Values, tongue lang.Lang) []slackapi.Block {
	var out []slackapi.Block
	if q.Elsewhere() {
		key := lang.SlackNotHere
		if q.Beside {
			key = lang.FormElsewhere
		}
		note := lang.Text(tongue, key, lang.Args{"label": q.Label})
		return []slackapi.Block{contextBlock(note)}
	}
	in := &slackapi.InputBlock{
		Type: slackapi.MBTInput, BlockID: blockID(q.Name), Label: plainObject(q.Label, maxInputLabel), Element: element(q, elementID(q, screen), tongue),
		Optional: !q.Required || q.Kind == card.FieldToggle, DispatchAction: q.Changes,
	}
	if help := fieldHelp(q, tongue); help != "" {
		in.Hint = plainObject(help, maxInputLabel)
	}
	out = append(out, in)
	if q.Error != "" {
		out = append(out, contextBlock("⚠ "+q.Error))
	}
	return out
}

// fieldHelp adds how several values are typed into one line or box.
func fieldHelp(q card.FormField, tongue lang.Lang) string {
	add := lang.Key("")
	switch q.Kind {
	case card.FieldTags:
		add = lang.SlackWithCommas
	case card.FieldList:
		add = lang.SlackOnePerLine
	}
	if add == "" {
		return q.Help
	}
	return strings.TrimSpace(q.Help + " " + lang.Text(tongue, add, nil))
}

// element is the control of a field.
func element(q card.FormField, id string, tongue lang.Lang) slackapi.BlockElement {
	switch q.Kind {
	case card.FieldNumber:
		n := &slackapi.NumberInputBlockElement{Type: slackapi.METNumber, ActionID: id, IsDecimalAllowed: true, Placeholder: placeholder(q)}
		if v := firstOf(q.Value); isNumber.MatchString(v) {
			n.InitialValue = v
		}
		return n
	case card.FieldDate:
		d := &slackapi.DatePickerBlockElement{Type: slackapi.METDatepicker, ActionID: id, Placeholder: placeholder(q)}
		if v := firstOf(q.Value); isDate.MatchString(v) {
			d.InitialDate = v
		}
		return d
	case card.FieldToggle:
		yes := slackapi.NewOptionBlockObject("true", plainObject(lang.Text(tongue, lang.SlackYes, nil), maxLabel), nil)
		c := slackapi.NewCheckboxGroupsBlockElement(id, yes)
		if firstOf(q.Value) == "true" {
			c.InitialOptions = c.Options
		}
		return c
	case card.FieldChoice, card.FieldChoices:
		if len(q.Options) > 0 {
			return choice(q, id)
		}
	case card.FieldEntity, card.FieldOwner, card.FieldEntities:
		return lookup(q, id)
	}
	return typed(q, id)
}

// typed is what is typed as text: a line or a box.
func typed(q card.FormField, id string) slackapi.BlockElement {
	in := &slackapi.PlainTextInputBlockElement{Type: slackapi.METPlainTextInput, ActionID: id, Placeholder: placeholder(q), MaxLength: maxInputValue}
	switch q.Kind {
	case card.FieldParagraph, card.FieldObject:
		in.Multiline = true
		in.InitialValue = firstOf(q.Value)
	case card.FieldList:
		in.Multiline = true
		in.InitialValue = strings.Join(q.Value, separateByLines)
	case card.FieldTags, card.FieldChoices:
		in.InitialValue = strings.Join(q.Value, ", ")
	default:
		in.InitialValue = card.CleanLine(firstOf(q.Value))
	}
	in.InitialValue = strings.ToValidUTF8(in.InitialValue, "\uFFFD")
	if utf8.RuneCountInString(in.InitialValue) > maxInputValue {
		in.InitialValue = ""
	}
	return in
}

// choice is a menu of the form's own options.
func choice(q card.FormField, id string) slackapi.BlockElement {
	var all, chosen []*slackapi.OptionBlockObject
	for i, o := range q.Options[:min(len(q.Options), maxOptions)] {
		opt := option(optionValue(i), o)
		all = append(all, opt)
		if slices.Contains(q.Value, o.Value) {
			chosen = append(chosen, opt)
		}
	}
	if q.Kind == card.FieldChoices {
		if len(all) <= maxChecks {
			c := slackapi.NewCheckboxGroupsBlockElement(id, all...)
			c.InitialOptions = chosen
			return c
		}
		return &slackapi.MultiSelectBlockElement{Type: slackapi.MultiOptTypeStatic, ActionID: id, Placeholder: placeholder(q), Options: all, InitialOptions: chosen}
	}
	s := &slackapi.SelectBlockElement{Type: slackapi.OptTypeStatic, ActionID: id, Placeholder: placeholder(q), Options: all}
	if len(chosen) > 0 {
		s.InitialOption = chosen[0]
	}
	return s
}

// lookup is a menu of what is looked up while somebody types.
func lookup(q card.FormField, id string) slackapi.BlockElement {
	least := minQuery
	var chosen []*slackapi.OptionBlockObject
	for _, v := range q.Value {
		if v != "" && utf8.RuneCountInString(v) <= maxOptionValue {
			o := card.FormOption{Value: v, Label: v}
			if i := slices.IndexFunc(q.Named, func(n card.FormOption) bool { return n.Value == v }); i >= 0 {
				o = q.Named[i]
			}
			chosen = append(chosen, option(v, o))
		}
	}
	if q.Kind == card.FieldEntities {
		return &slackapi.MultiSelectBlockElement{Type: slackapi.MultiOptTypeExternal, ActionID: id, Placeholder: placeholder(q), InitialOptions: chosen, MinQueryLength: &least}
	}
	s := &slackapi.SelectBlockElement{Type: slackapi.OptTypeExternal, ActionID: id, Placeholder: placeholder(q), MinQueryLength: &least}
	if len(chosen) > 0 {
		s.InitialOption = chosen[0]
	}
	return s
}

func option(value string, o card.FormOption) *slackapi.OptionBlockObject {
	label := card.CleanLine(o.Label)
	if label == "" {
		label = card.CleanLine(o.Value)
	}
	out := slackapi.NewOptionBlockObject(value, plainObject(label, maxLabel), nil)
	if hint := card.CleanLine(o.Hint); hint != "" {
		out.Description = plainObject(hint, maxLabel)
	}
	return out
}

func placeholder(q card.FormField) *slackapi.TextBlockObject {
	if q.Placeholder == "" {
		return nil
	}
	return plainObject(q.Placeholder, maxPlaceholder)
}

func firstOf(v []string) string {
	if len(v) == 0 {
		return ""
	}
	return v[0]
}
