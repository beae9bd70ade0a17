package commands

import "testing"

// TestOtherMessagesAreNotRead holds the hints to their purpose: questions, even about things that are called like what
// is asked for here, never reach the expressions.
func TestOtherMessagesAreNotRead(t *testing.T) {
	w, err := builtinWishes()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		"subscribe subscription-api":         true,
		"unsubscribe from till":              true,
		"please let us know when it changes": true,
		"what am i subscribed to?":           true,
		"订阅subscription-api的变更":              true,
		"who owns subscriptionstore":         false,
		"subscription-api owner":             false,
		"payments.subscriptions":             false,
		"how do i watch the logs":            false,
	} {
		if got := w.likely(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	if got, ok := w.read("订阅暂停有接口吗"); ok {
		t.Errorf("a question is a wish: %+v", got)
	}
}
