package discord

import "github.com/backchannel-portal/backchannel/bot/card"

// FormLimits are what a modal can ask.
func FormLimits() card.FormLimits { return formLimits(maxModalParts) }
