package scaffold_test

import (
	"testing"

	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/scaffoldtest"
)

func TestMemoryRuns(t *testing.T) {
	scaffoldtest.TestRuns(t, func(*testing.T) (a, b scaffoldtest.Store) {
		m := scaffold.NewMemoryRuns()
		return m, m
	})
}
