package bot

import "github.com/backchannel-portal/backchannel/bot/card"

// Input is what happened: Invoked, Said or Pressed in a conversation; Changed, Submitted or Asked in a form or a
// prompt; Opened, Linked or Lifecycle around it.
type Input interface{ input() }

// Invoked is a slash command, or an entry of the platform's menus: a shortcut, or a command on a message.
type Invoked struct {
	Path   []string // the command, for example ["backchannel"] or ["oncall"]
	Args   string   // the text behind it, as typed
	Quoted string   // the text of the message that it was used on, "" where there is none
	Said   bool     // it was typed as a message to the bot alone: the answer is a message too
}

// Said is a message to the bot: a direct message, a mention, or a reply in a thread it takes part in.
type Said struct {
	Text string // with the bot's own mention removed
}

// Pressed is a button or a menu choice on a message of ours.
type Pressed struct {
	Token   string      // as it was put on the message; the Mux opens it
	Chosen  string      // what was chosen in a menu of suggestions; the Mux adds it to the intent's arguments
	Intent  card.Intent // what it means, filled in by the Mux
	Message string      // the platform's id of the message it is on
	Private bool        // the message was shown to the actor alone
}

// Changed is a form of which a field that others depend on (card.FormField.Changes) has another value now. The
// handler of the form answers Open with the form as it is for these values, with every value filled in, or Nothing.
type Changed struct {
	Form   string      // card.Form's id
	Draft  string      // card.Form's draft
	Field  string      // which one changed
	Values card.Values // of all fields filled in so far
}

// Submitted is a filled form; the values of all its pages. The handler of the form answers Invalid, Open with the next
// form, or what any question is answered with. An adapter hands in one form once: until it is answered with Invalid,
// further submissions of it are dropped.
type Submitted struct {
	Form   string
	Draft  string
	Values card.Values
}

// Asked wants suggestions while somebody types into a field or behind a command. It is answered with Suggest, within
// half a second, and changes nothing.
type Asked struct {
	Form  string         // card.Form's id, "" outside of forms
	Draft string         // card.Form's draft
	Field string         // of the form
	Path  []string       // the command that is typed, for example ["backchannel", "owner"]; nil in forms
	What  card.FieldKind // what is chosen from: card.FieldEntity, FieldOwner, ...
	Query string         // what was typed so far, may be empty
}

// Opened is somebody looking at a surface of their own, such as SurfaceHome. It is answered with Surface.
type Opened struct{ Surface string }

// SurfaceHome is the page that a platform shows to each person of a bot.
const SurfaceHome = "home"

// Linked is a message of somebody with addresses of ours in it, seen by a whole channel. It is answered with Preview,
// of what everybody there may see: the actor's own rights count for nothing.
type Linked struct{ URLs []string }

// Lifecycle is the bot being installed into a workspace, removed from it, or losing the right to act there; or a
// channel coming to its end.
type Lifecycle struct{ What Stage }

// Stage is what happened to an installation.
type Stage string

// The stages.
const (
	Installed Stage = "installed"
	Removed   Stage = "removed" // everything kept of the workspace may go
	Revoked   Stage = "revoked" // the tokens are void; the bot may be installed again

	// ChannelGone is the channel of the event's address archived or deleted, or the bot removed from it.
	ChannelGone Stage = "channel_gone"
)

func (Invoked) input()   {}
func (Said) input()      {}
func (Pressed) input()   {}
func (Changed) input()   {}
func (Submitted) input() {}
func (Asked) input()     {}
func (Opened) input()    {}
func (Linked) input()    {}
func (Lifecycle) input() {}
