package gitlab

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/plugins"
)

// section are the marks of folded sections in a log (docs.gitlab.com, "Job logs").
var section = regexp.MustCompile(`section_(?:start|end):\d+:[^\r\n]*\r?`)

// command is a line that the runner echoes before it runs it.
var command = regexp.MustCompile(`(?m)^(?:\x1b\[[0-9;]*[mK])*\$ ([^\r\n\x1b]+)`)

// trace is the command that a job failed at, and the end of what it wrote. What cannot be read is left out.
func (f *Forge) trace(ctx context.Context, r plugins.Repository, job int64) (step, tail string) {
	if job == 0 {
		return "", ""
	}
	resp, err := f.ask(ctx, r, "/jobs/"+strconv.FormatInt(job, 10)+"/trace", "no-store")
	if err != nil || resp.HTML() {
		return "", ""
	}
	return readable(string(resp.Body))
}

func readable(log string) (step, tail string) {
	log = section.ReplaceAllString(strings.ToValidUTF8(log, "�"), "")
	if all := command.FindAllStringSubmatch(log, -1); len(all) > 0 {
		step = clip(all[len(all)-1][1])
	}
	return step, plugins.LogTail(log)
}
