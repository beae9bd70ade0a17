// Package discord is the adapter for Discord. It takes slash commands with their autocompletion, mentions, direct
// messages and presses, through the gateway or over HTTP, and shows the replies as components.
//
// A delivery passes four steps, each in files of its own:
//
//	verify   Ed25519 over the timestamp and the raw body, before anything is parsed (HTTP only)
//	decode   JSON to a bot.Event; one decoder serves both transports, because the SDK's refuses newer components
//	render   card.Message to components, total and pure
//	send     the acknowledgement of an interaction, its webhook or the REST API, within Discord's rate limits
//
// A thread is a channel of its own here, as it is in Discord's API. Figures quoted in comments (lengths, counts,
// windows) are from docs.discord.com unless something else is named.
package discord
