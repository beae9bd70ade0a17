package plugins_test

import (
	"testing"

	"github.com/backchannel-portal/backchannel/plugins"
)

func TestAlone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ plugin, view, want string }{
		{"Queues", "Queue", "Queues"}, {"CircleCI", "CircleCI builds", "CircleCI builds"}, {"Tech Radar", "tech-radar", "tech-radar"},
		{"GitHub", "Releases", ""}, {"队列", "队列", "队列"}, {"Queues", "队列", ""}, {"--", "Queue", ""},
	} {
		k := plugins.Known{About: plugins.About{Title: tt.plugin}, Title: tt.view}
		if got := k.Alone(); got != tt.want {
			t.Errorf("%s, %s: %q, want %q", tt.plugin, tt.view, got, tt.want)
		}
	}
}
