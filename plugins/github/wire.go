package github

import (
	"encoding/json"
	"time"

	"github.com/backchannel-portal/backchannel/plugins"
)

// The parts of answers that are read (docs.github.com, REST API, version 2022-11-28).

type user struct {
	Login string `json:"login"`
}

type pull struct {
	Number    int64      `json:"number"`
	Title     string     `json:"title"`
	URL       string     `json:"html_url"`
	User      user       `json:"user"`
	Draft     bool       `json:"draft"`
	Created   time.Time  `json:"created_at"`
	Updated   time.Time  `json:"updated_at"`
	Merged    *time.Time `json:"merged_at"`
	Reviewers []user     `json:"requested_reviewers"`
	Teams     []struct {
		Name string `json:"name"`
	} `json:"requested_teams"`
}

func (p pull) request() plugins.PullRequest {
	out := plugins.PullRequest{
		Number: p.Number, Title: clip(p.Title), Author: clip(p.User.Login), URL: p.URL, Draft: p.Draft, Opened: p.Created, Updated: p.Updated,
	}
	if p.Merged != nil {
		out.Merged = *p.Merged
	}
	for _, u := range p.Reviewers {
		out.Waits = append(out.Waits, clip(u.Login))
	}
	for _, t := range p.Teams {
		out.Waits = append(out.Waits, clip(t.Name))
	}
	return out
}

type release struct {
	Tag       string    `json:"tag_name"`
	Name      string    `json:"name"`
	URL       string    `json:"html_url"`
	Draft     bool      `json:"draft"`
	Early     bool      `json:"prerelease"`
	Published time.Time `json:"published_at"`
	Author    user      `json:"author"`
}

type deployment struct {
	ID          int64     `json:"id"`
	Environment string    `json:"environment"`
	Ref         string    `json:"ref"`
	SHA         string    `json:"sha"`
	Created     time.Time `json:"created_at"`
	Creator     *user     `json:"creator"`
}

type deploymentStatus struct {
	State   string    `json:"state"`
	Created time.Time `json:"created_at"`
	LogURL  string    `json:"log_url"`
	EnvURL  string    `json:"environment_url"`
}

// deployed reads the state of a deployment.
func deployed(state string) plugins.RunState {
	switch state {
	case "success":
		return plugins.RunPassed
	case "failure", "error":
		return plugins.RunFailed
	case "inactive": // another one took its place, so it had been there
		return plugins.RunPassed
	case "in_progress":
		return plugins.RunRunning
	}
	return plugins.RunQueued
}

type workflowRun struct {
	ID         int64     `json:"id"`
	Name       string    `json:"name"`
	Branch     string    `json:"head_branch"`
	SHA        string    `json:"head_sha"`
	Number     int64     `json:"run_number"`
	Attempt    int       `json:"run_attempt"`
	Event      string    `json:"event"`
	Status     string    `json:"status"`
	Conclusion string    `json:"conclusion"`
	URL        string    `json:"html_url"`
	Created    time.Time `json:"created_at"`
	Started    time.Time `json:"run_started_at"`
	Updated    time.Time `json:"updated_at"`
	Actor      *user     `json:"actor"`
	Commit     *struct {
		Message string `json:"message"`
		Author  struct {
			Name string `json:"name"`
		} `json:"author"`
	} `json:"head_commit"`
	Suite int64 `json:"check_suite_id"`
}

// stateOf reads status and conclusion of a run or a job.
func stateOf(status, conclusion string) plugins.RunState {
	switch status {
	case "completed":
	case "in_progress":
		return plugins.RunRunning
	case "waiting", "action_required":
		return plugins.RunHeld
	default: // queued, requested, pending
		return plugins.RunQueued
	}
	switch conclusion {
	case "success":
		return plugins.RunPassed
	case "failure", "timed_out", "startup_failure":
		return plugins.RunFailed
	case "action_required":
		return plugins.RunHeld
	}
	return plugins.RunCanceled // cancelled, skipped, neutral, stale
}

type actionJob struct {
	ID         int64  `json:"id"`
	Name       string `json:"name"`
	Status     string `json:"status"`
	Conclusion string `json:"conclusion"`
	URL        string `json:"html_url"`
	Steps      []struct {
		Name       string `json:"name"`
		Status     string `json:"status"`
		Conclusion string `json:"conclusion"`
	} `json:"steps"`
}

func decode(data []byte, into any) bool { return json.Unmarshal(data, into) == nil }

// clip is the first line of a text, bounded.
func clip(s string) string { return plugins.RunLine(s) }
