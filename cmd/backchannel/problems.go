package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/quality"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

type problemsCmd struct {
	Summary bool   `help:"One page: can people be invited, and what to mend first."`
	Owner   string `help:"Only what this team or person has to mend, with the teams below." placeholder:"REF"`
}

// nobody stands for the owner of what has none.
const nobody = "(no owner)"

// Run prints the problems. It exits with 1 when something is wrong, or with --summary when the verdict is no; what is
// only missing is listed and exits with 0.
func (c *problemsCmd) Run(s *session) error {
	a, err := s.readCatalog()
	if err != nil {
		return err
	}
	defer a.close()
	if err := a.readPlugins(); err != nil {
		return err
	}
	view := a.view(catalog.Viewer{})
	owners, err := c.owners(view)
	if err != nil {
		return err
	}
	report := a.commands.Quality(s.ctx, view, owners...)
	out := bufio.NewWriter(s.out)
	asJSON := s.Output == "json"
	if c.Summary {
		sheet := report.Sheet()
		if asJSON {
			err = writeLine(out, newSheetJSON(report, sheet))
		} else {
			err = writeSheet(out, a.cfg.Organization, report, sheet)
		}
		return finishProblems(out, err, sheet.Verdict == quality.NoGo)
	}
	if asJSON {
		err = writeFindingsJSON(out, report)
	} else {
		err = writeFindings(out, report, s.Quiet)
	}
	return finishProblems(out, err, report.Wrong() > 0)
}

// finishProblems flushes the output and says whether the check found something wrong.
func finishProblems(out *bufio.Writer, err error, wrong bool) error {
	if err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if wrong {
		return errFound
	}
	return nil
}

// owners are the team or person that --owner names and the teams below; none without it.
func (c *problemsCmd) owners(view search.View) ([]catalog.Ref, error) {
	if c.Owner == "" {
		return nil, nil
	}
	ref, err := catalog.ParseRef(c.Owner, "group", "")
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "--owner")
	}
	if _, ok := view.Entity(ref); !ok {
		return nil, fault.New(fault.NotFound, "--owner: %s is not in the catalog", ref)
	}
	return quality.Teams(view, ref), nil
}

func ownerName(owner catalog.Ref) string {
	if owner.IsZero() {
		return nobody
	}
	return owner.String()
}

// findingJSON is a finding as a line of JSON.
type findingJSON struct {
	Owner   string `json:"owner"`
	Entity  string `json:"entity,omitempty"`
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Level   string `json:"level"`
	Code    string `json:"code"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

func writeFindingsJSON(w io.Writer, r *quality.Report) error {
	for _, f := range r.Findings {
		line := findingJSON{ownerName(f.Owner), "", f.File, f.Line, f.Level.String(), f.Code, f.Field, f.Message}
		if !f.Entity.IsZero() {
			line.Entity = f.Entity.String()
		}
		if err := writeLine(w, line); err != nil {
			return err
		}
	}
	return nil
}

func writeFindings(w io.Writer, r *quality.Report, quiet bool) error {
	if len(r.Findings) == 0 {
		if !quiet {
			fmt.Fprintln(w, "No problems found.")
		}
		return nil
	}
	for i, f := range r.Findings {
		if i == 0 || f.Owner != r.Findings[i-1].Owner {
			fmt.Fprintln(w, ownerName(f.Owner))
		}
		about := ""
		if !f.Entity.IsZero() && f.Level == quality.Gap { // the message of a gap does not name its entity
			about = f.Entity.String() + ": "
		}
		if _, err := fmt.Fprintf(w, "  %s: %s%s (%s)\n", placeOf(f.File, f.Line, f.Field, f.Message), about, f.Message, f.Code); err != nil {
			return err
		}
	}
	return nil
}

// placeOf is file, line and field; without the field where the message begins with it.
func placeOf(file string, line int, field, message string) fault.Position {
	if rest, named := strings.CutPrefix(message, field); named && (rest == "" || strings.ContainsAny(rest[:1], " :.[")) {
		field = ""
	}
	return fault.Position{File: file, Line: line, Field: field}
}
