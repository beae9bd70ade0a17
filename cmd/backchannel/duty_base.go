package main

import (
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/plugins"
)

// keeper keeps what plugins remember where the base outlives the process.
func (b *base) keeper() plugins.Keeper {
	if b.db == nil {
		return nil
	}
	return b.db.Keeper()
}

// audits keeps audits of websites where the base outlives the process.
func (b *base) audits() plugins.AuditStore {
	if b.db == nil {
		return nil
	}
	return b.db.Audits()
}

// The bounds of long work of the duty.
const (
	pageTaskFor  = time.Hour        // it is watched until it is acknowledged
	auditTaskFor = 40 * time.Minute // it may wait for others
)

// dutyJobs are the kinds of long work: paging somebody, auditing a website, registering a location.
func (f *followed) dutyJobs() map[string]job.Kind {
	return map[string]job.Kind{
		bot.TaskJobs(commands.TaskPage):  {Handler: bot.TaskHandler(f.state.Tasks, time.Now, f.commands.WorkOnPage), Concurrency: 32, Timeout: pageTaskFor},
		bot.TaskJobs(commands.TaskAudit): {Handler: bot.TaskHandler(f.state.Tasks, time.Now, f.commands.WorkOnAudit), Concurrency: 4, Timeout: auditTaskFor},

		bot.TaskJobs(commands.TaskRegister): {Handler: bot.TaskHandler(f.state.Tasks, time.Now, f.commands.WorkOnRegister), Concurrency: 8, Timeout: registerTaskFor},
	}
}
