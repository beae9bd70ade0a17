package catalogtest

import (
	"github.com/backchannel-portal/backchannel/catalog"
)

func testEmpty(b *bench) {
	c := b.changes(0)
	if c.Generation != 1 || !c.Full {
		b.Errorf("an empty store is at generation %d, full %v", c.Generation, c.Full)
	}
	b.content()
	b.expect(1)
}

func testApply(b *bench) {
	g := b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x=X", "y"), file("b.yaml", 1, "z")}})
	if g != 2 {
		b.Errorf("the first change makes generation %d", g)
	}
	b.content("component:default/x X at a.yaml:1", "component:default/y  at a.yaml:2", "component:default/z  at b.yaml:1")
	b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 2, "x=New", "w")}})
	g = b.expect(g, "component:default/w  at a.yaml:2", "component:default/x New at a.yaml:1", "no component:default/y")
	b.apply(catalog.Delta{Gone: []string{"b.yaml", "never-seen.yaml"}})
	b.expect(g, "component:default/z  at b.yaml:1 orphaned")
	b.content("component:default/w  at a.yaml:2", "component:default/x New at a.yaml:1", "component:default/z  at b.yaml:1 orphaned")
	e := b.changes(0).Upserts[0]
	if e.Relations.Len() != 1 || e.Document.IsZero() || e.Source.Origin != "file:all" {
		b.Errorf("an entity does not come back as it was given: %+v", e)
	}
}

// testNoChange: what says the same makes no generation, whether the file as a whole or an entity in it.
func testNoChange(b *bench) {
	g := b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x", "y")}})
	if again := b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x", "y")}}); again != g {
		b.Errorf("the same file again makes generation %d of %d", again, g)
	}
	if again := b.apply(catalog.Delta{}); again != g {
		b.Errorf("a delta without files makes generation %d of %d", again, g)
	}
	b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 2, "x", "y=new")}})
	b.expect(g, "component:default/y new at a.yaml:2")
}

func testFull(b *bench) {
	b.apply(catalog.Delta{Origin: "file:other", Files: []catalog.File{file("o.yaml", 1, "other")}})
	g := b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x"), file("b.yaml", 1, "y")}})
	b.apply(catalog.Delta{Full: true, Files: []catalog.File{file("b.yaml", 1, "y"), file("c.yaml", 1, "z")}})
	g = b.expect(g, "component:default/x  at a.yaml:1 orphaned", "component:default/z  at c.yaml:1")
	b.apply(catalog.Delta{Full: true})
	g = b.expect(g, "component:default/y  at b.yaml:1 orphaned", "component:default/z  at c.yaml:1 orphaned")
	b.wait(grace)
	b.sweep("file:all", "file:other")
	b.expect(g, "no component:default/x", "no component:default/y", "no component:default/z")
	b.content("component:default/other  at o.yaml:1")
}

// testLastGood: an entity whose descriptor became invalid stays and says so; one that is simply no longer there goes.
func testLastGood(b *bench) {
	g := b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x=X", "y=Y", "z=Z")}})
	b.apply(catalog.Delta{Files: []catalog.File{broken(file("a.yaml", 2, "z=Z2"), "x", "never-there")}})
	g = b.expect(g, "component:default/x X at a.yaml:1 stale", "component:default/z Z2 at a.yaml:1", "no component:default/y",
		"problems of a.yaml: invalid@9 invalid@9")
	b.apply(catalog.Delta{Files: []catalog.File{broken(file("a.yaml", 3, "z=Z2"), "x")}})
	g = b.expect(g, "problems of a.yaml: invalid@9") // still stale, and said once only
	b.content("component:default/x X at a.yaml:1 stale", "component:default/z Z2 at a.yaml:1", "problems of a.yaml: invalid@9")
	b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 4, "x=X", "z=Z2")}})
	b.expect(g, "component:default/x X at a.yaml:1", "component:default/z Z2 at a.yaml:2", "problems of a.yaml:")
}

func testUnreadable(b *bench) {
	g := b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x")}})
	away := catalog.File{Location: "a.yaml", Opaque: true, Problems: []catalog.Problem{{Code: catalog.ProblemUnreadable}}}
	b.apply(catalog.Delta{Full: true, Files: []catalog.File{away}})
	g = b.expect(g, "component:default/x  at a.yaml:1 stale", "problems of a.yaml: unreadable@0")
	if again := b.apply(catalog.Delta{Files: []catalog.File{away}}); again != g {
		b.Error("the same trouble again is news")
	}
	b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x")}})
	b.expect(g, "component:default/x  at a.yaml:1", "problems of a.yaml:")
}

// testOpaque: while a document's reference cannot be told, nothing that is missing may be dropped.
func testOpaque(b *bench) {
	g := b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x", "y")}})
	f := file("a.yaml", 2, "x=new")
	f.Opaque = true
	b.apply(catalog.Delta{Files: []catalog.File{f}})
	g = b.expect(g, "component:default/x new at a.yaml:1", "component:default/y  at a.yaml:2 stale")
	b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 3, "x=new")}})
	b.expect(g, "no component:default/y")
}

// testDuplicates: the first definition counts, the later ones are reported, and the next takes over when it goes.
func testDuplicates(b *bench) {
	g := b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x=A"), file("b.yaml", 1, "x=B")}})
	b.apply(catalog.Delta{Origin: "file:other", Files: []catalog.File{file("c.yaml", 1, "own", "x=C")}})
	b.content("component:default/own  at c.yaml:1", "component:default/x A at a.yaml:1",
		"problems of b.yaml: duplicate@1", "problems of c.yaml: duplicate@2")
	g = b.changes(g).Generation
	b.apply(catalog.Delta{Files: []catalog.File{file("b.yaml", 2, "x=B2")}})
	g = b.expect(g) // what does not count changes nothing
	b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 2, "other")}})
	g = b.expect(g, "component:default/other  at a.yaml:1", "component:default/x B2 at b.yaml:1", "problems of b.yaml:",
		"problems of c.yaml: duplicate@2") // it names the one that counts
	b.apply(catalog.Delta{Gone: []string{"b.yaml"}})
	g = b.expect(g, "component:default/x C at c.yaml:2", "problems of c.yaml:") // rather than the orphan
	b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 3, "x=back")}})  // a.yaml was there first
	g = b.expect(g, "component:default/x back at a.yaml:1", "no component:default/other", "problems of c.yaml: duplicate@2")
	b.apply(catalog.Delta{Origin: "file:other", Files: []catalog.File{file("c.yaml", 2, "own")}})
	b.expect(g, "problems of c.yaml:")
}

func testDuplicateWithinFile(b *bench) {
	g := b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x=first", "x=second")}})
	b.content("component:default/x first at a.yaml:1", "problems of a.yaml: duplicate@2")
	b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 2, "x=second")}})
	b.expect(g, "component:default/x second at a.yaml:1", "problems of a.yaml:")
}

// testSameByTwoWays: one document that two configured locations lead to is no duplicate of itself.
func testSameByTwoWays(b *bench) {
	b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x")}})
	b.apply(catalog.Delta{Origin: "file:other", Files: []catalog.File{file("a.yaml", 1, "x")}})
	b.content("component:default/x  at a.yaml:1")
	g := b.changes(0).Generation
	b.apply(catalog.Delta{Full: true})
	b.content("component:default/x  at a.yaml:1")
	b.apply(catalog.Delta{Origin: "file:other", Full: true})
	b.content("component:default/x  at a.yaml:1 orphaned")
	b.wait(grace)
	b.sweep("file:all", "file:other")
	if c := b.changes(g); len(c.Deletes) != 1 {
		b.Errorf("the entity outlives both ways to it: %+v", c)
	}
}

func testProblems(b *bench) {
	f := file("a.yaml", 1, "x")
	f.Problems = []catalog.Problem{{Code: catalog.ProblemUnreadable, Line: 7, Field: "spec.targets"}}
	g := b.apply(catalog.Delta{Files: []catalog.File{f}})
	f.Problems = nil // the target is back, the file itself is as before
	b.apply(catalog.Delta{Files: []catalog.File{f}})
	g = b.expect(g, "problems of a.yaml:")
	b.content("component:default/x  at a.yaml:1")
	b.apply(catalog.Delta{Files: []catalog.File{broken(file("a.yaml", 2), "x")}})
	g = b.expect(g, "component:default/x  at a.yaml:1 stale", "problems of a.yaml: invalid@9")
	b.apply(catalog.Delta{Gone: []string{"a.yaml"}})
	b.expect(g, "component:default/x  at a.yaml:1 stale orphaned", "problems of a.yaml:")
}
