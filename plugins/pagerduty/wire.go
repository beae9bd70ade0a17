package pagerduty

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The shapes of PagerDuty's REST API v2, as far as they are read.
type (
	reference struct {
		ID      string `json:"id"`
		Type    string `json:"type"`
		Summary string `json:"summary"`
		HTML    string `json:"html_url"`
	}
	service struct {
		reference
		Name         string        `json:"name"`
		Status       string        `json:"status"` // active, warning, critical, maintenance, disabled
		Policy       reference     `json:"escalation_policy"`
		Teams        []reference   `json:"teams"`
		Integrations []integration `json:"integrations"`
	}
	integration struct {
		reference
		Key string `json:"integration_key"`
	}
	onCall struct {
		Policy   reference  `json:"escalation_policy"`
		Level    int        `json:"escalation_level"`
		Schedule *reference `json:"schedule"` // nil: the policy names the user itself
		User     user       `json:"user"`
		Start    *time.Time `json:"start"` // nil: always
		End      *time.Time `json:"end"`
	}
	user struct {
		reference
		Name  string `json:"name"`
		Email string `json:"email"`
		Zone  string `json:"time_zone"`
	}
	contactMethod struct {
		Type    string `json:"type"`
		Address string `json:"address"`
		Country int    `json:"country_code"`
	}
	incident struct {
		reference
		Number      int       `json:"incident_number"`
		Title       string    `json:"title"`
		Key         string    `json:"incident_key"`
		Status      string    `json:"status"`  // triggered, acknowledged, resolved
		Urgency     string    `json:"urgency"` // high; low: nobody is woken
		Created     time.Time `json:"created_at"`
		Service     reference `json:"service"`
		Assignments []struct {
			Assignee reference `json:"assignee"`
		} `json:"assignments"`
		Acknowledgements []struct {
			Acknowledger reference `json:"acknowledger"`
			At           time.Time `json:"at"`
		} `json:"acknowledgements"`
		LastChange reference `json:"last_status_change_by"`
	}
)

func itoa(n int) string { return strconv.Itoa(n) }

// clip cuts a text after so many characters.
func clip(s string, most int) string {
	s = strings.TrimSpace(strings.ToValidUTF8(s, "�"))
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// web returns an address when it is one that a person can open.
func web(address string) string {
	if strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://") {
		return address
	}
	return ""
}
