package slack

import "testing"

func TestEightPlain(t *testing.T) {
	for c := range 256 {
		for at := range 8 {
			raw := []byte("AAAAAAAA")
			raw[at] = byte(c)
			want := c >= ' ' && c != '"' && c != '\\' && c < 0x80
			if got := eightPlain(string(raw)); got != want {
				t.Errorf("%q: %v", raw, got)
			}
		}
	}
}
