package catalogtest

import (
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// testOrphans: what a file that is gone defined stays for the grace period, counted from when it went.
func testOrphans(b *bench) {
	g := b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x", "y"), file("b.yaml", 1, "z")}})
	b.wait(time.Hour)
	b.apply(catalog.Delta{Gone: []string{"a.yaml"}})
	g = b.expect(g, "component:default/x  at a.yaml:1 orphaned", "component:default/y  at a.yaml:2 orphaned")
	if again := b.apply(catalog.Delta{Gone: []string{"a.yaml"}}); again != g {
		b.Error("a file that is gone already is news")
	}
	b.wait(grace - time.Minute)
	if again := b.sweep(); again != g {
		b.Error("something was swept before its time")
	}
	b.wait(time.Minute)
	b.sweep()
	g = b.expect(g, "no component:default/x", "no component:default/y")
	if again := b.sweep(); again != g {
		b.Error("sweeping a clean store is news")
	}
	b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x")}}) // as it was before
	b.expect(g, "component:default/x  at a.yaml:1")
	b.content("component:default/x  at a.yaml:1", "component:default/z  at b.yaml:1")
}

// testOrphanReturns: a file that comes back within the grace period is as if it had never gone.
func testOrphanReturns(b *bench) {
	g := b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x", "y")}})
	b.apply(catalog.Delta{Full: true})
	g = b.expect(g, "component:default/x  at a.yaml:1 orphaned", "component:default/y  at a.yaml:2 orphaned")
	b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x", "y")}})
	g = b.expect(g, "component:default/x  at a.yaml:1", "component:default/y  at a.yaml:2")
	b.wait(2 * grace)
	b.sweep()
	b.expect(g)
	b.apply(catalog.Delta{Gone: []string{"a.yaml"}})
	b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 2, "x")}}) // without one of its documents
	b.expect(g, "component:default/x  at a.yaml:1", "no component:default/y")
}

// testOrphanBeaten: a present definition takes over from an orphan at once, and for good.
func testOrphanBeaten(b *bench) {
	g := b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x=A", "y")}})
	b.apply(catalog.Delta{Gone: []string{"a.yaml"}, Files: []catalog.File{file("moved.yaml", 1, "x=B")}})
	g = b.expect(g, "component:default/x B at moved.yaml:1", "component:default/y  at a.yaml:2 orphaned")
	b.apply(catalog.Delta{Files: []catalog.File{file("moved.yaml", 2)}})
	g = b.expect(g, "no component:default/x")
	b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x=A", "y")}}) // the old file, with the hash it had
	b.expect(g, "component:default/x A at a.yaml:1", "component:default/y  at a.yaml:2")
	b.content("component:default/x A at a.yaml:1", "component:default/y  at a.yaml:2")
}

// testOrphanUnreadable: a file that comes back but cannot be read is a trouble, not an orphan.
func testOrphanUnreadable(b *bench) {
	g := b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x")}})
	b.apply(catalog.Delta{Gone: []string{"a.yaml"}})
	b.apply(catalog.Delta{Files: []catalog.File{{Location: "a.yaml", Opaque: true, Problems: []catalog.Problem{{Code: catalog.ProblemUnreadable}}}}})
	g = b.expect(g, "component:default/x  at a.yaml:1 stale", "problems of a.yaml: unreadable@0")
	b.wait(2 * grace)
	b.sweep()
	b.expect(g)
	b.content("component:default/x  at a.yaml:1 stale", "problems of a.yaml: unreadable@0")
}

// testDroppedOrigin: what an origin that is not configured any more has reported are orphans too, until it is again.
func testDroppedOrigin(b *bench) {
	b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x")}})
	g := b.apply(catalog.Delta{Origin: "file:other", Files: []catalog.File{file("o.yaml", 1, "other", "x"), file("p.yaml", 1, "went")}})
	b.apply(catalog.Delta{Origin: "file:other", Gone: []string{"p.yaml"}})
	g = b.expect(g, "component:default/went  at p.yaml:1 orphaned")
	b.wait(time.Hour)
	b.sweep("file:all")
	g = b.expect(g, "component:default/other  at o.yaml:1 orphaned", "problems of o.yaml:")
	b.sweep("file:all", "file:other")
	g = b.expect(g, "component:default/other  at o.yaml:1") // what its origin reported as gone stays gone
	b.apply(catalog.Delta{Origin: "file:other", Files: []catalog.File{file("o.yaml", 1, "other", "x")}})
	g = b.expect(g, "problems of o.yaml: duplicate@2") // it had lost to the present file, and is read anew
	b.sweep("file:all")
	b.wait(grace)
	b.sweep("file:all")
	b.expect(g, "no component:default/other", "no component:default/went", "problems of o.yaml:")
	b.content("component:default/x  at a.yaml:1")
	if c := b.changes(0); len(c.Checked) != 1 {
		b.Errorf("an origin that is gone was checked: %v", c.Checked)
	}
}

// testClockJumps: a clock that was ahead keeps an orphan no longer than the grace period from when it is put right.
func testClockJumps(b *bench) {
	g := b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x"), file("b.yaml", 1, "y")}})
	b.wait(1000 * time.Hour)
	b.apply(catalog.Delta{Gone: []string{"a.yaml"}})
	b.wait(-1000 * time.Hour)
	g = b.expect(g, "component:default/x  at a.yaml:1 orphaned")
	if again := b.sweep(); again != g {
		b.Error("a jump back removes an orphan")
	}
	b.wait(grace)
	b.sweep()
	b.expect(g, "no component:default/x")
	b.content("component:default/y  at b.yaml:1")
}
