package forge

import (
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// answersBuilds is the intent of questions about builds.
const answersBuilds = "builds"

// Views implements plugins.HasViews.
func (p *Plugin) Views() []plugins.View {
	has := func(e *catalog.Entity) bool { _, ok := p.of(e); return ok }
	const slow = 20 * time.Second
	return []plugins.View{
		{
			Name: "repository", Title: plugins.TextOf(lang.RepoTitle), Card: true, Has: has, Show: p.show(summary), Fresh: 2 * time.Minute, Timeout: slow,
		},
		{
			Name: "builds", Title: plugins.TextOf(lang.RepoActionsTitle), Answers: answersBuilds,
			Has: func(e *catalog.Entity) bool { return has(e) && !p.elsewhere(e) }, Show: p.show(builds), Fresh: 30 * time.Second, Timeout: slow,
		},
		{
			Name: "pulls", Title: plugins.TextOf(p.c.Kind.Pulls), Command: "pulls", Phrases: pullPhrases(),
			Has: has, Show: p.show(pulls), Fresh: time.Minute, Timeout: slow,
		},
		{
			Name: "releases", Title: plugins.TextOf(lang.RepoReleaseTitle), Command: "releases", Phrases: releasePhrases(),
			Has: has, Show: p.show(releases), Fresh: 2 * time.Minute, Timeout: slow,
		},
		{
			Name: "deployments", Title: plugins.TextOf(lang.RepoDeployTitle), Command: "deployments", Phrases: deployPhrases(),
			Has: has, Show: p.show(deployments), Fresh: time.Minute, Timeout: slow,
		},
		{
			Name: "codeowners", Title: plugins.TextOf(lang.RepoOwnersTitle), Command: "codeowners", Phrases: ownerPhrases(),
			Has: has, Show: p.show(owners), Fresh: 10 * time.Minute, Timeout: slow,
		},
	}
}

// elsewhere reports whether an entity says that another service builds it.
func (p *Plugin) elsewhere(e *catalog.Entity) bool {
	return slices.ContainsFunc(p.c.Kind.CI, func(a string) bool { return e.Annotation(a) != "" })
}

// phrases are wordings in both languages.
func phrases(english, chinese []string) []plugins.Phrase {
	var out []plugins.Phrase
	for _, p := range english {
		out = append(out, plugins.Phrase{Lang: lang.English, Pattern: p})
	}
	for _, p := range chinese {
		out = append(out, plugins.Phrase{Lang: lang.Chinese, Pattern: p})
	}
	return out
}

func pullPhrases() []plugins.Phrase {
	return phrases([]string{
		"(open)? (pull|merge) requests (of|for|on|in) @", "(open)? (prs|mrs) (of|for|on|in) @", "@ (open)? (prs|mrs)", "@ (open)? (pull|merge) requests",
		"(which|what) (pull requests|merge requests|prs|mrs) are open (of|for|on|in) @", "what (waits|is waiting) for review (of|for|on|in) @",
	}, []string{"@ .. (未合并|打开|开着|待审) .. (PR|MR|拉取请求|合并请求)", "@ .. (有哪些|多少) (PR|MR|拉取请求|合并请求)"})
}

func releasePhrases() []plugins.Phrase {
	return phrases([]string{
		"(last|latest|newest) release (of|for) @", "when was @ (last)? released", "releases of @", "what (did|was) @ (release|released) (last)?",
	}, []string{"@ .. (最近|最新|上次|最近一次) (的)? 发布", "@ .. 发布 记录", "@ .. 发布 (了)? (哪个|什么|哪些) 版本", "@ .. (最新|最近) 发布 版本"})
}

func deployPhrases() []plugins.Phrase {
	return phrases([]string{
		"(last|latest) (deploy|deployment|rollout) (of|for) @", "when was @ (last)? deployed", "deployments (of|for) @", "(what|which) version of @ is (deployed|live|in production)",
		"@ (last|latest) (deploy|deployment|rollout)", "when did we (last)? deploy @",
	}, []string{
		"@ .. 部署 (记录|历史|情况)", "@ .. 什么时候 部署 的?", "@ 部署 到 哪", "@ 的? (最近|最近一次|上次|上一次|最新|最后|最后一次) (的)? 部署", "(最近|最近一次|上次|上一次|最新|最后一次) (的)? 部署 .. @",
		"@ (最近|上次) .. 部署 .. (时候|时间)",
	})
}

func ownerPhrases() []plugins.Phrase {
	return phrases([]string{"codeowners (of|for|in) @", "code owners (of|for|in) @", "who (must|has to|should) review .. @"}, []string{"@ .. (代码负责人|codeowners)", "@ .. 谁 .. (评审|审核) 代码"})
}
