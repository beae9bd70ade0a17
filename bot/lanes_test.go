package bot

import (
	"slices"
	"sync"
	"testing"
	"time"
)

func TestLanesKeepOrderWithinAKey(t *testing.T) {
	l := NewLanes(4, 100)
	var mu sync.Mutex
	got := map[string][]int{}
	for i := range 20 {
		for _, key := range []string{"a", "b"} {
			if !l.Reserve() {
				t.Fatal("there is room for 100 tasks")
			}
			l.Put(key, func() {
				mu.Lock()
				defer mu.Unlock()
				got[key] = append(got[key], i)
			})
		}
	}
	l.Wait(10 * time.Second)
	for key, order := range got {
		if len(order) != 20 || !slices.IsSorted(order) {
			t.Errorf("%s ran in the order %v", key, order)
		}
	}
}

func TestLanesAreBounded(t *testing.T) {
	l := NewLanes(1, 2)
	release := make(chan struct{})
	for range 2 {
		if !l.Reserve() {
			t.Fatal("there is room for two")
		}
		l.Put("a", func() { <-release })
	}
	if l.Reserve() {
		t.Error("a third task got room")
	}
	l.Wait(time.Millisecond)
	close(release)
	l.Wait(10 * time.Second)
	if !l.Reserve() || l.running != 0 || len(l.queues) != 0 {
		t.Errorf("room is not given back, or something is left behind: %+v", l)
	}
	l.Release()
}

// TestLanesAreFair floods the lanes for one owner; the task of another is among the next.
func TestLanesAreFair(t *testing.T) {
	l := NewLanes(1, 100)
	release := make(chan struct{})
	var order []string
	put := func(owner, key string) bool {
		if !l.ReserveFor(owner) {
			return false
		}
		l.PutFor(owner, key, func() {
			<-release
			order = append(order, owner)
		})
		return true
	}
	n := 0
	for put("flood", string(rune('a'+n%26))) {
		n++
	}
	if n != 50 {
		t.Errorf("one owner got room for %d of 100 tasks", n)
	}
	for range 3 {
		if !put("calm", "calm channel") {
			t.Fatal("there is no room for another owner")
		}
	}
	close(release)
	l.Wait(10 * time.Second)
	if len(order) != 53 || slices.Index(order, "calm") > 2 || slices.Index(order[3:], "calm") > 3 {
		t.Errorf("ran in the order %v", order)
	}
	if l.room != 100 || len(l.owners) != 0 || len(l.queues) != 0 || len(l.turns) != 0 {
		t.Errorf("something is left behind: %+v", l)
	}
}
