package slack

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
)

// The example of docs.slack.dev/authentication/verifying-requests-from-slack.
const (
	vectorSecret    = "8f742231b10e8888abcd99yyyzzz85a5"
	vectorTimestamp = "1531420618"
	vectorSignature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
	vectorBody      = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)

func at(sec int64) func() time.Time { return func() time.Time { return time.Unix(sec, 0) } }

func TestVerify(t *testing.T) {
	for _, tt := range []struct {
		name                 string
		secret               string
		now                  int64
		timestamp, signature string
		body                 string
		want                 bool
	}{
		{"documented", vectorSecret, 1531420618, vectorTimestamp, vectorSignature, vectorBody, true},
		{"at the window's end", vectorSecret, 1531420918, vectorTimestamp, vectorSignature, vectorBody, true},
		{"at the window's start", vectorSecret, 1531420318, vectorTimestamp, vectorSignature, vectorBody, true},
		{"stale", vectorSecret, 1531420919, vectorTimestamp, vectorSignature, vectorBody, false},
		{"from the future", vectorSecret, 1531420317, vectorTimestamp, vectorSignature, vectorBody, false},
		{"other secret", "x" + vectorSecret, 1531420618, vectorTimestamp, vectorSignature, vectorBody, false},
		{"no secret", "", 1531420618, vectorTimestamp, slacktest.Sign("", vectorTimestamp, []byte(vectorBody)), vectorBody, false},
		{"other body", vectorSecret, 1531420618, vectorTimestamp, vectorSignature, vectorBody + "&a=b", false},
		{"other timestamp", vectorSecret, 1531420618, "1531420619", vectorSignature, vectorBody, false},
		{"without v0=", vectorSecret, 1531420618, vectorTimestamp, vectorSignature[3:], vectorBody, false},
		{"v1", vectorSecret, 1531420618, vectorTimestamp, "v1=" + vectorSignature[3:], vectorBody, false},
		{"truncated", vectorSecret, 1531420618, vectorTimestamp, vectorSignature[:60], vectorBody, false},
		{"not hex", vectorSecret, 1531420618, vectorTimestamp, "v0=" + strings.Repeat("z", 64), vectorBody, false},
		{"no timestamp", vectorSecret, 1531420618, "", vectorSignature, vectorBody, false},
		{"timestamp with a sign", vectorSecret, 1531420618, "+1531420618", slacktest.Sign(vectorSecret, "+1531420618", []byte(vectorBody)), vectorBody, false},
		{"timestamp with a space", vectorSecret, 1531420618, " 1531420618", slacktest.Sign(vectorSecret, " 1531420618", []byte(vectorBody)), vectorBody, false},
		{"timestamp that overflows", vectorSecret, 1531420618, "99999999999999999999", vectorSignature, vectorBody, false},
	} {
		v := newVerifier(tt.secret, at(tt.now))
		for round := range 2 { // the second one uses a pooled state
			if got := v.verify(tt.timestamp, tt.signature, []byte(tt.body)); got != tt.want {
				t.Errorf("%s, round %d: got %v, want %v", tt.name, round, got, tt.want)
			}
		}
	}
}

func FuzzVerify(f *testing.F) {
	f.Add(vectorTimestamp, vectorSignature, []byte(vectorBody))
	f.Add("", "", []byte(nil))
	f.Add("-5", "v0=", []byte("{}"))
	v := newVerifier(vectorSecret, at(1531420618))
	f.Fuzz(func(t *testing.T, timestamp, signature string, body []byte) {
		right := slacktest.Sign(vectorSecret, timestamp, body)
		sec, err := strconv.ParseInt(timestamp, 10, 64)
		timely := err == nil && strconv.FormatInt(sec, 10) == timestamp && sec >= 1531420318 && sec <= 1531420918
		if got := v.verify(timestamp, signature, body); got && (!timely || !strings.EqualFold(signature, right)) {
			t.Errorf("accepted %q %q", timestamp, signature)
		}
		if timely && !v.verify(timestamp, right, body) {
			t.Errorf("refused the right signature for %q", timestamp)
		}
	})
}
