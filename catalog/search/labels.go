package search

import (
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// label is one of the texts an entity is called by.
type label struct {
	text string
	rank labelRank
}

// labelRank says what a label is; a lower one is the better match.
type labelRank uint8

const (
	labelName  labelRank = iota // metadata.name
	labelTitle                  // the title or a person's or group's display name
	labelPart                   // the Latin or Chinese part of one, or the local part of a mail address
)

// labels returns what an entity is called by, without repeats of the same text.
func labels(e *catalog.Entity) []label {
	if e == nil {
		return nil
	}
	out := make([]label, 0, 4)
	add := func(text string, rank labelRank) {
		if text == "" {
			return
		}
		for _, l := range out {
			if l.text == text {
				return
			}
		}
		out = append(out, label{text, rank})
	}
	add(e.Name, labelName)
	add(e.Title, labelTitle)
	add(e.Profile.DisplayName, labelTitle)
	for _, text := range [...]string{e.Title, e.Profile.DisplayName} {
		latin, han := scripts(text)
		if len([]rune(han)) > 1 {
			add(han, labelPart)
		}
		if e.Ref.Kind == "user" || len(fold(latin)) > 4 {
			add(latin, labelPart)
		}
	}
	if local, _, ok := strings.Cut(e.Profile.Email, "@"); ok && e.Ref.Kind == "user" {
		add(local, labelPart)
	}
	return out
}

// labelKeys returns the distinct folded labels among those of an entity.
func labelKeys(labels []label) []string {
	out := make([]string, 0, 4)
	for _, l := range labels {
		out = addString(out, fold(l.text))
	}
	return out
}

// labelWords returns the distinct words under which an entity's names and titles are found: singular forms and, of
// Chinese, characters and their pairs. They may share the memory of the labels.
func labelWords(labels []label) []string {
	out := make([]string, 0, 8)
	for _, l := range labels {
		for _, w := range words(l.text) {
			if isPlain(w) {
				out = addString(out, stem(w))
				continue
			}
			for _, k := range wordKeys(w) {
				out = addString(out, k)
			}
			if han := []rune(w); isHan(han[0]) {
				for _, r := range han {
					out = addString(out, string(r))
				}
			}
		}
	}
	return out
}

// wordKeys returns the keys that all have to be present where a word occurs.
func wordKeys(w string) []string {
	runes := []rune(w)
	if !isHan(runes[0]) {
		return []string{stem(w)}
	}
	if len(runes) == 1 {
		return []string{w}
	}
	out := make([]string, 0, len(runes)-1)
	for i := range len(runes) - 1 {
		out = addString(out, string(runes[i:i+2]))
	}
	return out
}

// addString appends s unless it is empty or there already.
func addString(list []string, s string) []string {
	if s == "" {
		return list
	}
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}
