package github

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/plugins"
)

// stamp is the time before each line of a log.
var stamp = regexp.MustCompile(`(?m)^\x{feff}?\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d+Z ?`)

// tail is the end of what a job wrote up to its last error: what cleans up after it says nothing. GitHub answers with the
// address of a file elsewhere. What cannot be read is left out.
func (f *Forge) tail(ctx context.Context, r plugins.Repository, job int64) string {
	if job == 0 {
		return ""
	}
	resp, err := f.ask(ctx, r, "/actions/jobs/"+strconv.FormatInt(job, 10)+"/logs", "no-store", "*/*")
	if err != nil || resp.HTML() {
		return ""
	}
	return plugins.LogTail(readable(string(resp.Body)))
}

// readable is a log without times and marks (docs.github.com, "Workflow commands").
func readable(log string) string {
	log = stamp.ReplaceAllString(log, "")
	const mark = "##[error]"
	if i := strings.LastIndex(log, mark); i >= 0 {
		line, _, _ := strings.Cut(log[i:], "\n")
		log = log[:i] + line
	}
	for _, m := range []string{mark, "##[warning]", "##[notice]", "##[group]", "##[command]"} {
		log = strings.ReplaceAll(log, m, "")
	}
	return strings.ReplaceAll(log, "##[endgroup]\n", "")
}
