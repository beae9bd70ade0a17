//go:build corpus

package template_test

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// TestCorpus compares with the answers of nunjitsu below $SHARED/corpus. TEMPLATE_MIN is the share that must agree.
func TestCorpus(t *testing.T) {
	shared := os.Getenv("SHARED")
	if shared == "" {
		t.Fatal("SHARED must name the folder of the shared material")
	}
	least, err := strconv.ParseFloat(os.Getenv("TEMPLATE_MIN"), 64)
	if err != nil {
		least = 1
	}
	for _, name := range []string{"expressions/dev.jsonl", "template-steps/cases.jsonl"} {
		data, err := os.ReadFile(filepath.Join(shared, "corpus", name))
		if err != nil {
			t.Fatal(err)
		}
		all, agree := 0, 0
		lines := bufio.NewScanner(bytes.NewReader(data))
		lines.Buffer(nil, 1<<22)
		for lines.Scan() {
			all++
			if c := readCase(t, lines.Bytes()); c.agrees(t) {
				agree++
			}
		}
		t.Logf("%s: agrees with %d of %d cases", name, agree, all)
		if float64(agree) < least*float64(all) {
			t.Errorf("%s: less than %.1f %% agree", name, 100*least)
		}
	}
}

type corpusCase struct {
	id, mode string
	template template.Value
	context  template.Value
	opts     template.Options
	ok       bool
	result   template.Value
}

func readCase(t *testing.T, line []byte) corpusCase {
	v, err := template.ParseJSON(line)
	if err != nil {
		t.Fatal(err)
	}
	o := v.Get("options")
	c := corpusCase{
		id: v.Get("id").String(), mode: v.Get("mode").String(), template: v.Get("template"), context: v.Get("context"),
		ok: v.Get("ok").Truthy(), result: v.Get("result"),
		opts: template.Options{
			CookiecutterCompat: o.Get("cookiecutterCompat").Truthy(), TrimBlocks: o.Get("trimBlocks").Truthy(),
			LstripBlocks: o.Get("lstripBlocks").Truthy(),
		},
	}
	if c.mode == "file" {
		root := "values"
		if c.opts.CookiecutterCompat {
			root = "cookiecutter"
		}
		c.context = template.ObjectValue(template.Field{Key: root, Value: v.Get("values")})
	}
	return c
}

func (c corpusCase) agrees(t *testing.T) bool {
	got, err := c.run()
	want := template.AppendJSON(nil, c.result)
	have := template.AppendJSON(nil, got)
	if (err == nil) != c.ok || c.ok && !bytes.Equal(have, want) {
		t.Logf("%s: %.300s\n got %s %v\nwant %s, ok %v", c.id, c.template, have, err, want, c.ok)
		return false
	}
	return true
}

func (c corpusCase) run() (template.Value, error) {
	e := template.New(template.Config{Hosts: map[string]template.HostType{
		"github.com": template.GitHub, "ghe.example.com": template.GitHub, "gitlab.com": template.GitLab,
		"gitlab.example.com": template.GitLab, "dev.azure.com": template.Azure, "bitbucket.org": template.BitbucketCloud,
		"bitbucket.example.com": template.BitbucketServer, "gitea.example.com": template.Gitea,
		"gerrit.example.com": template.Gerrit,
	}})
	ctx, err := template.NewContext(c.context, nil)
	if err != nil {
		return template.Value{}, err
	}
	if c.mode == "step" {
		v, _, err := e.RenderStep(c.template, ctx, template.StepOptions{Options: c.opts})
		return v, err
	}
	tmpl, err := e.Parse("", c.template.String(), c.opts)
	if err != nil {
		return template.Value{}, err
	}
	return tmpl.Text(ctx)
}
