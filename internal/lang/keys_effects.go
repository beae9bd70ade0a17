package lang

// What the steps of a template change outside of its workspace. The number of files is n.
const (
	EffectCreate         Key = "effects.create"          // repo, host, branch, visibility, n
	EffectCreatePrivate  Key = "effects.create_private"  // repo, host, branch, n
	EffectCreateInternal Key = "effects.create_internal" // repo, host, branch, n
	EffectCreatePublic   Key = "effects.create_public"   // repo, host, branch, n
	EffectCreateEmpty    Key = "effects.create_empty"    // repo, host
	EffectCreatePushed   Key = "effects.create_pushed"   // repo, branch, n
	EffectProject        Key = "effects.project"         // repo, host, branch, n
	EffectPublish        Key = "effects.publish"         // repo, host, branch, n
	EffectPush           Key = "effects.push"            // repo, branch, n
	EffectPull           Key = "effects.pull"            // title, repo, host, branch, n, removed
	EffectPullFork       Key = "effects.pull_fork"       // title, repo, host, branch, n, removed
	EffectMerge          Key = "effects.merge"           // title, repo, host, branch, n
	EffectWebhook        Key = "effects.webhook"         // repo, host, to
	EffectLabel          Key = "effects.label"           // issue, repo, host, labels
	EffectLabelNew       Key = "effects.label_new"       // repo, host, labels
	EffectWorkflow       Key = "effects.workflow"        // workflow, repo, host, branch
	EffectRegister       Key = "effects.register"        // address
	EffectTell           Key = "effects.tell"            // who, title
	EffectTellAll        Key = "effects.tell_all"        // title
	EffectRequest        Key = "effects.request"         // method, address
)
