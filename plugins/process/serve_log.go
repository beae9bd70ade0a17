package process

import (
	"context"
	"log/slog"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// farLog is a slog.Handler that writes to the program's log.
type farLog struct{ conn *conn }

// Enabled implements slog.Handler.
func (farLog) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelInfo }

// Handle implements slog.Handler.
func (f farLog) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString(r.Message)
	r.Attrs(func(a slog.Attr) bool {
		b.WriteString(" " + a.Key + "=" + a.Value.String())
		return true
	})
	return f.conn.notify(methodLog, logParams{strings.ToLower(r.Level.String()), b.String()})
}

// WithAttrs implements slog.Handler.
func (f farLog) WithAttrs([]slog.Attr) slog.Handler { return f }

// WithGroup implements slog.Handler.
func (f farLog) WithGroup(string) slog.Handler { return f }

// sees is the WebQuery.Sees of a plugin that runs elsewhere: the program hides what may not be seen from what comes back.
func (farHost) sees(catalog.Ref) bool { return true }
