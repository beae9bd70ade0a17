// Package form turns the parameters of a software template into questions: JSON Schema (draft 7), Backstage's ui:
// keys and the values given so far become the pages and fields that are shown now, and what was filled in becomes
// typed JSON, with what is wrong beside its field.
//
// Which fields are shown, which defaults fill them and which values are dropped follow @rjsf/core 6 as Backstage's
// scaffolder sets it up (experimental_defaultFormStateBehavior: {allOf: "populateDefaults"}); .ci/oracle asks the real
// one. Schemas are other people's text: everything done with one is counted against a budget, patterns are bounded in
// time, and what exceeds a bound is an error of kind fault.Invalid with file, line and path. A keyword that means
// nothing where it stands is passed over with a notice, as real templates have such.
package form
