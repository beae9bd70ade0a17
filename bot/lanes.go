package bot

import (
	"sync"
	"time"
)

// Lanes run tasks on a bounded number of goroutines, in order within a key; adapters keep what happens in one channel
// in order with them. Goroutines exist only while there is work. The number of tasks waiting is bounded too: who has
// one to hand in reserves room for it first. Tasks may have an owner, such as a workspace: owners take turns, and none
// gets more than half of the room, so that one that is flooded does not hold up the others.
type Lanes struct {
	mu      sync.Mutex
	idle    sync.Cond
	workers int // most goroutines
	size    int // tasks that may wait or run
	room    int // tasks that may still be reserved
	running int
	queues  map[string][]func() // of keys with a task running or waiting
	owners  map[string]*laneOwner
	turns   []*laneOwner // those with a key that waits for a goroutine
}

// laneOwner is whose tasks wait or run.
type laneOwner struct {
	held  int      // room that is reserved
	ready []string // keys whose first task waits for a goroutine
}

// NewLanes returns lanes of at most the given number of goroutines and of tasks waiting.
func NewLanes(workers, room int) *Lanes {
	l := &Lanes{workers: workers, size: room, room: room, queues: map[string][]func(){}, owners: map[string]*laneOwner{}}
	l.idle.L = &l.mu
	return l
}

// Reserve reports whether there is room for another task, and keeps it. Each reservation is used by Put or given back
// by Release.
func (l *Lanes) Reserve() bool { return l.ReserveFor("") }

// ReserveFor is Reserve for an owner's task; nobody's has the owner "".
func (l *Lanes) ReserveFor(owner string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	o := l.owners[owner]
	if l.room == 0 || o != nil && owner != "" && o.held >= max(1, l.size/2) {
		return false
	}
	if o == nil {
		o = &laneOwner{}
		l.owners[owner] = o
	}
	o.held++
	l.room--
	return true
}

// Release gives a reservation back.
func (l *Lanes) Release() { l.ReleaseFor("") }

// ReleaseFor gives an owner's reservation back.
func (l *Lanes) ReleaseFor(owner string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.release(owner)
}

func (l *Lanes) release(owner string) {
	l.room++
	if o := l.owners[owner]; o != nil {
		if o.held--; o.held == 0 {
			delete(l.owners, owner)
		}
	}
}

// Put hands in a task for which room was reserved.
func (l *Lanes) Put(key string, task func()) { l.PutFor("", key, task) }

// PutFor hands in an owner's task. All tasks of a key have one owner.
func (l *Lanes) PutFor(owner, key string, task func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	q, busy := l.queues[key]
	l.queues[key] = append(q, func() {
		defer func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.release(owner)
		}()
		task()
	})
	if busy {
		return
	}
	l.wait(l.owners[owner], key)
	if l.running < l.workers {
		l.running++
		go l.work()
	}
}

// wait has a key wait for a goroutine.
func (l *Lanes) wait(o *laneOwner, key string) {
	if o.ready = append(o.ready, key); len(o.ready) == 1 {
		l.turns = append(l.turns, o)
	}
}

// work runs tasks until none is ready, one of each owner in turn.
func (l *Lanes) work() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.turns) > 0 {
		o := l.turns[0]
		l.turns = l.turns[1:]
		key := o.ready[0]
		if o.ready = o.ready[1:]; len(o.ready) > 0 {
			l.turns = append(l.turns, o)
		}
		l.run(l.queues[key][0])
		if rest := l.queues[key][1:]; len(rest) > 0 {
			l.queues[key] = rest
			l.wait(o, key)
		} else {
			delete(l.queues, key)
		}
	}
	l.running--
	if l.running == 0 {
		l.idle.Broadcast()
	}
}

// run runs a task without the lock.
func (l *Lanes) run(task func()) {
	l.mu.Unlock()
	defer l.mu.Lock()
	task()
}

// Wait returns when no task runs or waits, or after the timeout.
func (l *Lanes) Wait(timeout time.Duration) {
	late := false
	t := time.AfterFunc(timeout, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		late = true
		l.idle.Broadcast()
	})
	defer t.Stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.running > 0 && !late {
		l.idle.Wait()
	}
}
