package commands

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// rankText is what people say when they ask for rankings and counts.
//
//go:embed rank.txt
var rankText string

// builtinRanks are the wordings of rank.txt, read once. A test keeps the file readable.
var builtinRanks = sync.OnceValues(func() (*rankBook, error) {
	g, err := builtinGaps()
	if err != nil {
		return nil, err
	}
	return parseRanks(rankText, g)
})

// rankBook is the language of questions for rankings.
type rankBook struct {
	forms             []rankForm
	by, kinds, states []gapWord
	lacks             []gapWord
	most, least, all  *regexp.Regexp
}

// rankForm is one wording.
type rankForm struct {
	op    string // rankMost for either end, rankEach, rankTotal, or rankMore for what goes on about a ranking
	words *regexp.Regexp
}

// The parts of wordings that are the same everywhere.
const (
	rankPre  = `(?:(?:please|pls|plz|hey|hi|ok|so|and|btw|can you|could you|would you|do you know|请问?|麻烦|帮我|帮忙|看看|看一?下|查一?下|我想知道|问一?下|想问)[ ,，]?)*`
	rankEnd  = `(?:,? (?:right now|at the moment|currently|now|today|these days|here|in total|overall|by far|in (?:the|our) (?:catalog|company|org|organisation|organization)|(?:pls|please))| ?(?:呢|呀|啊|吗))*`
	rankOpen = `(?:(?:tell me|show(?: me)?|list|give me|what is|what's|whats|what are|which is|which are|who is|who's|i want to know|i need|find)(?: all)? )?(?:the |our )?`
	rankWho  = `(?:(?:我们|咱们|公司|全公司|目前|现在|当前|目录(?:里|中)?|里|的|统计(?:一?下)?|列出|是)[ ,，]?)*`
	rankHas  = `(?:has|have|owns|own|runs|run|maintains|maintain|holds|hold|looks after|look after|contains|contain|consists of|is responsible for|are responsible for|is in charge of|manages|manage|uses|use|got|has got|keeps|keep)(?: got)?`
	rankIn   = `(?: (?:in|of|within|under|inside|at|from)(?: the| our)? (?P<in>[^,，]{2,60}?))?`
)

// parseRanks reads rank.txt; what a question may be about and what may be missing are those of questions about the data.
func parseRanks(text string, g *gaps) (*rankBook, error) {
	b := &rankBook{kinds: slices.Clone(g.kinds), lacks: g.lacks}
	words := map[string][]string{"kind": {g.kind}}
	for _, l := range g.lacks {
		words["lack"] = append(words["lack"], inner(l.words))
	}
	lines, err := patternLines("rank.txt", text)
	if err != nil {
		return nil, err
	}
	lists := map[string]*[]gapWord{"by": &b.by, "kind": &b.kinds, "state": &b.states}
	ends := map[string]**regexp.Regexp{"most": &b.most, "least": &b.least, "all": &b.all}
	var forms []patternLine
	for _, l := range lines {
		if slices.Contains([]string{rankMost, rankEach, rankTotal, rankMore}, l.head) {
			forms = append(forms, l)
			continue
		}
		whole, err := l.whole(l.pattern)
		list, end := lists[l.head], ends[l.head]
		switch {
		case err != nil:
			return nil, err
		case list != nil:
			*list = append(*list, gapWord{l.value, whole})
		case end != nil:
			*end = whole
		default:
			return nil, l.unknown()
		}
		words[l.head] = append(words[l.head], l.pattern)
	}
	fill := rankFill(words)
	for _, f := range forms {
		whole, err := f.whole(rankPre + `(?:` + fill.Replace(f.pattern) + `)` + rankEnd)
		if err != nil {
			return nil, err
		}
		b.forms = append(b.forms, rankForm{f.head, whole})
	}
	return b, nil
}

// inner is the pattern that a word of a list was made of.
func inner(whole *regexp.Regexp) string {
	return strings.TrimSuffix(strings.TrimPrefix(whole.String(), `(?i)^(?:`), `)$`)
}

// rankFill puts lists of words in the place of their names.
func rankFill(words map[string][]string) *strings.Replacer {
	or := func(what ...string) string {
		var all []string
		for _, w := range what {
			all = append(all, words[w]...)
		}
		return strings.Join(all, "|")
	}
	lack := `(?: (?:that |which )?(?:without(?: an?| any)?|with no|have no|has no|missing|lacking|do not have|don't have)(?: an?| any)? (?P<lack>` + or("lack") + `))?`
	lackHan := `(?:(?:没有?|缺少?)(?P<lackzh>` + or("lack") + `)的?)?`
	// where what is lacking comes after the kind in Chinese
	after := `(?P<kind>` + or("kind") + `)(?:没有?|缺少?)(?P<lackzh>` + or("lack") + `)`
	kind := `(?:(?P<state>` + or("state") + `) ?)?` + lackHan + `(?P<kind>` + or("kind") + `)` + lack
	return strings.NewReplacer("{ask}", rankOpen, "{who}", rankWho, "{has}", rankHas, "{in}", rankIn,
		"{by}", `(?P<by>`+or("by")+`)`, "{by2}", or("by"), "{end}", `(?P<end>`+or("most", "least")+`)`, "{kind}", kind, "{kindlack}", after)
}
