// Package backstage has a running Backstage make new things from its templates: the form comes from its scaffolder, a
// dry run is the plan, and a task of its is the run, whose events are read until it is over (API of
// @backstage/plugin-scaffolder-backend 4.2, base /api/scaffolder/v2).
package backstage
