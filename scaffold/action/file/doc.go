// Package file holds the actions that work on the files of a workspace and on data: fs:*, debug:*, roadiehq:utils:* and
// json:merge.
package file

import (
	"time"

	"github.com/backchannel-portal/backchannel/scaffold"
)

// Options set the actions up.
type Options struct {
	// MaxWait is the longest time that a step may wait; zero: 10 min.
	MaxWait time.Duration
}

// Actions are all actions of the package.
func Actions(o Options) []scaffold.Action {
	if o.MaxWait <= 0 {
		o.MaxWait = 10 * time.Minute
	}
	return []scaffold.Action{
		rename(), remove(), readdir(), readFile(), writeFile("fs:write"), logLine(), wait(o), sleep(o),
		writeFile("roadiehq:utils:fs:write"), appendFile(), replace(), parse(), merge(), mergeJSON("roadiehq:utils:json:merge"), mergeJSON("json:merge"),
		toYAML(), toJSON(),
	}
}
