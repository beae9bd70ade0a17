package circleci

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/plugins"
)

// The parts of API v2's answers that are read (circleci.com/docs/api/v2).

type list[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next_page_token"`
}

type project struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
	VCS  struct {
		DefaultBranch string `json:"default_branch"`
	} `json:"vcs_info"`
}

type pipeline struct {
	ID      string    `json:"id"`
	Number  int64     `json:"number"`
	Updated time.Time `json:"updated_at"`
	Created time.Time `json:"created_at"`
	Trigger struct {
		Type  string `json:"type"`
		Actor struct {
			Login string `json:"login"`
		} `json:"actor"`
	} `json:"trigger"`
	VCS vcs `json:"vcs"`
}

// vcs is what a pipeline is about. The commit's author is in webhooks only.
type vcs struct {
	Branch   string `json:"branch"`
	Tag      string `json:"tag"`
	Revision string `json:"revision"`
	Commit   struct {
		Subject string `json:"subject"`
		Author  struct {
			Name string `json:"name"`
		} `json:"author"`
	} `json:"commit"`
}

type workflow struct {
	ID             string     `json:"id"`
	Name           string     `json:"name"`
	Status         string     `json:"status"`
	PipelineID     string     `json:"pipeline_id"`
	PipelineNumber int64      `json:"pipeline_number"`
	Created        time.Time  `json:"created_at"`
	Stopped        *time.Time `json:"stopped_at"`
}

type job struct {
	ID      string `json:"id"`
	Number  int64  `json:"job_number"` // 0: it has none, as one that waits for approval
	Name    string `json:"name"`
	Status  string `json:"status"`
	Started string `json:"started_at"`
}

type testResult struct {
	Name   string `json:"name"`
	Class  string `json:"classname"`
	Result string `json:"result"`
}

type artifact struct {
	Path string `json:"path"`
	URL  string `json:"url"`
}

// build is what is read of a build of API v1.1, which alone tells steps.
type build struct {
	Steps []struct {
		Name    string   `json:"name"`
		Actions []action `json:"actions"`
	} `json:"steps"`
}

type action struct {
	Name      string `json:"name"`
	Status    string `json:"status"`
	Failed    *bool  `json:"failed"`
	HasOutput bool   `json:"has_output"`
	OutputURL string `json:"output_url"`
}

func (a action) failed() bool {
	return a.Failed != nil && *a.Failed || a.Status == "failed" || a.Status == "timedout" || a.Status == "infrastructure_fail"
}

// output is one piece of what a step wrote.
type output struct {
	Message string `json:"message"`
}

// stateOf reads a status of API v2, or one of v1.1.
func stateOf(status string) (plugins.RunState, bool) {
	switch strings.ToLower(status) {
	case "success", "fixed":
		return plugins.RunPassed, true
	case "failed", "error", "unauthorized", "timedout", "infrastructure_fail", "no_tests":
		return plugins.RunFailed, true
	case "canceled", "cancelled", "not_run", "retried":
		return plugins.RunCanceled, true
	case "on_hold":
		return plugins.RunHeld, true
	case "running", "failing":
		return plugins.RunRunning, true
	case "queued", "scheduled", "not_running", "created", "pending":
		return plugins.RunQueued, true
	}
	return "", false
}

// decode reads an answer; one of another shape is told apart from one that is no JSON.
func decode(data []byte, into any) bool { return json.Unmarshal(data, into) == nil }

// clip is a text, bounded.
func clip(s string) string { return plugins.RunText(s) }
