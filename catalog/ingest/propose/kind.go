package propose

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// userInterface reports whether a technology makes pages.
func userInterface(tech string) bool {
	switch tech {
	case "react", "preact", "vue", "angular", "angularjs", "svelte", "solid", "ember", "next", "nuxt", "remix", "gatsby", "astro", "sveltekit", "quasar":
		return true
	}
	return false
}

// guessType follows the rules of the handbook, the first that fits:
// published as a package, a library; pages, a website; something that starts, or a server's framework, a service;
// code that does neither, a library; and what says nothing, a service.
func (d *draft) guessType() {
	switch {
	case d.manifest.library.text != "":
		d.kind = value{"library", d.manifest.library.from + ": " + d.manifest.library.text}
		return
	case soundsLikeLibrary(d.name.text):
		d.kind = value{"library", "its name"}
		return
	}
	for _, i := range d.items {
		if userInterface(i.Tech) && !i.Dev && !i.Indirect {
			d.kind = value{"website", i.File + ": " + i.Name}
			return
		}
	}
	for _, name := range []string{"Dockerfile", "Containerfile", "Procfile", "main.go", "cmd", "src/main.rs", "manage.py", "config.ru", "artisan"} {
		if d.has(name) {
			d.kind = value{"service", name}
			return
		}
	}
	if d.manifest.starts.text != "" {
		d.kind = value{"service", d.manifest.starts.from + ": " + d.manifest.starts.text}
		return
	}
	for _, i := range d.items {
		if i.Kind == inventory.Framework && !i.Dev && !i.Indirect {
			d.kind = value{"service", i.File + ": " + i.Name}
			return
		}
	}
	if from := d.packageOnly(); from != "" {
		d.kind = value{"library", from + " is no package main, and there is no cmd folder"}
		return
	}
	d.kind = value{"service", "nothing says otherwise"}
}

// soundsLikeLibrary reports whether a name ends as those of libraries do.
func soundsLikeLibrary(name string) bool {
	last := name[strings.LastIndexByte(name, '-')+1:]
	return strings.Contains(name, "-") && slices.Contains([]string{"sdk", "lib", "library", "client", "commons", "utils"}, last)
}

// packageOnly is a Go file at the top that belongs to a package that others import.
func (d *draft) packageOnly() string {
	files, err := fs.Glob(d.o.Tree, "*.go")
	if err != nil {
		return ""
	}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		data, err := scm.ReadFile(d.o.Tree, f, maxManifest)
		if err != nil {
			continue
		}
		for l := range strings.Lines(string(data)) {
			if name, ok := strings.CutPrefix(strings.TrimSpace(l), "package "); ok {
				if strings.TrimSpace(name) == "main" {
					return ""
				}
				return path.Base(f)
			}
		}
	}
	return ""
}
