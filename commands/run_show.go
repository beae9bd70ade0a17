package commands

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// ShownRun is a run as a page shows it.
type ShownRun struct {
	Title   string
	Message card.Message
	Lines   []ShownLine // behind what was seen before
	Seen    int64       // how many events were seen now
	Stops   bool        // somebody asked it to end
	Over    bool
}

// ShownLine is an event of a run with its time.
type ShownLine struct {
	RunEvent
	At time.Time
}

// maxShown bounds how many events are read at a time for a page.
const maxShown = 20_000

// ShowRun returns a run for whom a view shows its template, with what happened behind a number of events. Any other is
// an error of kind NotFound. The id is that of the run's page.
func (c *Commands) ShowRun(ctx context.Context, id string, after int64, view search.View, l lang.Lang) (ShownRun, error) {
	key := TaskRun + ":" + id
	none := fault.New(fault.NotFound, "there is no run %q", clip(id))
	if c.deps.Tasks == nil || strings.ContainsAny(id, ": \n") {
		return ShownRun{}, none
	}
	task, log, err := c.deps.Tasks.Since(ctx, key, 0)
	if err != nil {
		return ShownRun{}, err
	}
	for n := len(log); n > 0 && len(log) < maxShown; {
		_, more, err := c.deps.Tasks.Since(ctx, key, int64(len(log)))
		if err != nil {
			return ShownRun{}, err
		}
		n, log = len(more), append(log, more...)
	}
	var d RunData
	ref, bad := catalog.Ref{}, json.Unmarshal(task.Data, &d)
	if bad == nil {
		ref, bad = catalog.ParseRef(d.Template.Ref, "", "")
	}
	if _, ok := view.Entity(ref); bad != nil || !ok {
		return ShownRun{}, none
	}
	out := ShownRun{Title: d.Title, Message: everybody(c.runCard(ctx, task, log, l), c.runPage(key)), Seen: int64(len(log)), Stops: task.Stop, Over: task.Over}
	failed := seeRun(log).failed != nil
	for _, e := range log[min(max(after, 0), int64(len(log))):] {
		var r RunEvent
		if e.Kind == bot.TaskFailed && failed { // the line of the step says why
			continue
		}
		if json.Unmarshal(e.Data, &r) == nil && r.Kind != "" {
			out.Lines = append(out.Lines, ShownLine{r, e.At})
		}
	}
	return out, nil
}

// everybody makes the buttons of a message usable by whoever sees it; whose they are is asked when they are pressed. The
// one that leads to the page itself is left out.
func everybody(m card.Message, page string) card.Message {
	for i, b := range m.Blocks {
		if a, ok := b.(card.Actions); ok {
			items := make([]card.Action, 0, len(a.Items))
			for _, item := range a.Items {
				if item.Anyone = true; page == "" || item.URL != page {
					items = append(items, item)
				}
			}
			m.Blocks[i] = card.Actions{Items: items}
		}
	}
	return m
}

// BeginIntent is the intent of the button that opens the form of a template, by its full reference.
func BeginIntent(template string) card.Intent {
	return card.Intent{Name: intentNew, Args: []string{template}}
}

// Outdated reports whether a template is not to be used any more.
func Outdated(template *catalog.Entity) bool { return deprecated(template) }

// WritableAt are the places of a workspace where a group or a person can be written to: the channel they name, else the
// accounts of the people.
func (c *Commands) WritableAt(at bot.Address, ref catalog.Ref) []bot.Address {
	t := c.talk(context.Background(), c.deps.View(catalog.Viewer{}), Question{}, understand.Reading{})
	var out []bot.Address
	for _, channel := range t.writable(ref, at.Platform) {
		out = append(out, bot.Address{Platform: at.Platform, Workspace: at.Workspace, Channel: channel})
	}
	return out
}
