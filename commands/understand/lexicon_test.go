package understand

import "testing"

func TestBuiltinLexicon(t *testing.T) {
	l, err := builtin()
	if err != nil {
		t.Fatal(err)
	}
	if l.concepts < 600 {
		t.Errorf("only %d sets of synonyms", l.concepts)
	}
	for _, p := range l.phrases.all {
		if p.section == "" {
			t.Errorf("phrase %q belongs to no section", p.pattern)
		}
	}
	t.Logf("%d phrases, %d sets of synonyms, %d words", len(l.phrases.all), l.concepts, len(l.words))
}
