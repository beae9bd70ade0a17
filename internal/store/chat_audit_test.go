package store

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
)

// TestAuditRecordIsJSON holds the writer of records to what their tags say.
func TestAuditRecordIsJSON(t *testing.T) {
	entry := bot.Entry{
		Time: time.UnixMicro(1_772_366_400_123_456), Event: "p:w:1", Actor: bot.Actor{Platform: "p", Workspace: "w", ID: "u"},
		Address: bot.Address{Platform: "p", Workspace: "w", Channel: "c", Thread: "t"}, What: "question",
		Answer: bot.Answer{Intent: "owner", Outcome: bot.Answered, Entities: []string{"component:default/a", "component:default/b"}, Lang: "zh"},
		Took:   1500 * time.Microsecond, Failure: "upstream", Limited: true,
	}
	odd := entry
	odd.Event, odd.What, odd.Answer.Entities = "\"\\<>&\x00\n\u2028\xff", "谁负责", []string{"", "é"}
	for _, r := range []bot.Record{{}, {ID: "0190"}, {ID: "0190", Entry: entry}, {ID: "0190", Entry: odd}} {
		rec := newAuditRecord(&r)
		want, err := json.Marshal(rec)
		if err != nil {
			t.Fatal(err)
		}
		if got := rec.append(nil); !bytes.Equal(got, want) {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

// TestActorMark keeps the marks of rows that are there.
func TestActorMark(t *testing.T) {
	if got := actorMark(bot.Actor{Platform: "slack", Workspace: "T1", ID: "U1"}); got != "|2cmqql6hs3hjs|" {
		t.Errorf("%s", got)
	}
}
