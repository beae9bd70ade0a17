package host

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/backchannel-portal/backchannel/scaffold/action/input"
)

// The kinds of hosts to which files are pushed, as their actions name them.
const (
	Bitbucket Kind = "bitbucketCloud"
	Gitea     Kind = "gitea"
)

// bitbucket is Bitbucket Cloud (developer.atlassian.com/cloud/bitbucket/rest, "Repositories").
func bitbucket() vendor {
	return vendor{
		kind: Bitbucket, title: "Bitbucket Cloud", user: "x-token-auth",
		authorization: func(token string) string { return "Bearer " + token },
		owner:         func(r input.RepoURL) string { return r.Workspace },
		look: func(owner, repo string) string {
			return "/repositories/" + url.PathEscape(owner) + "/" + url.PathEscape(repo)
		},
		make: func(at input.RepoURL, in pushedInput, mark string) (string, map[string]any) {
			body := map[string]any{"scm": "git", "description": mark, "is_private": in.RepoVisibility != "public"}
			if at.Project != "" {
				body["project"] = map[string]string{"key": at.Project}
			}
			return "/repositories/" + url.PathEscape(at.Workspace) + "/" + url.PathEscape(at.Repo), body
		},
		read: func(data []byte) pushedRepo {
			var r struct {
				Description string
				Links       struct {
					HTML  struct{ Href string }
					Clone []struct{ Name, Href string }
				}
			}
			_ = json.Unmarshal(data, &r) // what it leaves out is known without it
			out := pushedRepo{web: r.Links.HTML.Href, description: r.Description}
			for _, l := range r.Links.Clone {
				if u, err := url.Parse(l.Href); err == nil && strings.HasPrefix(l.Name, "http") {
					u.User = nil // the account that asked
					out.clone = u.String()
				}
			}
			return out
		},
		describe: func(text string) (string, map[string]any) {
			return http.MethodPut, map[string]any{"description": text}
		},
		contents: func(web, branch string) string { return web + "/src/" + branch },
	}
}

// gitea is Gitea, and Forgejo (docs.gitea.com/api, "repository").
func gitea() vendor {
	return vendor{
		kind: Gitea, title: "Gitea", user: "x-access-token", personal: "/user/repos",
		authorization: func(token string) string { return "token " + token },
		owner:         func(r input.RepoURL) string { return r.Owner },
		look:          func(owner, repo string) string { return "/repos/" + url.PathEscape(owner) + "/" + url.PathEscape(repo) },
		make: func(at input.RepoURL, in pushedInput, mark string) (string, map[string]any) {
			return "/orgs/" + url.PathEscape(at.Owner) + "/repos", map[string]any{
				"name": at.Repo, "description": mark, "private": in.RepoVisibility != "public", "default_branch": in.DefaultBranch, "auto_init": false,
			}
		},
		read: func(data []byte) pushedRepo {
			var r struct {
				Description string
				Clone       string `json:"clone_url"`
				Web         string `json:"html_url"`
			}
			_ = json.Unmarshal(data, &r) // what it leaves out is known without it
			return pushedRepo{clone: r.Clone, web: r.Web, description: r.Description}
		},
		describe: func(text string) (string, map[string]any) {
			return http.MethodPatch, map[string]any{"description": text}
		},
		contents: func(web, branch string) string { return web + "/src/branch/" + branch },
	}
}
