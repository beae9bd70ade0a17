package search

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

func imageOf(t testing.TB, r *Reader, form string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := r.writeImage(&b, form); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// fromImage reads an image as an own Reader.
func fromImage(image []byte, form string) (*Reader, error) {
	s, n, err := readImage(bytes.NewReader(image), int64(len(image)), form)
	if err != nil {
		return nil, err
	}
	return &Reader{snapshot: s, names: n, text: lazyText(Options{})}, nil
}

// throughImage is r after a stay on the disk.
func throughImage(t testing.TB, r *Reader) *Reader {
	t.Helper()
	out, err := fromImage(imageOf(t, r, "form"), "form")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// evens hides every entity whose name has an odd length.
type evens struct{}

func (evens) Key() string { return "evens" }

func (evens) Sees(catalog.Graph) func(catalog.Record) bool {
	return func(r catalog.Record) bool { return len(r.Name())%2 == 0 }
}

// answers is what a Reader says to all kinds of questions about some references.
func answers(r *Reader, refs []catalog.Ref, texts []string) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	say("generation %d, mark %s, %d entities", r.Generation(), r.snapshot.mark, r.Size())
	for _, viewer := range []catalog.Viewer{{}, {Rules: evens{}}} {
		v := r.For(viewer)
		say("counts %d, files %v", v.Count(Filter{Kinds: []string{"component"}, Lifecycles: []string{"production"}}), v.FileProblems())
		for e := range v.Entities(Filter{}) {
			say("%s %s", e.Ref, e.Document.JSON())
		}
		for _, ref := range refs {
			e, ok := v.Entity(ref)
			say("%s %v %+v", ref, ok, e)
			say("%v %+v %v", v.Relations(ref), v.Facts(ref, "inventory", ""), v.Problems(ref))
			if ok {
				say("%v", v.AsOf(e.Source.Origin))
			}
		}
		say("%v %+v", v.FactKeys("inventory", ""), v.FactsByKey("inventory", "language/go"))
		for _, text := range texts {
			for _, c := range v.Resolve(text, ResolveOptions{Limit: 20}) {
				say("%q %s %d %d %.6f", text, c.Entity.Ref, c.Match, c.Edits, c.Score)
			}
		}
	}
	return out
}

// history makes random changes of a catalog, and questions about it.
type history struct {
	rnd  *rand.Rand
	pool []*catalog.Entity
	gen  catalog.Generation
}

func newHistory(seed uint64) *history {
	h := &history{rnd: rand.New(rand.NewPCG(5, seed)), pool: searchtest.Generate(400), gen: 1}
	for i, text := range []string{"支付 Ledger 账本", "Überweisung", "HTTPServer proxies", "Running caches"} {
		h.pool[i+20].Title = text
	}
	h.pool = append(h.pool, searchtest.Entity("user:mei.lin", searchtest.Person("Mei Lin 林梅", "mlin@example.com"), searchtest.Rel("memberOf", "group:nowhere")))
	return h
}

func (h *history) one() *catalog.Entity { return h.pool[h.rnd.IntN(len(h.pool))] }

func (h *history) change() catalog.Changes {
	h.gen++
	c := catalog.Changes{Generation: h.gen, Mark: fmt.Sprint("m", h.gen), Checked: map[string]time.Time{"test": time.Unix(int64(h.gen), 0).UTC()}}
	for range h.rnd.IntN(12) {
		e := *h.one()
		switch h.rnd.IntN(4) {
		case 0:
			e.Title = searchtest.Typo(h.rnd, h.one().Name, 2)
		case 1:
			searchtest.Owner(fmt.Sprintf("group:gone-%d", h.rnd.IntN(50)))(&e)
		case 2:
			searchtest.Rel("oddly", h.one().Ref.String())(&e)
		}
		c.Upserts = append(c.Upserts, &e)
	}
	for range h.rnd.IntN(6) {
		c.Deletes = append(c.Deletes, h.one().Ref)
	}
	for range h.rnd.IntN(6) {
		f := catalog.Fact{Entity: h.one().Ref, Producer: "inventory", Key: []string{"language/go", "language/java", "build"}[h.rnd.IntN(3)],
			Source: "go.mod:1", AsOf: time.Unix(int64(h.gen), 5000).UTC()}
		if h.rnd.IntN(3) > 0 {
			f.Value = fmt.Sprint("1.", h.gen)
		}
		c.Facts = append(c.Facts, f)
	}
	if h.rnd.IntN(4) == 0 {
		c.Problems = map[string][]catalog.Problem{fmt.Sprint(h.rnd.IntN(3), ".yaml"): {{Code: catalog.ProblemInvalid, Line: h.rnd.IntN(9), Message: "no"}}}
	}
	return c
}

// questions are references and texts: names as they are, misspelt, their words and titles.
func (h *history) questions() (refs []catalog.Ref, texts []string) {
	for range 40 {
		e := h.one()
		refs = append(refs, e.Ref)
		texts = append(texts, e.Name, e.Title, searchtest.Typo(h.rnd, e.Name, 1), searchtest.Typo(h.rnd, e.Name, 2), words(e.Name)[0])
	}
	return append(refs, searchtest.Ref("group:nowhere"), searchtest.Ref("group:gone-1")), append(texts, "账本", "mlin", "lin mei", "cach", "proxy")
}

// TestImageAnswersTheSame drives a Reader and one that goes through images at times through the same history.
func TestImageAnswersTheSame(t *testing.T) {
	for seed := range uint64(6) {
		h := newHistory(seed)
		straight := NewReader(catalog.Changes{Generation: 1, Mark: "m1", Upserts: h.pool}, nil, Options{})
		imaged := throughImage(t, straight)
		for step := range 40 {
			c := h.change()
			straight, imaged = straight.next(c), imaged.next(c)
			if h.rnd.IntN(4) == 0 {
				imaged = throughImage(t, imaged)
			}
			if step%8 > 0 {
				continue
			}
			refs, texts := h.questions()
			if diff := cmp.Diff(answers(straight, refs, texts), answers(imaged, refs, texts)); diff != "" {
				t.Fatalf("history %d, step %d: -straight +image\n%s", seed, step, diff)
			}
		}
		if straight.snapshot.dead != imaged.snapshot.dead || straight.names.vacant != imaged.names.vacant {
			t.Errorf("%d and %d idle nodes, %d and %d vacant names", straight.snapshot.dead, imaged.snapshot.dead, straight.names.vacant, imaged.names.vacant)
		}
	}
}

// TestImageOfOtherNames: an image whose names another build made is used without them.
func TestImageOfOtherNames(t *testing.T) {
	h := newHistory(1)
	r := NewReader(catalog.Changes{Generation: 1, Upserts: h.pool}, nil, Options{})
	for range 10 {
		r = r.next(h.change())
	}
	image := imageOf(t, &Reader{snapshot: r.snapshot, names: (&names{}).edit().commit()}, "older")
	got, err := fromImage(image, "newer")
	if err != nil {
		t.Fatal(err)
	}
	refs, texts := h.questions()
	if diff := cmp.Diff(answers(r, refs, texts), answers(got, refs, texts)); diff != "" {
		t.Errorf("-straight +image\n%s", diff)
	}
	if form := namesForm(); form != namesForm() || len(form) != 64 {
		t.Errorf("the form of names is %q and then %q", form, namesForm())
	}
}

func TestImageOfNothing(t *testing.T) {
	empty := emptyReader(lazyText(Options{}))
	r := throughImage(t, empty)
	if r.Size() != 0 || len(r.For(catalog.Viewer{}).Resolve("anything", ResolveOptions{})) > 0 {
		t.Error("an image of nothing holds something")
	}
	h := newHistory(2)
	c := h.change()
	refs, texts := h.questions()
	if diff := cmp.Diff(answers(empty.next(c), refs, texts), answers(r.next(c), refs, texts)); diff != "" {
		t.Errorf("-straight +image\n%s", diff)
	}
}

// smallImage has one of everything.
func smallImage(t testing.TB) []byte {
	e := searchtest.Entity("component:till", searchtest.Title("Till 收银"), searchtest.Owner("group:counter"), searchtest.Tags("go"))
	r := NewReader(catalog.Changes{
		Generation: 3, Mark: "m", Upserts: []*catalog.Entity{e, searchtest.Entity("user:mei", searchtest.Person("Mei Lin", "ml@example.com"))},
		Facts:    []catalog.Fact{{Entity: e.Ref, Producer: "inventory", Key: "language/go", Value: "1.26", Source: "go.mod:3", AsOf: time.Unix(1, 1)}},
		Problems: map[string][]catalog.Problem{"a.yaml": {{Code: catalog.ProblemInvalid, Message: "no"}}},
		Checked:  map[string]time.Time{"test": time.Unix(7, 0).UTC()},
	}, nil, Options{})
	return imageOf(t, r, "form")
}

// signed puts the right checksum behind what was tampered with.
func signed(image []byte) []byte {
	image = slices.Clone(image)
	body := image[:max(0, len(image)-4)]
	sum := imageSum()
	_, _ = sum.Write(body)
	return sum.Sum(body)
}

// TestDamagedImage: what was cut or changed anywhere is refused, and with a checksum that fits it does no harm.
func TestDamagedImage(t *testing.T) {
	whole := smallImage(t)
	if _, err := fromImage(whole, "form"); err != nil {
		t.Fatal(err)
	}
	for at := range whole {
		if _, err := fromImage(whole[:at], "form"); err == nil {
			t.Fatalf("accepted after %d of %d bytes", at, len(whole))
		}
		bad := slices.Clone(whole)
		bad[at] ^= [...]byte{0x01, 0x10, 0xff}[at%3]
		if _, err := fromImage(bad, "form"); err == nil {
			t.Fatalf("accepted with byte %d changed", at)
		}
		tryImage(signed(bad))
	}
	if _, err := fromImage(append(slices.Clone(whole), 0), "form"); err == nil {
		t.Error("accepted with something behind it")
	}
}

// TestHugeCounts: a file that claims to hold much is refused before memory is taken for that.
func TestHugeCounts(t *testing.T) {
	whole := smallImage(t)
	for at := range len(whole) - 8 {
		bad := slices.Clone(whole)
		binary.LittleEndian.PutUint64(bad[at:], [...]uint64{1 << 31, 1 << 40, 1 << 63}[at%3])
		tryImage(signed(bad))
	}
}

// tryImage uses a Reader of what may be an image.
func tryImage(image []byte) {
	r, err := fromImage(image, "form")
	if err != nil {
		return
	}
	for _, ref := range []string{"component:till", "group:counter", "user:mei"} {
		answers(r, []catalog.Ref{searchtest.Ref(ref)}, []string{"till", "tlil", "收银", "Mei Lin", "counter"})
	}
	mei := searchtest.Entity("user:mei", searchtest.Person("Mei Li", ""), searchtest.Rel("memberOf", "group:counter"))
	r = r.next(catalog.Changes{Generation: 4, Upserts: []*catalog.Entity{mei}, Facts: []catalog.Fact{{Entity: mei.Ref, Producer: "inventory", Key: "language/go", Value: "2"}}})
	r = r.next(catalog.Changes{Generation: 9, Deletes: []catalog.Ref{searchtest.Ref("component:till")}})
	answers(r.next(r.snapshot.whole()), nil, nil)
}

func TestImageVersions(t *testing.T) {
	whole := smallImage(t)
	older := bytes.Replace(whole, []byte("image 1"), []byte("image 0"), 1)
	form := fmt.Sprintf(`"Records":%d`, catalog.RecordForm())
	other := bytes.Replace(whole, []byte(form), []byte(`"Records":`+string(bytes.Repeat([]byte("1"), len(form)-10))), 1)
	for name, image := range map[string][]byte{"format": older, "records": other, "nothing": nil, "text": []byte("no image at all")} {
		if bytes.Equal(image, whole) {
			t.Fatalf("%s: not changed", name)
		}
		if _, err := fromImage(signed(image), "form"); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestImageFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "catalog.image")
	if _, err := ReadImage(path, Options{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("without a file: %v", err)
	}
	h := newHistory(4)
	r := NewReader(catalog.Changes{Generation: 1, Mark: "m", Upserts: h.pool}, nil, Options{})
	for range 2 { // the second replaces the first
		if err := r.WriteImage(path); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadImage(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	refs, texts := h.questions()
	if diff := cmp.Diff(answers(r, refs, texts), answers(got, refs, texts)); diff != "" {
		t.Errorf("-written +read\n%s", diff)
	}
	if hits := got.For(catalog.Viewer{}).Search(Query{Text: "Überweisung"}); len(hits) != 1 {
		t.Errorf("word search finds %d", len(hits))
	}
	if err := got.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestImageFilesLeftBehind: what a killed process had begun is removed, what another one writes now is not.
func TestImageFilesLeftBehind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.image")
	for name, age := range map[string]time.Duration{".old": time.Hour, ".new": 0} {
		if err := os.WriteFile(path+name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path+name, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	r := NewReader(catalog.Changes{Generation: 1, Mark: "m"}, nil, Options{})
	if err := r.WriteImage(path); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(path + "*"); !slices.Equal(left, []string{path, path + ".new"}) {
		t.Errorf("there are %v", left)
	}
	folder := t.TempDir()
	if err := r.WriteImage(folder); !fault.Is(err, fault.Internal) {
		t.Errorf("in the place of a folder: %v", err)
	}
	if left, _ := filepath.Glob(folder + ".*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func FuzzImage(f *testing.F) {
	f.Add(smallImage(f))
	f.Add([]byte(imageMagic))
	f.Add([]byte{})
	f.Fuzz(func(_ *testing.T, image []byte) { tryImage(signed(image)) })
}

// BenchmarkImage writes and reads the image of 100,000 entities.
func BenchmarkImage(b *testing.B) {
	r := NewReader(catalog.Changes{Generation: 1, Mark: "m", Upserts: searchtest.Generate(100_000)}, nil, Options{})
	path := filepath.Join(b.TempDir(), "catalog.image")
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			if err := r.WriteImage(path); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := ReadImage(path, Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
