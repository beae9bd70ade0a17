package process

import (
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// What the program asks a plugin.
const (
	methodInitialize = "initialize"
	methodStart      = "start"
	methodPing       = "ping"
	methodShutdown   = "shutdown" // a notification
	methodView       = "view"
	methodOperation  = "operation"
	methodCheck      = "check"
	methodVerify     = "webhook.verify"
	methodReceive    = "webhook.receive"
	methodPage       = "page"
	methodPlan       = "action.plan"
	methodApply      = "action.apply"
	methodOptions    = "field.options"
	methodProblem    = "field.check"
	methodTurnWaits  = "turn.waits" // a notification
	methodTurnLost   = "turn.lost"  // a notification
)

// What a plugin asks the program.
const (
	methodRequest  = "host.request"
	methodFacts    = "host.facts.write"
	methodFactsOf  = "host.facts.of"
	methodEntity   = "host.entity"
	methodEntities = "host.entities"
	methodKept     = "host.kept"
	methodKeep     = "host.keep"
	methodTurnTake = "host.turn.take"
	methodTurnDone = "host.turn.done"
	methodChanged  = "host.changed" // a notification
	methodLog      = "log"          // a notification
)

// methodCancel is a notification of either side: nobody waits for the answer to a request any more.
const methodCancel = "$/cancel"

// hello is what the program says first.
type hello struct {
	Versions []int           `json:"versions"` // of the contract, that it speaks
	Program  string          `json:"program"`
	Config   json.RawMessage `json:"config"` // of the plugin, from the configuration
}

// declaration is what a plugin answers: who it is and what it adds.
type declaration struct {
	Version    int             `json:"version"` // of the contract, that both will speak
	About      about           `json:"about"`
	Views      []viewDecl      `json:"views,omitempty"`
	Operations []operationDecl `json:"operations,omitempty"`
	Topics     []topicDecl     `json:"topics,omitempty"`
	Checks     []checkDecl     `json:"checks,omitempty"`
	Actions    []actionDecl    `json:"actions,omitempty"`
	Fields     []fieldDecl     `json:"fields,omitempty"`
	Measures   []measureDecl   `json:"measures,omitempty"`
	Webhook    bool            `json:"webhook,omitempty"`
	Pages      bool            `json:"pages,omitempty"`
}

type about struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	Version     string `json:"version,omitempty"`
}

// words are texts by language.
type words map[lang.Lang]string

type viewDecl struct {
	Name    string       `json:"name"`
	Title   words        `json:"title"`
	Command string       `json:"command,omitempty"`
	Phrases []phraseDecl `json:"phrases,omitempty"`
	Answers string       `json:"answers,omitempty"`
	Card    bool         `json:"card,omitempty"`
	Fleet   bool         `json:"fleet,omitempty"`
	Match   *match       `json:"match,omitempty"` // the program decides by it; absent: every entity
	Fresh   seconds      `json:"freshSeconds,omitempty"`
	Timeout seconds      `json:"timeoutSeconds,omitempty"`
}

// match says which entities a view is about. All that is given must hold.
type match struct {
	Annotations []string `json:"annotations,omitempty"` // any of them
	Kinds       []string `json:"kinds,omitempty"`       // any of them
	Types       []string `json:"types,omitempty"`       // any of them
}

type phraseDecl struct {
	Lang    lang.Lang `json:"lang"`
	Pattern string    `json:"pattern"`
}

type operationDecl struct {
	Name    string  `json:"name"`
	Title   words   `json:"title"`
	Confirm words   `json:"confirm,omitempty"`
	Timeout seconds `json:"timeoutSeconds,omitempty"`
}

type topicDecl struct {
	Name  string   `json:"name"`
	Title words    `json:"title"`
	Facts []string `json:"facts,omitempty"` // keys; empty: all
	Say   words    `json:"say,omitempty"`   // with {what}, {key}, {from} and {to}
}

type checkDecl struct {
	Name    string  `json:"name"`
	Every   seconds `json:"everySeconds"`
	Timeout seconds `json:"timeoutSeconds,omitempty"`
}

type actionDecl struct {
	ID          string          `json:"id"`
	Description string          `json:"description"`
	Input       json.RawMessage `json:"input"`
	Output      json.RawMessage `json:"output,omitempty"`
}

type fieldDecl struct {
	Name    string `json:"name"`
	Options bool   `json:"options,omitempty"`
	Check   bool   `json:"check,omitempty"`
}

type measureDecl struct {
	Name   string                 `json:"name"`
	Fact   string                 `json:"fact"`
	Title  words                  `json:"title"`
	Words  map[lang.Lang][]string `json:"words"`
	Good   []string               `json:"good,omitempty"`
	Bad    []string               `json:"bad,omitempty"`
	Number bool                   `json:"number,omitempty"`
	Broken bool                   `json:"broken,omitempty"`
}

// seconds is a duration as it travels.
type seconds float64

func (s seconds) duration() time.Duration { return time.Duration(float64(s) * float64(time.Second)) }

func secondsOf(d time.Duration) seconds { return seconds(d.Seconds()) }

// startParams are given when the plugin may ask back.
type startParams struct {
	BaseURL string `json:"baseUrl"`
}

// queryParams ask for a card.
type queryParams struct {
	Name   string          `json:"name"` // of the view or operation
	Ref    string          `json:"ref,omitempty"`
	Entity json.RawMessage `json:"entity,omitempty"` // the descriptor
	Lang   lang.Lang       `json:"lang"`
	Now    time.Time       `json:"now"`
	Args   []string        `json:"args,omitempty"` // of an operation
	Key    string          `json:"key,omitempty"`
	By     string          `json:"by,omitempty"`
}

// cardResult is a card as it travels.
type cardResult struct {
	Message *card.Message `json:"message,omitempty"` // absent: there is nothing to show
	Sources []sourceWire  `json:"sources,omitempty"`
	AsOf    time.Time     `json:"asOf,omitzero"`
}

type sourceWire struct {
	Where string    `json:"where"`
	Line  int       `json:"line,omitempty"`
	AsOf  time.Time `json:"asOf,omitzero"`
}

func (r cardResult) card() plugins.Card {
	c := plugins.Card{AsOf: r.AsOf}
	if r.Message != nil {
		c.Message = *r.Message
	}
	for _, s := range r.Sources {
		c.Sources = append(c.Sources, bot.Source{Where: s.Where, Line: s.Line, AsOf: s.AsOf})
	}
	return c
}

func resultOf(c plugins.Card) cardResult {
	r := cardResult{AsOf: c.AsOf}
	if !c.Empty() {
		r.Message = &c.Message
	}
	for _, s := range c.Sources {
		r.Sources = append(r.Sources, sourceWire{s.Where, s.Line, s.AsOf})
	}
	return r
}

type nameParams struct {
	Name string `json:"name"`
}

// deliveryParams are a webhook's.
type deliveryParams struct {
	Header http.Header `json:"header"`
	Body   []byte      `json:"body"` // base64
	At     time.Time   `json:"at"`
}

type idResult struct {
	ID string `json:"id"`
}

type pageParams struct {
	Path  string     `json:"path"`
	Query url.Values `json:"query"`
	Lang  lang.Lang  `json:"lang"`
}

type pageResult struct {
	Title   string        `json:"title"`
	Message *card.Message `json:"message,omitempty"`
	Type    string        `json:"type,omitempty"` // of a file, instead of the message
	Body    []byte        `json:"body,omitempty"` // base64
}

type actionParams struct {
	ID    string          `json:"id"`
	Input json.RawMessage `json:"input"`
	Key   string          `json:"key"`
	Dir   string          `json:"dir"`
}

type actionResult struct {
	Summary string          `json:"summary,omitempty"`
	Output  json.RawMessage `json:"output,omitempty"`
}

type fieldParams struct {
	Name    string          `json:"name"`
	Typed   string          `json:"typed"`
	Values  json.RawMessage `json:"values,omitempty"`
	Options json.RawMessage `json:"options,omitempty"`
	Lang    lang.Lang       `json:"lang"`
}

type fieldResult struct {
	Options []optionWire `json:"options,omitempty"`
	Problem string       `json:"problem,omitempty"`
}

type optionWire struct {
	Value string `json:"value"`
	Label string `json:"label,omitempty"`
}

// requestParams ask an upstream.
type requestParams struct {
	Upstream string      `json:"upstream"`
	Method   string      `json:"method,omitempty"`
	URL      string      `json:"url"`
	Header   http.Header `json:"header,omitempty"`
	Body     []byte      `json:"body,omitempty"` // base64
}

type responseWire struct {
	Status int         `json:"status"`
	Header http.Header `json:"header,omitempty"`
	Body   []byte      `json:"body,omitempty"` // base64
	At     time.Time   `json:"at"`
}

type factsParams struct {
	About []string   `json:"about"` // references
	Facts []factWire `json:"facts"`
}

type factWire struct {
	Entity string    `json:"entity"`
	Key    string    `json:"key"`
	Value  string    `json:"value"`
	Source string    `json:"source,omitempty"`
	AsOf   time.Time `json:"asOf,omitzero"`
}

func factOf(f catalog.Fact) factWire {
	return factWire{f.Entity.String(), f.Key, f.Value, f.Source, f.AsOf}
}

type refParams struct {
	Ref string `json:"ref"`
}

type entitiesParams struct {
	match
	After string `json:"after,omitempty"` // the last reference of the page before
}

type entitiesResult struct {
	Entities []json.RawMessage `json:"entities"`
	After    string            `json:"after,omitempty"` // ask again with it; "" at the end
}

type keptParams struct {
	Name  string          `json:"name"`
	State json.RawMessage `json:"state,omitempty"`
	At    time.Time       `json:"at,omitzero"`
}

type logParams struct {
	Level   string `json:"level"` // debug, info, warn, error
	Message string `json:"message"`
}
