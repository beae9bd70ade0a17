package web

import (
	"net/http"
	"strings"
	"testing"
)

// TestFrameIsLight keeps from pages in English what makes a browser look for further fonts, and from the frame what it
// would draw a document of its own for.
func TestFrameIsLight(t *testing.T) {
	t.Parallel()
	w := site(t)
	for _, path := range []string{"/", "/catalog", "/catalog/default/component/checkout", "/docs/default/component/checkout"} {
		body := call(t, w, http.MethodGet, path, "").Body.String()
		text := strings.ReplaceAll(body, `aria-label="中文"`, "")
		if strings.Contains(text, "中") || !strings.Contains(body, `aria-label="中文"`) || !strings.Contains(body, `<link rel="icon" type="image/png"`) {
			t.Errorf("%s: %s", path, body)
		}
	}
}
