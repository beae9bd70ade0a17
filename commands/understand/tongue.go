package understand

import (
	"slices"
	"strings"
	"unicode"
)

// TraitTongue is the trait of what means nothing to us and is in a language that we do not understand: whoever asks so
// is told which languages we do.
const TraitTongue = "tongue"

// tongues holds small words of languages that many people write and we do not understand, as far as they mean nothing in
// English.
var tongues = func() map[string]bool {
	const words = `quien quién quiénes qué cuál cuáles dónde donde cómo está están dueño dueña el los las del para por una es hay mi equipo servicio responsable encargado
wer wem wen ist für das dem den der und wie wo welche welcher welches zuständig gehört nicht mit von zum zur eine einen ein hat haben wofür ich bereitschaft verantwortlich
qui est le les des du pour quel quelle quels quelles comment où une avec dans propriétaire équipe quoi cette responsables
quem é são qual onde como dono da do dos das não uma você responsável
chi è della dello gestisce quale dove perché sono il gli proprietario
wie het een van hoe waar wiens
kto jest jak gdzie właściciel odpowiada czy
kim sahibi nerede hangi nasıl bu ve
vem är äger hur och som ansvarar hvem eier hvor`
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}()

// otherScripts are those that neither English nor Chinese is written in.
var otherScripts = []*unicode.RangeTable{unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew, unicode.Greek,
	unicode.Thai, unicode.Devanagari, unicode.Bengali, unicode.Tamil}

// otherTongue reports whether a message is in a language that we do not understand: by its script, or by two of its small
// words that are a third of all.
func otherTongue(text string) bool {
	const least, share = 2, 3
	if strings.ContainsFunc(text, func(c rune) bool { return unicode.In(c, otherScripts...) }) {
		return true
	}
	words := strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return !unicode.IsLetter(c) })
	var small []string
	for _, w := range words {
		if tongues[w] && !slices.Contains(small, w) {
			small = append(small, w)
		}
	}
	return len(small) >= least && len(small)*share >= len(words)
}
