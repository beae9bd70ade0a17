package bot

import (
	"sync"
	"time"
)

// Lanes run tasks on a bounded number of goroutines, in order within a key; adapters keep what happens in one channel
// in order with them. Goroutines exist only while there is work. The number of tasks waiting is bounded too: who has
// one to hand in reserves room for it first.
type Lanes struct {
	mu      sync.Mutex
	idle    sync.Cond
	workers int // most goroutines
	room    int // tasks that may still be reserved
	running int
	queues  map[string][]func() // of keys with a task running or waiting
	ready   []string            // keys whose first task waits for a goroutine
}

// NewLanes returns lanes of at most the given number of goroutines and of tasks waiting.
func NewLanes(workers, room int) *Lanes {
	l := &Lanes{workers: workers, room: room, queues: map[string][]func(){}}
	l.idle.L = &l.mu
	return l
}

// Reserve reports whether there is room for another task, and keeps it. Each reservation is used by Put or given back
// by Release.
func (l *Lanes) Reserve() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.room == 0 {
		return false
	}
	l.room--
	return true
}

// Release gives a reservation back.
func (l *Lanes) Release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.room++
}

// Put hands in a task for which room was reserved.
func (l *Lanes) Put(key string, task func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	q, busy := l.queues[key]
	l.queues[key] = append(q, task)
	if busy {
		return
	}
	l.ready = append(l.ready, key)
	if l.running < l.workers {
		l.running++
		go l.work()
	}
}

// work runs tasks until none is ready.
func (l *Lanes) work() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.ready) > 0 {
		key := l.ready[0]
		l.ready = l.ready[1:]
		l.run(l.queues[key][0])
		l.room++
		if rest := l.queues[key][1:]; len(rest) > 0 {
			l.queues[key] = rest
			l.ready = append(l.ready, key)
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
