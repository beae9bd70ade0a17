package lang

// Messages about a location that is named by its address.
const (
	UnregisterPlace   Key = "unregister_place.ask"
	UnregisterUnknown Key = "unregister_place.unknown"
)
