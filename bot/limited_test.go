package bot

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestLimited(t *testing.T) {
	type key struct{}
	synctest.Test(t, func(t *testing.T) {
		parent, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, 7), time.Minute)
		defer cancel()
		for _, waits := range []bool{false, true} {
			l := withLimit(parent, time.Second)
			if at, ok := l.Deadline(); !ok || !at.Equal(time.Now().Add(time.Second)) || l.Value(key{}) != 7 || l.Err() != nil {
				t.Errorf("begins with deadline %v, value %v, error %v", at, l.Value(key{}), l.Err())
			}
			if waits {
				<-l.Done()
			} else {
				time.Sleep(time.Second)
			}
			if err := l.Err(); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("after the limit: %v", err)
			}
			l.end()
		}
		l := withLimit(parent, time.Hour)
		if at, _ := l.Deadline(); at.After(time.Now().Add(time.Minute)) {
			t.Errorf("the parent ends first, not at %v", at)
		}
		l.end()
		if <-l.Done(); !errors.Is(l.Err(), context.Canceled) {
			t.Errorf("after the end: %v", l.Err())
		}
		l = withLimit(parent, time.Second)
		cancel()
		if !errors.Is(l.Err(), context.Canceled) {
			t.Errorf("with the parent over: %v", l.Err())
		}
		if <-l.Done(); !errors.Is(l.Err(), context.Canceled) {
			t.Errorf("with the parent over: %v", l.Err())
		}
		child, stop := context.WithTimeout(withLimit(t.Context(), time.Second), time.Hour)
		defer stop()
		if <-child.Done(); !errors.Is(child.Err(), context.DeadlineExceeded) {
			t.Errorf("a child: %v", child.Err())
		}
	})
}
