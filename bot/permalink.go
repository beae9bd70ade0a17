package bot

// Permalinker is a Platform that knows the web addresses of its conversations.
type Permalinker interface {
	// Permalink returns the address that opens a message, or with message "" the conversation, for whoever may see it;
	// "" where there is none.
	Permalink(at Address, message string) string
}
