package lang

// Sentences that only Slack needs.
const (
	SlackConfirmTitle      Key = "slack.confirm_title"
	SlackConfirmNo         Key = "slack.confirm_no"
	SlackCommandAsk        Key = "slack.command_ask"
	SlackCommandAskHint    Key = "slack.command_ask_hint"
	SlackCommandOncall     Key = "slack.command_oncall"
	SlackCommandOncallHint Key = "slack.command_oncall_hint"
	SlackSubmit            Key = "slack.submit"
	SlackClose             Key = "slack.close"
	SlackYes               Key = "slack.yes"
	SlackNotHere           Key = "slack.not_here"
	SlackWithCommas        Key = "slack.with_commas"
	SlackOnePerLine        Key = "slack.one_per_line"
	SlackFormLate          Key = "slack.form_late"
	SlackShortcutOwner     Key = "slack.shortcut_owner"
	SlackShortcutOwnerHint Key = "slack.shortcut_owner_hint"
	SlackShortcutAsk       Key = "slack.shortcut_ask"
	SlackShortcutAskHint   Key = "slack.shortcut_ask_hint"
	SlackAppDescription    Key = "slack.app_description"
)
