package circlecitest

import (
	"net/http"
	"strconv"
	"time"
)

func (s *Server) pipelines(w http.ResponseWriter, r *http.Request) {
	s.locked(w, r, func(p *Project) any {
		items := []any{}
		for _, one := range p.Pipelines {
			if b := r.URL.Query().Get("branch"); b != "" && b != one.Branch {
				continue
			}
			items = append(items, map[string]any{
				"id": one.ID, "number": one.Number, "state": "created", "created_at": one.Created, "updated_at": one.Created, "project_slug": p.Slug,
				"errors":  []any{},
				"trigger": map[string]any{"type": "webhook", "received_at": one.Created, "actor": map[string]string{"login": one.Login, "avatar_url": ""}},
				"vcs": map[string]any{
					"provider_name": "GitHub", "branch": one.Branch, "revision": one.Commit, "commit": map[string]string{"subject": one.Subject, "body": ""},
				},
			})
		}
		return s.page(r, items)
	})
}

// flow finds a workflow by its id; the lock is held.
func (s *Server) flow(id string) (*Project, *Pipeline, *Workflow) {
	for _, p := range s.projects {
		for _, one := range p.Pipelines {
			for _, w := range one.Workflows {
				if w.ID == id {
					return p, one, w
				}
			}
		}
	}
	return nil, nil, nil
}

func (s *Server) workflows(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	items := []any{}
	for _, p := range s.projects {
		for _, one := range p.Pipelines {
			if one.ID != r.PathValue("id") {
				continue
			}
			for _, f := range one.Workflows {
				var stopped any
				if !f.Stopped.IsZero() {
					stopped = f.Stopped
				}
				items = append(items, map[string]any{
					"id": f.ID, "name": f.Name, "status": f.Status, "pipeline_id": one.ID, "pipeline_number": one.Number,
					"created_at": f.Created, "stopped_at": stopped, "project_slug": p.Slug, "started_by": "u1",
				})
			}
		}
	}
	answer(w, 200, s.page(r, items))
}

func (s *Server) jobs(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, _, f := s.flow(r.PathValue("id"))
	if f == nil {
		answer(w, 404, message("Workflow not found"))
		return
	}
	items := []any{}
	for _, j := range f.Jobs {
		item := map[string]any{
			"id": "job-" + strconv.FormatInt(j.Number, 10), "name": j.Name, "status": j.Status, "type": "build", "dependencies": []string{},
			"started_at": f.Created.Format(time.RFC3339), "stopped_at": nil, "project_slug": p.Slug,
		}
		if j.Number > 0 { // one that waits for approval has none
			item["job_number"] = j.Number
		}
		items = append(items, item)
	}
	answer(w, 200, s.page(r, items))
}

// job finds a job of a project by its number.
func job(p *Project, number string) *Job {
	for _, one := range p.Pipelines {
		for _, f := range one.Workflows {
			for i := range f.Jobs {
				if strconv.FormatInt(f.Jobs[i].Number, 10) == number {
					return &f.Jobs[i]
				}
			}
		}
	}
	return nil
}

func (s *Server) tests(w http.ResponseWriter, r *http.Request) {
	s.locked(w, r, func(p *Project) any {
		items := []any{}
		if j := job(p, r.PathValue("number")); j != nil {
			for i := range 3 {
				items = append(items, map[string]any{"name": "TestFine" + strconv.Itoa(i), "classname": "pay", "result": "success", "message": "", "run_time": 0.1, "file": "", "source": ""})
			}
			for _, name := range j.Failures {
				items = append(items, map[string]any{"name": name, "classname": "pay", "result": "failure", "message": "want 1, got 2", "run_time": 0.1, "file": "", "source": ""})
			}
		}
		return s.page(r, items)
	})
}

func (s *Server) artifacts(w http.ResponseWriter, r *http.Request) {
	s.locked(w, r, func(p *Project) any {
		items := []any{}
		if j := job(p, r.PathValue("number")); j != nil {
			for _, path := range j.Artifacts {
				items = append(items, map[string]any{"path": path, "node_index": 0, "url": "https://output.circle-artifacts.com/output/job/1/" + path})
			}
		}
		return s.page(r, items)
	})
}

// build is a build of API v1.1 with its steps.
func (s *Server) build(w http.ResponseWriter, r *http.Request) {
	s.locked(w, r, func(p *Project) any {
		j := job(p, r.PathValue("number"))
		if j == nil {
			return nil
		}
		step := func(name, status string, failed any, url string) map[string]any {
			return map[string]any{"name": name, "actions": []any{map[string]any{
				"name": name, "status": status, "failed": failed, "exit_code": nil, "has_output": url != "", "output_url": url, "index": 0, "step": 101, "type": "test",
			}}}
		}
		steps := []any{step("Spin up environment", "success", nil, s.URL+"/output/0"), step("Checkout code", "success", nil, "")}
		if j.FailedStep != "" {
			steps = append(steps, step(j.FailedStep, "failed", true, s.URL+"/output/"+r.PathValue("number")))
		}
		return map[string]any{"build_num": j.Number, "status": "failed", "outcome": "failed", "steps": steps, "all_commit_details": []any{}}
	})
}

func (s *Server) output(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := ""
	for _, p := range s.projects {
		if j := job(p, r.PathValue("number")); j != nil {
			text = j.Output
		}
	}
	half := len(text) / 2
	answer(w, 200, []any{
		map[string]any{"message": text[:half], "time": "2026-11-23T10:00:00Z", "type": "out", "truncated": false},
		map[string]any{"message": text[half:], "time": "2026-11-23T10:00:01Z", "type": "out", "truncated": false},
	})
}

func (s *Server) insights(w http.ResponseWriter, r *http.Request) {
	s.locked(w, r, func(p *Project) any {
		items := []any{}
		for _, one := range p.Pipelines {
			for _, f := range one.Workflows {
				if f.Name == r.PathValue("name") && one.Branch == r.URL.Query().Get("branch") && !f.Stopped.IsZero() {
					items = append(items, map[string]any{
						"id": f.ID, "branch": one.Branch, "duration": int(f.Stopped.Sub(f.Created).Seconds()), "created_at": f.Created,
						"stopped_at": f.Stopped, "credits_used": 10, "status": f.Status, "is_approval": false,
					})
				}
			}
		}
		return s.page(r, items)
	})
}

// Reruns returns how often workflows were run again.
func (s *Server) Reruns() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reruns
}

func (s *Server) rerun(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, one, f := s.flow(r.PathValue("id"))
	if f == nil {
		answer(w, 404, message("Workflow not found"))
		return
	}
	s.reruns++
	again := *f
	again.ID, again.Status, again.Created, again.Stopped = f.ID+"-again", "running", f.Stopped.Add(time.Minute), time.Time{}
	one.Workflows = append(one.Workflows, &again)
	answer(w, 202, map[string]string{"workflow_id": again.ID})
}

func (s *Server) cancel(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, _, f := s.flow(r.PathValue("id")); f != nil {
		f.Status, f.Stopped = "canceled", f.Created.Add(time.Minute)
		answer(w, 202, message("Accepted."))
		return
	}
	answer(w, 404, message("Workflow not found"))
}
