package template_test

import (
	"bytes"
	"testing"

	"github.com/backchannel-portal/backchannel/scaffold/template"
)

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

func engine() *template.Engine {
	return template.New(template.Config{Hosts: map[string]template.HostType{
		"github.com": template.GitHub, "ghe.example.com": template.GitHub, "gitlab.com": template.GitLab,
		"gitlab.example.com": template.GitLab, "dev.azure.com": template.Azure, "bitbucket.org": template.BitbucketCloud,
		"bitbucket.example.com": template.BitbucketServer, "gitea.example.com": template.Gitea,
		"gerrit.example.com": template.Gerrit,
	}})
}

func (c corpusCase) run() (template.Value, error) {
	e := engine()
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
