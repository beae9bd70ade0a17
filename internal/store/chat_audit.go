package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/klauspost/compress/s2"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

type chatAudit struct{ chat }

// auditBatch is how many records a row holds at most.
const auditBatch = 500

// auditRecord is a record as a row keeps it.
type auditRecord struct {
	ID        string   `json:"id"`
	At        int64    `json:"at"`
	Event     string   `json:"ev,omitempty"`
	Platform  string   `json:"p,omitempty"`
	Workspace string   `json:"w,omitempty"`
	Actor     string   `json:"a,omitempty"`
	Channel   string   `json:"c,omitempty"`
	Thread    string   `json:"t,omitempty"`
	What      string   `json:"what,omitempty"`
	Intent    string   `json:"i,omitempty"`
	Outcome   string   `json:"o,omitempty"`
	Entities  []string `json:"e,omitempty"`
	Lang      string   `json:"l,omitempty"`
	Failure   string   `json:"f,omitempty"`
	Limited   bool     `json:"lim,omitempty"`
	Took      int64    `json:"us,omitempty"`
	Decision  string   `json:"d,omitempty"`
}

func newAuditRecord(r *bot.Record) auditRecord {
	return auditRecord{
		ID: words(r.ID), At: micros(r.Time), Event: r.Event, Platform: r.Actor.Platform, Workspace: r.Actor.Workspace, Actor: r.Actor.ID,
		Channel: r.Address.Channel, Thread: r.Address.Thread, What: r.What, Intent: r.Answer.Intent, Outcome: string(r.Answer.Outcome),
		Entities: r.Answer.Entities, Lang: string(r.Answer.Lang), Failure: r.Failure, Limited: r.Limited, Took: r.Took.Microseconds(),
		Decision: words(r.Decision),
	}
}

// append appends the record as JSON, as encoding/json writes it.
func (r *auditRecord) append(b []byte) []byte {
	b = appendText(append(b, `{"id":`...), r.ID)
	b = strconv.AppendInt(append(b, `,"at":`...), r.At, 10)
	for _, member := range [...]struct{ name, value string }{
		{`,"ev":`, r.Event}, {`,"p":`, r.Platform}, {`,"w":`, r.Workspace}, {`,"a":`, r.Actor}, {`,"c":`, r.Channel}, {`,"t":`, r.Thread},
		{`,"what":`, r.What}, {`,"i":`, r.Intent}, {`,"o":`, r.Outcome},
	} {
		if member.value != "" {
			b = appendText(append(b, member.name...), member.value)
		}
	}
	for i, e := range r.Entities {
		if i == 0 {
			b = append(b, `,"e":[`...)
		} else {
			b = append(b, ',')
		}
		b = appendText(b, e)
	}
	if len(r.Entities) > 0 {
		b = append(b, ']')
	}
	if r.Lang != "" {
		b = appendText(append(b, `,"l":`...), r.Lang)
	}
	if r.Failure != "" {
		b = appendText(append(b, `,"f":`...), r.Failure)
	}
	if r.Limited {
		b = append(b, `,"lim":true`...)
	}
	if r.Took != 0 {
		b = strconv.AppendInt(append(b, `,"us":`...), r.Took, 10)
	}
	if r.Decision != "" {
		b = appendText(append(b, `,"d":`...), r.Decision)
	}
	return append(b, '}')
}

// appendText appends a string as JSON. Nearly all hold nothing that must be escaped.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			text, err := json.Marshal(s)
			if err != nil {
				return append(b, `""`...) // no string is refused
			}
			return append(b, text...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

func (r auditRecord) record() bot.Record {
	return bot.Record{ID: r.ID, Entry: bot.Entry{
		Time: instant(r.At), Event: r.Event, Actor: bot.Actor{Platform: r.Platform, Workspace: r.Workspace, ID: r.Actor},
		Address: bot.Address{Platform: r.Platform, Workspace: r.Workspace, Channel: r.Channel, Thread: r.Thread}, What: r.What,
		Answer: bot.Answer{Intent: r.Intent, Outcome: bot.Outcome(r.Outcome), Entities: r.Entities, Lang: lang.Lang(r.Lang)},
		Took:   time.Duration(r.Took) * time.Microsecond, Failure: r.Failure, Limited: r.Limited,
		Decision: r.Decision,
	}}
}

func (r *auditRecord) by(a bot.Actor) bool {
	return r.Platform == a.Platform && r.Workspace == a.Workspace && r.Actor == a.ID
}

// actorMark stands for an actor in the column actors. Equal marks of different actors cost a look, no more.
func actorMark(a bot.Actor) string {
	return string(appendMark(nil, actorSum(a.Platform, a.Workspace, a.ID)))
}

func appendMark(b []byte, sum uint64) []byte {
	return append(strconv.AppendUint(append(b, '|'), sum, 36), '|')
}

// actorSum is the 64-bit FNV-1a hash of the actor's key.
func actorSum(platform, workspace, id string) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	for i, part := range [...]string{platform, workspace, id} {
		if i > 0 {
			h = (h ^ ':') * prime
		}
		for k := range len(part) {
			h = (h ^ uint64(part[k])) * prime
		}
	}
	return h
}

// auditRow is a row of the table.
type auditRow struct {
	id      string
	until   int64
	records []auditRecord
}

func scanAuditRow(rows *sql.Rows) (r auditRow, err error) {
	var data []byte
	if err = rows.Scan(&r.id, &r.until, &data); err == nil {
		data, err = inflate(data)
	}
	if err == nil {
		err = parse(data, &r.records)
	}
	return r, err
}

// Append implements bot.AuditStore. A record may come again after the answer to its first coming was lost.
func (c chatAudit) Append(ctx context.Context, rs []bot.Record) error {
	if len(rs) == 0 {
		return nil
	}
	records := make([]auditRecord, len(rs))
	for i := range rs {
		records[i] = newAuditRecord(&rs[i])
	}
	return c.db.write(ctx, "write the audit", func(t *tx) error {
		fresh, err := t.unknown(ctx, records) // all at once: the rows of one call overlap
		if err != nil {
			return err
		}
		for batch := range slices.Chunk(fresh, auditBatch) {
			if err := t.putAudit(ctx, batch); err != nil {
				return err
			}
		}
		return nil
	})
}

func span(records []auditRecord) (least, greatest string) {
	least, greatest = records[0].ID, records[0].ID
	for i := range records {
		least, greatest = min(least, records[i].ID), max(greatest, records[i].ID)
	}
	return least, greatest
}

// unknown leaves out the records that are kept already, which lie in rows whose ids overlap.
func (t *tx) unknown(ctx context.Context, records []auditRecord) ([]auditRecord, error) {
	least, greatest := span(records)
	known := map[string]bool{}
	err := t.each(ctx, `SELECT id, until, records FROM chat_audit WHERE last >= $1 AND id <= $2`, func(rows *sql.Rows) error {
		row, err := scanAuditRow(rows)
		for i := range row.records {
			known[row.records[i].ID] = true
		}
		return err
	}, least, greatest)
	if len(known) == 0 {
		return records, err
	}
	return slices.DeleteFunc(slices.Clone(records), func(r auditRecord) bool { return known[r.ID] }), err
}

// putAudit writes a row.
func (t *tx) putAudit(ctx context.Context, records []auditRecord) error {
	least, greatest := span(records)
	since, until := records[0].At, records[0].At
	data := make([]byte, 0, 256*len(records)) // a usual record is a little shorter
	marks := make(map[uint64]struct{}, len(records))
	actors := make([]byte, 0, 16*len(records))
	for i := range records {
		r := &records[i]
		since, until = min(since, r.At), max(until, r.At)
		sep := byte(',')
		if i == 0 {
			sep = '['
		}
		data = r.append(append(data, sep))
		sum := actorSum(r.Platform, r.Workspace, r.Actor)
		if _, known := marks[sum]; !known {
			marks[sum] = struct{}{}
			actors = appendMark(actors, sum)
		}
	}
	_, err := t.ExecContext(ctx, `INSERT INTO chat_audit (id, last, since, until, n, actors, records) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		least, greatest, since, until, len(records), string(actors), deflate(append(data, ']')))
	return err
}

// deflated is the first byte of records that are compressed. What was written before that was done begins with a
// bracket.
const deflated = 's'

// deflate compresses records, which repeat each other: a database takes longer to write them than this does.
func deflate(data []byte) []byte {
	packed := make([]byte, 1, 1+s2.MaxEncodedLen(len(data)))
	packed[0] = deflated
	return append(packed, s2.Encode(packed[1:cap(packed)], data)...)
}

// inflate gives records back as JSON.
func inflate(data []byte) ([]byte, error) {
	if len(data) == 0 || data[0] != deflated {
		return data, nil
	}
	return s2.Decode(nil, data[1:])
}

// Of implements bot.AuditStore.
func (c chatAudit) Of(ctx context.Context, a bot.Actor, before time.Time, n int) ([]bot.Record, error) {
	var found []auditRecord
	sorted := func() {
		slices.SortFunc(found, func(x, y auditRecord) int { return cmp.Or(cmp.Compare(y.At, x.At), cmp.Compare(y.ID, x.ID)) })
		found = found[:min(n, len(found))]
	}
	err := c.db.read(ctx, "read the audit", func(t *tx) error {
		found = nil
		rows, err := t.QueryContext(ctx, `SELECT id, until, records FROM chat_audit WHERE since < $1 AND actors LIKE $2 ORDER BY until DESC`,
			micros(before), "%"+actorMark(a)+"%")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			row, err := scanAuditRow(rows)
			if err != nil {
				return err
			}
			if sorted(); n > 0 && len(found) == n && row.until < found[n-1].At {
				break // what follows is older than what was found
			}
			for i := range row.records {
				if r := &row.records[i]; r.by(a) && r.At < micros(before) {
					found = append(found, *r)
				}
			}
		}
		sorted()
		return rows.Err()
	})
	var out []bot.Record
	for _, r := range found {
		out = append(out, r.record())
	}
	return out, err
}

// Erase implements bot.AuditStore.
func (c chatAudit) Erase(ctx context.Context, a bot.Actor) (int, error) {
	erased := 0
	err := c.db.write(ctx, "erase from the audit", func(t *tx) error {
		erased = 0
		var rows []auditRow
		err := t.each(ctx, `SELECT id, until, records FROM chat_audit WHERE actors LIKE $1`, func(r *sql.Rows) error {
			row, err := scanAuditRow(r)
			rows = append(rows, row)
			return err
		}, "%"+actorMark(a)+"%")
		if err != nil {
			return err
		}
		for _, row := range rows {
			rest := slices.DeleteFunc(slices.Clone(row.records), func(r auditRecord) bool { return r.by(a) })
			erased += len(row.records) - len(rest)
			if _, err := t.ExecContext(ctx, `DELETE FROM chat_audit WHERE id = $1`, row.id); err != nil {
				return err
			}
			if len(rest) == 0 {
				continue
			}
			if err := t.putAudit(ctx, rest); err != nil {
				return err
			}
		}
		return nil
	})
	return erased, err
}

// Sweep implements bot.Sweeper. Records that were written together go together, once the last of them is old.
func (c chatAudit) Sweep(ctx context.Context, before time.Time) (int, error) {
	removed := 0
	err := c.db.write(ctx, "forget what is old in the audit", func(t *tx) error {
		err := t.QueryRowContext(ctx, `SELECT COALESCE(sum(n), 0) FROM chat_audit WHERE until < $1`, micros(before)).Scan(&removed)
		if err != nil || removed == 0 {
			return err
		}
		_, err = t.ExecContext(ctx, `DELETE FROM chat_audit WHERE until < $1`, micros(before))
		return err
	})
	return removed, err
}
