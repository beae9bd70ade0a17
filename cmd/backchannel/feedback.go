package main

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/job"
)

// The jobs about what people say of answers.
const (
	jobSettle = "feedback.settle" // closes what has changed in the catalog
	jobDigest = "feedback.digest" // tells owners what is disputed, once a day

	jobRequests = "feedback.requests" // looks at what became of proposed changes
)

const (
	settleEvery = 15 * time.Second
	digestEvery = time.Hour // a digest of a day is sent once, whenever something is disputed first

	requestsEvery = 10 * time.Minute
)

// send hands a post to the outbox; where nothing posts, it is left.
func (p *places) send(ctx context.Context, post bot.Post) error {
	out := p.out.Load()
	if out == nil || !out.sender.Posts(post.To.Platform) {
		return nil
	}
	return out.sender.Send(ctx, post)
}

// feedbackJobs settle feedback and tell owners of it.
func (f *followed) feedbackJobs() (map[string]job.Kind, []job.Periodic) {
	kinds := map[string]job.Kind{
		jobSettle: {Handler: func(ctx context.Context, _ job.Job) (json.RawMessage, error) {
			if !f.ready.Load() || f.view(catalog.Viewer{}).Generation() == 0 { // what is not read yet has not changed
				return nil, nil
			}
			n, err := f.commands.Settle(ctx)
			return json.RawMessage(strconv.Itoa(n)), err
		}},
		jobRequests: {Handler: func(ctx context.Context, _ job.Job) (json.RawMessage, error) {
			if !f.ready.Load() {
				return nil, nil
			}
			n, err := f.commands.SettleRequests(ctx)
			return json.RawMessage(strconv.Itoa(n)), err
		}},
		jobDigest: {Handler: func(ctx context.Context, _ job.Job) (json.RawMessage, error) {
			if !f.ready.Load() {
				return nil, nil
			}
			return nil, f.commands.Digest(ctx)
		}},
	}
	return kinds, []job.Periodic{
		{Name: jobSettle, Every: settleEvery, Request: job.Request{Kind: jobSettle, Attempts: 1}},
		{Name: jobRequests, Every: requestsEvery, Request: job.Request{Kind: jobRequests, Attempts: 1}},
		{Name: jobDigest, Every: digestEvery, Request: job.Request{Kind: jobDigest, Attempts: 3}},
	}
}
