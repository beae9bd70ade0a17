package template

import "time"

// Limits bound what one template may cost. A zero field takes the default.
type Limits struct {
	Source  int           // UTF-16 code units of a source; 4,194,304
	Nodes   int           // parts that a source has; 1,000,000
	Work    int           // steps of one render; 1,000,000
	Nesting int           // levels of statements, of brackets and of evaluation; 512
	Output  int           // UTF-16 code units that one render writes; 16,777,216
	Scratch int           // bytes given to one filter or method; 64 MiB
	Calls   int           // calls of filters and functions that the program adds; 4,096
	Memory  int           // bytes of all strings and containers that one render makes; 256 MiB
	Time    time.Duration // of one render; 5 s
}

// DefaultLimits are nunjitsu's, and two of our own for memory and time.
func DefaultLimits() Limits {
	return Limits{
		Source: 4 << 20, Nodes: 1_000_000, Work: 1_000_000, Nesting: 512, Output: 16 << 20, Scratch: 64 << 20,
		Calls: 4096, Memory: 256 << 20, Time: 5 * time.Second,
	}
}

func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	for _, f := range []struct{ have, def *int }{
		{&l.Source, &d.Source}, {&l.Nodes, &d.Nodes}, {&l.Work, &d.Work}, {&l.Nesting, &d.Nesting},
		{&l.Output, &d.Output}, {&l.Scratch, &d.Scratch}, {&l.Calls, &d.Calls}, {&l.Memory, &d.Memory},
	} {
		if *f.have == 0 {
			*f.have = *f.def
		}
	}
	if l.Time == 0 {
		l.Time = d.Time
	}
	return l
}
