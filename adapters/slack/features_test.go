package slack

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

func TestParseFeatures(t *testing.T) {
	got, err := ParseFeatures([]string{"Home", " unfurl", "home"})
	if diff := cmp.Diff([]Feature{FeatureHome, FeatureUnfurl}, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if _, err := ParseFeatures([]string{"hoem"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an unknown feature: %v", err)
	}
}

func TestMissingScopeSwitchesItsFeatureOffOnly(t *testing.T) {
	a := New(Config{Features: Features()}, Deps{})
	if !a.tenants.own.uses(FeatureUnfurl) {
		t.Error("a feature is off before anything is known of the token")
	}
	a.tenants.own.setScopes(append(Scopes(), "links:read", "channels:history", "groups:history", "channels:read", "groups:read", "usergroups:read", "usergroups:write"))
	if diff := cmp.Diff([]Off{{FeatureUnfurl, []string{"links:write"}}}, a.tenants.own.off); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if a.tenants.own.uses(FeatureUnfurl) || !a.tenants.own.uses(FeatureHome) || !a.tenants.own.uses(FeatureThreads) {
		t.Errorf("off is %v", a.tenants.own.off)
	}
	a.tenants.own.setScopes(nil)
	if !a.tenants.own.uses(FeatureUnfurl) {
		t.Error("where Slack does not tell the scopes, nothing is off")
	}
}

func TestFeatureThatIsOffIsNotServed(t *testing.T) {
	seen := make(chan *bot.Event, 10)
	x := start(t, ModeHTTP, surroundings(seen), func(a *Adapter, _ *Deps) {
		if a != nil {
			a.cfg.Features = nil
		}
	})
	x.happens("Ev1", map[string]any{"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home", "event_ts": "1"})
	time.Sleep(20 * time.Millisecond)
	if len(seen) != 0 || x.slack.Calls("views.publish") != 0 {
		t.Error("the App Home is shown where nobody switched it on")
	}
}
