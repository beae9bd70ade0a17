package gitlab

import (
	"encoding/json"
	"time"

	"github.com/backchannel-portal/backchannel/plugins"
)

// The parts of answers that are read (docs.gitlab.com, REST API v4).

type user struct {
	Username string `json:"username"`
}

type mergeRequest struct {
	IID       int64      `json:"iid"`
	Title     string     `json:"title"`
	URL       string     `json:"web_url"`
	Author    user       `json:"author"`
	Draft     bool       `json:"draft"`
	Created   time.Time  `json:"created_at"`
	Updated   time.Time  `json:"updated_at"`
	Merged    *time.Time `json:"merged_at"`
	Reviewers []user     `json:"reviewers"`
}

func (m mergeRequest) request() plugins.PullRequest {
	out := plugins.PullRequest{
		Number: m.IID, Title: clip(m.Title), Author: clip(m.Author.Username), URL: m.URL, Draft: m.Draft, Opened: m.Created, Updated: m.Updated,
	}
	if m.Merged != nil {
		out.Merged = *m.Merged
	}
	for _, u := range m.Reviewers {
		out.Waits = append(out.Waits, clip(u.Username))
	}
	return out
}

type release struct {
	Tag      string    `json:"tag_name"`
	Name     string    `json:"name"`
	Released time.Time `json:"released_at"`
	Upcoming bool      `json:"upcoming_release"`
	Author   user      `json:"author"`
	Links    struct {
		Self string `json:"self"`
	} `json:"_links"`
}

type deployment struct {
	ID          int64     `json:"id"`
	Ref         string    `json:"ref"`
	SHA         string    `json:"sha"`
	Status      string    `json:"status"`
	Created     time.Time `json:"created_at"`
	Updated     time.Time `json:"updated_at"`
	User        *user     `json:"user"`
	Environment struct {
		Name string `json:"name"`
	} `json:"environment"`
	Deployable *struct {
		URL string `json:"web_url"`
	} `json:"deployable"`
}

type pipeline struct {
	ID       int64      `json:"id"`
	IID      int64      `json:"iid"`
	Name     string     `json:"name"`
	Status   string     `json:"status"`
	Source   string     `json:"source"`
	Ref      string     `json:"ref"`
	Tag      bool       `json:"tag"`
	SHA      string     `json:"sha"`
	URL      string     `json:"web_url"`
	Created  time.Time  `json:"created_at"`
	Updated  time.Time  `json:"updated_at"`
	Started  *time.Time `json:"started_at"`  // in the answer for one alone
	Finished *time.Time `json:"finished_at"` // the same
	User     *user      `json:"user"`        // the same
}

type pipelineJob struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Stage  string `json:"stage"`
	Status string `json:"status"`
	URL    string `json:"web_url"`
}

// stateOf reads the status of a pipeline, a job or a deployment.
func stateOf(status string) plugins.RunState {
	switch status {
	case "success":
		return plugins.RunPassed
	case "failed":
		return plugins.RunFailed
	case "running":
		return plugins.RunRunning
	case "manual", "blocked":
		return plugins.RunHeld
	case "canceled", "canceling", "skipped":
		return plugins.RunCanceled
	}
	return plugins.RunQueued // created, waiting_for_resource, preparing, pending, scheduled
}

func decode(data []byte, into any) bool { return json.Unmarshal(data, into) == nil }

// clip is the first line of a text, bounded.
func clip(s string) string { return plugins.RunLine(s) }
