package slacktest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// SetGroup makes a user group with its members.
func (s *Server) SetGroup(id string, members ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.groups == nil {
		s.groups = map[string][]string{}
	}
	s.groups[id] = members
}

// Group returns the members of a user group.
func (s *Server) Group(id string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.groups[id])
}

// userGroup serves usergroups.users.list and usergroups.users.update, and users.lookupByEmail.
func (s *Server) userGroup(w http.ResponseWriter, method string, args url.Values) {
	s.mu.Lock()
	defer s.mu.Unlock()
	refuse := func(code string) { answer(w, map[string]any{"ok": false, "error": code}) }
	id := args.Get("usergroup")
	members, known := s.groups[id]
	switch {
	case method == "users.lookupByEmail":
		for _, u := range s.users {
			if u.Email == args.Get("email") && u.Email != "" {
				answer(w, map[string]any{"ok": true, "user": map[string]any{"id": u.ID, "name": u.Name, "profile": map[string]any{"email": u.Email}}})
				return
			}
		}
		refuse("users_not_found")
	case !known:
		refuse("no_such_subteam")
	case method == "usergroups.users.list":
		answer(w, map[string]any{"ok": true, "users": members})
	default:
		next := strings.Split(args.Get("users"), ",")
		for _, u := range next {
			if _, ok := s.users[u]; !ok {
				refuse("invalid_users")
				return
			}
		}
		s.groups[id] = next
		answer(w, map[string]any{"ok": true, "usergroup": map[string]any{"id": id, "users": next}})
	}
	s.note()
}
