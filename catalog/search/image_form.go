package search

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
)

// namesForm tells versions of the program apart that make other names of the same entities: it sums up what becomes of
// entities that have everything, and, because no sample has every letter, which build of the program this is.
func namesForm() string {
	sum := sha256.New()
	if info, ok := debug.ReadBuildInfo(); ok {
		fmt.Fprintln(sum, info)
	}
	e := (&names{}).edit()
	for i, x := range namesSample() {
		e.replace(uint32(i), nil, x)
	}
	n := e.commit()
	for i := range uint32(n.posts.len()) {
		fmt.Fprintln(sum, n.posts.at(i))
	}
	var words []string
	n.words.each(func(word string, ids []uint32) { words = append(words, fmt.Sprintln(word, ids)) })
	slices.Sort(words)
	fmt.Fprintln(sum, words, *n.base, n.late)
	return hex.EncodeToString(sum.Sum(nil))
}

// namesSample are entities whose names go through every rule.
func namesSample() []*catalog.Entity {
	named := func(kind, name, title string) *catalog.Entity {
		return &catalog.Entity{Ref: catalog.MakeRef(kind, "", name), Name: name, Title: title}
	}
	person := named("user", "mei.lin", "")
	person.Profile = catalog.Profile{DisplayName: "Mei Lin 林梅", Email: "m.lin-2@example.com"}
	return []*catalog.Entity{
		named("api", "paymentLedgers-v2", "Überweisungen 支付账本 of the HTTPServer"),
		named("component", "HTTP2_ProxyServer.caches", "Running libraries; the boxes’ ｐayments, É and ß"),
		named("group", "crew", "平台 Crew"), named("component", "ab", "用户下单"), person,
		named("component", "a-name-that-is-longer-than-what-is-compared-letter-by-letter-0123456789", "Ⅷ ﬁles º 42nd İstanbul"),
	}
}
