package lighthouse

import (
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Measures implements plugins.HasMeasures: the scores of the last audits. A question for "a Lighthouse score" is one
// for any of them.
func (p *Plugin) Measures() []plugins.Measure {
	type words = []string
	var out []plugins.Measure
	for _, c := range []struct {
		id     string
		title  lang.Key
		en, zh words
	}{
		{"performance", lang.LightTitlePerformance, words{"performance", "performance score", "page speed", "speed score", "web performance"}, words{"性能", "性能评分", "页面性能", "页面速度", "性能分"}},
		{"accessibility", lang.LightTitleAccessibility, words{"accessibility", "accessibility score", "a11y", "a11y score"}, words{"无障碍", "可访问性", "无障碍评分"}},
		{"best-practices", lang.LightTitlePractices, words{"best practices", "best practices score", "best practice score"}, words{"最佳实践", "最佳实践评分"}},
		{"seo", lang.LightTitleSEO, words{"seo", "seo score"}, words{"SEO", "SEO 评分"}},
	} {
		out = append(out, plugins.Measure{
			Name: c.id, Fact: c.id, Title: plugins.TextOf(c.title), Number: true,
			Words: map[lang.Lang][]string{
				lang.English: append(words{"lighthouse", "lighthouse score", "lighthouse scores", "lighthouse rating", "lighthouse " + c.en[0], "lighthouse audit", "lighthouse audits"}, c.en...),
				lang.Chinese: append(words{"lighthouse", "lighthouse 评分", "lighthouse 分数", "lighthouse 得分", "lighthouse " + c.zh[0]}, c.zh...),
			},
		})
	}
	return out
}
