package understand

import (
	"net/url"
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
	englishAlias = regexp.MustCompile(`(?i)\b(?:also called|also known as|aka|a\.k\.a\.|nicknamed|nickname:?|formerly(?: known as| called)?|previously(?: known as| called)?|code ?named?:?|better known as|known as|goes by|called|alias(?:es)?:?|old name:?|internally)\s+["'“]?([A-Z][\p{L}\p{N}]*(?:[ \-][A-Z][\p{L}\p{N}]*){0,3}|["'“][^"'”]{2,30}["'”]|[a-z][\p{L}\p{N}]*(?:-[\p{L}\p{N}]+)*)`)
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
	for _, p := range slices.Concat(e.Annotations, e.Labels) {
		if k := strings.ToLower(p.Key[strings.LastIndexByte(p.Key, '/')+1:]); strings.Contains(k, "alias") || k == "aka" || strings.Contains(k, "nickname") ||
			strings.Contains(k, "former") || strings.Contains(k, "codename") || strings.Contains(k, "display-name") {
			for _, s := range strings.FieldsFunc(p.Value, func(r rune) bool { return strings.ContainsRune(",;|，、", r) }) {
				add(s, keyAlias)
			}
		}
	}
	if s := leadingHan(e.Description); s != "" {
		add(s, keyLabel)
	}
	return out
}

// mentionsAlias tells cheaply whether a text can hold what englishAlias looks for.
func mentionsAlias(s string) bool {
	s = strings.ToLower(s)
	return anyOf(s, "called", "known as", "aka", "a.k.a", "nickname", "formerly", "previously", "code name", "codename", "goes by", "alias", "old name", "internally")
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

// addKeys enters the names an entity can be called by.
func (x *index) addKeys(id uint32, e *catalog.Entity, aliases []alias) {
	names := []alias{{e.Name, keyName}}
	for _, t := range []string{e.Title, e.Profile.DisplayName} {
		if t == "" {
			continue
		}
		names = append(names, alias{t, keyTitle})
		outside := strings.TrimSpace(bracketed.ReplaceAllString(t, " "))
		for _, m := range bracketed.FindAllStringSubmatch(t, 2) {
			if e.Ref.Kind == "user" {
				names = append(names, alias{outside, keyTitle}, alias{m[1], keyTitle})
			}
		}
		names = append(names, scripts(t)...)
	}
	if local, _, ok := strings.Cut(e.Profile.Email, "@"); ok && e.Ref.Kind == "user" {
		names = append(names, alias{local, keyTitle})
	}
	names = append(names, aliases...)
	for _, n := range names {
		x.addName(id, e, n)
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

func (x *index) addName(id uint32, e *catalog.Entity, n alias) {
	ts := tokenise(x.lex.plainText(n.text))
	x.addKey(id, squash(n.text), n.class, len(ts))
	ws := plainWords(ts)
	x.addKey(id, strings.Join(without(ws, "and"), ""), n.class, len(ts))
	if n.class == keyAlias && isHan(firstRune(n.text)) || n.class == keyLabel {
		x.addKey(id, stripHanKind(x.lex, n.text), keyStripped, len(ts))
	}
	if n.class > keyTitle || e.Ref.Kind == "user" {
		return
	}
	if len(ws) > 1 {
		sorted := slices.Clone(ws)
		slices.Sort(sorted)
		x.addKey(id, " "+strings.Join(sorted, " "), keyWords, len(ts))
		x.addStripped(id, ws)
		if n.class == keyTitle && len(ws) >= 3 {
			x.addKey(id, initials(ws), keyInitials, 1)
		}
	}
	for i, w := range ws {
		s := stem(w)
		x.parts[s] = appendNew(x.parts[s], id)
		if i == len(ws)-1 && n.class == keyName || i == len(ws)-1 && e.Title == n.text {
			x.heads[s] = appendNew(x.heads[s], id)
		}
	}
	if isHan(firstRune(n.text)) {
		x.addKey(id, stripHanKind(x.lex, n.text), keyStripped, len(ts))
	}
}

// maxNamesakes bounds how many entities one name is kept for.
const maxNamesakes = 64

func (x *index) addKey(id uint32, k string, c keyClass, tokens int) {
	if utf8.RuneCountInString(k) < 2 {
		return
	}
	for i, r := range x.keys[k] {
		if r.ent == id {
			x.keys[k][i].class = min(r.class, c)
			return
		}
	}
	if len(x.keys[k]) >= maxNamesakes {
		return
	}
	x.keys[k] = append(x.keys[k], keyRef{id, c})
	x.maxKey = max(x.maxKey, min(tokens, 12))
	if rs := []rune(k); len(rs) >= 3 && len(rs) <= 8 && isHan(rs[0]) {
		for i := range rs {
			d := string(rs[:i]) + string(rs[i+1:])
			if !slices.Contains(x.hanFixes[d], k) {
				x.hanFixes[d] = append(x.hanFixes[d], k)
			}
		}
	}
}

// addStripped enters a name without the word for its kind at its end, and without a word for what it is at all.
func (x *index) addStripped(id uint32, ws []string) {
	for n := len(ws); n > 1; n-- {
		e := x.lex.words[stem(ws[n-1])]
		if e == nil || e.kind == 0 {
			return
		}
		x.addKey(id, strings.Join(ws[:n-1], ""), keyStripped, n)
	}
}

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

func without(ws []string, w string) []string {
	return slices.DeleteFunc(slices.Clone(ws), func(s string) bool { return s == w })
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

func appendNew(ids []uint32, id uint32) []uint32 {
	if len(ids) > 0 && ids[len(ids)-1] == id {
		return ids
	}
	return append(ids, id)
}

// addLinks enters the addresses that belong to an entity.
func (x *index) addLinks(id uint32, e *catalog.Entity) {
	for _, l := range e.Links {
		x.addLink(id, l.URL)
	}
	for _, a := range e.Annotations {
		switch v := strings.TrimPrefix(a.Value, "url:"); {
		case strings.HasPrefix(v, "http://"), strings.HasPrefix(v, "https://"):
			x.addLink(id, v)
		case strings.HasSuffix(a.Key, "project-slug") && strings.Count(v, "/") >= 1:
			x.links["/"+strings.ToLower(v)] = appendNew(x.links["/"+strings.ToLower(v)], id)
		}
	}
}

func (x *index) addLink(id uint32, s string) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return
	}
	for _, k := range linkKeys(u) {
		x.links[k] = appendNew(x.links[k], id)
	}
}

// linkKeys lists what an address is looked up by, the most telling first.
func linkKeys(u *url.URL) []string {
	host := strings.ToLower(strings.TrimPrefix(u.Hostname(), "www."))
	parts := strings.FieldsFunc(strings.ToLower(u.Path), func(r rune) bool { return r == '/' })
	if len(parts) > 3 {
		parts = parts[:3]
	}
	var out []string
	for n := len(parts); n > 0; n-- {
		out = append(out, host+"/"+strings.Join(parts[:n], "/"))
	}
	return append(out, host)
}
