// node new-service.mjs SLACK OURS GITHUB: somebody makes a service from a template in a chat, and somebody else approves
// it. Everything is looked at from outside: what the chat shows, what the code host holds, what the bot answers then.
// With OUT, a folder, what the chat showed is written there for messages.mjs.
import fs from 'node:fs';
const [standin, ours, github, out] = process.argv.slice(2);
const channel = 'C01GEN', alice = 'U01ALICE', bob = 'U02BOB';
const sleep = ms => new Promise(done => setTimeout(done, ms));
const get = async url => (await fetch(url, { signal: AbortSignal.timeout(10000), headers: { authorization: 'Bearer admin-token' } })).json();
const post = async (path, body) => (await fetch(standin + path, {
  method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal: AbortSignal.timeout(10000),
})).json();

let failed = 0;
function expect(what, ok, got) {
  if (ok) return;
  failed++;
  console.log(`${what}: unexpected ${JSON.stringify(got)?.slice(0, 1500)}`);
}
const until = async (ready, tries = 150) => { for (let i = 0; i < tries; i++) { const got = await ready(); if (got) return got; await sleep(100); } return undefined; };
const messages = async where => (await get(`${standin}/_control/messages/${where}`)).messages ?? [];
const all = m => JSON.stringify(m?.blocks ?? '') + (m?.text ?? '');
const buttons = m => (m?.blocks ?? []).filter(b => b.type === 'actions').flatMap(b => b.elements.map(e => ({ ...e, block_id: b.block_id })));
const labelled = (m, label) => buttons(m).find(b => b.text?.text === label);
const press = (user, m, b) => post('/_control/interact', {
  channel, messageTs: m.ts, user, action: { type: 'button', action_id: b.action_id, block_id: b.block_id ?? 'b', value: b.value, text: b.text },
});

await until(async () => {
  try {
    const parts = (await get(ours + '/readyz')).parts;
    return (await get(standin + '/_control/state')).channels && parts?.find(p => p.name === 'slack')?.ok;
  } catch { return false; }
}, 300);

const screen = { modals: [], errors: null };
const browser = new WebSocket(standin.replace('http', 'ws') + '/ui');
browser.onmessage = event => {
  const e = JSON.parse(event.data);
  if (e.t === 'view') screen.modals = e.stack ?? e.modalStack ?? e.views ?? [];
  if (e.t === 'view_errors') screen.errors = e.errors;
};
await new Promise((done, fail) => { browser.onopen = done; browser.onerror = () => fail(new Error('the stand-in has no socket for people')); });
const act = (user, t, body) => browser.send(JSON.stringify({ t, user, ...body }));
const top = () => screen.modals.at(-1);
const inputs = view => (view?.blocks ?? []).filter(b => b.type === 'input');
const seen = [];

// send fills the inputs of the modal on top by their labels, with what they hold where nothing is said, and hands it in.
function send(values) {
  seen.push(top());
  const state = {};
  for (const { block_id, label, element: e } of inputs(top())) {
    const said = values[label.text];
    const held = { type: e.type };
    if (e.type === 'plain_text_input') held.value = said ?? e.initial_value ?? null;
    else if (e.type === 'external_select') held.selected_option = said ? { text: { type: 'plain_text', text: said }, value: said } : e.initial_option ?? null;
    else if (e.type === 'static_select') held.selected_option = e.options.find(o => o.text.text === said) ?? e.initial_option ?? null;
    else if (e.type === 'checkboxes') held.selected_options = said ? e.options : e.initial_options ?? [];
    state[block_id] = { [e.action_id]: held };
  }
  screen.errors = null;
  act(alice, 'view_submit', { values: state });
}

const before = (await messages(channel)).length;
const fresh = async () => (await messages(channel)).slice(before).filter(m => m.user === 'U0BOT');

await post('/_control/command', { channel, user: alice, command: '/new-service', text: 'go-service' });
expect('the first modal', await until(() => inputs(top()).length > 0), screen);
expect('the owner is the team of whoever asks', /group:default\/shop/.test(JSON.stringify(top())), top());
const first = JSON.stringify(top());
send({ Name: 'Refund Worker' });
expect('a bad name is refused beside its field', await until(() => screen.errors && /Letters, digits/.test(JSON.stringify(screen.errors))), screen);
send({ Name: 'refund-worker' });
expect('the second modal', await until(() => inputs(top()).length > 0 && JSON.stringify(top()) !== first), screen);
expect('its repository', /refund-worker/.test(JSON.stringify(top())) && /Repository owner/.test(JSON.stringify(top())), top());
send({});
const plan = await until(async () => (await fresh()).find(m => /would be made/.test(all(m))));
expect('the plan', plan?.subtype === 'ephemeral' && /admin\/refund-worker/.test(all(plan)) && /catalog-info\.yaml/.test(all(plan)) && /approval of/.test(all(plan)), plan ?? await fresh());
await press(alice, plan, labelled(plan, 'Ask for approval'));
const asked = await until(async () => (await fresh()).find(m => m.subtype !== 'ephemeral' && /waits for the approval/.test(all(m))));
expect('the request', asked && labelled(asked, 'Approve'), asked ?? await fresh());
const repositories = async () => (await get(`${github}/search/repositories?q=refund-worker`)).items ?? [];
expect('nothing is made before', (await repositories()).length === 0, await repositories());
await press(alice, asked, labelled(asked, 'Approve'));
await sleep(1500);
expect('whoever asks does not approve', (await repositories()).length === 0, await repositories());
const waited = (await messages(channel)).find(m => m.ts === asked.ts);
await press(bob, asked, labelled(asked, 'Approve'));
const states = new Set();
const done = await until(async () => {
  const m = (await messages(channel)).find(m => m.ts === asked.ts);
  states.add(JSON.stringify(m));
  return /is there/.test(all(m)) && m;
}, 300);
expect('the end', done && /Repository/.test(all(done)) && /approved by/.test(all(done)), done ?? (await messages(channel)).find(m => m.ts === asked.ts));
expect('progress in between', [...states].some(s => /of 4/.test(s)), [...states].length);
const thread = await until(async () => (await messages(channel)).find(m => m.thread_ts === asked.ts && m.ts !== asked.ts && /is there/.test(all(m))));
expect('the thread', thread, await messages(channel));

const repos = await repositories();
expect('one repository', repos.length === 1 && repos[0].full_name === 'admin/refund-worker', repos);
const filesOf = async name => {
  const ref = await get(`${github}/repos/admin/${name}/git/ref/heads/main`);
  const commit = await get(`${github}/repos/admin/${name}/git/commits/${ref.object?.sha}`);
  return get(`${github}/repos/admin/${name}/git/trees/${commit.tree?.sha ?? commit.commit?.tree?.sha}?recursive=1`);
};
const tree = await filesOf('refund-worker');
const files = (tree.tree ?? []).filter(f => f.type === 'blob').map(f => f.path).sort().join(' ');
expect('its files', files === 'README.md catalog-info.yaml cmd/main.go', tree);
const answer = await until(async () => {
  const a = await (await fetch(ours + '/api/ask', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"id":"1","text":"who owns refund-worker?"}' })).json();
  return a.outcome === 'answer' && a;
}, 100);
expect('who owns it', /Shop/.test(answer?.text ?? ''), answer);
const from = await (await fetch(ours + '/api/ask', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"id":"2","text":"which services came from template go-service v1?"}' })).json();
expect('what came from the template', /refund-worker/.test(from.text), from);

// Another service, without approval: whenever a step begins, the program is killed; it comes back by itself.
const later = (await messages(channel)).length;
const newer = async () => (await messages(channel)).slice(later).filter(m => m.user === 'U0BOT');
screen.modals = [];
await post('/_control/command', { channel, user: alice, command: '/new-service', text: 'plain-service' });
await until(() => inputs(top()).length > 0);
const one = JSON.stringify(top());
send({ Name: 'ledger-worker' });
await until(() => inputs(top()).length > 0 && JSON.stringify(top()) !== one);
send({});
const ready = await until(async () => (await newer()).find(m => /would be made/.test(all(m))));
await press(alice, ready, labelled(ready, 'Create it'));
const run = await until(async () => (await newer()).find(m => m.subtype !== 'ephemeral' && /runs\//.test(all(m))));
const id = all(run ?? {}).match(/runs\/([0-9a-f-]+)/)?.[1];
const killed = new Set();
const ended = await until(async () => {
  let html = '';
  try { html = await (await fetch(`${ours}/runs/${id}`, { signal: AbortSignal.timeout(2000) })).text(); } catch { return undefined; }
  for (const [, step] of html.matchAll(/class="step begun">.*?<strong>(.*?)<\/strong>/g)) {
    if (killed.has(step)) continue;
    killed.add(step);
    process.kill(Number(fs.readFileSync(process.env.SERVE_PID, 'utf8')), 'SIGKILL');
    await sleep(300);
    return undefined;
  }
  return /ledger-worker<\/strong> is there/.test(html) && html;
}, 1500);
expect(`the end, killed at ${[...killed].join(', ')}`, ended && killed.size === 4, [...killed]);
const ledgers = (await get(`${github}/search/repositories?q=ledger`)).items ?? [];
expect('one repository, for all that', ledgers.length === 1, ledgers.map(r => r.full_name));
const ledger = await filesOf('ledger-worker');
expect('its files', (ledger.tree ?? []).filter(f => f.type === 'blob').length === 3, ledger);
console.log(`killed at: ${[...killed].join(', ')}`);
browser.close();
if (out) {
  const middle = [...states].find(s => /of 4/.test(s));
  fs.writeFileSync(`${out}/shown.json`, JSON.stringify({ modals: seen, messages: [plan, waited, middle && JSON.parse(middle), done, thread] }));
}
process.exit(failed ? 1 : 0);
