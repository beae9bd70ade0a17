package forgetest

import "time"

// GitLab starts a stand-in for GitLab whose story ends at now; Close it.
func GitLab(now time.Time) *Server {
	ago := func(d time.Duration) string { return now.Add(-d).UTC().Format("2006-01-02T15:04:05.000Z07:00") }
	user := func(name string) map[string]any {
		return map[string]any{"id": 1, "username": name, "name": name, "state": "active"}
	}
	const web = "https://gitlab.com/acme/pay"
	request := func(n int, title, name string, updated time.Duration, more map[string]any) map[string]any {
		m := map[string]any{
			"id": 100 + n, "iid": n, "title": title, "web_url": web + "/-/merge_requests/7", "author": user(name), "draft": false, "state": "opened",
			"created_at": ago(updated + time.Hour), "updated_at": ago(updated), "merged_at": nil, "reviewers": []any{},
		}
		for k, v := range more {
			m[k] = v
		}
		return m
	}
	pipeline := func(id int, ref, status string, began time.Duration) map[string]any {
		return map[string]any{
			"id": id, "iid": id, "project_id": 1, "name": nil, "status": status, "source": "push", "ref": ref, "sha": "0123456789abcdef0123456789abcdef01234567",
			"web_url": web + "/-/pipelines/1", "created_at": ago(began), "updated_at": ago(began - 5*time.Minute),
		}
	}
	whole := func(p map[string]any, began time.Duration) map[string]any {
		out := map[string]any{"started_at": ago(began), "finished_at": ago(began - 5*time.Minute), "user": user("ann"), "tag": false, "duration": 300}
		for k, v := range p {
			out[k] = v
		}
		return out
	}
	const base = "/projects/acme%2Fpay"
	return start(map[string]any{
		base: map[string]any{"id": 1, "path_with_namespace": "acme/pay", "default_branch": "main"},
		base + "/merge_requests?opened": []any{
			request(7, "Round to the cent", "ann", time.Hour, map[string]any{"reviewers": []any{user("bob"), user("Payments")}}),
			request(6, "Try a queue", "cy", 50*time.Hour, map[string]any{"draft": true}),
		},
		base + "/merge_requests?merged": []any{
			request(5, "Faster ledger", "bob", time.Hour, map[string]any{"state": "merged", "merged_at": ago(time.Hour)}),
			request(3, "Long ago", "ann", 400*time.Hour, map[string]any{"state": "merged", "merged_at": ago(400 * time.Hour)}),
		},
		base + "/releases": []any{
			map[string]any{"tag_name": "v1.3.0-rc.1", "name": "v1.3.0-rc.1", "released_at": ago(3 * time.Hour), "upcoming_release": true, "author": user("bot"), "_links": map[string]string{"self": web + "/-/releases/v1.3.0-rc.1"}},
			map[string]any{"tag_name": "v1.2.0", "name": "v1.2.0", "released_at": ago(50 * time.Hour), "upcoming_release": false, "author": user("ann"), "_links": map[string]string{"self": web + "/-/releases/v1.2.0"}},
		},
		base + "/deployments": []any{
			map[string]any{"id": 2, "iid": 2, "ref": "v1.2.0", "sha": "0123456789abcdef0123456789abcdef01234567", "status": "success", "created_at": ago(31 * time.Minute), "updated_at": ago(30 * time.Minute), "user": user("ann"), "environment": map[string]any{"id": 1, "name": "production", "external_url": ""}, "deployable": map[string]any{"id": 9, "web_url": web + "/-/jobs/9"}},
			map[string]any{"id": 1, "iid": 1, "ref": "main", "sha": "0123456789abcdef0123456789abcdef01234567", "status": "failed", "created_at": ago(2 * time.Hour), "updated_at": ago(2 * time.Hour), "user": nil, "environment": map[string]any{"id": 2, "name": "staging"}, "deployable": nil},
		},
		base + "/pipelines": []any{
			pipeline(104, "feature/x", "running", 3*time.Minute), pipeline(103, "main", "failed", 40*time.Minute),
			pipeline(102, "main", "canceled", 80*time.Minute), pipeline(101, "main", "success", 2*time.Hour),
		},
		base + "/pipelines/103": whole(pipeline(103, "main", "failed", 40*time.Minute), 40*time.Minute),
		base + "/pipelines/103/jobs": []any{
			map[string]any{"id": 2, "name": "test", "stage": "test", "status": "failed", "web_url": web + "/-/jobs/2", "failure_reason": "script_failure"},
		},
		base + "/jobs/2/trace": "section_start:1763889600:step_script\r\x1b[0K\x1b[0K\x1b[36;1mExecuting \"step_script\" stage of the job script\x1b[0;m\n\x1b[32;1m$ make build\x1b[0;m\nok\n\x1b[32;1m$ make test\x1b[0;m\n" +
			"--- FAIL: TestRounding (0.01s)\nsection_end:1763889620:step_script\r\x1b[0K\x1b[31;1mERROR: Job failed: exit code 1\n\x1b[0;m\n",
		base + "/repository/files/CODEOWNERS/raw": CodeOwners,
	}, map[string]string{"message": "401 Unauthorized"})
}
