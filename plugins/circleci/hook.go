package circleci

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// webhook is what is read of a delivery (circleci.com/docs/outbound-webhooks-reference).
type webhook struct {
	ID       string    `json:"id"`
	Type     string    `json:"type"`
	Happened time.Time `json:"happened_at"`
	Project  struct {
		Slug string `json:"slug"`
	} `json:"project"`
	Workflow struct {
		ID      string     `json:"id"`
		Name    string     `json:"name"`
		Created time.Time  `json:"created_at"`
		Stopped *time.Time `json:"stopped_at"`
		URL     string     `json:"url"`
		Status  string     `json:"status"`
	} `json:"workflow"`
	Pipeline struct {
		ID      string    `json:"id"`
		Number  int64     `json:"number"`
		Created time.Time `json:"created_at"`
		VCS     vcs       `json:"vcs"`
	} `json:"pipeline"`
}

// oldest is how long ago a delivery may have happened: one that was caught is of no use later.
const oldest = 24 * time.Hour

// Verify implements plugins.HasWebhook: the signature, of which there may be several versions, is that of the body with
// the secret (circleci.com/docs/outbound-webhooks, "Validate webhooks").
func (p *Plugin) Verify(d plugins.Delivery) (string, error) {
	if p.c.WebhookSecret == "" {
		return "", fault.New(fault.Forbidden, "plugins.circleci.webhook_secret is not set")
	}
	if !genuine(p.c.WebhookSecret, d.Header, d.Body) {
		return "", fault.New(fault.Forbidden, "the signature is wrong")
	}
	w, err := readHook(d.Body)
	switch {
	case err != nil:
		return "", err
	case w.ID == "" || len(w.ID) > 100:
		return "", fault.New(fault.Invalid, "the delivery has no id")
	case !w.Happened.IsZero() && d.At.Sub(w.Happened) > oldest:
		return "", fault.New(fault.Forbidden, "the delivery is of %s", w.Happened.UTC().Format(time.RFC3339))
	}
	return w.ID, nil
}

func genuine(secret string, h http.Header, body []byte) bool {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	want := mac.Sum(nil)
	for part := range strings.SplitSeq(h.Get("circleci-signature"), ",") {
		version, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		got, err := hex.DecodeString(value)
		if version == "v1" && err == nil && hmac.Equal(got, want) {
			return true
		}
	}
	return false
}

func readHook(body []byte) (w webhook, err error) {
	if err := json.Unmarshal(body, &w); err != nil {
		return w, fault.New(fault.Invalid, "the body is not a delivery of CircleCI")
	}
	return w, nil
}

// Receive implements plugins.HasWebhook. Deliveries come in any order and may repeat; see plugins.Run.After.
func (p *Plugin) Receive(ctx context.Context, d plugins.Delivery) error {
	w, err := readHook(d.Body)
	if err != nil {
		return err
	}
	s, ok := ParseSlug(w.Project.Slug)
	if w.Type != "workflow-completed" || !ok {
		return nil // that of a test, or of a job, which the workflow will tell as well
	}
	r, ok := p.run(s, pipeline{ID: w.Pipeline.ID, Number: w.Pipeline.Number, Created: w.Pipeline.Created, VCS: w.Pipeline.VCS},
		workflow{ID: w.Workflow.ID, Name: w.Workflow.Name, Status: w.Workflow.Status, Created: w.Workflow.Created, Stopped: w.Workflow.Stopped})
	if !ok {
		return nil
	}
	if !w.Happened.IsZero() {
		r.Seen = earlier(w.Happened, p.host.Now())
	}
	return p.keep(ctx, s, []plugins.Run{r})
}
