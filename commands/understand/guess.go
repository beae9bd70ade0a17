package understand

import (
	_ "embed"
	"encoding/binary"
	"math"
	"slices"
	"sync"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Where the phrases say little about what is wanted, the wording as a whole is compared with wordings whose intent is
// known: those of testdata/asked.txt, and samples of the phrases themselves. What was learnt from them (learn_test.go) is
// a weight for each pair of an intent and a gram: one to three words in a row, or four letters of a word.

//go:generate go test -run TestGuessesAreLearnt -update .

//go:embed guesses.bin
var guessData []byte

// builtinGuesses is what was learnt, read once. A test keeps the file readable.
var builtinGuesses = sync.OnceValues(func() (*guesses, error) { return readGuesses(guessData) })

// guesses are the weights.
type guesses struct {
	intents []Intent
	grams   []uint32 // hashes, ascending
	weights []int8   // by gram, then by intent
	scale   float64  // what a weight of 1 stands for
}

// guessMagic begins the file, and tells its form.
const guessMagic = "wordings1\n"

// maxGuessIntents bounds how many intents the file has.
const maxGuessIntents = 64

// readGuesses reads the file: the magic, how many intents, each with its length, the scale, how many grams, their
// hashes, the weights. Numbers are little endian.
func readGuesses(data []byte) (*guesses, error) {
	broken := fault.New(fault.Invalid, "the file of learnt wordings is damaged")
	if len(data) < len(guessMagic)+1 || string(data[:len(guessMagic)]) != guessMagic {
		return nil, broken
	}
	data = data[len(guessMagic):]
	n := int(data[0])
	data = data[1:]
	g := &guesses{}
	for range min(n, maxGuessIntents) {
		if len(data) == 0 || len(data) <= int(data[0]) {
			return nil, broken
		}
		g.intents = append(g.intents, Intent(data[1:1+data[0]]))
		data = data[1+data[0]:]
	}
	if len(data) < 8 || n == 0 || n > maxGuessIntents {
		return nil, broken
	}
	g.scale = float64(math.Float32frombits(binary.LittleEndian.Uint32(data)))
	count := int(binary.LittleEndian.Uint32(data[4:]))
	data = data[8:]
	if len(data) != count*(4+n) {
		return nil, broken
	}
	g.grams, g.weights = make([]uint32, count), make([]int8, count*n)
	for i := range g.grams {
		g.grams[i] = binary.LittleEndian.Uint32(data[4*i:])
	}
	for i, b := range data[4*count:] {
		g.weights[i] = int8(b)
	}
	return g, nil
}

// write writes what readGuesses reads.
func (g *guesses) write() []byte {
	out := append([]byte(guessMagic), byte(len(g.intents)))
	for _, in := range g.intents {
		out = append(append(out, byte(len(in))), in...)
	}
	out = binary.LittleEndian.AppendUint32(out, math.Float32bits(float32(g.scale)))
	out = binary.LittleEndian.AppendUint32(out, uint32(len(g.grams)))
	for _, h := range g.grams {
		out = binary.LittleEndian.AppendUint32(out, h)
	}
	for _, w := range g.weights {
		out = append(out, byte(w))
	}
	return out
}

// guess returns the intent that a wording resembles most, and how likely it is, 0..1.
func (g *guesses) guess(words []string) (Intent, float64) {
	sums, known := make([]float64, len(g.intents)), 0
	for _, h := range gramsOf(words) {
		i, ok := slices.BinarySearch(g.grams, h)
		if !ok {
			continue
		}
		known++
		for k := range sums {
			sums[k] += float64(g.weights[i*len(sums)+k]) * g.scale
		}
	}
	top := softmax(sums, known)
	return g.intents[top], sums[top]
}

// softmax turns sums over some grams into shares of 1. It returns the index of the largest.
func softmax(sums []float64, grams int) (top int) {
	norm, all := math.Sqrt(float64(grams+1)), 0.0
	for k := range sums {
		if sums[k] > sums[top] {
			top = k
		}
	}
	most := sums[top]
	for k := range sums {
		sums[k] = math.Exp((sums[k] - most) / norm)
		all += sums[k]
	}
	for k := range sums {
		sums[k] /= all
	}
	return top
}

// The marks in a wording: its start and end, a name, a technology, a number, an earlier conversation, a channel.
const (
	atStart   = "^"
	atEnd     = "$"
	aName     = "@"
	aTech     = "#"
	aNumber   = "0"
	inThread  = "(thread)"
	inChannel = "(channel)"
)

// maxWording bounds the words of a wording.
const maxWording = 80

// wording is the message with marks in place of what only this company or this question has.
func (r *run) wording() []string {
	m, marks := r.m, make([]string, len(r.m.toks))
	for i := range m.mentions {
		if n := &m.mentions[i]; n.strength >= medium {
			markAs(marks[n.from:n.to], aName)
		}
	}
	for _, s := range m.techs {
		markAs(marks[s.from:s.to], aTech)
	}
	out := append(make([]string, 0, min(len(m.toks), maxWording)+4), atStart)
	for i := range m.toks {
		t := &m.toks[i]
		switch {
		case len(out) > maxWording:
		case t.code || marks[i] != "" && i > 0 && marks[i-1] == marks[i] || marks[i] == "" && t.class == punct && t.norm != "?":
		case marks[i] != "":
			out = append(out, marks[i])
		case t.class == num:
			out = append(out, aNumber)
		case t.fixed != "":
			out = append(out, t.fixed)
		default:
			out = append(out, t.norm)
		}
	}
	out = append(out, atEnd)
	if len(r.q.Thread) > 0 {
		out = append(out, inThread)
	}
	if r.q.Channel != "" {
		out = append(out, inChannel)
	}
	return out
}

func markAs(marks []string, as string) {
	for i := range marks {
		marks[i] = as
	}
}

// letters is how many letters of a word make a gram.
const letters = 4

// gramsOf returns the hashes of the grams of a wording, each once, in ascending order.
func gramsOf(words []string) []uint32 {
	hs := make([]uint32, len(words))
	out := make([]uint32, 0, 6*len(words))
	for i, w := range words {
		hs[i] = gramHash(w)
		out = append(out, hs[i])
		if len(w) >= letters && isASCII(w) && w[0] != '(' {
			for k := 0; k+letters <= len(w); k++ {
				out = append(out, gramPair(gramHash(w[k:k+letters]), 'l'))
			}
		}
	}
	for i := 1; i < len(hs); i++ {
		two := gramPair(hs[i-1], hs[i])
		out = append(out, two)
		if i+1 < len(hs) {
			out = append(out, gramPair(two, hs[i+1]), gramPair(gramPair(hs[i-1], '_'), hs[i+1]))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// gramHash is FNV-1a.
func gramHash(s string) uint32 {
	h := uint32(2166136261)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}

// gramPair joins two hashes, the order of which counts.
func gramPair(a, b uint32) uint32 {
	h := a*0x9e3779b1 ^ b
	h ^= h >> 15
	return h * 0x85ebca6b
}

// How weak phrases have to be for a guess to count, how likely it has to be, and how strongly it then speaks.
const (
	guessBelow  = 8.7
	guessSure   = 0.6
	guessHow    = 0.8 // where something else speaks against it
	guessWeight = 8.0
	guessMore   = 0.5 // than the phrases
	guessTalk   = 8.5 // for what is no question
	plainDocs   = 8.0 // how strongly phrases speak where documentation is asked for by that word
)

// guess lets the wording as a whole decide where the phrases say little.
func (r *run) guess() {
	g, err := builtinGuesses()
	if err != nil || r.sure >= guessBelow {
		return
	}
	if _, own := OwnName(r.intent); own || r.intent == "" && r.m.cue("broken") { // a complaint asks for nothing
		return
	}
	in, p := g.guess(r.wording())
	weight := max(guessWeight, r.sure+guessMore)
	switch {
	case (in == Owner || in == Members) && r.intent == "" && p < guessHow && r.onlyTells(): // "the resident has two accounts"
		return
	case r.intent == Docs && r.howto() && in != Docs && p < guessHow: // who asks how wants to read it
		return
	case in == Radar && len(r.m.techs) == 0 && p < guessHow: // the radar is asked about technologies
		return
	case p < guessSure || in == None: // what nothing is said about is found to be nothing for this bot elsewhere
		return
	case in == API && r.intent == Docs && r.sure >= plainDocs && r.namesOthers(): // the docs of a service are its pages
		return
	case in == Smalltalk || in == Help:
		if len(r.m.mentions) > 0 {
			return
		}
		weight = max(weight, guessTalk)
	}
	r.m.scores[in] = max(r.m.scores[in], weight)
	r.intent, r.sure, r.guessed = in, r.m.scores[in], in
	r.why("wording: %s %.2f", in, p)
}

// onlyTells reports whether a message asks nobody anything, and a page clearly tells of what it says.
func (r *run) onlyTells() bool {
	us := r.docWords(nil)
	tells := !r.asks() && telling(us) && r.sections(us, nil, docSure)
	r.out.Docs = nil
	return tells
}

// namesOthers reports whether things are named, and one of them is no API.
func (r *run) namesOthers() bool {
	return slices.ContainsFunc(r.m.mentions, func(n mention) bool {
		return slices.ContainsFunc(n.keys, func(k keyRef) bool { return r.x.ref(k.ent).Kind != "api" })
	})
}
