package bot

import (
	"container/list"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// RateLimits bound how often one actor and one workspace may ask, in events a second. Zero is no limit.
type RateLimits struct{ User, Workspace float64 }

// maxLimiters bounds the table of limiters; the least recently used is forgotten, which only ever lets more through.
const maxLimiters = 10_000

// limiter is a bounded table of token buckets by key. A bucket holds two seconds' worth.
type limiter struct {
	mu    sync.Mutex
	rate  float64
	table map[string]*list.Element
	order *list.List
}

type bucket struct {
	key string
	lim *rate.Limiter
}

func newLimiter(perSecond float64) *limiter {
	return &limiter{rate: perSecond, table: make(map[string]*list.Element), order: list.New()}
}

// off reports whether everything is allowed.
func (l *limiter) off() bool { return l.rate <= 0 }

func (l *limiter) allow(key string, now time.Time) bool {
	if l.off() {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	el, ok := l.table[key]
	if !ok {
		if l.order.Len() >= maxLimiters {
			old := l.order.Remove(l.order.Front()).(*bucket)
			delete(l.table, old.key)
		}
		el = l.order.PushBack(&bucket{key, rate.NewLimiter(rate.Limit(l.rate), max(1, int(2*l.rate)))})
		l.table[key] = el
	}
	l.order.MoveToBack(el)
	return el.Value.(*bucket).lim.AllowN(now, 1)
}
