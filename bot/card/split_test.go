package card

import (
	"runtime"
	"strings"
	"testing"
)

// TestSplittingIsLinear counts the bytes that are measured: a text is looked at once, however many pieces it makes.
func TestSplittingIsLinear(t *testing.T) {
	l := Limits{Unit: UTF16, Escapes: map[rune]int{'@': 2}}
	for _, unit := range []string{"a sentence of some words. ", "支付服务的负责人是谁。", "@", "👩‍👩‍👧‍👦"} {
		for _, n := range []int{100, 10_000} {
			p := &splitter{l: l, max: 2_000}
			spans := []Span{S(strings.Repeat(unit, n)), T(strings.Repeat(unit, n))}
			size := 0
			for _, s := range spans {
				size += len(s.Text)
				p.add(s)
			}
			p.flush()
			if p.looked > 3*size {
				t.Errorf("%q %d times: %d bytes are measured of a text of %d", unit, n, p.looked, size)
			}
			kept := 0
			for _, piece := range p.out {
				kept += l.SpansLen(piece)
			}
			if want := l.SpansLen(spans); kept > want || kept < want*9/10 {
				t.Errorf("%q %d times: %d of %d are kept", unit, n, kept, want)
			}
		}
	}
}

// TestCodeOfOneLongLine has a line that makes many blocks.
func TestCodeOfOneLongLine(t *testing.T) {
	f := &fitter{l: Limits{Code: 10}}
	var got []string
	for _, b := range f.code(Code{Text: "short\n" + strings.Repeat("0123456789", 3) + "ab\nend\n\nof it"}) {
		got = append(got, b.(Code).Text)
	}
	want := []string{"short", "0123456789", "0123456789", "0123456789", "ab\nend", "of it"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("%q", got)
	}
}

// TestATableIsNotPaddedToAnEndlessCell bounds the work by the memory it takes: every row would be as wide as the
// widest one.
func TestATableIsNotPaddedToAnEndlessCell(t *testing.T) {
	table := Table{Columns: []Column{{Title: "A"}, {Title: "B"}, {Title: "C"}}}
	for range 100 {
		table.Rows = append(table.Rows, [][]Span{{T("a")}, {T("b")}, {T("c")}})
	}
	const wide = 1 << 20
	table.Rows[50][0] = []Span{T(strings.Repeat("w", wide))}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	Fit(Message{Blocks: []Block{table}}, Limits{Width: 80, List: ListLimits{Items: 10, Item: 500, Total: 2_000}})
	runtime.ReadMemStats(&after)
	took := after.TotalAlloc - before.TotalAlloc
	if took > 16*wide {
		t.Errorf("%d bytes for a cell of %d", took, wide)
	}
}
