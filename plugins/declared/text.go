package declared

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// text is a text with expressions in double braces.
type text struct {
	parts []part
}

// part is literal, or an expression.
type part struct {
	literal string
	expr    *expression
}

// compileText reads a text whose expressions know some names.
func compileText(s string, line int, names []string) (*text, error) {
	t := &text{}
	for s != "" {
		before, rest, found := strings.Cut(s, "{{")
		if before != "" {
			t.parts = append(t.parts, part{literal: before})
		}
		if !found {
			break
		}
		code, after, closed := cutCode(rest)
		if !closed {
			return nil, fmt.Errorf("an expression begins with {{ and does not end with }}")
		}
		e, err := compileExpression(strings.TrimSpace(code), line, names)
		if err != nil {
			return nil, err
		}
		t.parts = append(t.parts, part{expr: e})
		s = after
	}
	return t, nil
}

// cutCode cuts an expression off at the braces that end it, which are not those inside of quotes or of a map.
func cutCode(s string) (code, after string, ok bool) {
	quote, depth := byte(0), 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote != 0:
			if c == '\\' && quote != '`' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			depth--
		case c == '}' && i+1 < len(s) && s[i+1] == '}':
			return s[:i], s[i+2:], true
		}
	}
	return "", "", false
}

// sole returns the expression that is all of the text, nil where there is more.
func (t *text) sole() *expression {
	if len(t.parts) == 1 {
		return t.parts[0].expr
	}
	return nil
}

// string evaluates the text, each value as write writes it.
func (t *text) string(s scope, write func(any) (string, error)) (string, error) {
	var b strings.Builder
	for _, p := range t.parts {
		if p.expr == nil {
			b.WriteString(p.literal)
			continue
		}
		v, err := p.expr.value(s)
		if err != nil {
			return "", err
		}
		out, err := write(v)
		if err != nil {
			return "", fmt.Errorf("%s: %w", clip(p.expr.code), err)
		}
		b.WriteString(out)
	}
	return b.String(), nil
}

func asPlain(v any) (string, error) { return plainText(v), nil }

// plainText is a value as a reader sees it: nothing is empty.
func plainText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case path:
		return string(v)
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case float64:
		return yamldoc.FormatNumber(v)
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(data)
}
