package lang

// What the bot sends of its own accord.
const (
	PostRepeated Key = "post.repeated"
)
