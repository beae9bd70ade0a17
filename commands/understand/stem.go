package understand

import "strings"

// stem reduces an English word to what its inflections share, so that "invoicing", "invoices" and "invoice" meet.
// It is cruder than Porter's and only has to be the same for questions and for the catalog.
func stem(w string) string {
	if len(w) < 4 || w[0] >= 0x80 || isNumber(w) {
		return w
	}
	w = plural(w)
	for _, s := range []string{"ing", "ed"} {
		if b, ok := strings.CutSuffix(w, s); ok && len(b) >= 3 && strings.ContainsAny(b, "aeiouy") {
			w = undouble(b)
			break
		}
	}
	for _, s := range []string{"er", "or"} {
		if b, ok := strings.CutSuffix(w, s); ok && len(b) >= 4 {
			w = undouble(b)
			break
		}
	}
	for _, s := range []string{"isation", "ization", "ise", "ize", "ation", "ate", "at", "ion", "ment", "ly"} {
		if b, ok := strings.CutSuffix(w, s); ok && len(b) >= 4 {
			w = b
			break
		}
	}
	if b, ok := strings.CutSuffix(w, "y"); ok && len(b) >= 3 {
		return b + "i"
	}
	if b, ok := strings.CutSuffix(w, "e"); ok && len(b) >= 3 {
		return b
	}
	return w
}

func plural(w string) string {
	switch {
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "xes"), strings.HasSuffix(w, "ches"), strings.HasSuffix(w, "shes"):
		return w[:len(w)-2]
	case strings.HasSuffix(w, "ies") && len(w) > 4:
		return w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "ss"), strings.HasSuffix(w, "us"), strings.HasSuffix(w, "is"):
		return w
	case strings.HasSuffix(w, "s"):
		return w[:len(w)-1]
	}
	return w
}

func undouble(w string) string {
	n := len(w)
	if n >= 4 && w[n-1] == w[n-2] && !strings.ContainsRune("lsz", rune(w[n-1])) {
		return w[:n-1]
	}
	return w
}
