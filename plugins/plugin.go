package plugins

import (
	"context"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// API is the version of the contract between plugins and the program: of this package, of declared files
// (plugin.backchannel.dev/v1) and of the protocol of process plugins. It grows when an old plugin would misbehave.
const API = 1

// Plugin is one plugin. What it adds it declares through the optional interfaces of this package, which are found by
// assertion: HasViews, HasOperations, HasTopics, HasChecks, HasWebhook, HasPages, HasActions, HasFields, HasMeasures, HasSources,
// and Validator, Starter, Prober and Closer for its life:
//
//  1. A constructor makes it from its configuration. Nothing outside is touched and nothing is started.
//  2. Registry.Add asks About, Validate, and each declaration once; they always return the same and must not block.
//     What does not hold together is an error there, and the plugin is not used.
//  3. Start is called once, before any function that a declaration named. It must return soon and must not fail
//     because a vendor is down: the program starts without vendors.
//  4. Functions of declarations are called at any time, several at once, each with a deadline in its context. They
//     may fail, hang or panic: that costs what they were asked for and nothing else. What they return is checked.
//  5. Close is called once, when no function runs any more or after a patience of seconds. Nothing is called after it.
//
// A plugin asks third parties only through Host.Upstream.
type Plugin interface {
	// About says which plugin it is.
	About() About
}

// About is who a plugin is.
type About struct {
	// Name names it in the configuration, in addresses and in metrics: lower case letters, digits and dashes, at most
	// 40, beginning with a letter. Names are unique.
	Name        string
	Title       string // what readers call it, for example "CircleCI"
	Description string // one sentence, in English, for operators
	Version     string // of the plugin, as it likes
	API         int    // the version of the contract it was written for: API
}

// Text is a text for readers, by language. English is needed and stands in for the others.
type Text map[lang.Lang]string

// In returns the text in a language.
func (t Text) In(l lang.Lang) string {
	if s := t[l]; s != "" {
		return s
	}
	return t[lang.English]
}

// Validator is a Plugin with a configuration that can be wrong.
type Validator interface {
	// Validate returns what is wrong with the configuration, as an error of kind Invalid with its position where one is
	// known. It touches no network.
	Validate() error
}

// Starter is a Plugin that wants to know the program it runs in.
type Starter interface {
	// Start gives it the host. ctx ends with the program; what Start leaves running must end with it.
	Start(ctx context.Context, h Host) error
}

// Prober is a Plugin that can tell whether its vendor is there and lets it in. The doctor asks it.
type Prober interface {
	// Probe returns what is wrong, in plain words with the way to mend it, or nil.
	Probe(ctx context.Context) error
}

// Closer is a Plugin that holds something.
type Closer interface {
	// Close lets go of it and waits for what it started.
	Close() error
}

// HasSources is a Plugin that brings entities: components, people, anything a descriptor says.
type HasSources interface {
	// Sources returns its sources. Their origins begin with "plugin:" and its name.
	Sources() []catalog.Source
}
