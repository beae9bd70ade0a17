package bot_test

import (
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/bottest"
)

func TestMemoryState(t *testing.T) {
	bottest.TestState(t, func(*testing.T) (a, b bot.State) {
		s := bot.NewMemoryState()
		return s, s
	})
}
