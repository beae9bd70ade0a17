package scaffold

import "testing"

func TestDoYouMean(t *testing.T) {
	t.Parallel()
	known := []string{"fetch:plain", "fetch:template", "name", "owner", "id"}
	for wrong, want := range map[string]string{
		"nmae": "name", "Owner": "owner", "fetch:templat": "fetch:template", "fetch:plian": "fetch:plain", "di": "id",
		"nothing": "", "": "", "x": "", "named-otherwise": "",
	} {
		got := doYouMean(wrong, known)
		if want != "" {
			want = "; do you mean " + want + "?"
		}
		if got != want {
			t.Errorf("%q: %q, want %q", wrong, got, want)
		}
	}
}
