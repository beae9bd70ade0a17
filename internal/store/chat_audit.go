package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

type chatAudit struct{ chat }

// The columns of the audit, in the order of their arguments.
const (
	auditColumns = `id, at, event, platform, workspace, actor, channel, thread, what, intent, outcome, entities, lang, failure, limited, took`
	auditWidth   = 16
	auditBatch   = 500 // rows in one statement
)

// Append implements bot.AuditStore.
func (c chatAudit) Append(ctx context.Context, rs []bot.Record) error {
	for batch := range slices.Chunk(rs, auditBatch) {
		var b strings.Builder
		b.WriteString(`INSERT INTO chat_audit (` + auditColumns + `) VALUES `)
		args := make([]any, 0, auditWidth*len(batch))
		for i, r := range batch {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString("(" + placeholders(len(args)+1, auditWidth) + ")")
			var entities []byte
			if len(r.Answer.Entities) > 0 {
				var err error
				if entities, err = document(r.Answer.Entities); err != nil {
					return err
				}
			}
			args = append(args, words(r.ID), micros(r.Time), words(r.Event), words(r.Actor.Platform), words(r.Actor.Workspace), words(r.Actor.ID),
				words(r.Address.Channel), words(r.Address.Thread), words(r.What), words(r.Answer.Intent), words(string(r.Answer.Outcome)),
				words(string(entities)), words(string(r.Answer.Lang)), words(r.Failure), r.Limited, r.Took.Microseconds())
		}
		b.WriteString(` ON CONFLICT (id) DO NOTHING`)
		if _, err := c.exec(ctx, "write the audit", b.String(), args...); err != nil {
			return err
		}
	}
	return nil
}

// Of implements bot.AuditStore.
func (c chatAudit) Of(ctx context.Context, a bot.Actor, before time.Time, n int) ([]bot.Record, error) {
	return chatRows(ctx, c.chat, "read the audit", scanRecord, `
		SELECT `+auditColumns+` FROM chat_audit
		WHERE platform = $1 AND workspace = $2 AND actor = $3 AND at < $4
		ORDER BY at DESC, id DESC LIMIT $5`, words(a.Platform), words(a.Workspace), words(a.ID), micros(before), n)
}

func scanRecord(rows *sql.Rows) (r bot.Record, err error) {
	var at, took int64
	var entities, outcome, language string
	err = rows.Scan(&r.ID, &at, &r.Event, &r.Actor.Platform, &r.Actor.Workspace, &r.Actor.ID, &r.Address.Channel, &r.Address.Thread,
		&r.What, &r.Answer.Intent, &outcome, &entities, &language, &r.Failure, &r.Limited, &took)
	if err != nil {
		return r, err
	}
	r.Time, r.Took = instant(at), time.Duration(took)*time.Microsecond
	r.Address.Platform, r.Address.Workspace = r.Actor.Platform, r.Actor.Workspace
	r.Answer.Outcome, r.Answer.Lang = bot.Outcome(outcome), lang.Lang(language)
	if entities != "" {
		err = parse([]byte(entities), &r.Answer.Entities)
	}
	return r, err
}

// Erase implements bot.AuditStore.
func (c chatAudit) Erase(ctx context.Context, a bot.Actor) (int, error) {
	return c.exec(ctx, "erase from the audit", `DELETE FROM chat_audit WHERE platform = $1 AND workspace = $2 AND actor = $3`,
		words(a.Platform), words(a.Workspace), words(a.ID))
}

// Sweep implements bot.Sweeper.
func (c chatAudit) Sweep(ctx context.Context, before time.Time) (int, error) {
	return c.sweep(ctx, "chat_audit", "id", "at", before)
}
