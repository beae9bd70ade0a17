package forgetest

import "time"

// GitHub starts a stand-in for GitHub whose story ends at now; Close it.
func GitHub(now time.Time) *Server {
	ago := func(d time.Duration) string { return now.Add(-d).UTC().Format(time.RFC3339) }
	user := func(login string) map[string]any { return map[string]any{"login": login, "id": 1, "type": "User"} }
	const web = "https://github.com/acme/pay"
	pull := func(n int, title, login string, updated time.Duration, more map[string]any) map[string]any {
		p := map[string]any{
			"number": n, "title": title, "html_url": web + "/pull/7", "user": user(login), "draft": false, "state": "open", "created_at": ago(updated + time.Hour),
			"updated_at": ago(updated), "merged_at": nil, "requested_reviewers": []any{}, "requested_teams": []any{}, "body": nil,
		}
		for k, v := range more {
			p[k] = v
		}
		return p
	}
	run := func(id, number int, branch, status string, conclusion any, began time.Duration) map[string]any {
		return map[string]any{
			"id": id, "name": "CI", "head_branch": branch, "head_sha": "0123456789abcdef0123456789abcdef01234567", "run_number": number, "run_attempt": 1,
			"event": "push", "status": status, "conclusion": conclusion, "html_url": web + "/actions/runs/1", "created_at": ago(began), "run_started_at": ago(began),
			"updated_at": ago(began - 5*time.Minute), "actor": user("ann"), "check_suite_id": 10 + id, "path": ".github/workflows/ci.yml",
			"head_commit": map[string]any{"id": "x", "message": "Round to the cent\n\nand more", "author": map[string]string{"name": "Ann Li", "email": "a@acme.example"}},
		}
	}
	const base = "/repos/acme/pay"
	return start(map[string]any{
		base: map[string]any{"id": 1, "full_name": "acme/pay", "default_branch": "main", "private": true},
		base + "/pulls?open": []any{
			pull(7, "Round to the cent", "ann", time.Hour, map[string]any{"requested_reviewers": []any{user("bob")}, "requested_teams": []any{map[string]string{"name": "Payments"}}}),
			pull(6, "Try a queue", "cy", 50*time.Hour, map[string]any{"draft": true}),
		},
		base + "/pulls?closed": []any{
			pull(5, "Faster ledger", "bob", time.Hour, map[string]any{"state": "closed", "merged_at": ago(time.Hour)}),
			pull(4, "Not wanted", "cy", time.Hour, map[string]any{"state": "closed"}),
			pull(3, "Long ago", "ann", 400*time.Hour, map[string]any{"state": "closed", "merged_at": ago(400 * time.Hour)}),
		},
		base + "/releases": []any{
			map[string]any{"tag_name": "v1.3.0-rc.1", "name": "", "html_url": web + "/releases/tag/v1.3.0-rc.1", "draft": false, "prerelease": true, "published_at": ago(3 * time.Hour), "author": user("bot")},
			map[string]any{"tag_name": "v9", "name": "never", "html_url": web, "draft": true, "prerelease": false, "published_at": nil, "author": user("bot")},
			map[string]any{"tag_name": "v1.2.0", "name": "v1.2.0", "html_url": web + "/releases/tag/v1.2.0", "draft": false, "prerelease": false, "published_at": ago(50 * time.Hour), "author": user("ann")},
		},
		base + "/deployments": []any{
			map[string]any{"id": 2, "environment": "production", "ref": "v1.2.0", "sha": "0123456789abcdef0123456789abcdef01234567", "created_at": ago(31 * time.Minute), "creator": user("ann"), "task": "deploy"},
			map[string]any{"id": 1, "environment": "staging", "ref": "main", "sha": "0123456789abcdef0123456789abcdef01234567", "created_at": ago(2 * time.Hour), "creator": nil, "task": "deploy"},
		},
		base + "/deployments/2/statuses": []any{map[string]any{"id": 1, "state": "success", "created_at": ago(30 * time.Minute), "log_url": web + "/actions/runs/9", "environment_url": ""}},
		base + "/deployments/1/statuses": []any{map[string]any{"id": 1, "state": "failure", "created_at": ago(2 * time.Hour), "log_url": "", "environment_url": ""}},
		base + "/actions/runs": map[string]any{"total_count": 4, "workflow_runs": []any{
			run(4, 104, "feature/x", "in_progress", nil, 3*time.Minute),
			run(3, 103, "main", "completed", "failure", 40*time.Minute),
			run(2, 102, "main", "completed", "cancelled", 80*time.Minute),
			run(1, 101, "main", "completed", "success", 2*time.Hour),
		}},
		base + "/actions/runs/3/jobs": map[string]any{"total_count": 2, "jobs": []any{
			map[string]any{"id": 1, "name": "lint", "status": "completed", "conclusion": "success", "html_url": web + "/job/1", "steps": []any{}},
			map[string]any{"id": 2, "name": "test", "status": "completed", "conclusion": "failure", "html_url": web + "/job/2", "steps": []any{
				map[string]any{"name": "Set up job", "status": "completed", "conclusion": "success", "number": 1},
				map[string]any{"name": "Run tests", "status": "completed", "conclusion": "failure", "number": 2},
			}},
		}},
		base + "/actions/jobs/2/logs": Redirect(base + "/signed/log-of-job-2"),
		base + "/signed/log-of-job-2": "\ufeff2026-11-23T09:20:01.1234567Z ##[group]Run make test\n2026-11-23T09:20:02.0000000Z \x1b[36;1mmake test\x1b[0m\n2026-11-23T09:20:02.5000000Z ##[endgroup]\n" +
			"2026-11-23T09:20:30.0000000Z --- FAIL: TestRounding (0.01s)\n2026-11-23T09:20:31.0000000Z ##[error]Process completed with exit code 2.\n2026-11-23T09:20:32.0000000Z Post job cleanup.\n",
		base + "/contents/CODEOWNERS": CodeOwners,
	}, map[string]string{"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest"})
}
