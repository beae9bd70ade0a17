package main

import (
	"cmp"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
)

// retention says for how long what conversations leave behind is kept: as configured, else as is usual.
func retention(k config.Keep) bot.Retention {
	r := bot.DefaultRetention()
	r.Audit = cmp.Or(time.Duration(k.Audit), r.Audit)
	r.Posts = cmp.Or(time.Duration(k.Posts), r.Posts)
	r.Jobs = cmp.Or(time.Duration(k.Jobs), r.Jobs)
	return r
}
