package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/backchannel-portal/backchannel/catalog/quality"
)

// sheetJSON is the summary as one JSON object.
type sheetJSON struct {
	Verdict string       `json:"verdict"`
	Reasons []reasonJSON `json:"reasons"`
	Files   int          `json:"files"`
	People  int          `json:"people"`
	Wrong   int          `json:"wrong"`
	Gaps    int          `json:"gaps"`
	Kinds   []kindJSON   `json:"kinds"`
	Codes   []codeJSON   `json:"codes"`
	Worst   []causeJSON  `json:"worst"`
	Owners  []loadJSON   `json:"owners"`
}

type reasonJSON struct {
	Verdict string `json:"verdict"`
	Text    string `json:"text"`
}

type kindJSON struct {
	Kind   string `json:"kind"`
	Count  int    `json:"count"`
	Owned  int    `json:"owned"`
	Docs   int    `json:"docs"`
	Source int    `json:"source"`
	OnCall *int   `json:"onCall,omitempty"` // absent: no schedules are connected
}

type codeJSON struct {
	Code  string `json:"code"`
	Level string `json:"level"`
	Count int    `json:"count"`
}

type causeJSON struct {
	Code    string `json:"code"`
	Level   string `json:"level"`
	Count   int    `json:"count"`
	Owner   string `json:"owner"`
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

type loadJSON struct {
	Owner string `json:"owner"`
	Wrong int    `json:"wrong"`
	Gaps  int    `json:"gaps"`
}

func newSheetJSON(r *quality.Report, s quality.Sheet) sheetJSON {
	out := sheetJSON{
		Verdict: string(s.Verdict), Files: r.Files, People: r.People, Wrong: r.Wrong(), Gaps: len(r.Findings) - r.Wrong(),
		Reasons: []reasonJSON{}, Kinds: []kindJSON{}, Codes: []codeJSON{}, Worst: []causeJSON{}, Owners: []loadJSON{},
	}
	for _, x := range s.Reasons {
		out.Reasons = append(out.Reasons, reasonJSON{string(x.Verdict), x.Text})
	}
	for _, k := range r.Kinds {
		j := kindJSON{Kind: k.Kind, Count: k.Count, Owned: k.Owned, Docs: k.Docs, Source: k.Source}
		if r.OnCall {
			j.OnCall = &k.OnCall
		}
		out.Kinds = append(out.Kinds, j)
	}
	for _, c := range s.Codes {
		out.Codes = append(out.Codes, codeJSON{c.Code, c.Level.String(), c.Count})
	}
	for _, c := range s.Worst {
		out.Worst = append(out.Worst, causeJSON{c.Code, c.Level.String(), c.Count, ownerName(c.Owner), c.File, c.Line, c.Field, c.Message})
	}
	for _, l := range s.Owners {
		out.Owners = append(out.Owners, loadJSON{ownerName(l.Owner), l.Wrong, l.Gaps})
	}
	return out
}

// writeSheet prints the summary on one page.
func writeSheet(w io.Writer, organization string, r *quality.Report, s quality.Sheet) error {
	if organization != "" {
		fmt.Fprintf(w, "%s: ", organization)
	}
	entities := 0
	for _, k := range r.Kinds {
		entities += k.Count
	}
	fmt.Fprintf(w, "%d entities in %d files\n\n%s\n", entities, r.Files, strings.ToUpper(string(s.Verdict)))
	for _, reason := range s.Reasons {
		fmt.Fprintf(w, "  %s: %s\n", reason.Verdict, reason.Text)
	}
	if len(s.Reasons) == 0 {
		fmt.Fprintln(w, "  every condition is met")
	}
	if err := writeKinds(w, r); err != nil {
		return err
	}
	if len(s.Codes) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\n%d wrong, %d missing\n", r.Wrong(), len(r.Findings)-r.Wrong())
	for _, c := range s.Codes {
		fmt.Fprintf(t, "  %d\t%s\t%s\n", c.Count, c.Code, c.Level)
	}
	fmt.Fprint(t, "\nMend first\n")
	for _, c := range s.Worst {
		about := c.Message
		if c.Count > 1 {
			about = fmt.Sprintf("%d times, first: %s", c.Count, c.Message)
		}
		fmt.Fprintf(t, "  %s: %s (%s, %s)\n", placeOf(c.File, c.Line, c.Field, c.Message), about, c.Code, ownerName(c.Owner))
	}
	fmt.Fprint(t, "\nWho has most to mend\n")
	for _, l := range s.Owners {
		fmt.Fprintf(t, "  %s\t%d wrong\t%d missing\n", ownerName(l.Owner), l.Wrong, l.Gaps)
	}
	return t.Flush()
}

// writeKinds prints how much of each kind has what answers need. A dash stands for what a kind does not have.
func writeKinds(w io.Writer, r *quality.Report) error {
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "\nkind\tcount\towner\tdocs\tcode\ton call\t\n")
	for _, k := range r.Kinds {
		share := func(n int, known bool) string {
			if !known {
				return "-"
			}
			return quality.Percent(float64(n) / float64(k.Count))
		}
		component := strings.EqualFold(k.Kind, "component")
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%s\t\n", k.Kind, k.Count, share(k.Owned, quality.NeedsOwner(strings.ToLower(k.Kind))),
			share(k.Docs, component), share(k.Source, component), share(k.OnCall, component && r.OnCall))
	}
	return t.Flush()
}
