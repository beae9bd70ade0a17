package bot

import (
	"context"
	"strings"
)

// Forget implements TraceStore.
func (m memoryTraces) Forget(_ context.Context, platform, workspace string) (int, error) {
	m.threads.mu.Lock()
	defer m.threads.mu.Unlock()
	n := sweepMap(m.threads.rows, func(c savedConversation) bool { return strings.HasPrefix(c.Key, platform+":"+workspace+":") })
	m.drafts.mu.Lock()
	defer m.drafts.mu.Unlock()
	return n + sweepMap(m.drafts.rows, func(d Draft) bool { return d.Address.Platform == platform && d.Address.Workspace == workspace }), nil
}

// Forget drops the conversations of a workspace that the bot has left.
func (m *ShortMemory) Forget(platform, workspace string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, el := range m.convs {
		if strings.HasPrefix(key, platform+":"+workspace+":") {
			m.order.Remove(el)
			delete(m.convs, key)
		}
	}
}

// Forget drops the conversations of a workspace that the bot has left from this replica's memory. What the store keeps of
// them TraceStore forgets; other replicas forget theirs in their time.
func (m *SharedMemory) Forget(platform, workspace string) { m.local.Forget(platform, workspace) }
