package slack

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Feature is something that is asked of Slack only where it is switched on, as it needs more than the default: scopes,
// events, or a place in people's menus.
type Feature string

// The features.
const (
	FeatureHome      Feature = "home"      // the App Home
	FeatureShortcuts Feature = "shortcuts" // entries in the menus of messages and of the message box
	FeatureUnfurl    Feature = "unfurl"    // previews of links to Backchannel and the portal
	FeatureThreads   Feature = "threads"   // answers in a thread of a channel without being mentioned again
	FeatureChannels  Feature = "channels"  // names and topics of channels, and word of those that end
	// FeatureGroups keeps user groups in step with who is on call. It is on where plugins.oncall.groups names one.
	FeatureGroups Feature = "usergroups"
)

// featureNeeds is what a feature asks of Slack.
type featureNeeds struct {
	scopes, events []string
}

// Features are all features, in the order of the handbook.
func Features() []Feature {
	return []Feature{FeatureHome, FeatureShortcuts, FeatureUnfurl, FeatureThreads, FeatureChannels, FeatureGroups}
}

func (f Feature) needs() featureNeeds {
	switch f {
	case FeatureHome:
		return featureNeeds{events: []string{"app_home_opened"}}
	case FeatureUnfurl:
		return featureNeeds{scopes: []string{"links:read", "links:write"}, events: []string{"link_shared"}}
	case FeatureThreads:
		return featureNeeds{scopes: []string{"channels:history", "groups:history"}, events: []string{"message.channels", "message.groups"}}
	case FeatureChannels:
		return featureNeeds{scopes: []string{"channels:read", "groups:read"}, events: []string{
			"channel_archive", "channel_deleted", "channel_left", "channel_rename", "group_archive", "group_deleted", "group_left",
			"group_rename", "member_joined_channel",
		}}
	case FeatureGroups:
		return featureNeeds{scopes: []string{"usergroups:read", "usergroups:write"}}
	default:
		return featureNeeds{}
	}
}

// ParseFeatures reads names of features. One that there is not is an error of kind Invalid.
func ParseFeatures(names []string) ([]Feature, error) {
	var out []Feature
	for _, n := range names {
		f := Feature(strings.ToLower(strings.TrimSpace(n)))
		if !slices.Contains(Features(), f) {
			return nil, fault.At(fault.Position{Field: "slack.features"}, "there is no feature %q; there are %s", n, joinFeatures(Features()))
		}
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out, nil
}

func joinFeatures(all []Feature) string {
	names := make([]string, len(all))
	for i, f := range all {
		names[i] = string(f)
	}
	return strings.Join(names, ", ")
}

// Off is a feature that is switched on in the configuration and cannot be used.
type Off struct {
	Feature Feature
	Missing []string // the scopes that the token lacks
}

// off are the features that a token with these scopes cannot serve. Where Slack does not tell the scopes, none.
func off(on []Feature, have []string) []Off {
	if len(have) == 0 {
		return nil
	}
	var out []Off
	for _, f := range on {
		if lacking := missingScopes(f.needs().scopes, have); len(lacking) > 0 {
			out = append(out, Off{f, lacking})
		}
	}
	return out
}

func missingScopes(want, have []string) []string {
	var out []string
	for _, s := range want {
		if !slices.Contains(have, s) {
			out = append(out, s)
		}
	}
	return out
}

// scopesOf reads the header in which Slack lists a token's scopes.
func scopesOf(header string) []string {
	return strings.FieldsFunc(header, func(r rune) bool { return r == ',' || r == ' ' })
}
