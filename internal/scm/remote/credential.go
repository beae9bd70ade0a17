package remote

import "time"

// Credential is what a host says about the credential that requests carry.
type Credential struct {
	Name    string    // the account or App that it belongs to; "" without a credential
	Scopes  []string  // what it allows, in the host's words
	Tells   bool      // whether the host tells scopes: GitHub does not for fine-grained tokens and Apps
	Expires time.Time // zero: never, or the host does not tell
	Left    int       // requests that are left in this window of the rate limit; -1 where the host does not tell
}
