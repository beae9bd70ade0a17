package catalog

import (
	"encoding/binary"
	"sync"
)

// packWords are the words that take one byte in a record instead of their letters: what descriptors are mostly made
// of. There are at most 255; their numbers live in memory only.
var packWords = [...]string{
	"", DefaultNamespace, "backstage.io/v1alpha1", "backstage.io/v1beta1", "scaffolder.backstage.io/v1beta3",
	"component", "api", "resource", "system", "domain", "group", "user", "template", "location",
	"Component", "API", "Resource", "System", "Domain", "Group", "User", "Template", "Location",
	"service", "library", "website", "openapi", "asyncapi", "graphql", "grpc", "trpc", "database", "s3-bucket", "cluster", "cache", "queue", "topic", "team", "business-unit", "product-area", "organization", "root",
	"production", "experimental", "deprecated", "development", "staging",
	"backstage.io/managed-by-location", "backstage.io/managed-by-origin-location", "backstage.io/source-location",
	"backstage.io/techdocs-ref", "backstage.io/techdocs-entity", "backstage.io/view-url", "backstage.io/edit-url",
	"backstage.io/adr-location", "backstage.io/code-coverage", "backstage.io/linguist", "backstage.io/orphan",
	"backstage.io/kubernetes-id", "backstage.io/kubernetes-namespace", "backstage.io/kubernetes-label-selector", "backstage.io/ldap-dn",
	"github.com/project-slug", "github.com/team-slug", "github.com/user-login", "gitlab.com/project-slug", "gitlab.com/project-id",
	"bitbucket.org/project-key", "dev.azure.com/project-repo", "jenkins.io/job-full-name", "circleci.com/project-slug", "argocd/app-name",
	"pagerduty.com/integration-key", "pagerduty.com/service-id", "opsgenie.com/team", "opsgenie.com/component-selector", "sentry.io/project-slug",
	"sonarqube.org/project-key", "rollbar.com/project-slug", "newrelic.com/dashboard-guid", "datadoghq.com/dashboard-url",
	"grafana/dashboard-selector", "grafana/alert-label-selector", "grafana/tag-selector", "lighthouse.com/website-url", "snyk.io/org-id",
	"vault.io/secrets-path", "prometheus.io/rule", "jira/project-key", "jira/component",
	"java", "kotlin", "go", "golang", "python", "javascript", "typescript", "nodejs", "react", "spring-boot", "dotnet", "rust", "ruby", "php", "kafka", "postgres", "redis",
	"web", "frontend", "backend", "data", "rest", "internal", "tier", "tier-1", "tier-2", "tier-3",
	"dashboard", "docs", "chat", "github", "catalog", "code", "help", "alert", "email", "runbook",
	ProblemUnknownKind, ProblemStale, ProblemInvalid, ProblemUnreadable, ProblemDuplicate, ProblemDoubtful, ProblemOrphaned, ProblemDangling,
}

var packNumbers = sync.OnceValue(func() map[string]byte {
	m := make(map[string]byte, len(packWords))
	for i, w := range packWords {
		m[w] = byte(i + 1)
	}
	return m
})

// packer writes a record's columns.
type packer struct{ buf []byte }

func (w *packer) number(n int) { w.buf = binary.AppendUvarint(w.buf, uint64(max(n, 0))) }

func (w *packer) text(s string) {
	w.number(len(s))
	w.buf = append(w.buf, s...)
}

// words writes strings that many entities share: their number, or 0 and the text.
func (w *packer) words(list ...string) {
	for _, s := range list {
		n := packNumbers()[s]
		if w.buf = append(w.buf, n); n == 0 {
			w.text(s)
		}
	}
}

func (w *packer) ref(r Ref) {
	w.words(r.Kind, r.Namespace)
	w.text(r.Name)
}

// cutter reads what a packer wrote, from the front.
type cutter struct{ rest string }

func (c *cutter) number() int {
	if b := c.rest[0]; b < 0x80 {
		c.rest = c.rest[1:]
		return int(b)
	}
	return c.long()
}

// long reads a number of several bytes.
func (c *cutter) long() int {
	var n uint64
	for i, shift := 0, 0; ; i, shift = i+1, shift+7 {
		b := c.rest[i]
		if n |= uint64(b&0x7f) << shift; b < 0x80 {
			c.rest = c.rest[i+1:]
			return int(n)
		}
	}
}

func (c *cutter) text() string {
	n := c.number()
	s := c.rest[:n]
	c.rest = c.rest[n:]
	return s
}

func (c *cutter) word() string {
	n := c.rest[0]
	c.rest = c.rest[1:]
	if n > 0 {
		return packWords[n-1]
	}
	return c.text()
}

// pairs reads labels or annotations; nil when there are none.
func (c *cutter) pairs(n int) []Pair {
	if n == 0 {
		return nil
	}
	out := make([]Pair, n)
	for i := range out {
		out[i] = Pair{c.word(), c.text()}
	}
	return out
}
