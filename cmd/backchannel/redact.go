package main

import (
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
)

// newLogger writes lines of text from which secrets are removed: those that are given, and everything that looks like
// one. Whoever logs an error need not know what a vendor put into it.
func newLogger(w io.Writer, level slog.Level, secrets ...string) *slog.Logger {
	r := redactor(secrets)
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		switch v := a.Value; v.Kind() {
		case slog.KindString:
			a.Value = slog.StringValue(r(v.String()))
		case slog.KindAny:
			switch x := v.Any().(type) {
			case error:
				a.Value = slog.StringValue(r(x.Error()))
			case fmt.Stringer:
				a.Value = slog.StringValue(r(x.String()))
			case string, []byte, []string:
				a.Value = slog.StringValue(r(fmt.Sprint(x)))
			}
		}
		return a
	}}))
}

// redacted stands where a secret stood.
const redacted = "[redacted]"

// shortest is the least length of a configured value that is taken for a secret wherever it stands.
const shortest = 8

// looksSecret are tokens of the vendors, headers with credentials, and passwords in addresses.
var looksSecret = regexp.MustCompile(`(?i)\b(?:xox[a-z](?:\.xox[a-z])?-|xapp-|gh[pousr]_|github_pat_|glpat-|glrt-)[0-9a-z_-]{8,}|\b(bearer|bot|basic) [0-9a-z._~+/=-]{16,}|(://[^/\s:@]*:)[^/\s@]+@`)

// redactor returns a function that removes secrets from a text.
func redactor(secrets []string) func(string) string {
	var pairs []string
	for _, s := range secrets {
		if len(s) >= shortest {
			pairs = append(pairs, s, redacted)
		}
	}
	known := strings.NewReplacer(pairs...)
	return func(s string) string {
		s = known.Replace(s)
		if !strings.ContainsAny(s, "-_ @") {
			return s
		}
		return looksSecret.ReplaceAllStringFunc(s, func(m string) string {
			switch g := looksSecret.FindStringSubmatch(m); {
			case g[1] != "":
				return g[1] + " " + redacted
			case g[2] != "":
				return g[2] + redacted + "@"
			default:
				return redacted
			}
		})
	}
}
