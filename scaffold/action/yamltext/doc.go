// Package yamltext writes YAML as the npm package yaml 2 does with its defaults, which is what Backstage's actions
// write with: two blanks of indentation, plain strings where they stay strings, lines folded at 80 characters, text of
// several lines as block scalars.
package yamltext
