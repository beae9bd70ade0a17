// Package slack is the adapter for Slack. It takes slash commands, mentions, direct messages, thread replies and
// presses, over HTTP callbacks or Socket Mode, and shows the replies.
//
// A delivery passes four steps, each in files of its own:
//
//	verify   the signature over the raw body, before anything is parsed (HTTP only)
//	decode   form or JSON to a bot.Event; one decoder serves both transports
//	render   card.Message to Block Kit, total and pure, straight to JSON bytes
//	send     the HTTP body, a response_url or the Web API, within Slack's rates
//
// Figures quoted in comments (lengths, counts, windows) are from docs.slack.dev unless something else is named.
package slack
