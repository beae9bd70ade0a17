package main

import (
	"context"
	"slices"

	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// maxLexicon bounds a lexicon, in bytes.
const maxLexicon = 8 << 20

// readLexicons reads the words a company adds to the language: YAML files with phrases (lang, pattern, intent) and
// terms (class, text, aliases, value).
func readLexicons(paths []string) (understand.Vocabulary, error) {
	var all understand.Vocabulary
	for _, path := range paths {
		data, err := readInput(context.Background(), path, maxLexicon)
		if err != nil {
			return all, err
		}
		root, err := yamldoc.Parse(data, yamldoc.Limits{})
		if err != nil {
			return all, fault.Wrap(fault.Invalid, err, "read the lexicon %s", path)
		}
		var file struct {
			Phrases []understand.Phrase
			Terms   []understand.Term
		}
		d := yamldoc.Decoder{File: path}
		if err := d.Decode(root, &file); err != nil {
			return all, err
		}
		for i, p := range file.Phrases {
			if p.Pattern == "" || !slices.Contains(understand.Intents(), p.Intent) {
				n := root.Get("phrases").Items[i]
				return all, d.Errorf(n, "phrases", "a phrase needs a pattern and an intent; the intents are %v", understand.Intents())
			}
		}
		for i, t := range file.Terms {
			if t.Class == "" || t.Text == "" {
				return all, d.Errorf(root.Get("terms").Items[i], "terms", "a term needs a class and a text")
			}
		}
		all.Phrases = append(all.Phrases, file.Phrases...)
		all.Terms = append(all.Terms, file.Terms...)
	}
	return all, nil
}
