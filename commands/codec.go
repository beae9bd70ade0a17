package commands

import (
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// The intents that buttons of answers carry. Their arguments are those of encode: a question that needs no more
// understanding.
const (
	intentAsk    = "ask"    // the next question
	intentChoose = "choose" // the same question about the one that was meant
	intentMore   = "more"   // the same question with every row
	intentShare  = "share"  // the same answer for everybody
)

// encode writes a reading as the arguments of a button. They are kept short: a platform may allow a button 100 bytes.
func encode(r understand.Reading, full bool) []string {
	args := make([]string, 0, 4)
	args = append(args, string(r.Intent), string(r.Lang))
	for _, e := range r.Entities {
		args = append(args, "@"+e.Short(""))
	}
	for _, m := range r.Tech {
		name := m.Name
		if name == m.ID {
			name = ""
		}
		args = append(args, strings.TrimRight("t"+m.ID+"|"+m.Range+"|"+name, "|"))
	}
	add := func(mark byte, value string) {
		if value != "" {
			args = append(args, string(mark)+value)
		}
	}
	add('k', r.Kind)
	add('x', r.Trait)
	add('d', r.When.String())
	add('q', r.Topic)
	if !r.Person.IsZero() {
		add('p', r.Person.Short(""))
	}
	if r.Listed {
		if !r.Within.IsZero() {
			add('w', r.Within.Short(""))
		}
		add('s', r.Stage)
		add('l', strings.Join(r.Lacks, ","))
		add('h', strings.Join(r.Has, ","))
		add('g', strings.Join(r.Tags, ","))
	}
	var flags []byte
	if r.All {
		flags = append(flags, 'a')
	}
	if r.Listed {
		flags = append(flags, 'c')
	}
	if r.Fleet {
		flags = append(flags, 'f')
	}
	if full {
		flags = append(flags, 'r')
	}
	add('!', string(flags))
	return args
}

// decode reads what encode wrote. What it does not know it leaves out: a button may be older than the program.
func decode(args []string) (r understand.Reading, full bool) {
	if len(args) < 2 {
		return understand.Reading{Intent: understand.None}, false
	}
	r.Intent, r.Lang, r.Confidence = understand.Intent(args[0]), lang.Parse(args[1]), 1
	for _, a := range args[2:] {
		if a == "" {
			continue
		}
		value := a[1:]
		switch a[0] {
		case '@':
			if ref, err := catalog.ParseRef(value, "", ""); err == nil {
				r.Entities = append(r.Entities, ref)
			}
		case 't':
			id, rest, _ := strings.Cut(value, "|")
			rng, name, _ := strings.Cut(rest, "|")
			if name == "" {
				name = id
			}
			r.Tech = append(r.Tech, understand.TechMention{ID: id, Range: rng, Name: name})
		case 'k':
			r.Kind = value
		case 'x':
			r.Trait = value
		case 'd':
			r.When = understand.ParseWhen(value)
		case 'q':
			r.Topic = value
		case 'p':
			r.Person, _ = catalog.ParseRef(value, "user", "")
		case 'w':
			r.Within, _ = catalog.ParseRef(value, "", "")
		case 's':
			r.Stage = value
		case 'l':
			r.Lacks = strings.Split(value, ",")
		case 'h':
			r.Has = strings.Split(value, ",")
		case 'g':
			r.Tags = strings.Split(value, ",")
		case '!':
			r.All, r.Fleet, full = strings.Contains(value, "a"), strings.Contains(value, "f"), strings.Contains(value, "r")
			r.Listed = strings.Contains(value, "c")
		}
	}
	return r, full
}

// ask is the button of a next question about one entity.
func (t *talk) ask(label lang.Key, intent understand.Intent, ref catalog.Ref) card.Action {
	r := understand.Reading{Intent: intent, Lang: t.l, Entities: []catalog.Ref{ref}}
	return t.button(t.text(label, nil), intentAsk, r, false)
}

func (t *talk) button(label, name string, r understand.Reading, full bool) card.Action {
	return card.Action{Label: label, Intent: card.Intent{Name: name, Args: encode(r, full)}}
}
