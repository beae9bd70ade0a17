package search

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/document"

	"github.com/backchannel-portal/backchannel/catalog"
)

// A process that ends leaves its index of entities behind, and the next one that starts in the same directory takes it
// over when it is of the same entities. What it was made of is the last thing that is written to the index, in the order
// in which it persists what it is given, so that an index that has the mark is whole.
const (
	keptHome  = "kept"
	keptMark  = "made-of"
	keptState = "made-at"       // the state of the store that it was in step with, see stateOf
	keptWait  = 5 * time.Second // for the index to persist what it was given last
)

// adoptKept moves what an earlier process left below parent into the home, where no other process can take it, and
// returns where it is; "" when there is nothing.
func (h *home) adoptKept(parent string) string {
	if parent == "" {
		return ""
	}
	to := filepath.Join(h.dir, keptHome)
	if err := os.Rename(filepath.Join(parent, keptHome), to); err != nil {
		return "" // there is none, or another process was quicker
	}
	return to
}

// takeOver uses an index that was left behind if it is of the entities of r; it reports whether it does. Otherwise the
// files are removed.
func (t *text) takeOver(dir string, r *Reader) bool {
	x, err := openKept(dir, r)
	if err != nil {
		if err := os.RemoveAll(dir); err != nil {
			t.log.Warn("an outdated text index cannot be removed", "error", err)
		}
		return false
	}
	t.entities.Store(x)
	return true
}

func openKept(dir string, r *Reader) (*index, error) {
	b, err := bleve.OpenUsing(dir, unsynced())
	if err != nil {
		return nil, err
	}
	mark, err := b.GetInternal([]byte(keptMark))
	state, failed := b.GetInternal([]byte(keptState))
	if err = errors.Join(err, failed); err == nil && (len(mark) == 0 || !sameState(string(state), r) && string(mark) != madeOf(r)) {
		err = errors.New("it is of other entities")
	}
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	x := newIndex(entityFields())
	x.bleve, x.dir = b, dir
	return x, nil
}

// keep leaves the index of entities, which is of those of r, for the next process.
func (t *text) keep(parent string, r *Reader, wait time.Duration) error {
	x := t.entities.Load()
	if x == nil {
		return nil
	}
	persisted := make(chan error, 1)
	batch := x.bleve.NewBatch()
	batch.SetInternal([]byte(keptMark), []byte(madeOf(r)))
	batch.SetInternal([]byte(keptState), []byte(stateOf(r)))
	batch.SetPersistedCallback(func(err error) { persisted <- err })
	if err := x.bleve.Batch(batch); err != nil {
		return err
	}
	select {
	case err := <-persisted:
		if err != nil {
			return err
		}
	case <-time.After(wait):
		return errors.New("the index is not on the disk in time")
	}
	t.entities.Store(nil)
	dir := x.dir
	x.dir = "" // its files stay
	if err := x.retire(); err != nil {
		return err
	}
	to := filepath.Join(parent, keptHome)
	return errors.Join(os.RemoveAll(to), os.Rename(dir, to))
}

// madeOf sums up all that the index of entities depends on: the entities, and how texts become terms.
func madeOf(r *Reader) string {
	sum := sha256.New()
	fmt.Fprintln(sum, analysisForm(r.text.an), catalog.RecordForm(), r.Size())
	var buf []byte
	for _, id := range r.snapshot.order {
		packed := r.snapshot.nodes.place(id).record.Packed()
		buf = append(binary.AppendUvarint(buf[:0], uint64(len(packed))), packed...)
		sum.Write(buf)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// stateOf names the state of the store that r shows, and how texts become terms; "" where the store has no marks.
func stateOf(r *Reader) string {
	if r.snapshot.mark == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(analysisForm(r.text.an)))
	return r.snapshot.mark + " " + hex.EncodeToString(sum[:])
}

// sameState reports whether r shows a state that stateOf named: then nothing needs to be summed up.
func sameState(state string, r *Reader) bool { return state != "" && state == stateOf(r) }

// analysisForm tells versions of the program apart that index the same entity differently.
func analysisForm(a *analyzer) string {
	e := &catalog.Entity{
		Ref: catalog.Ref{Kind: "api", Namespace: "default", Name: "paymentLedgers-v2"}, Name: "paymentLedgers-v2",
		Title: "Überweisungen 支付账本 of the HTTPServer", Description: "Running caches, libraries; 用户下单 and ｐayments' É.",
		Type: "openapi", Tags: []string{"java", "spring-boot"}, Profile: catalog.Profile{DisplayName: "Mei Lin 林梅"},
		API: catalog.API{Format: "OpenAPI 3.0", Title: "Ledger"}, Owner: catalog.Ref{Kind: "group", Namespace: "default", Name: "team-a"},
	}
	var out []string
	for _, doc := range []*document.Document{a.entity(e, nil), a.entity(e, e)} {
		for _, f := range doc.Fields {
			for term, count := range f.AnalyzedTokenFrequencies() {
				out = append(out, fmt.Sprintln(f.Name(), term, count.Frequency()))
			}
		}
	}
	slices.Sort(out)
	return fmt.Sprint(out)
}
