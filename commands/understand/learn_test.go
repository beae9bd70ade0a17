package understand

import (
	"bytes"
	"flag"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "learn guesses.bin anew")

// How guesses are learnt: a linear model of grams, by stochastic gradient descent with a step of its own for each
// weight (AdaGrad), from wordings in an order that is shuffled with a fixed seed.
const (
	learnRounds  = 5
	learnStep    = 0.2
	learnDecay   = 1e-5
	learnSeldom  = 2 // how often a gram has to occur
	learnSamples = 5 // of each phrase
	learnLeast   = 5 // weight of a phrase that is sampled
	learnSmall   = 0.12
	learnSteps   = 500 // of a walk through a phrase
)

// lesson is a wording and what it asks for.
type lesson struct {
	intent Intent
	grams  []uint32
	weight float64
}

// lessons reads testdata/asked.txt and samples the phrases.
func lessons(t *testing.T) []lesson {
	t.Helper()
	data, err := os.ReadFile("testdata/asked.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []lesson
	for i, line := range strings.Split(string(data), "\n") {
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		f := strings.Fields(line)
		if !slices.Contains(intentOrder, Intent(f[0])) {
			t.Fatalf("asked.txt:%d: %q is no intent", i+1, f[0])
		}
		out = append(out, lesson{Intent(f[0]), gramsOf(f[1:]), 1})
	}
	l, err := builtin()
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(7, 7))
	for i := range l.phrases.all {
		p := &l.phrases.all[i]
		in := Intent(p.section)
		if p.section == "offtopic" {
			in = None
		}
		if strings.HasPrefix(p.section, "+") || p.weight < learnLeast {
			continue
		}
		for range learnSamples {
			out = append(out, lesson{in, gramsOf(sample(p.prog, rng)), p.weight / 9})
		}
	}
	return out
}

// sample is a wording that a phrase fits: a way through its program by chance.
func sample(p program, rng *rand.Rand) []string {
	var words []string
	start, end := rng.IntN(3) == 0, rng.IntN(4) == 0
	for pc, steps := 0, 0; p[pc].op != opMatch && steps < learnSteps; steps++ {
		i := &p[pc]
		pc++
		switch i.op {
		case opWord, opPrefix:
			words = append(words, i.lit)
		case opSplit:
			if pc = i.x; i.y >= 0 && rng.IntN(2) == 0 {
				pc = i.y
			}
		case opGap:
			if rng.IntN(2) == 0 {
				words = append(words, aName)
			}
		case opEntity:
			words = append(words, aName)
		case opTech:
			words = append(words, aTech)
		case opStart:
			start = true
		case opEnd:
			end = true
		}
	}
	first, last := aName, aName // most phrases stand beside what they are about
	if start {
		first = atStart
	}
	if end {
		last = atEnd
	}
	return append(append([]string{first}, words...), last)
}

// learner holds the weights while they are learnt.
type learner struct {
	intents []Intent
	at      map[uint32]int
	w, sq   [][]float64 // by gram: the weights, and the sums of squares of their gradients
}

func learn(ls []lesson) *guesses {
	times := map[uint32]int{}
	l := &learner{at: map[uint32]int{}}
	for _, x := range ls {
		if !slices.Contains(l.intents, x.intent) {
			l.intents = append(l.intents, x.intent)
		}
		for _, h := range x.grams {
			times[h]++
		}
	}
	maps.DeleteFunc(times, func(_ uint32, n int) bool { return n < learnSeldom })
	grams := slices.Sorted(maps.Keys(times))
	for i, h := range grams {
		l.at[h] = i
		l.w, l.sq = append(l.w, make([]float64, len(l.intents))), append(l.sq, make([]float64, len(l.intents)))
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range learnRounds {
		for _, k := range rng.Perm(len(ls)) {
			l.step(&ls[k])
		}
	}
	return l.guesses(grams)
}

func (l *learner) step(x *lesson) {
	var rows []int
	sums := make([]float64, len(l.intents))
	for _, h := range x.grams {
		if i, ok := l.at[h]; ok {
			rows = append(rows, i)
			for k, w := range l.w[i] {
				sums[k] += w
			}
		}
	}
	softmax(sums, len(rows))
	sums[slices.Index(l.intents, x.intent)]--
	norm := math.Sqrt(float64(len(rows)))
	for _, i := range rows {
		for k, p := range sums {
			grad := x.weight*p/norm + learnDecay*l.w[i][k]
			l.sq[i][k] += grad * grad
			l.w[i][k] -= learnStep * grad / math.Sqrt(l.sq[i][k]+1e-8)
		}
	}
}

// guesses rounds the weights, and leaves out grams that tell nothing.
func (l *learner) guesses(grams []uint32) *guesses {
	most := 0.0
	for _, row := range l.w {
		for _, w := range row {
			most = max(most, math.Abs(w))
		}
	}
	g := &guesses{intents: l.intents, scale: float64(float32(most / 127))}
	for i, row := range l.w {
		if spread(row) < learnSmall {
			continue
		}
		g.grams = append(g.grams, grams[i])
		for _, w := range row {
			g.weights = append(g.weights, int8(math.Round(w/g.scale)))
		}
	}
	return g
}

func spread(row []float64) float64 { return slices.Max(row) - slices.Min(row) }

// TestGuessesAreLearnt: guesses.bin is what is learnt from the wordings and the phrases as they are. On another kind of
// processor sums may be rounded otherwise, so that weights may differ a little.
func TestGuessesAreLearnt(t *testing.T) {
	t.Parallel()
	g := learn(lessons(t))
	if *update {
		if err := os.WriteFile("guesses.bin", g.write(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := readGuesses(guessData)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(g.write(), guessData) {
		return
	}
	both, far := 0, 0
	for i, h := range g.grams {
		k, ok := slices.BinarySearch(have.grams, h)
		if !ok || len(have.intents) != len(g.intents) {
			continue
		}
		both++
		for j := range g.intents {
			a, b := int(g.weights[i*len(g.intents)+j]), int(have.weights[k*len(g.intents)+j])
			if a-b > 2 || b-a > 2 {
				far++
				break
			}
		}
	}
	if n := max(len(g.grams), len(have.grams)); both < n*99/100 || far > n/100 {
		t.Errorf("guesses.bin is of other wordings or phrases (%d grams, here %d, %d of them in both, %d weighed otherwise): run go generate", len(have.grams), len(g.grams), both, far)
	}
}
