package bot

// Memberships is a Platform on which an account has one id everywhere, and direct messages belong to no workspace: whose
// they are is settled by the workspaces that their writer takes part in.
type Memberships interface {
	// Member reports whether an actor takes part in a workspace. It never waits: known is false while that is being
	// found out.
	Member(who Actor, workspace string) (member, known bool)
}
