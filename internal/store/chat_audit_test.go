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

// TestRecordsAreCompressed: what was compressed comes back, what was written without is read as it is, and what is
// broken is an error.
func TestRecordsAreCompressed(t *testing.T) {
	text := append(bytes.Repeat([]byte(`[{"id":"0190","p":"p","w":"w"},`), 200), ']')
	packed := compress(nil, text)
	if len(packed)*5 > len(text) {
		t.Errorf("%d bytes of %d", len(packed), len(text))
	}
	for _, kept := range [][]byte{packed, text} {
		if got, err := decompress(kept); err != nil || !bytes.Equal(got, text) {
			t.Errorf("%d bytes: %v", len(got), err)
		}
	}
	for _, broken := range [][]byte{packed[:len(packed)/2], {compressed}, {compressed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}} {
		if got, err := decompress(broken); err == nil && len(got) > 0 {
			t.Errorf("%q has become %q", broken, got)
		}
	}
}
