// Package discordtest is a Discord to test against: a gateway and a REST API for the real SDK, people who type
// commands, press, submit and write messages, signed deliveries for the HTTP transport, checks of everything that the
// app sends against Discord's limits, and faults on demand. It knows nothing of the adapter: what it checks is
// Discord's side.
package discordtest
