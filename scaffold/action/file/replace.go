package file

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/dlclark/regexp2/v2"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// The bounds of a search with a pattern.
const (
	maxPattern   = 16 << 10        // bytes of the pattern
	matchTimeout = 2 * time.Second // of one file
	maxReplaced  = 64 << 20        // bytes that come of one file
)

// replace is roadiehq:utils:fs:replace.
func replace() scaffold.Action {
	spec := scaffold.Spec{
		Name:        "roadiehq:utils:fs:replace",
		Description: "Replaces text in files of the workspace.",
		Input: input.Schema(input.Must("files", input.ListOf(input.Object(
			input.Must("file", input.Name, ""), input.Must("find", input.Name, ""), input.Must("replaceWith", input.Text, ""),
			input.May("matchRegex", input.Bool, ""), input.May("includeDotFiles", input.Bool, ""))),
			"what to replace: in the files of a name or pattern, every find, which with matchRegex is a regular expression of JavaScript")),
		Local: true,
		Examples: []scaffold.Example{{
			Description: "Put a name into all documents",
			YAML:        "id: name\naction: roadiehq:utils:fs:replace\ninput:\n  files:\n    - file: docs/*.md\n      find: SERVICE_NAME\n      replaceWith: ${{ parameters.name }}\n",
		}},
	}
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		var in struct{ Files []replacement }
		if err := input.Read(c, &in); err != nil {
			return out, err
		}
		for _, r := range in.Files {
			n, err := r.apply(ctx, c.Workspace)
			if err != nil {
				return out, err
			}
			c.Logf(ctx, "%s: replaced in %d files", r.File, n)
		}
		return out, nil
	})
}

type replacement struct {
	File, Find, ReplaceWith     string
	MatchRegex, IncludeDotFiles bool
}

// apply replaces in all files that are meant and returns how many these are.
func (r replacement) apply(ctx context.Context, w *scaffold.Workspace) (int, error) {
	find := regexp.QuoteMeta(r.Find)
	if r.MatchRegex {
		find = r.Find
	}
	if len(find) > 2*maxPattern {
		return 0, fault.New(fault.Invalid, "find has more than %d bytes", maxPattern)
	}
	re, err := regexp2.Compile(find, regexp2.ECMAScript)
	if err != nil {
		return 0, fault.New(fault.Invalid, "%q is no regular expression", r.Find)
	}
	re.MatchTimeout = matchTimeout
	names, err := matching(w, r.File, r.IncludeDotFiles)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		e, err := w.Stat(name)
		if err != nil || e.Mode.IsDir() {
			continue
		}
		data, err := w.ReadFile(name)
		if err != nil {
			return n, err
		}
		text, err := re.Replace(input.UTF8(data), dollars(r.ReplaceWith), -1, -1)
		if err != nil || len(text) > maxReplaced {
			return n, fault.New(fault.Invalid, "replacing in %s takes too long or makes too much", name)
		}
		if err := w.WriteFile(name, []byte(text), e.Mode.Perm()); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// dollars turns the replacement of JavaScript's replaceAll into that of the library: $& $` $' $1 $<name> and $$ mean
// something, other dollars themselves.
func dollars(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '$' {
			b.WriteByte(s[i])
			continue
		}
		next := byte(0)
		if i+1 < len(s) {
			next = s[i+1]
		}
		switch end := strings.IndexByte(s[i:], '>'); {
		case next == '$' || next == '&' || next == '`' || next == '\'':
			b.WriteString(s[i : i+2])
			i++
		case next >= '1' && next <= '9':
			b.WriteByte('$')
		case next == '<' && end > 2:
			b.WriteString("${" + s[i+2:i+end] + "}")
			i += end
		default:
			b.WriteString("$$")
		}
	}
	return b.String()
}
