package docs

import (
	"slices"
	"strings"
	"unicode"
)

func joinLines(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return a + "\n" + b
}

// sortedBy is a list in order.
func sortedBy(list []string, compare func(a, b string) int) []string {
	slices.SortStableFunc(list, compare)
	return list
}

func trimPath(p string) string { return strings.Trim(p, "/") }

// language guesses "zh" or "en" from the share of Han characters; a Chinese text with many English names is Chinese.
func language(s string) string {
	han, letters := 0, 0
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Han, r):
			han++
		case unicode.IsLetter(r):
			letters++
		}
	}
	if han*8 > letters && han > 0 {
		return "zh"
	}
	return "en"
}

// clip bounds foreign text inside a message.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
