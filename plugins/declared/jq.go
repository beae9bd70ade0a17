package declared

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/itchyny/gojq"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// The bounds of queries.
const (
	maxQuery  = 16 << 10 // bytes
	queryTime = 2 * time.Second
)

// query is a program of jq (jqlang.org).
type query struct {
	line int
	code *gojq.Code
}

// The variables of queries.
func queryNames() []string { return []string{"$entity", "$values", "$lang", "$now"} }

// compileQuery compiles a program of jq. It can read neither the environment nor files.
func compileQuery(source string, line int) (*query, error) {
	if len(source) > maxQuery {
		return nil, fmt.Errorf("a query has at most %d bytes", maxQuery)
	}
	parsed, err := gojq.Parse(source)
	if err != nil {
		return nil, fmt.Errorf("this is not jq: %w", err)
	}
	code, err := gojq.Compile(parsed, gojq.WithVariables(queryNames()))
	if err != nil {
		return nil, fmt.Errorf("this is not jq: %w", err)
	}
	return &query{line, code}, nil
}

// run returns the first output of the query, nil where there is none.
func (q *query) run(ctx context.Context, in any, s scope) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, queryTime)
	defer cancel()
	iter := q.code.RunWithContext(ctx, in, s["entity"], s["values"], s["lang"], s["now"])
	v, ok := iter.Next()
	if !ok {
		return nil, nil
	}
	if err, failed := v.(error); failed {
		if errors.Is(err, context.DeadlineExceeded) {
			return nil, fault.New(fault.Upstream, "jq took longer than %s", queryTime)
		}
		if halt, is := errors.AsType[*gojq.HaltError](err); is && halt.Value() == nil {
			return nil, nil
		}
		return nil, at(q.line, fmt.Errorf("jq: %w", err))
	}
	return v, nil
}
