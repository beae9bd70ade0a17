package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Installation is the right to act in one workspace, as the platform gave it when somebody installed the bot there.
type Installation struct {
	Platform  string
	Workspace string            // the platform's tenant; of an installation for a whole organisation, the organisation's
	Name      string            // of the workspace, as people know it
	Secrets   map[string]string // tokens by name; encrypted where they are kept, and never logged
	Data      json.RawMessage   // what else the adapter must know, such as scopes; one JSON value or nil
	By        Actor             // who installed it
	Installed time.Time
}

// Installations keeps installations.
type Installations interface {
	// Save keeps an installation in place of the one of its platform and workspace.
	Save(ctx context.Context, i Installation) error
	// Load returns an installation; one that is not there is an error of kind NotFound.
	Load(ctx context.Context, platform, workspace string) (Installation, error)
	// List returns all of a platform, by workspace.
	List(ctx context.Context, platform string) ([]Installation, error)
	// Remove forgets an installation, if it is there.
	Remove(ctx context.Context, platform, workspace string) error
}

type memoryInstallations struct {
	mu   sync.Mutex
	rows map[[2]string]Installation
}

func (m *memoryInstallations) Save(_ context.Context, i Installation) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	i.Secrets, i.Data = maps.Clone(i.Secrets), slices.Clone(i.Data)
	m.rows[[2]string{i.Platform, i.Workspace}] = i
	return nil
}

func (m *memoryInstallations) Load(_ context.Context, platform, workspace string) (Installation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, ok := m.rows[[2]string{platform, workspace}]
	if !ok {
		return Installation{}, fault.New(fault.NotFound, "%s is not installed in workspace %q", platform, workspace)
	}
	i.Secrets = maps.Clone(i.Secrets)
	return i, nil
}

func (m *memoryInstallations) List(_ context.Context, platform string) ([]Installation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Installation
	for _, i := range m.rows {
		if i.Platform == platform {
			i.Secrets = maps.Clone(i.Secrets)
			out = append(out, i)
		}
	}
	slices.SortFunc(out, func(a, b Installation) int { return cmp.Compare(a.Workspace, b.Workspace) })
	return out, nil
}

func (m *memoryInstallations) Remove(_ context.Context, platform, workspace string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.rows, [2]string{platform, workspace})
	return nil
}
