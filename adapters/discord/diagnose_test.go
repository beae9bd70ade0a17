package discord

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

func TestDiagnose(t *testing.T) {
	srv := discordtest.New()
	defer srv.Close()
	client := &http.Client{Timeout: 5 * time.Second}
	defer client.CloseIdleConnections()
	good := Config{Mode: ModeGateway, Token: discordtest.Token, ApplicationID: discordtest.App, APIURL: srv.APIURL()}
	d, err := Diagnose(t.Context(), good, client)
	if err != nil || d.Name != "Backchannel" || len(d.Wrong) != 0 {
		t.Errorf("%+v %v", d, err)
	}
	srv.Refuse(4014)
	if d, err = Diagnose(t.Context(), good, client); err != nil || len(d.Wrong) != 1 || !strings.HasPrefix(d.Wrong[0], "the gateway: Discord refuses the intents (4014)") {
		t.Errorf("refused intents: %q %v", d.Wrong, err)
	}
	srv.Refuse(0)
	srv.Sessions = 5
	if d, err = Diagnose(t.Context(), good, client); err != nil || !slices.Equal(d.Wrong, []string{"Discord grants 3 more sessions within 1h0m0s, after which it resets the token"}) {
		t.Errorf("few sessions: %q %v", d.Wrong, err)
	}
	bad := good
	bad.Mode, bad.ApplicationID, bad.PublicKey = ModeHTTP, "1", "00"
	want := []string{"the token is of application " + discordtest.App, "the application has another public key", "the application has no interactions endpoint URL, so nothing is delivered"}
	if d, err = Diagnose(t.Context(), bad, client); err != nil || !slices.Equal(d.Wrong, want) {
		t.Errorf("%q %v", d.Wrong, err)
	}
	bad.Token = "wrong"
	if _, err = Diagnose(t.Context(), bad, client); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a wrong token: %v", err)
	}
}
