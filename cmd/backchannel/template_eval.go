package main

import (
	"io"

	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

type templateEvalCmd struct{}

// maxEvalLine bounds one line of expressions: a template of the largest size with its data.
const maxEvalLine = 32 << 20

// Run evaluates one expression a line. Whatever the expressions give, it exits 0; bad lines make it exit 2.
func (templateEvalCmd) Run(s *session) error {
	cfg, err := s.load()
	if err != nil {
		return err
	}
	engine := template.New(template.Config{Hosts: codeHosts(cfg)})
	return eachLine(s, "expressions", maxEvalLine, func(out io.Writer, line []byte, bad error) (bool, error) {
		answer, ok := evalLine(engine, line, bad)
		_, err := out.Write(append(template.AppendJSON(nil, answer), '\n'))
		return ok, err
	})
}

// codeHosts are the hosts that addresses of repositories may name: those that are always known, and the configured.
func codeHosts(cfg *config.Config) map[string]template.HostType {
	hosts := map[string]template.HostType{
		"github.com": template.GitHub, "ghe.example.com": template.GitHub,
		"gitlab.com": template.GitLab, "gitlab.example.com": template.GitLab,
		"dev.azure.com": template.Azure, "bitbucket.org": template.BitbucketCloud,
		"bitbucket.example.com": template.BitbucketServer, "gitea.example.com": template.Gitea,
		"gerrit.example.com": template.Gerrit,
	}
	for _, h := range cfg.Integrations.GitHub {
		hosts[h.Host] = template.GitHub
	}
	for _, h := range cfg.Integrations.GitLab {
		hosts[h.Host] = template.GitLab
	}
	for kind, list := range map[template.HostType][]config.CodeHost{
		template.Azure: cfg.Integrations.Azure, template.BitbucketCloud: cfg.Integrations.Bitbucket,
		template.BitbucketServer: cfg.Integrations.BitbucketServer, template.Gitea: cfg.Integrations.Gitea,
		template.Gerrit: cfg.Integrations.Gerrit,
	} {
		for _, h := range list {
			hosts[h.Host] = kind
		}
	}
	return hosts
}

// evaluation is a line of input.
type evaluation struct {
	id, template, context template.Value
	step, strict          bool
	opts                  template.Options
}

// evalLine answers a line; ok is false when the line itself is bad.
func evalLine(engine *template.Engine, line []byte, err error) (answer template.Value, ok bool) {
	id := template.NullValue()
	e := evaluation{}
	if err == nil {
		var v template.Value
		if v, err = template.ParseJSON(line); err == nil {
			if v.Kind() == template.Object && v.Has("id") {
				id = v.Get("id")
			}
			e, err = readEvaluation(v)
		} else {
			err = fault.New(fault.Invalid, "not JSON: %v", err)
		}
	}
	if err != nil {
		return template.ObjectValue(template.Field{Key: "id", Value: id}, errorField(err)), false
	}
	e.id = id
	return e.answer(engine), true
}

func errorField(err error) template.Field {
	return template.Field{Key: "error", Value: template.StringValue(err.Error())}
}

func (e evaluation) answer(engine *template.Engine) template.Value {
	result, warnings, err := e.evaluate(engine)
	fields := []template.Field{{Key: "id", Value: e.id}, {Key: "ok", Value: template.BoolValue(err == nil)}}
	if err != nil {
		return template.ObjectValue(append(fields, errorField(err))...)
	}
	fields = append(fields, template.Field{Key: "result", Value: result}) // left out while undefined
	if len(warnings) > 0 {
		var list []template.Value
		for _, w := range warnings {
			list = append(list, template.StringValue(w.Err.Error()))
		}
		fields = append(fields, template.Field{Key: "warnings", Value: template.ArrayValue(list...)})
	}
	return template.ObjectValue(fields...)
}

func (e evaluation) evaluate(engine *template.Engine) (template.Value, []template.Warning, error) {
	ctx, err := template.NewContext(e.context, nil)
	if err != nil {
		return template.Value{}, nil, err
	}
	if e.step {
		return engine.RenderStep(e.template, ctx, template.StepOptions{Options: e.opts, Strict: e.strict})
	}
	t, err := engine.Parse("", e.template.String(), e.opts)
	if err != nil {
		return template.Value{}, nil, err
	}
	v, err := t.Text(ctx)
	return v, nil, err
}

// readEvaluation reads an input line; keys that it does not know are ignored.
func readEvaluation(v template.Value) (evaluation, error) {
	e := evaluation{template: v.Get("template"), context: template.ObjectValue()}
	mode := v.Get("mode")
	switch {
	case v.Kind() != template.Object:
		return e, fault.New(fault.Invalid, "not an expression: a line is a JSON object")
	case !v.Has("template"):
		return e, fault.New(fault.Invalid, `"template" is missing`)
	case !v.Has("mode"):
		return e, fault.New(fault.Invalid, `"mode" is missing`)
	case mode.Kind() != template.String || mode.String() != "step" && mode.String() != "file":
		return e, fault.New(fault.Invalid, `"mode" must be "step" or "file"`)
	}
	e.step = mode.String() == "step"
	if !e.step && e.template.Kind() != template.String {
		return e, fault.New(fault.Invalid, `"template" must be a string in mode "file"`)
	}
	if err := e.readOptions(v.Get("options")); err != nil {
		return e, err
	}
	if v.Has("context") {
		if e.context = v.Get("context"); e.context.Kind() != template.Object {
			return e, fault.New(fault.Invalid, `"context" must be an object`)
		}
	}
	if v.Has("values") {
		name := "values"
		if e.opts.CookiecutterCompat {
			name = "cookiecutter"
		}
		var fields []template.Field
		for k, val := range e.context.Entries {
			fields = append(fields, template.Field{Key: k, Value: val})
		}
		e.context = template.ObjectValue(append(fields, template.Field{Key: name, Value: v.Get("values")})...)
	}
	return e, nil
}

func (e *evaluation) readOptions(o template.Value) error {
	if o.Kind() == template.Undefined || o.Kind() == template.Null {
		return nil
	}
	if o.Kind() != template.Object {
		return fault.New(fault.Invalid, `"options" must be an object`)
	}
	for name, to := range map[string]*bool{
		"cookiecutterCompat": &e.opts.CookiecutterCompat, "trimBlocks": &e.opts.TrimBlocks,
		"lstripBlocks": &e.opts.LstripBlocks, "strict": &e.strict,
	} {
		switch b := o.Get(name); b.Kind() {
		case template.Bool:
			*to = b.Truthy()
		case template.Undefined, template.Null:
		default:
			return fault.New(fault.Invalid, "\"options.%s\" must be true or false", name)
		}
	}
	return nil
}
