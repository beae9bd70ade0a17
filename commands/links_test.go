package commands

import (
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	r := catalog.MakeRef("component", "fin", "pay")
	own := Links{Base: "http://localhost:7007/"}
	other := Links{
		Base:   "http://localhost:7007",
		Entity: "https://portal.example/catalog/{namespace}/{kind}/{name}",
		Docs:   "https://portal.example/docs/{namespace}/{kind}/{name}/{page}",
	}
	for _, tt := range []struct{ got, want string }{
		{own.entity(r), "http://localhost:7007/catalog/fin/component/pay"},
		{own.page(r, "", ""), "http://localhost:7007/docs/fin/component/pay"},
		{own.page(r, "a/b c", "x y"), "http://localhost:7007/docs/fin/component/pay/a/b%20c#x%20y"},
		{own.search("a&b c"), "http://localhost:7007/search?q=a%26b+c"},
		{own.entity(catalog.MakeRef("component", "", "a/../b?c#d")), "http://localhost:7007/catalog/default/component/a%2F..%2Fb%3Fc%23d"},
		{other.entity(r), "https://portal.example/catalog/fin/component/pay"},
		{other.page(r, "", ""), "https://portal.example/docs/fin/component/pay"},
		{other.page(r, "a/b", "x"), "https://portal.example/docs/fin/component/pay/a/b#x"},
		{Links{}.entity(r), ""},
		{Links{}.page(r, "a", "b"), ""},
		{Links{}.search("a"), ""},
		{webAddress("javascript:alert(1)"), ""},
		{webAddress("https://a.example/x y"), "https://a.example/x%20y"},
		{webAddress("http://"), ""},
		{webAddress("://"), ""},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}
