package markdown

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The markers of pymdownx.snippets (facelessuser.github.io/pymdown-extensions, "Snippets"): one file, a lone marker
// that opens and closes a list of files, the ends of a named section, and a marker that is meant as text.
var (
	snippetFile    = regexp.MustCompile(`^-+8<-+[ \t]+(?:"([^"]*)"|'([^']*)')$`)
	snippetBlock   = regexp.MustCompile(`^-+8<-+$`)
	snippetSection = regexp.MustCompile(`-+8<-+[ \t]*\[[ \t]*(start|end)[ \t]*:[ \t]*([^\]]*?)[ \t]*\]`)
	snippetEscaped = regexp.MustCompile(`^([ \t]*);(;*-+8<-+)`)
)

const (
	maxSnippets     = 100 // files one block names at most
	maxSnippetDepth = 10  // snippets inside each other
	maxSnippetLine  = 1000
)

// snippets handles a line with a marker and reports whether it was one; rest is what follows it, which a block of files
// shortens.
func (r *preparer) snippets(file string, line int, l []byte, rest *[]byte, indent []byte) bool {
	if !bytes.Contains(l, []byte("8<")) || len(l) > maxSnippetLine {
		return false
	}
	t := bytes.TrimSpace(l)
	before := append(slices.Clone(indent), l[:len(l)-len(bytes.TrimLeft(l, " \t"))]...)
	switch {
	case snippetEscaped.Match(l):
		r.line(snippetEscaped.ReplaceAll(l, []byte("$1$2")), indent)
	case snippetSection.Match(t):
	case snippetFile.Match(t):
		m := snippetFile.FindSubmatch(t)
		r.snippet(file, line, string(m[1])+string(m[2]), before)
	case snippetBlock.Match(t):
		names, after, ok := listed(*rest)
		if !ok {
			return false
		}
		for i, name := range names {
			if name != "" && !strings.HasPrefix(name, ";") {
				r.snippet(file, line+1+i, name, before)
			}
		}
		*rest = after
	default:
		return false
	}
	return true
}

// listed are the names in a block after the marker that opens it; not ok when nothing closes it.
func listed(data []byte) (names []string, after []byte, ok bool) {
	for len(names) < maxSnippets {
		l, rest, more := bytes.Cut(data, []byte("\n"))
		if t := bytes.TrimSpace(l); snippetBlock.Match(t) {
			return names, rest, true
		}
		if !more {
			break
		}
		names = append(names, strings.Trim(strings.TrimSpace(string(l)), `"'`))
		data = rest
	}
	return nil, nil, false
}

// snippet takes in a file, or says why not, on the page and in a warning.
func (r *preparer) snippet(file string, line int, name string, indent []byte) {
	data, from, first, why := r.read(name)
	if why != "" {
		r.page.warnAt(file, line, "the snippet %q is left out: %s", clip(name), why)
		r.mark(file, line)
		r.refuse(indent, "The snippet "+strings.NewReplacer("`", "'", "\n", " ").Replace(clip(name))+" is left out: "+why+".")
		return
	}
	r.stack = append(r.stack, from)
	r.lines(from, first, data, indent)
	r.stack = r.stack[:len(r.stack)-1]
}

// refuse writes a notice in the place of a snippet: a box, or plain text inside of code.
func (r *preparer) refuse(indent []byte, message string) {
	if r.fence.sign == 0 {
		r.put([]byte(`!!! failure notice ""`), indent)
		indent = append(slices.Clone(indent), "    "...)
		r.put(escapeMarkdown(message), indent)
		r.put(nil, nil)
		return
	}
	r.put([]byte(message), indent)
}

// escapeMarkdown makes text stay text.
func escapeMarkdown(s string) []byte {
	var out []byte
	for i := range len(s) {
		if strings.IndexByte("\\`*_{}[]()#+-!|<>&~=^:\"'$@/", s[i]) >= 0 {
			out = append(out, '\\')
		}
		out = append(out, s[i])
	}
	return out
}

// read returns the lines that a snippet names, the file's name and the first line's number, or why not.
func (r *preparer) read(name string) (data []byte, from string, first int, why string) {
	switch {
	case strings.Contains(name, "://"):
		return nil, "", 0, "snippets are not read from the web"
	case r.include == nil:
		return nil, "", 0, "there are no files to take in here"
	case len(r.stack) >= maxSnippetDepth:
		return nil, "", 0, "snippets are nested too deep"
	}
	file, part := name, ""
	if i := strings.IndexByte(name, ':'); i >= 0 {
		file, part = name[:i], name[i+1:]
	}
	data, from, err := r.include.Include(file)
	r.page.doc.Included = append(r.page.doc.Included, file)
	if err != nil {
		return nil, "", 0, err.Error()
	}
	if slices.Contains(r.stack, from) || from == r.page.file {
		return nil, "", 0, "it takes itself in"
	}
	data = r.page.decode(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	if len(data) > MaxPage {
		return nil, "", 0, "the file is larger than " + strconv.Itoa(MaxPage) + " bytes"
	}
	data, first, ok := cut(bytes.TrimSuffix(data, []byte("\n")), part)
	if !ok {
		return nil, "", 0, "the file has no such section"
	}
	return data, from, first, ""
}

// cut takes lines "start:end" or a named section out of a file.
func cut(data []byte, part string) ([]byte, int, bool) {
	if part == "" {
		return data, 1, true
	}
	lines := bytes.Split(data, []byte("\n"))
	if strings.Trim(part, "0123456789:-,") != "" {
		return section(lines, part)
	}
	var out [][]byte
	first := 0
	for ranges := range strings.SplitSeq(part, ",") {
		a, b, two := strings.Cut(ranges, ":")
		from, to := 1, len(lines)
		if n, err := strconv.Atoi(a); err == nil {
			from = lineNumber(n, len(lines))
			if !two {
				to = len(lines)
			}
		}
		if n, err := strconv.Atoi(b); err == nil {
			to = lineNumber(n, len(lines))
		}
		from, to = max(from, 1), min(to, len(lines))
		if first == 0 {
			first = from
		}
		for i := from; i <= to && len(out) < MaxPage; i++ {
			out = append(out, lines[i-1])
		}
	}
	return bytes.Join(out, []byte("\n")), max(first, 1), true
}

// lineNumber counts from the end when it is negative.
func lineNumber(n, count int) int {
	if n < 0 {
		return count + n + 1
	}
	return n
}

// section is what lies between the markers of a name.
func section(lines [][]byte, name string) ([]byte, int, bool) {
	var out [][]byte
	first, inside := 0, false
	for i, l := range lines {
		if m := snippetSection.FindSubmatch(l); m != nil && string(m[2]) == name {
			inside = string(m[1]) == "start"
			if inside && first == 0 {
				first = i + 2
			}
			continue
		}
		if inside {
			out = append(out, l)
		}
	}
	return bytes.Join(out, []byte("\n")), max(first, 1), first > 0
}
