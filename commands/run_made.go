package commands

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// MadeProducer is the producer of facts about what made an entity, and their key.
const (
	MadeProducer = "scaffold"
	madeKey      = "template"
)

// annotationTemplate is the annotation in which Backstage's templates name themselves in what they make.
const annotationTemplate = "backstage.io/source-template"

// madeFact is the value of a fact about what made an entity.
type madeFact struct {
	Template string `json:"template"` // full reference
	Version  string `json:"version,omitempty"`
	Commit   string `json:"commit,omitempty"`
	Run      string `json:"run"`
	By       string `json:"by,omitempty"`
}

// MadeFacts are the facts that say what made an entity.
func MadeFacts(m Making) ([]catalog.Fact, error) {
	value, err := json.Marshal(madeFact{m.Template.String(), m.Version, m.Commit, m.Run, m.By})
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "keep what made %s", m.Entity)
	}
	return []catalog.Fact{{Entity: m.Entity, Producer: MadeProducer, Key: madeKey, Value: string(value), Source: "run " + m.Run, AsOf: m.At}}, nil
}

// madeFrom is what made an entity: as a run noted it, else as the entity itself says.
func (t *talk) madeFrom(e *catalog.Entity) (f madeFact, ok bool) {
	for _, fact := range t.view.Facts(e.Ref, MadeProducer, madeKey) {
		if fact.Key == madeKey && json.Unmarshal([]byte(fact.Value), &f) == nil {
			return f, true
		}
	}
	ref, err := catalog.ParseRef(annotation(e, annotationTemplate), "template", e.Ref.Namespace)
	return madeFact{Template: ref.String()}, err == nil
}

// madeRemark says in the context line which template made an entity.
func (t *talk) madeRemark(e *catalog.Entity) {
	f, ok := t.madeFrom(e)
	if !ok {
		return
	}
	ref, err := catalog.ParseRef(f.Template, "", "")
	if from, there := t.view.Entity(ref); err == nil && there {
		name := from.DisplayName()
		if f.Version != "" {
			name += " " + f.Version
		}
		t.remark(t.say(lang.MadeBy, lang.Args{"template": name})...)
	}
}

// intentMade asks what came from a template; the topic is a version of it, or "". Where intents are closed it is a search.
const intentMade understand.Intent = "made-from"

// The questions what came from a template, and its name in them.
var (
	madeEnglish = regexp.MustCompile(`(?i)^(?:which|what|show|list|tell)\b.{0,80}?\b(?:came|come|comes|made|created|generated|scaffolded|built|started)\b.{0,20}?\b(?:from|with|by|out of)\s+(?:the\s+)?(?:template\s+)?(.+?)\s*\??$`)
	madeChinese = regexp.MustCompile(`(?:哪些|什么|哪个).{0,20}?(?:由|用|从|基于|来自)\s*(?:模板\s*)?(.+?)\s*(?:模板)?\s*(?:创建|生成|做出来|来)?的?\s*[?？]?$`)
	madeWord    = regexp.MustCompile(`(?i)\s+template\b`)

	madeTemplate = regexp.MustCompile(`(?i)\btemplate\b|模板`)
)

// aboutMade reads a question what came from a template; false where it is none, or names no template.
func aboutMade(view search.View, q Question) (understand.Reading, bool) {
	text := strings.TrimSpace(q.Text)
	m := madeEnglish.FindStringSubmatch(text)
	if m == nil {
		m = madeChinese.FindStringSubmatch(text)
	}
	if m == nil || len(text) > rememberedText {
		return understand.Reading{}, false
	}
	r := understand.Reading{Intent: intentMade, Lang: q.Lang, Confidence: 1}
	for _, name := range []string{m[1], madeWord.ReplaceAllString(m[1], "")} {
		for _, cut := range []bool{false, true} {
			version := ""
			if cut {
				name, version = cutVersion(name)
			}
			found := view.Resolve(strings.TrimSpace(name), search.ResolveOptions{Kinds: []string{"template"}, Deepest: search.MatchNormalised, Limit: 2})
			if len(found) == 1 {
				r.Entities, r.Topic = []catalog.Ref{found[0].Entity.Ref}, version
				if r.Lang == "" {
					r.Lang = lang.Of(text)
				}
				return r, true
			}
		}
	}
	return aTemplate(view, r, text, m[1])
}

// aTemplate reads the name in a question that plainly speaks of a template: one that the name describes, or several to
// choose from, or none that is known by it. It is no question for a template to start from.
func aTemplate(view search.View, r understand.Reading, text, name string) (understand.Reading, bool) {
	if !madeTemplate.MatchString(text) {
		return understand.Reading{}, false
	}
	name = strings.TrimSpace(madeWord.ReplaceAllString(" "+name, ""))
	if r.Lang == "" {
		r.Lang = lang.Of(text)
	}
	found := view.Resolve(name, search.ResolveOptions{Kinds: []string{"template"}, Deepest: search.MatchWords, Limit: maxChoices})
	switch len(found) {
	case 0:
		r.Unknown = []string{name}
	case 1:
		r.Entities = []catalog.Ref{found[0].Entity.Ref}
	default:
		for _, f := range found {
			r.Candidates = append(r.Candidates, f.Entity.Ref)
		}
	}
	return r, true
}

// made lists what was made from a template, or from one version of it.
func (t *talk) made() {
	found := t.lookup(t.r.Entities)
	if len(found) == 0 || found[0].Ref.Kind != "template" {
		t.which()
		return
	}
	e := found[0]
	t.from(e)
	t.entities = []catalog.Ref{e.Ref}
	var list card.List
	for made := range t.view.Entities(search.Filter{}) {
		f, ok := t.madeFrom(made)
		if !ok || f.Template != e.Ref.String() || !f.is(t.r.Topic) {
			continue
		}
		item := [][]card.Span{t.listed(made)}
		if f.Version != "" {
			item = append(item, []card.Span{card.M(f.Version)})
		}
		if f.Commit != "" {
			item = append(item, []card.Span{card.M(f.Commit[:min(len(f.Commit), 7)])})
		}
		if !made.Owner.IsZero() {
			item = append(item, []card.Span{card.T(t.nameOf(made.Owner))})
		}
		list.Items = append(list.Items, dotted(item...))
	}
	args := lang.Args{"what": t.named(e), "n": len(list.Items), "version": card.M(t.r.Topic)}
	key := lang.MadeFrom
	if t.r.Topic != "" {
		key = lang.MadeFromVersion
	}
	t.outcome = bot.Answered
	t.line(key, args)
	if len(list.Items) > 0 {
		t.add(list)
	}
}

// is reports whether a version that somebody names is that of what made an entity: its own, or the beginning of its commit.
func (f madeFact) is(version string) bool {
	version = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(version)), "v")
	own := strings.TrimPrefix(strings.ToLower(f.Version), "v")
	return version == "" || version == own || strings.HasPrefix(own, version+".") || len(version) >= 4 && strings.HasPrefix(f.Commit, version)
}

// cutVersion takes the version behind the name of a template: "go-service v1", "go-service 2.1".
func cutVersion(args string) (name, version string) {
	words := strings.Fields(args)
	if len(words) < 2 {
		return args, ""
	}
	last := words[len(words)-1]
	digits := strings.TrimPrefix(strings.ToLower(last), "v")
	if digits == "" || !slices.Contains([]byte("0123456789abcdef"), digits[0]) || !strings.ContainsAny(digits, "0123456789") {
		return args, ""
	}
	return strings.Join(words[:len(words)-1], " "), last
}
