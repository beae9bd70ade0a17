package lighthouse

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// The shapes of a Lighthouse result (LHR), as far as they are read.
type (
	lhr struct {
		Version      string              `json:"lighthouseVersion"`
		Final        string              `json:"finalDisplayedUrl"`
		Categories   map[string]category `json:"categories"`
		RuntimeError *struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"runtimeError"`
		Settings struct {
			Form     string `json:"formFactor"`
			Emulated string `json:"emulatedFormFactor"` // before version 7
		} `json:"configSettings"`
	}
	category struct {
		ID    string   `json:"id"`
		Title string   `json:"title"`
		Score *float64 `json:"score"` // 0 to 1
	}
)

// readLHR reads the result of an audit.
func readLHR(data []byte) (plugins.Audit, error) {
	var r lhr
	if err := json.Unmarshal(data, &r); err != nil {
		return plugins.Audit{}, fault.Wrap(fault.Upstream, err, "the result of the audit cannot be read")
	}
	if e := r.RuntimeError; e != nil && e.Code != "" && e.Code != "NO_ERROR" {
		return plugins.Audit{}, fault.New(fault.Upstream, "%s: %s", e.Code, clip(e.Message, maxWhy))
	}
	a := plugins.Audit{Scores: scores(r.Categories), Form: cmp.Or(r.Settings.Form, r.Settings.Emulated)}
	if a.Form != plugins.FormMobile && a.Form != plugins.FormDesktop {
		a.Form = ""
	}
	if r.Version != "" {
		a.Tool = Title + " " + clip(r.Version, 40)
	}
	if len(a.Scores) == 0 {
		return plugins.Audit{}, fault.New(fault.Upstream, "the result of the audit has no scores")
	}
	return a, nil
}

// order is that in which Lighthouse shows its categories.
func order() []string {
	return []string{"performance", "accessibility", "best-practices", "seo", "pwa", "agentic-browsing"}
}

// maxCategories bounds the scores of one audit.
const maxCategories = 20

// scores are the categories in the order in which they are shown, those that nobody knows last.
func scores(all map[string]category) []plugins.Score {
	var out []plugins.Score
	for key, c := range all {
		s := plugins.Score{ID: cmp.Or(c.ID, key), Title: clip(cmp.Or(strings.TrimSpace(c.Title), c.ID, key), 80), Value: plugins.NoScore}
		if len(s.ID) > 80 {
			continue
		}
		if c.Score != nil && !math.IsNaN(*c.Score) && *c.Score >= 0 && *c.Score <= 1 {
			s.Value = int(math.Round(100 * *c.Score))
		}
		out = append(out, s)
	}
	place := func(id string) int {
		if i := slices.Index(order(), id); i >= 0 {
			return i
		}
		return len(order())
	}
	slices.SortFunc(out, func(a, b plugins.Score) int {
		return cmp.Or(cmp.Compare(place(a.ID), place(b.ID)), strings.Compare(a.ID, b.ID))
	})
	return out[:min(len(out), maxCategories)]
}
