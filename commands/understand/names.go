package understand

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/catalog"
)

// alias is another name of an entity.
type alias struct {
	text  string
	class keyClass
}

var (
	englishAlias = regexp.MustCompile(`\b(?i:also called|also known as|aka|a\.k\.a\.|nicknamed|nickname:?|formerly(?: known as| called)?|previously(?: known as| called)?|code ?named?:?|better known as|known as|goes by|calls? it|called|alias(?:es)?:?|old name:?|internally)\s+(?:the\s+)?["'“]?([A-Z][\p{L}\p{N}]*(?:[ \-][A-Z][\p{L}\p{N}]*){0,3}|["'“][^"'”]{2,30}["'”]|[a-z][\p{L}\p{N}]*(?:-[\p{L}\p{N}]+)*)`)
	chineseAlias = regexp.MustCompile(`(?:又叫|又名|又称|也叫|也称|俗称|人称|别名|别称|简称|代号|昵称|花名|外号|绰号|原名|曾用名|曾叫|旧称|旧名|前身|前称|原来叫|以前叫|内部叫|内部称|大家叫它|大家都叫)(?:是|为|叫)?[:： ]*["“「『]?([\p{Han}\p{L}\p{N}\- ]{2,20})`)
	bracketed    = regexp.MustCompile(`[(（\[【]([^)）\]】]{2,40})[)）\]】]`)
	acronym      = regexp.MustCompile(`^[A-Z][A-Z0-9]{1,6}$`)
)

// aliasesOf finds the other names that an entity's texts give it.
func aliasesOf(e *catalog.Entity) []alias {
	var out []alias
	add := func(s string, c keyClass) {
		s = strings.Trim(strings.TrimSpace(s), `"'“”「」『』.,;:。，；：`)
		if utf8.RuneCountInString(s) >= 2 && len(out) < 24 {
			out = append(out, alias{s, c})
		}
	}
	for _, text := range []string{e.Title, e.Description} {
		if mentionsAlias(text) {
			for _, m := range englishAlias.FindAllStringSubmatch(text, 4) {
				add(m[1], keyAlias)
			}
		}
		if !isASCII(text) {
			for _, m := range chineseAlias.FindAllStringSubmatch(text, 4) {
				add(m[1], keyAlias)
			}
		}
		if !strings.ContainsAny(text, "(（[【") {
			continue
		}
		for _, m := range bracketed.FindAllStringSubmatch(text, 4) {
			if acronym.MatchString(m[1]) {
				add(m[1], keyAlias)
			}
		}
	}
	for _, list := range [...][]catalog.Pair{e.Annotations, e.Labels} {
		for _, p := range list {
			if k := strings.ToLower(p.Key[strings.LastIndexByte(p.Key, '/')+1:]); strings.Contains(k, "alias") || k == "aka" || strings.Contains(k, "nickname") ||
				strings.Contains(k, "former") || strings.Contains(k, "codename") || strings.Contains(k, "display-name") {
				for _, s := range strings.FieldsFunc(p.Value, func(r rune) bool { return strings.ContainsRune(",;|，、", r) }) {
					add(s, keyAlias)
				}
			}
		}
	}
	if s := leadingHan(e.Description); s != "" && !(e.Ref.Kind == "group" && strings.HasPrefix(e.Description[len(s):], "、")) {
		add(s, keyLabel) // but of a team: 学费 is no name of one that does 学费、退费和发票
	}
	return out
}

// mentionsAlias tells cheaply whether a text can hold what englishAlias looks for.
func mentionsAlias(s string) bool {
	s = strings.ToLower(s)
	return anyOf(s, "called", "known as", "calls it", "call it", "aka", "a.k.a", "nickname", "formerly", "previously", "code name", "codename", "goes by", "alias", "old name", "internally")
}

// leadingHan returns the Chinese words a description starts with, up to the first mark, when they are short enough
// to be a name: "订单服务:保存订单" is about the 订单服务.
func leadingHan(s string) string {
	n := 0
	for i, r := range s {
		if !isHan(r) {
			s = s[:i]
			break
		}
		n++
	}
	if n < 2 || n > 12 {
		return ""
	}
	return s
}

// keyer lists the names that entities can be called by.
type keyer struct {
	lex     *lexicon
	aliases map[catalog.Ref][]string // from the configuration
}

// names calls f for every key that an entity is found by; the same one may come again in a better or worse class. f
// must not keep the key.
func (k *keyer) names(e *catalog.Entity, aliases []alias, f func(key []byte, c keyClass)) {
	k.name(e, alias{e.Name, keyName}, f)
	for _, t := range [...]string{e.Title, e.Profile.DisplayName} {
		if t == "" {
			continue
		}
		k.name(e, alias{t, keyTitle}, f)
		if e.Ref.Kind == "user" {
			outside := strings.TrimSpace(bracketed.ReplaceAllString(t, " "))
			for _, m := range bracketed.FindAllStringSubmatch(t, 2) {
				k.name(e, alias{outside, keyTitle}, f)
				k.name(e, alias{m[1], keyTitle}, f)
			}
		}
		for _, a := range scripts(t) {
			k.name(e, a, f)
		}
		if e.Ref.Kind != "user" {
			k.outside(t, f)
		}
	}
	if local, _, ok := strings.Cut(e.Profile.Email, "@"); ok && e.Ref.Kind == "user" {
		k.name(e, alias{local, keyTitle}, f)
	}
	for _, a := range aliases {
		k.name(e, a, f)
	}
	for _, s := range k.aliases[e.Ref] {
		give(appendSquashed(nil, s), keyAlias, f)
	}
}

// outside lists a title of several words without what stands in brackets behind it: "Shop (iOS)" and "Shop (Android)"
// are both called so.
func (k *keyer) outside(title string, f func([]byte, keyClass)) {
	i := strings.IndexAny(title, "(（[【")
	if i <= 0 {
		return
	}
	head := strings.TrimSpace(title[:i])
	if strings.Contains(head, " ") || isHan(firstRune(head)) && utf8.RuneCountInString(head) > 2 {
		var buf [64]byte
		give(appendSquashed(buf[:0], head), keyWords, f)
	}
}

// give passes a key on that is long enough to be one. A single letter is only ever a whole name.
func give(key []byte, c keyClass, f func([]byte, keyClass)) {
	r, n := utf8.DecodeRune(key)
	if n < len(key) || len(key) == 1 && c <= keyTitle && wordByte(byte(r)) {
		f(key, c)
	}
}

// scripts splits a title in two scripts ("Mei Lin 林梅") into its parts.
func scripts(t string) []alias {
	var hanPart, latin strings.Builder
	for _, r := range t {
		if isHan(r) {
			hanPart.WriteRune(r)
		} else {
			latin.WriteRune(r)
		}
	}
	if hanPart.Len() == 0 || squash(latin.String()) == "" {
		return nil
	}
	return []alias{{hanPart.String(), keyAlias}, {strings.Trim(latin.String(), " ()（）"), keyAlias}}
}

// name lists the keys of one name.
func (k *keyer) name(e *catalog.Entity, n alias, f func([]byte, keyClass)) {
	var buf [64]byte
	squashed := appendSquashed(buf[:0], n.text)
	give(squashed, n.class, f)
	han := isHan(firstRune(n.text))
	if n.class == keyAlias && han || n.class == keyLabel {
		give([]byte(stripHanKind(k.lex, n.text)), keyStripped, f)
	}
	ws := k.nameWords(n.text)
	var joined [64]byte
	give(appendJoined(joined[:0], ws, "and"), n.class, f)
	if n.class > keyTitle || e.Ref.Kind == "user" {
		return
	}
	if len(ws) > 1 {
		k.stripped(ws, f)
		if n.class == keyTitle && len(ws) >= 3 {
			give([]byte(initials(ws)), keyInitials, f)
		}
		slices.Sort(ws)
		sorted := joined[:0]
		for _, w := range ws {
			sorted = append(append(sorted, ' '), w...)
		}
		give(sorted, keyWords, f)
	}
	if han {
		give([]byte(stripHanKind(k.lex, n.text)), keyStripped, f)
	}
}

// nameWords returns the words and numbers of a name.
func (k *keyer) nameWords(s string) []string {
	if !plainText(s) {
		return plainWords(tokenise(k.lex.plainText(s)))
	}
	var out []string
	for i := 0; i < len(s); {
		if !wordByte(s[i]) {
			i++
			continue
		}
		j := i + 1
		for j < len(s) && wordByte(s[j]) {
			j++
		}
		for _, part := range humps(s[i:j]) {
			out = append(out, strings.ToLower(part))
		}
		i = j
	}
	return out
}

// appendJoined joins words, leaving one out.
func appendJoined(b []byte, ws []string, but string) []byte {
	for _, w := range ws {
		if w != but {
			b = append(b, w...)
		}
	}
	return b
}

// eachFix calls f with what is left of a Chinese key when one character is missing.
func eachFix(k string, f func(short string)) {
	if !isHan(firstRune(k)) {
		return
	}
	rs := []rune(k)
	if len(rs) < 3 || len(rs) > 8 {
		return
	}
	for i := range rs {
		f(string(rs[:i]) + string(rs[i+1:]))
	}
}

// stripped lists a name without the word for its kind at its end, and without a word for what it is at all.
func (k *keyer) stripped(ws []string, f func([]byte, keyClass)) {
	var buf [64]byte
	for n := len(ws); n > 1; n-- {
		e := k.lex.words[stem(ws[n-1])]
		if e == nil || e.kind == 0 {
			return
		}
		give(appendJoined(buf[:0], ws[:n-1], ""), keyStripped, f)
	}
}

// bears reports whether a key is one of an entity's, as the catalog has it now: two names may share a hash.
func (k *keyer) bears(e *catalog.Entity, key string) bool {
	var buf [64]byte
	if string(appendSquashed(buf[:0], e.Name)) == key {
		return true
	}
	found := false
	is := func(b []byte, _ keyClass) { found = found || string(b) == key }
	if k.names(e, nil, is); !found {
		k.names(e, k.aliasesOf(e), is)
	}
	return found
}

// aliasesOf lists the other names that an entity's texts give it.
func (k *keyer) aliasesOf(e *catalog.Entity) []alias { return aliasesOf(e) }

// stripHanKind takes a word for a kind off the end of a Chinese name: 风控组 -> 风控.
func stripHanKind(l *lexicon, s string) string {
	rs := []rune(s)
	for _, n := range []int{3, 2, 1} {
		if len(rs) < n+2 {
			continue
		}
		if e := l.words[string(rs[len(rs)-n:])]; e != nil && e.kind > 0 {
			return string(rs[:len(rs)-n])
		}
	}
	return ""
}

func plainWords(ts []token) []string {
	var out []string
	for _, t := range ts {
		if t.class == word || t.class == num {
			out = append(out, t.norm)
		}
	}
	return out
}

func initials(ws []string) string {
	var b strings.Builder
	for _, w := range ws {
		r, _ := utf8.DecodeRuneInString(w)
		if !unicode.IsLetter(r) || isHan(r) {
			return ""
		}
		b.WriteRune(r)
	}
	return b.String()
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}
