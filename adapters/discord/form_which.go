package discord

import (
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// which asks what was meant where a thing of the catalog was typed and several match. A name that only one has, or
// that is typed as the catalog has it, is settled without asking; one that nothing has is left to the handler.
func (x *exchange) which(o bot.OpenForm) (message, bool) {
	for i, q := range o.Form.Fields {
		find := x.meant
		switch q.Kind {
		case card.FieldEntity, card.FieldOwner, card.FieldEntities:
		case card.FieldChoice, card.FieldChoices:
			if len(q.Options) <= maxOptions {
				continue // it was chosen from a menu
			}
			find = among
		default:
			continue
		}
		for j, typed := range o.Values[q.Name] {
			options := find(o, q, typed)
			if len(options) == 1 {
				o.Values[q.Name][j] = options[0].Value
			}
			if len(options) > 1 {
				return x.menuOf(o, q, i, j, typed, options), true
			}
		}
	}
	return message{}, false
}

// among are the options of a long choice that a text may mean; one alone when it is plain.
func among(_ bot.OpenForm, q card.FormField, typed string) []card.FormOption {
	var near []card.FormOption
	for _, c := range q.Options {
		if strings.EqualFold(c.Value, typed) || strings.EqualFold(c.Label, typed) {
			return []card.FormOption{c}
		}
		if strings.Contains(folded(c.Label+" "+c.Value), folded(typed)) {
			near = append(near, c)
		}
	}
	return near
}

// meant are the things of the catalog that a text may mean; one alone when it is plain.
func (x *exchange) meant(o bot.OpenForm, q card.FormField, typed string) []card.FormOption {
	if strings.Contains(typed, ":") {
		return nil // a reference, which says all
	}
	ev := x.ev
	ev.Address = o.Address
	ev.Input = bot.Asked{Form: o.Form.ID, Draft: o.Form.Draft, Field: q.Name, What: q.Kind, Query: typed}
	reply, _ := x.s.Handle(&ev, x.s.a.tune.suggest).(bot.Suggest)
	var same []card.FormOption
	for _, c := range reply.Options {
		_, name, _ := strings.Cut(c.Value, "/")
		if strings.EqualFold(c.Value, typed) || strings.EqualFold(c.Label, typed) || strings.EqualFold(name, typed) {
			same = append(same, c)
		}
	}
	if len(same) == 1 {
		return same
	}
	return reply.Options
}

// menuOf asks which thing was meant. The values of its options are what the field gets, behind where that is.
func (x *exchange) menuOf(o bot.OpenForm, q card.FormField, i, j int, typed string, options []card.FormOption) message {
	r := &renderer{lang: x.ev.Locale, count: 1, left: maxText}
	r.text(card.Say(x.ev.Locale, lang.DiscordFormWhich, lang.Args{"label": card.T(q.Label), "text": card.S(typed)}))
	menu := component{Type: typeSelect, CustomID: formID(markSettle, o.Key), Placeholder: lang.Text(x.ev.Locale, lang.DiscordFormChoose, nil)}
	seen := map[string]bool{}
	for _, c := range options {
		value := strconv.Itoa(i) + "." + strconv.Itoa(j) + "." + c.Value
		if length(value) > maxOption || seen[value] || len(menu.Options) == maxOptions {
			continue
		}
		seen[value] = true
		menu.Options = append(menu.Options, option{Label: orBlank(clip(oneLine(c.Label), maxOption)), Value: value, Description: clip(oneLine(c.Hint), maxOption)})
	}
	if len(menu.Options) == 0 {
		return x.toOpen(o, lang.DiscordFormMend, lang.DiscordFormMendButton)
	}
	r.add(component{Type: typeRow, Components: []component{menu}}, 2)
	return private(r.out)
}

// settle puts what was chosen into its field.
func (x *exchange) settle(o *bot.OpenForm) {
	if len(x.in.Data.Values) == 0 {
		return
	}
	parts := strings.SplitN(x.in.Data.Values[0], ".", 3)
	if len(parts) != 3 {
		return
	}
	i, err1 := strconv.Atoi(parts[0])
	j, err2 := strconv.Atoi(parts[1])
	if err1 != nil || err2 != nil || i < 0 || i >= len(o.Form.Fields) {
		return
	}
	if v := o.Values[o.Form.Fields[i].Name]; j >= 0 && j < len(v) {
		v[j] = parts[2]
	}
}
