package plugins

import (
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// TestWhoseRunItIsStays: a webhook names people in full and an answer by their login; the news of a build is one.
func TestWhoseRunItIsStays(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	was := Run{Provider: "ci", Project: "p", ID: "1", State: RunFailed, Author: "Ann Li", Started: at, Ended: at, Seen: at}
	heard := was
	heard.Author, heard.Seen = "ann", at.Add(time.Minute)
	if next, fresh := heard.After(was); fresh || next.Author != "Ann Li" {
		t.Errorf("%q, new: %v", next.Author, fresh)
	}
	heard.Attempt = 1
	if next, fresh := heard.After(was); !fresh || next.Author != "ann" {
		t.Errorf("of another attempt: %q, new: %v", next.Author, fresh)
	}
}

// TestStartLayout: the bars of a chart are told from each other by as little as it takes.
func TestStartLayout(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for want, starts := range map[string][]time.Duration{
		"15:04": {0, time.Hour, 2 * time.Hour}, "01-02": {0, 24 * time.Hour, 48 * time.Hour}, "01-02 15:04": {0, time.Hour, 24 * time.Hour},
	} {
		var runs []Run
		for _, d := range starts {
			runs = append(runs, Run{Started: at.Add(d)})
		}
		if got := startLayout(runs); got != want {
			t.Errorf("%v: %s, want %s", starts, got, want)
		}
	}
}

// TestScoresThatAreNotThere: a category that neither audit scored is left out, one that lost its score is not.
func TestScoresThatAreNotThere(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	s := Site{Audits: []Audit{
		{ID: "2", State: AuditCompleted, Ended: at, Scores: []Score{{ID: "performance", Value: NoScore}, {ID: "seo", Value: 90}, {ID: "pwa", Value: NoScore}}},
		{ID: "1", State: AuditCompleted, Ended: at.Add(-time.Hour), Scores: []Score{{ID: "performance", Value: 80}}},
	}}
	fields, ok := AuditBlocks(lang.English, s, at)[0].(card.Fields)
	if !ok || len(fields.Items) != 2 || fields.Items[0].Label != "Performance" || fields.Items[1].Label != "SEO" {
		t.Errorf("%+v", fields)
	}
}
