package lang

// Installing the app in a workspace: its pages, what it brings along, and what is said where it is not installed.
const (
	SlackInstallDone      Key = "slack_install.done"
	SlackInstallDoneOrg   Key = "slack_install.done_org"
	SlackInstallNext      Key = "slack_install.next"
	SlackInstallOpen      Key = "slack_install.open"
	SlackInstallDeclined  Key = "slack_install.declined"
	SlackInstallExpired   Key = "slack_install.expired"
	SlackInstallForeign   Key = "slack_install.foreign"
	SlackInstallFailed    Key = "slack_install.failed"
	SlackInstallAgain     Key = "slack_install.again"
	SlackInstallTitle     Key = "slack_install.title"
	SlackInstallElsewhere Key = "slack_install.elsewhere"
	SlackCommandNew       Key = "slack_install.command_new"
	SlackCommandNewHint   Key = "slack_install.command_new_hint"
)
