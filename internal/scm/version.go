package scm

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
