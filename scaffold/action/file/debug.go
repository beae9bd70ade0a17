package file

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// The bounds of what is logged.
const (
	maxLogged  = 1000     // files that are listed
	maxContent = 64 << 10 // bytes of all contents that are shown
)

// logLine is debug:log.
func logLine() scaffold.Action {
	spec := scaffold.Spec{
		Name:        "debug:log",
		Description: "Writes a message into the log of the run, or lists the files of the workspace.",
		Input: input.Schema(input.May("message", input.Any, "the message"),
			input.May("listWorkspace", input.Either(input.Bool, input.OneOf("with-filenames", "with-contents")), "list the files, or show their contents too"),
			input.May("extra", input.Any, "shown behind the message")),
		Local: true,
		Examples: []scaffold.Example{{
			Description: "Look at what was rendered",
			YAML:        "id: look\naction: debug:log\ninput:\n  message: Rendered ${{ parameters.name }}\n  listWorkspace: true\n",
		}},
	}
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		for _, name := range []string{"message", "extra"} {
			if v := c.Input.Get(name); v.Kind() != template.Undefined && v.Kind() != template.Null {
				c.Logf(ctx, "%s", v.String())
			}
		}
		list := c.Input.Get("listWorkspace")
		if !list.Truthy() {
			return out, nil
		}
		return out, workspace(ctx, c, list.String() == "with-contents")
	})
}

// workspace logs the files of the workspace.
func workspace(ctx context.Context, c *scaffold.Call, contents bool) error {
	files, err := c.Workspace.Files()
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("Workspace:")
	left := maxContent
	for i, f := range files {
		if i == maxLogged {
			fmt.Fprintf(&b, "\n  and %d more", len(files)-i)
			break
		}
		b.WriteString("\n  - " + f.Path)
		if !contents || f.Size > int64(left) {
			continue
		}
		data, err := c.Workspace.ReadFile(f.Path)
		if err != nil {
			return err
		}
		left -= len(data)
		b.WriteString("\n\n  " + input.UTF8(data) + "\n")
	}
	c.Logf(ctx, "%s", b.String())
	return nil
}

// waiter waits, unless it is only planned.
func waiter(spec scaffold.Spec, o Options, length func(template.Value) time.Duration) scaffold.Action {
	spec.Local = true
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		d := length(c.Input)
		if d > o.MaxWait {
			return out, fault.New(fault.Invalid, "a step may wait for %s at most", o.MaxWait)
		}
		c.Logf(ctx, "waiting for %s", d)
		if c.Planning || d <= 0 {
			return out, nil
		}
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-ctx.Done():
			return out, ctx.Err()
		case <-t.C:
			return out, nil
		}
	})
}

// span is a number of units of time, within what a Duration can hold.
func span(v template.Value, unit time.Duration) time.Duration {
	const most = 365 * 24 * time.Hour
	return time.Duration(min(max(v.Float(), 0), float64(most/unit)) * float64(unit))
}

// wait is debug:wait.
func wait(o Options) scaffold.Action {
	return waiter(scaffold.Spec{
		Name:        "debug:wait",
		Description: "Waits for some time.",
		Input: input.Schema(input.May("minutes", input.Number, ""), input.May("seconds", input.Number, "added to the minutes"),
			input.May("milliseconds", input.Number, "added to the seconds")),
		Examples: []scaffold.Example{{
			Description: "Wait for half a minute",
			YAML:        "id: wait\naction: debug:wait\ninput:\n  seconds: 30\n",
		}},
	}, o, func(in template.Value) time.Duration {
		return span(in.Get("minutes"), time.Minute) + span(in.Get("seconds"), time.Second) + span(in.Get("milliseconds"), time.Millisecond)
	})
}

// sleep is roadiehq:utils:sleep.
func sleep(o Options) scaffold.Action {
	return waiter(scaffold.Spec{
		Name:        "roadiehq:utils:sleep",
		Description: "Waits for some seconds.",
		Input:       input.Schema(input.Must("amount", input.Number, "how many seconds")),
		Examples: []scaffold.Example{{
			Description: "Wait for five seconds",
			YAML:        "id: wait\naction: roadiehq:utils:sleep\ninput:\n  amount: 5\n",
		}},
	}, o, func(in template.Value) time.Duration { return span(in.Get("amount"), time.Second) })
}
