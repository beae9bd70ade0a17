package lang

// Sentences that only Slack needs.
const (
	SlackConfirmTitle      Key = "slack.confirm_title"
	SlackConfirmNo         Key = "slack.confirm_no"
	SlackCommandAsk        Key = "slack.command_ask"
	SlackCommandAskHint    Key = "slack.command_ask_hint"
	SlackCommandOncall     Key = "slack.command_oncall"
	SlackCommandOncallHint Key = "slack.command_oncall_hint"
	SlackAppDescription    Key = "slack.app_description"
)
