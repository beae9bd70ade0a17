package process

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// build builds the example in Go.
func build(t *testing.T, bin string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "./examples/freeze").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// player is a plugin that behaves well until it is asked for a card.
type player struct {
	as   string
	host plugins.Host
}

// About implements plugins.Plugin.
func (p *player) About() plugins.About {
	return plugins.About{Name: "good", Title: "Good", API: plugins.API}
}

// Start implements plugins.Starter.
func (p *player) Start(_ context.Context, h plugins.Host) error {
	p.host = h
	if p.as == "eats" {
		go func() {
			var held [][]byte
			for {
				block := make([]byte, 8<<20)
				for i := range block {
					block[i] = 1
				}
				held = append(held, block)
				time.Sleep(10*time.Millisecond + time.Duration(len(held)))
			}
		}()
	}
	return nil
}

// Views implements plugins.HasViews.
func (p *player) Views() []plugins.View {
	return []plugins.View{{Name: "card", Title: plugins.Text{lang.English: "Card"}, Card: true, Show: p.show}}
}

func (p *player) show(ctx context.Context, q plugins.Query) (plugins.Card, error) {
	switch p.as {
	case "dies":
		os.Exit(3)
	case "holds": // a turn, and dies with it
		_, _, err := p.host.Turn(ctx, "register", func() {})
		if err != nil {
			return plugins.Card{}, err
		}
		fact := catalog.Fact{Entity: q.Entity.Ref, Key: "holder", Value: strconv.Itoa(os.Getpid()), AsOf: time.Now()}
		if err := p.host.Facts.Write(ctx, []catalog.Ref{q.Entity.Ref}, []catalog.Fact{fact}); err != nil {
			return plugins.Card{}, err
		}
		os.Exit(3)
	case "hangs":
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	case "floods":
		for range 5000 {
			go p.host.Catalog.Entity(q.Entity.Ref)
		}
		time.Sleep(100 * time.Millisecond)
	}
	n := 0
	for range p.host.Catalog.Entities() {
		n++
	}
	fact := catalog.Fact{Entity: q.Entity.Ref, Key: "count", Value: plural(n), AsOf: time.Now()}
	if err := p.host.Facts.Write(ctx, []catalog.Ref{q.Entity.Ref}, []catalog.Fact{fact}); err != nil && p.as != "floods" {
		return plugins.Card{}, err
	}
	e, _ := p.host.Catalog.Entity(q.Entity.Ref)
	if e == nil {
		e = q.Entity
	}
	return plugins.Card{Message: card.Message{Lang: q.Lang, Blocks: []card.Block{card.Text{Spans: []card.Span{card.T(e.Name + " has a/b=" + e.Annotation("a/b"))}}}}}, nil
}

func plural(n int) string {
	if n == 1 {
		return "1 entities"
	}
	return "some entities"
}
