package web

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Diagrams in Mermaid are drawn by its own program, where the operator supplies it. It runs in a frame of its own that is
// no part of this site (sandbox): it reaches neither the page nor a cookie nor another address.

// framePolicy is what the frame of a diagram may do. Mermaid writes styles into its pictures.
const framePolicy = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; font-src data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts"

// framePage is the document in the frame; the scripts are mermaid's and ours.
const framePage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Diagram</title>
<script src="%s" defer></script>
<script src="%s" defer></script>
</head>
<body></body>
</html>
`

// The names of what draws diagrams, below /static/.
const (
	frameFile   = "diagram.html"
	frameScript = "diagram.js"
	mermaidFile = "mermaid.js"
)

// addDiagrams adds the page that draws diagrams. Its parts may be loaded by that page although it is of another origin
// than they are, as all in a sandbox is.
func (a *assets) addDiagrams(p *packer, mermaid []byte) {
	if len(mermaid) == 0 {
		return
	}
	a.add(p, mermaidFile, mermaid)
	a.add(p, frameFile, fmt.Appendf(nil, framePage, a.path(mermaidFile), a.path(frameScript)))
	for _, plain := range []string{mermaidFile, frameFile, frameScript} {
		for _, name := range []string{plain, a.names[plain]} {
			f := a.files[name]
			f.shared = true
			if plain == frameFile {
				f.policy = framePolicy
			}
			a.files[name] = f
		}
	}
}

// diagrams is the address of the page that draws diagrams; "" where nothing does.
func (w *Web) diagrams() string {
	if len(w.cfg.Mermaid) == 0 {
		return ""
	}
	return w.assets.path(frameFile)
}

// framing is the policy of pages of documentation: what may be in their frames. A host that is none is an error of kind
// Invalid.
func framing(hosts []string, diagrams bool) (string, error) {
	var sources []string
	if diagrams {
		sources = append(sources, "'self'")
	}
	for _, h := range hosts {
		u, err := url.Parse("https://" + h)
		if err != nil || u.Host != h || h == "" || strings.ContainsAny(h, " ;,*'\"") {
			return "", fault.New(fault.Invalid, "docs.frames: %q is not a host such as www.example.com", h)
		}
		sources = append(sources, "https://"+strings.ToLower(h))
	}
	if len(sources) == 0 {
		return policy, nil
	}
	return policy + "; frame-src " + strings.Join(sources, " "), nil
}
