package form

import (
	"strconv"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// AppendJSON appends the form as CONTRACTS section 4 has it, without white space.
func (f *Form) AppendJSON(dst []byte) []byte {
	dst = append(dst, `{"title":`...)
	dst = yamldoc.AppendString(dst, f.Title)
	dst = append(dst, `,"pages":[`...)
	for i, p := range f.Pages {
		dst = comma(dst, i)
		dst = append(dst, `{"title":`...)
		dst = yamldoc.AppendString(dst, p.Title)
		dst = append(dst, `,"fields":`...)
		dst = append(appendFields(dst, p.Fields), '}')
	}
	dst = append(dst, `],"notices":[`...)
	for i, n := range f.Notices {
		dst = comma(dst, i)
		dst = append(dst, `{"path":`...)
		dst = yamldoc.AppendString(dst, n.Path)
		dst = append(dst, `,"message":`...)
		dst = append(yamldoc.AppendString(dst, n.Message), '}')
	}
	return append(dst, "]}"...)
}

func comma(dst []byte, i int) []byte {
	if i > 0 {
		return append(dst, ',')
	}
	return dst
}

func appendFields(dst []byte, list []Field) []byte {
	dst = append(dst, '[')
	for i := range list {
		dst = comma(dst, i)
		dst = list[i].append(dst)
	}
	return append(dst, ']')
}

func (f *Field) append(dst []byte) []byte {
	dst = append(dst, `{"name":`...)
	dst = yamldoc.AppendString(dst, f.Name)
	dst = append(dst, `,"title":`...)
	dst = yamldoc.AppendString(dst, f.Title)
	dst = append(dst, `,"kind":`...)
	dst = yamldoc.AppendString(dst, string(f.Kind))
	dst = append(dst, `,"required":`...)
	dst = strconv.AppendBool(dst, f.Required)
	if f.Default != nil {
		dst = append(dst, `,"default":`...)
		dst = yamldoc.AppendJSON(dst, f.Default)
	}
	if f.Options != nil {
		dst = append(dst, `,"options":[`...)
		for i, o := range f.Options {
			dst = comma(dst, i)
			dst = append(dst, `{"value":`...)
			dst = yamldoc.AppendJSON(dst, o.Value)
			dst = append(dst, `,"label":`...)
			dst = append(yamldoc.AppendString(dst, o.Label), '}')
		}
		dst = append(dst, ']')
	}
	if f.Items != nil {
		dst = append(dst, `,"items":`...)
		dst = appendFields(dst, f.Items)
	}
	return append(dst, '}')
}
