package discord

import (
	"context"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// courier brings the answers to one event to Discord, in order. What Discord does not take at once, because it is away
// or limits us, is tried again beside what else happens in the channel, until the courier's time is over.
type courier struct {
	s     *session
	ev    *bot.Event
	until time.Time // answers are of no use later

	mu      sync.Mutex
	waiting []func(context.Context) error
	behind  bool // a goroutine works on what waits
}

// send does a task now or, behind others that wait, later.
func (c *courier) send(task func(context.Context) error) {
	c.mu.Lock()
	if c.behind {
		c.waiting = append(c.waiting, task)
		c.mu.Unlock()
		return
	}
	c.mu.Unlock()
	err := c.try(task, min(c.s.a.tune.quick, c.left()))
	if !fault.Is(err, fault.Upstream) || c.left() <= 0 {
		c.s.warn(c.ev, err)
		return
	}
	c.mu.Lock()
	c.waiting, c.behind = append(c.waiting, task), true
	c.mu.Unlock()
	if c.s.late.enter() {
		if c.s.Begin(func() { defer c.s.late.leave(); c.work() }) == nil {
			return
		}
		c.s.late.leave()
	}
	c.s.warn(c.ev, err)
}

func (c *courier) left() time.Duration { return c.until.Sub(c.s.a.deps.Now()) }

func (c *courier) try(task func(context.Context) error, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(c.s.ctx, limit)
	defer cancel()
	return task(ctx)
}

// work does what waits.
func (c *courier) work() {
	for {
		c.mu.Lock()
		if len(c.waiting) == 0 {
			c.behind = false
			c.mu.Unlock()
			return
		}
		task := c.waiting[0]
		c.waiting = c.waiting[1:]
		c.mu.Unlock()
		c.s.warn(c.ev, c.again(task))
	}
}

// again does a task again and again until it is done, or of no use any more.
func (c *courier) again(task func(context.Context) error) error {
	for n := 0; ; n++ {
		err := c.try(task, max(min(c.s.a.tune.slice, c.left()), time.Second))
		if !fault.Is(err, fault.Upstream) || c.left() <= 0 || c.s.ctx.Err() != nil {
			return err
		}
		bot.Sleep(c.s.ctx, c.s.a.backoff().After(n))
	}
}

// seats bound how many couriers wait for Discord at a time.
type seats struct {
	mu   sync.Mutex
	free int
}

func (s *seats) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.free == 0 {
		return false
	}
	s.free--
	return true
}

func (s *seats) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free++
}
