package pagerdutytest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

func (s *Server) incidents(r *http.Request) []any {
	q := r.URL.Query()
	since, _ := time.Parse(time.RFC3339, q.Get("since"))
	out := []any{}
	for _, i := range slices.Backward(s.Incidents) {
		if v := q["service_ids[]"]; len(v) > 0 && !slices.Contains(v, i.Service) {
			continue
		}
		if v := q["statuses[]"]; len(v) > 0 && !slices.Contains(v, i.Status) {
			continue
		}
		if v := q.Get("incident_key"); v != "" && v != i.Key || i.Created.Before(since) {
			continue
		}
		out = append(out, s.shape(i))
	}
	return out
}

func (s *Server) shape(i *Incident) map[string]any {
	m := reference("incident", i.ID, fmt.Sprintf("[#%d] %s", i.Number, i.Title))
	m["type"], m["html_url"] = "incident", "https://acme.pagerduty.com/incidents/"+i.ID
	m["incident_number"], m["title"], m["incident_key"], m["urgency"], m["status"] = i.Number, i.Title, i.Key, i.Urgency, i.Status
	m["created_at"], m["service"] = i.Created.UTC().Format(time.RFC3339), reference("service", i.Service, i.Service)
	assigned, acks := []any{}, []any{}
	for _, a := range i.Assigned {
		assigned = append(assigned, map[string]any{"at": m["created_at"], "assignee": reference("user", a, a)})
	}
	if i.Status == "acknowledged" {
		acks = append(acks, map[string]any{"at": m["created_at"], "acknowledger": reference("user", i.By, i.By)})
	}
	m["assignments"], m["acknowledgements"], m["last_status_change_by"] = assigned, acks, reference("user", i.By, i.By)
	return m
}

func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Incident struct {
			Type, Title, Urgency string
			Key                  string `json:"incident_key"`
			Service              struct{ ID, Type string }
			Body                 struct{ Type, Details string }
		}
	}
	in := &body.Incident
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || in.Type != "incident" || in.Title == "" || in.Service.Type != "service_reference" {
		refuse(w, http.StatusBadRequest, 2001, "Invalid Input Provided", "Incident is invalid")
		return
	}
	from := r.Header.Get("From")
	if !slices.ContainsFunc(s.Users, func(u User) bool { return u.Email == from }) {
		refuse(w, http.StatusBadRequest, 2001, "Invalid Input Provided", "Requester User Not Found")
		return
	}
	i := slices.IndexFunc(s.Services, func(v Service) bool { return v.ID == in.Service.ID })
	if i < 0 {
		refuse(w, http.StatusNotFound, 2100, "Not Found")
		return
	}
	for _, o := range s.Incidents {
		if o.Service == in.Service.ID && o.Key == in.Key && o.Status != "resolved" {
			refuse(w, http.StatusBadRequest, 2001, "Invalid Input Provided", "Open incident already exists with this incident_key")
			return
		}
	}
	n := len(s.Incidents) + 1
	made := &Incident{
		ID: fmt.Sprint("Q", n), Number: n, Title: in.Title, Service: in.Service.ID, Key: in.Key, Urgency: in.Urgency, Status: "triggered",
		Details: in.Body.Details, From: from, Created: s.now(),
	}
	for _, o := range s.OnCalls {
		now := s.now()
		if o.Policy == s.Services[i].Policy && o.Level == 1 && !o.Start.After(now) && (o.End.IsZero() || o.End.After(now)) {
			u := s.user(o.User, true)
			made.Assigned = append(made.Assigned, fmt.Sprint(u["summary"]))
		}
	}
	s.Incidents = append(s.Incidents, made)
	if s.Drop != nil && s.Drop() {
		panic(http.ErrAbortHandler)
	}
	answer(w, http.StatusCreated, map[string]any{"incident": s.shape(made)})
}

func (s *Server) incident(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(r.URL.Path, "/")
	i := slices.IndexFunc(s.Incidents, func(i *Incident) bool { return i.ID == parts[2] })
	switch {
	case i < 0:
		refuse(w, http.StatusNotFound, 2100, "Not Found")
	case r.Method == http.MethodGet && len(parts) == 3:
		answer(w, http.StatusOK, map[string]any{"incident": s.shape(s.Incidents[i])})
	case r.Method == http.MethodPost && len(parts) == 4 && parts[3] == "notes":
		var body struct{ Note struct{ Content string } }
		if json.NewDecoder(r.Body).Decode(&body) != nil || body.Note.Content == "" || r.Header.Get("From") == "" {
			refuse(w, http.StatusBadRequest, 2001, "Invalid Input Provided")
			return
		}
		s.Incidents[i].Notes = append(s.Incidents[i].Notes, body.Note.Content)
		answer(w, http.StatusCreated, map[string]any{"note": map[string]any{"id": "N1", "content": body.Note.Content}})
	default:
		refuse(w, http.StatusNotFound, 2100, "Not Found")
	}
}
