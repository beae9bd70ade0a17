package plugins

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// The keys of facts about branches: "state/main" holds passed or failed, "turn/main" a Turn, which tells since when.
const (
	FactBranchState = "state/"
	FactBranchTurn  = "turn/"
)

// Turn is how a branch came to be as it is. It stays the same as long as the branch does.
type Turn struct {
	State   RunState `json:"state"`
	At      int64    `json:"at"` // seconds since 1970
	By      string   `json:"by,omitempty"`
	Name    string   `json:"name,omitempty"` // of the workflow
	Number  int64    `json:"n,omitempty"`
	Commit  string   `json:"commit,omitempty"`
	Subject string   `json:"subject,omitempty"`
}

// BranchFacts are the facts of a branch. was are those written before: a state that lasts keeps its turn, however far
// back the runs reach that are known.
func BranchFacts(entity catalog.Ref, b Branch, was []catalog.Fact) []catalog.Fact {
	if b.State == "" {
		return nil
	}
	r := b.Turn
	turn := Turn{
		State: b.State, At: cmp.Or(r.Ended.Unix(), r.Started.Unix()), By: r.Author, Name: r.Name, Number: r.Number,
		Commit: r.Commit[:min(len(r.Commit), 12)], Subject: r.Subject,
	}
	source := r.URL
	for _, f := range was {
		if old, ok := parseTurn(f.Value); ok && f.Key == FactBranchTurn+b.Name && old.State == b.State {
			turn, source = old, f.Source
		}
	}
	data, err := json.Marshal(turn)
	if err != nil {
		return nil // of strings and numbers: it does not happen
	}
	return []catalog.Fact{
		{Entity: entity, Key: FactBranchState + b.Name, Value: string(b.State), Source: b.Last.URL, AsOf: b.Last.Seen},
		{Entity: entity, Key: FactBranchTurn + b.Name, Value: string(data), Source: source, AsOf: b.Last.Seen},
	}
}

func parseTurn(value string) (Turn, bool) {
	var t Turn
	err := json.Unmarshal([]byte(value), &t)
	return t, err == nil && t.State != ""
}

// BranchTopic is the topic of builds that break and are mended.
func BranchTopic(name string) Topic {
	return Topic{Name: name, Title: TextOf(lang.RunsTopic), Items: branchItems, Say: sayTurn}
}

// TextOf is a message of the catalogue without arguments, in every language.
func TextOf(key lang.Key) Text {
	return Text{lang.English: lang.Text(lang.English, key, nil), lang.Chinese: lang.Text(lang.Chinese, key, nil)}
}

func branchItems(facts []catalog.Fact) []Item {
	var out []Item
	for _, f := range facts {
		if branch, ok := strings.CutPrefix(f.Key, FactBranchTurn); ok {
			out = append(out, Item{Key: branch, Value: f.Value, Where: f.Source})
		}
	}
	return out
}

// sayTurn says that a build broke, by whom and since when, or that it is mended, and after how long. That a build is
// green which nobody knew to be broken is nothing to say.
func sayTurn(l lang.Lang, c Change, what []card.Span) []card.Span {
	now, ok := parseTurn(c.To)
	before, _ := parseTurn(c.From)
	args := lang.Args{"what": what, "branch": card.M(c.Key)}
	if !ok {
		return card.Say(l, lang.RunsTurnGone, args)
	}
	if now.Commit != "" {
		args["commit"] = card.M(now.Commit[:min(len(now.Commit), 7)])
	}
	args["build"] = BuildName(l, now.Name, now.Number)
	at := time.Unix(now.At, 0)
	args["when"] = card.Span{Kind: card.Time, Text: at.UTC().Format("15:04 MST"), At: at}
	args["who"] = card.S(now.By)
	broke := now.State == RunFailed
	after := time.Duration(now.At-before.At) * time.Second
	switch {
	case broke && now.By != "" && now.Commit != "":
		return card.Say(l, lang.RunsTurnBrokeBy, args)
	case broke:
		return card.Say(l, lang.RunsTurnBroke, args)
	case before.State == RunFailed && after > 0:
		args["span"] = lang.Span(l, after)
		return card.Say(l, lang.RunsTurnFixedAfter, args)
	case before.State == RunFailed:
		return card.Say(l, lang.RunsTurnFixed, args)
	default:
		return nil
	}
}

// BuildName is what people call a run: its workflow with its number.
func BuildName(l lang.Lang, name string, number int64) []card.Span {
	switch {
	case number > 0 && name != "":
		return card.Say(l, lang.RunsNameNumber, lang.Args{"name": name, "n": strconv.FormatInt(number, 10)})
	case number > 0:
		return card.Say(l, lang.RunsNumber, lang.Args{"n": strconv.FormatInt(number, 10)})
	default:
		return []card.Span{card.T(name)}
	}
}
