package scm

import (
	"context"
	"slices"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Versioned is implemented by trees that know, without reading, when the content of a file or folder changed.
type Versioned interface {
	// Version returns the id of a file's or folder's content, such as its git object id, which differs whenever the
	// content does; "" when it is not known or nothing is there. The name "." is the tree itself.
	Version(name string) string
}

// Version returns the id of the content of name in a tree that knows it, else "".
func Version(t Tree, name string) string {
	if v, ok := t.(Versioned); ok {
		return v.Version(name)
	}
	return ""
}

// Knower is implemented by Trees that can tell without a request whether a target is theirs to open.
type Knower interface {
	Knows(target string) bool
}

// Knows reports whether t says that it can open target. Trees that cannot tell know nothing.
func Knows(t Trees, target string) bool {
	k, ok := t.(Knower)
	return ok && k.Knows(target)
}

// Knows implements Knower: whether a mirror has the target.
func (l *Local) Knows(target string) bool {
	t, err := parseTarget(target)
	if err != nil || t.host == "" {
		return false
	}
	_, err = l.place(target)
	return err == nil
}

// Chain asks several Trees in turn: the first that knows a target opens it. A target that none claims is tried with
// each that cannot tell what it knows, such as the local disk.
func Chain(trees ...Trees) Trees { return chain(trees) }

type chain []Trees

// Open implements Trees.
func (c chain) Open(ctx context.Context, target string) (Tree, error) {
	for _, t := range c {
		if Knows(t, target) {
			return t.Open(ctx, target)
		}
	}
	err := error(fault.New(fault.NotFound, "no mirror or integration knows %s", clip(target)))
	for _, t := range c {
		tree, e := t.Open(ctx, target)
		if e == nil {
			return tree, nil
		}
		if !fault.Is(e, fault.NotFound) {
			err = e
		}
	}
	return nil, err
}

// Knows implements Knower.
func (c chain) Knows(target string) bool {
	return slices.ContainsFunc(c, func(t Trees) bool { return Knows(t, target) })
}
