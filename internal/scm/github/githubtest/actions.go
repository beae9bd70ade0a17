package githubtest

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"

	"golang.org/x/crypto/nacl/box"
)

func (s *Server) postVariable(x *repoAt) (any, int) {
	var in struct{ Name, Value string }
	x.read(&in)
	if x.variables == nil {
		x.variables = map[string]string{}
	}
	if _, there := x.variables[in.Name]; there && x.r.Method == http.MethodPost {
		return refusal("Already exists - Variable already exists"), http.StatusConflict
	}
	x.variables[in.Name] = in.Value
	return map[string]any{}, http.StatusCreated
}

func (s *Server) getKey(*repoAt) (any, int) {
	if s.key == nil {
		var err error
		if s.key, s.private, err = box.GenerateKey(rand.Reader); err != nil {
			return nil, http.StatusInternalServerError
		}
	}
	return map[string]any{"key_id": "1", "key": base64.StdEncoding.EncodeToString(s.key[:])}, http.StatusOK
}

func (s *Server) putSecret(x *repoAt) (any, int) {
	var in struct {
		Value string `json:"encrypted_value"`
	}
	x.read(&in)
	sealed, err := base64.StdEncoding.DecodeString(in.Value)
	if err != nil || s.key == nil {
		return refusal("Bad request"), http.StatusUnprocessableEntity
	}
	open, ok := box.OpenAnonymous(nil, sealed, s.key, s.private)
	if !ok {
		return refusal("Bad request"), http.StatusUnprocessableEntity
	}
	if x.secrets == nil {
		x.secrets = map[string]string{}
	}
	x.secrets[x.r.PathValue("name")] = string(open)
	return map[string]any{}, http.StatusCreated
}

func (s *Server) postDispatch(x *repoAt) (any, int) {
	var in struct{ Ref string }
	x.read(&in)
	if x.branches[in.Ref] == nil {
		return refusal("No ref found for: " + in.Ref), http.StatusUnprocessableEntity
	}
	s.runs = append(s.runs, x.path+" "+x.r.PathValue("id")+" "+in.Ref)
	return map[string]any{}, http.StatusOK
}

func (s *Server) getRuns(x *repoAt) (any, int) {
	n := 0
	for _, run := range s.runs {
		if run == x.path+" "+x.r.PathValue("id")+" "+x.r.URL.Query().Get("branch") {
			n++
		}
	}
	return map[string]any{"total_count": n, "workflow_runs": []any{}}, http.StatusOK
}
