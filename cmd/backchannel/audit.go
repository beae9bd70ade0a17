package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"gopkg.in/natefinch/lumberjack.v2"

	"github.com/backchannel-portal/backchannel/bot"
)

// audit writes who asked what kind of question, and how it ended, to audit.jsonl in the data folder. Questions never
// wait for it: entries pass through a bounded queue, and one that does not fit is counted as lost.
type audit struct {
	queue chan bot.Entry
	lost  atomic.Int64
	out   *lumberjack.Logger
	log   *slog.Logger
	batch []byte // used again
}

// The audit's bounds: entries that wait, and megabytes and number of files that are kept.
const (
	auditQueue    = 8192
	auditFileMB   = 64
	auditFiles    = 8
	auditInterval = 200 * time.Millisecond
)

func newAudit(dir string, log *slog.Logger) *audit {
	return &audit{
		queue: make(chan bot.Entry, auditQueue),
		out:   &lumberjack.Logger{Filename: filepath.Join(dir, "audit.jsonl"), MaxSize: auditFileMB, MaxBackups: auditFiles},
		log:   log,
	}
}

// Observe implements bot.Observer.
func (a *audit) Observe(e bot.Entry) {
	select {
	case a.queue <- e:
	default:
		a.lost.Add(1)
	}
}

// run writes batches until ctx is done, then what is left.
func (a *audit) run(ctx context.Context) {
	defer a.out.Close()
	tick := time.NewTicker(auditInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			a.drain()
		case <-ctx.Done():
			a.drain()
			return
		}
	}
}

func (a *audit) drain() {
	batch := a.batch[:0]
	for len(batch) < 1<<20 {
		select {
		case e := <-a.queue:
			batch = appendEntry(batch, e)
			continue
		default:
		}
		break
	}
	a.batch = batch
	if len(batch) == 0 {
		return
	}
	if _, err := a.out.Write(batch); err != nil {
		a.log.Error("the audit cannot be written", "err", err)
	}
	if n := a.lost.Swap(0); n > 0 {
		a.log.Warn("audit entries were lost, the queue was full", "entries", n)
	}
}

// appendEntry appends one line of JSON.
func appendEntry(b []byte, e bot.Entry) []byte {
	b = append(b, `{"time":"`...)
	b = e.Time.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, '"')
	for _, f := range [...]struct{ key, value string }{
		{"event", e.Event}, {"platform", e.Actor.Platform}, {"workspace", e.Actor.Workspace}, {"actor", e.Actor.ID}, {"channel", e.Address.Channel}, {"what", e.What},
		{"intent", e.Answer.Intent}, {"outcome", string(e.Answer.Outcome)}, {"failure", e.Failure},
	} {
		if f.value == "" {
			continue
		}
		b = append(append(append(b, `,"`...), f.key...), `":`...)
		b = appendString(b, f.value)
	}
	for i, ref := range e.Answer.Entities {
		if i == 0 {
			b = append(b, `,"entities":[`...)
		} else {
			b = append(b, ',')
		}
		b = appendString(b, ref)
	}
	if len(e.Answer.Entities) > 0 {
		b = append(b, ']')
	}
	if e.Limited {
		b = append(b, `,"limited":true`...)
	}
	b = append(b, `,"us":`...)
	b = strconv.AppendInt(b, e.Took.Microseconds(), 10)
	return append(b, "}\n"...)
}

// appendString appends a string; most are plain and need no encoder.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return appendJSON(b, s)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// appendJSON appends a string or a list of strings, which always encode.
func appendJSON(b []byte, v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		return append(b, "null"...)
	}
	return append(b, data...)
}
