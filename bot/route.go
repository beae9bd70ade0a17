package bot

import (
	"context"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// route finds the handler for an event.
func (m *Mux) route(ctx context.Context, ev *Event) (what string, h Handler, err error) {
	switch in := ev.Input.(type) {
	case Invoked:
		return m.routeInvoked(ev, in)
	case Said:
		if ev.Channel.Direct {
			return m.routeTyped(ev, in)
		}
		return "question", m.cfg.Ask, nil
	case Pressed:
		return m.routePressed(ctx, ev, in)
	case Changed:
		return m.routeForm("change of form ", in.Form)
	case Submitted:
		return m.routeForm("form ", in.Form)
	case Asked:
		if h = m.cfg.Forms[in.Form]; h != nil && in.What == "" {
			return "suggestions of form " + in.Form, h, nil
		}
		return "suggestions", m.cfg.Suggest, nil
	case Opened:
		return "surface " + in.Surface, m.cfg.Surfaces[in.Surface], nil
	case Linked:
		return "preview", m.cfg.Preview, nil
	case Lifecycle:
		return "lifecycle " + string(in.What), m.cfg.Lifecycle, nil
	default:
		return "nothing", nil, nil
	}
}

func (m *Mux) routePressed(ctx context.Context, ev *Event, in Pressed) (string, Handler, error) {
	if in.Intent.Name == "" {
		if m.cfg.Tokens == nil {
			return "button", nil, fault.New(fault.Forbidden, "no token keys").Say(string(lang.BotButtonUnknown), nil)
		}
		var err error
		if in.Intent, err = m.cfg.Tokens.Redeem(ctx, in.Token, ev.Actor); err != nil {
			return "button", nil, err
		}
		if in.Chosen != "" {
			in.Intent.Args = append(append([]string(nil), in.Intent.Args...), in.Chosen)
		}
		ev.Input = in
	}
	h := m.cfg.Intents[in.Intent.Name]
	if h == nil {
		err := fault.New(fault.NotFound, "no intent is called %q", in.Intent.Name).Say(string(lang.BotButtonUnknown), nil)
		return "button " + in.Intent.Name, nil, err
	}
	return "button " + in.Intent.Name, h, nil
}

func (m *Mux) routeForm(what, form string) (string, Handler, error) {
	h := m.cfg.Forms[form]
	if h == nil {
		err := fault.New(fault.NotFound, "no form is called %q", form).Say(string(lang.BotButtonUnknown), nil)
		return "form", nil, err
	}
	return what + form, h, nil
}

func (m *Mux) routeInvoked(ev *Event, in Invoked) (string, Handler, error) {
	if len(in.Path) == 1 {
		for _, all := range []map[string]Handler{m.cfg.Slash, m.cfg.Menus} {
			if h, ok := all[in.Path[0]]; ok {
				return in.Path[0], h, nil
			}
		}
	}
	if c, rest, ok := m.command(ev, in.Args); ok {
		ev.Input = Invoked{Path: append(append([]string(nil), in.Path...), c.Name), Args: rest, Quoted: in.Quoted, Said: in.Said}
		return c.Name, c.Handler, nil
	}
	return "question", m.cfg.Ask, nil
}

// command is the sub-command that a text begins with, where the rest of it fits.
func (m *Mux) command(ev *Event, text string) (c Command, rest string, ok bool) {
	word, rest := firstWord(text)
	if c, ok = m.commands[strings.ToLower(word)]; !ok || c.Fits == nil && rest != "" || c.Fits != nil && !c.Fits(ev, rest) {
		return Command{}, "", false
	}
	return c, rest, true
}

func firstWord(text string) (word, rest string) {
	word, rest, _ = strings.Cut(strings.TrimSpace(text), " ")
	return word, strings.TrimSpace(rest)
}

// routeTyped finds the handler for what is typed to the bot alone. Slash commands and sub-commands mean there what they
// mean elsewhere, as prompts and browsers have no other way to type them; anything else is a question.
func (m *Mux) routeTyped(ev *Event, in Said) (string, Handler, error) {
	text, slash := strings.CutPrefix(strings.TrimSpace(in.Text), "/")
	word, rest := firstWord(text)
	name := strings.ToLower(word)
	_, short := m.commands[name]
	_, own := m.cfg.Slash[name]
	typed := Invoked{Path: []string{m.cfg.Main}, Args: text, Said: true}
	switch {
	case own && (slash || !short):
		typed.Path[0], typed.Args = name, rest
	case slash && name != "" && name == m.cfg.Main:
		typed.Args = rest
	case slash && short:
	default:
		if c, rest, ok := m.command(ev, text); ok && !slash {
			typed.Path, typed.Args = append(typed.Path, c.Name), rest
			ev.Input = typed
			return c.Name, c.Handler, nil
		}
		return "question", m.cfg.Ask, nil
	}
	ev.Input = typed
	return m.routeInvoked(ev, typed)
}

// isQuestion reports whether an input is something a person does at their own pace: what the limits bound. Typing,
// looking at a page, links in other people's messages and the platform's own notices are not.
func isQuestion(in Input) bool {
	switch in.(type) {
	case Changed, Asked, Opened, Linked, Lifecycle:
		return false
	default:
		return true
	}
}

// settle makes a reply one that the event can be answered with: a form where none can be shown becomes a sentence.
func (m *Mux) settle(ev *Event, reply Reply) Reply {
	if _, ok := reply.(Open); !ok || ev.Forms {
		return reply
	}
	switch ev.Input.(type) {
	case Changed, Submitted:
		return reply
	default:
		return m.sentence(ev, lang.BotNoForms, nil)
	}
}

// sentence is a one-line private reply in the interface's language. To a submitted form it is said inside of the form,
// so that what was typed is not lost; where nobody waits for words it is nothing.
func (m *Mux) sentence(ev *Event, key lang.Key, args lang.Args) Reply {
	l := ev.Locale
	if l == "" {
		l = lang.English
	}
	switch ev.Input.(type) {
	case Submitted:
		return Invalid{Fields: map[string]string{"": lang.Text(l, key, args)}}
	case Changed, Asked, Opened, Linked, Lifecycle:
		return Nothing{}
	}
	return m.whisper(l, key, args)
}
