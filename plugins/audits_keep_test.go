package plugins_test

import (
	"testing"

	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/auditstest"
)

func TestMemoryAudits(t *testing.T) {
	t.Parallel()
	auditstest.Audits(t, func(*testing.T) (a, b plugins.AuditStore) {
		s := plugins.NewMemoryAudits()
		return s, s
	})
}

func TestMemoryKeeper(t *testing.T) {
	t.Parallel()
	auditstest.Keeper(t, func(*testing.T) (a, b plugins.Keeper) {
		k := plugins.NewMemoryKeeper()
		return k, k
	})
}
