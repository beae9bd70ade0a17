package inventory

import (
	"encoding/json"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// decodeYAML reads a YAML file of one document into a value with JSON tags.
func decodeYAML(file string, data []byte, v any) error {
	n, err := yamldoc.Parse(data, yamldoc.DefaultLimits())
	if err != nil {
		return err
	}
	if err := json.Unmarshal(yamldoc.AppendJSON(nil, n), v); err != nil {
		return fault.At(fault.Position{File: file}, "%v", err)
	}
	return nil
}
