package store

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// auditRecord is a record as a row keeps it.
type auditRecord struct {
	ID        string   `json:"id"`
	At        int64    `json:"at"`
	Event     string   `json:"ev,omitempty"`
	Platform  string   `json:"p,omitempty"`
	Workspace string   `json:"w,omitempty"`
	Actor     string   `json:"a,omitempty"`
	Channel   string   `json:"c,omitempty"`
	Thread    string   `json:"t,omitempty"`
	What      string   `json:"what,omitempty"`
	Intent    string   `json:"i,omitempty"`
	Outcome   string   `json:"o,omitempty"`
	Entities  []string `json:"e,omitempty"`
	Lang      string   `json:"l,omitempty"`
	Failure   string   `json:"f,omitempty"`
	Limited   bool     `json:"lim,omitempty"`
	Took      int64    `json:"us,omitempty"`
	Decision  string   `json:"d,omitempty"`
}

func newAuditRecord(r *bot.Record) auditRecord {
	return auditRecord{
		ID: words(r.ID), At: micros(r.Time), Event: r.Event, Platform: r.Actor.Platform, Workspace: r.Actor.Workspace, Actor: r.Actor.ID,
		Channel: r.Address.Channel, Thread: r.Address.Thread, What: r.What, Intent: r.Answer.Intent, Outcome: string(r.Answer.Outcome),
		Entities: r.Answer.Entities, Lang: string(r.Answer.Lang), Failure: r.Failure, Limited: r.Limited, Took: r.Took.Microseconds(),
		Decision: words(r.Decision),
	}
}

// append appends the record as JSON, as encoding/json writes it.
func (r *auditRecord) append(b []byte) []byte {
	b = appendText(append(b, `{"id":`...), r.ID)
	b = strconv.AppendInt(append(b, `,"at":`...), r.At, 10)
	for _, member := range [...]struct{ name, value string }{
		{`,"ev":`, r.Event}, {`,"p":`, r.Platform}, {`,"w":`, r.Workspace}, {`,"a":`, r.Actor}, {`,"c":`, r.Channel}, {`,"t":`, r.Thread},
		{`,"what":`, r.What}, {`,"i":`, r.Intent}, {`,"o":`, r.Outcome},
	} {
		if member.value != "" {
			b = appendText(append(b, member.name...), member.value)
		}
	}
	for i, e := range r.Entities {
		if i == 0 {
			b = append(b, `,"e":[`...)
		} else {
			b = append(b, ',')
		}
		b = appendText(b, e)
	}
	if len(r.Entities) > 0 {
		b = append(b, ']')
	}
	if r.Lang != "" {
		b = appendText(append(b, `,"l":`...), r.Lang)
	}
	if r.Failure != "" {
		b = appendText(append(b, `,"f":`...), r.Failure)
	}
	if r.Limited {
		b = append(b, `,"lim":true`...)
	}
	if r.Took != 0 {
		b = strconv.AppendInt(append(b, `,"us":`...), r.Took, 10)
	}
	if r.Decision != "" {
		b = appendText(append(b, `,"d":`...), r.Decision)
	}
	return append(b, '}')
}

// appendText appends a string as JSON. Nearly all hold nothing that must be escaped.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			text, err := json.Marshal(s)
			if err != nil {
				return append(b, `""`...) // no string is refused
			}
			return append(b, text...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

func (r auditRecord) record() bot.Record {
	return bot.Record{ID: r.ID, Entry: bot.Entry{
		Time: instant(r.At), Event: r.Event, Actor: bot.Actor{Platform: r.Platform, Workspace: r.Workspace, ID: r.Actor},
		Address: bot.Address{Platform: r.Platform, Workspace: r.Workspace, Channel: r.Channel, Thread: r.Thread}, What: r.What,
		Answer: bot.Answer{Intent: r.Intent, Outcome: bot.Outcome(r.Outcome), Entities: r.Entities, Lang: lang.Lang(r.Lang)},
		Took:   time.Duration(r.Took) * time.Microsecond, Failure: r.Failure, Limited: r.Limited,
		Decision: r.Decision,
	}}
}

func (r *auditRecord) by(a bot.Actor) bool {
	return r.Platform == a.Platform && r.Workspace == a.Workspace && r.Actor == a.ID
}
