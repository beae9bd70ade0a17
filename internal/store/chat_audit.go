package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/klauspost/compress/s2"

	"github.com/backchannel-portal/backchannel/bot"
)

type chatAudit struct {
	chat
	rooms *sync.Pool // of *auditRoom
}

func newChatAudit(c chat) chatAudit {
	return chatAudit{c, &sync.Pool{New: func() any { return &auditRoom{marks: map[uint64]struct{}{}} }}}
}

// auditRoom is the memory that writing rows takes, used again: under load it is a sixth of what the program allocates.
type auditRoom struct {
	records              []auditRecord
	data, packed, actors []byte
	marks                map[uint64]struct{}
}

// leave gives the memory back, without the texts that the records point to.
func (r *auditRoom) leave(to *sync.Pool) {
	clear(r.records)
	to.Put(r)
}

// auditBatch is how many records a row holds at most.
const auditBatch = 500

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
		data, err = decompress(data)
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
	room := c.rooms.Get().(*auditRoom)
	defer room.leave(c.rooms)
	room.records = slices.Grow(room.records[:0], len(rs))
	for i := range rs {
		room.records = append(room.records, newAuditRecord(&rs[i]))
	}
	return c.db.write(ctx, "write the audit", func(t *tx) error {
		fresh, err := t.unknown(ctx, room.records) // all at once: the rows of one call overlap
		if err != nil {
			return err
		}
		for batch := range slices.Chunk(fresh, auditBatch) {
			if err := t.putAudit(ctx, room, batch); err != nil {
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
func (t *tx) putAudit(ctx context.Context, room *auditRoom, records []auditRecord) error {
	least, greatest := span(records)
	since, until := records[0].At, records[0].At
	data, actors := append(room.data[:0], '['), room.actors[:0]
	clear(room.marks)
	for i := range records {
		r := &records[i]
		since, until = min(since, r.At), max(until, r.At)
		if i > 0 {
			data = append(data, ',')
		}
		data = r.append(data)
		sum := actorSum(r.Platform, r.Workspace, r.Actor)
		if _, known := room.marks[sum]; !known {
			room.marks[sum] = struct{}{}
			actors = appendMark(actors, sum)
		}
	}
	room.data, room.actors = append(data, ']'), actors
	room.packed = compress(room.packed[:0], room.data)
	_, err := t.ExecContext(ctx, `INSERT INTO chat_audit (id, last, since, until, n, actors, records) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		least, greatest, since, until, len(records), string(actors), room.packed)
	return err
}

// compressed is the first byte of records that are compressed. What was written before that was done begins with a
// bracket.
const compressed = 's'

// compress appends records, shortened. They repeat each other, and a database takes longer to write them than this does.
func compress(dst, data []byte) []byte {
	dst = slices.Grow(append(dst, compressed), s2.MaxEncodedLen(len(data)))
	return append(dst, s2.Encode(dst[len(dst):cap(dst)], data)...)
}

// decompress gives records back as JSON.
func decompress(data []byte) ([]byte, error) {
	if len(data) == 0 || data[0] != compressed {
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
	room := c.rooms.Get().(*auditRoom)
	defer room.leave(c.rooms)
	err := c.db.write(ctx, "erase from the audit", func(t *tx) error {
		erased = 0
		// Two who take records out of one row at once would each write back what the other has taken out.
		if err := t.alone(ctx, "chat_audit"); err != nil {
			return err
		}
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
			if err := t.putAudit(ctx, room, rest); err != nil {
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
