// node slack-local.mjs STANDIN OURS: the conversations of .ci/oracle/slack-local, each checked.
const [standin, ours] = process.argv.slice(2);
const channel = 'C01GEN', alice = 'U01ALICE';
const sleep = ms => new Promise(done => setTimeout(done, ms));

async function get(path) {
  return (await fetch(standin + path, { signal: AbortSignal.timeout(10000) })).json();
}
async function post(path, body) {
  return (await fetch(standin + path, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal: AbortSignal.timeout(10000),
  })).json();
}

const messages = async where => (await get('/_control/messages/' + where)).messages;
const seen = {};
const skip = async where => { seen[where] = (await messages(where)).length; };

// fresh waits for the bot's new messages in a conversation; none within two seconds gives none.
async function fresh(where) {
  for (let i = 0; i < 20; i++) {
    await sleep(i === 0 ? 300 : 100);
    const all = await messages(where), from = all.slice(seen[where] ?? 0).filter(m => m.user === 'U0BOT');
    if (from.length) { seen[where] = all.length; return from; }
  }
  seen[where] = (await messages(where)).length;
  return [];
}

let failed = 0;
function expect(what, ok, got) {
  if (ok) return;
  failed++;
  console.log(`${what}: unexpected ${JSON.stringify(got)?.slice(0, 400)}`);
}
const text = m => m?.text ?? '';
const buttons = m => (m?.blocks ?? []).filter(b => b.type === 'actions').flatMap(b => b.elements.map(e => ({ ...e, block_id: b.block_id })));
const press = (where, m, b) => post('/_control/interact', {
  channel: where, messageTs: m.ts, user: alice,
  action: { type: 'button', action_id: b.action_id, block_id: b.block_id ?? 'b', value: b.value, text: b.text },
});
const slash = (command, words) => post('/_control/command', { channel, user: alice, command, text: words });
const say = (where, words, thread) => post('/_control/message', { channel: where, user: alice, text: words, thread_ts: thread });

async function ready() {
  for (let i = 0; i < 300; i++) {
    try {
      if ((await fetch(ours + '/readyz')).ok && (await get('/_control/state')).channels) {
        const parts = (await (await fetch(ours + '/readyz')).json()).parts;
        if (parts.find(p => p.name === 'slack')?.ok) return;
      }
    } catch { /* not listening yet */ }
    await sleep(100);
  }
  throw new Error('not ready within 30 s');
}

await ready();
await skip(channel);

await slash('/backchannel', 'who owns checkout?');
const owner = (await fresh(channel))[0];
expect('a slash command', owner?.subtype === 'ephemeral' && /Checkout Crew/.test(text(owner)), owner);

await slash('/oncall', 'checkout');
const duty = (await fresh(channel))[0];
expect('/oncall', duty?.subtype === 'ephemeral' && /on call for Checkout/.test(text(duty)), duty);

await say(channel, '<@U0BOT> who owns payments api?');
const mention = (await fresh(channel))[0];
expect('a mention', mention?.thread_ts && mention.subtype !== 'ephemeral' && /Payments Core/.test(text(mention)), mention);
await say(channel, '<@U0BOT> and its docs?', mention.thread_ts);
const docs = (await fresh(channel))[0];
expect('a follow-up in the thread', docs?.thread_ts === mention.thread_ts && /docs\/default\/component\/payments-api/.test(text(docs)), docs);

await slash('/backchannel', 'who owns payments?');
const which = (await fresh(channel))[0];
expect('an ambiguous question', /^Which one/.test(text(which)) && buttons(which).length >= 2, which);
await press(channel, which, buttons(which)[0]);
await sleep(1000);
const settled = (await messages(channel)).find(m => m.ts === which.ts) ?? (await fresh(channel))[0];
expect('the choice', /owned by Payments Core/.test(text(settled)), settled);
await skip(channel);

await press(channel, owner, buttons(owner).find(b => b.text.text === 'Share'));
const shared = (await fresh(channel)).find(m => m.subtype !== 'ephemeral');
expect('Share', /Checkout Crew/.test(text(shared)), shared);

await post('/_control/open-home', { user: alice });
const direct = (await get('/_control/state')).channels.find(c => c.is_im)?.id;
if (direct) {
  await skip(direct);
  await say(direct, 'who is on call for checkout');
  expect('a direct message', /on call for Checkout/.test(text((await fresh(direct))[0])), direct);
  await say(direct, 'and its docs?');
  expect('its follow-up', /docs\/default\/component\/checkout/.test(text((await fresh(direct))[0])), direct);
} else {
  expect('a direct conversation', false, direct);
}

await say(channel, 'lunch?');
const chatter = await fresh(channel);
expect('what people say among themselves', chatter.length === 0, chatter);

await slash('/backchannel', 'checkout 由谁负责？');
const chinese = (await fresh(channel))[0];
expect('Chinese', /负责/.test(text(chinese)) && buttons(chinese).some(b => b.text.text === '分享'), chinese);

// The App Home, its search box, and the form behind its button, as a person's browser drives them.
const screen = { home: null, modals: [], errors: null };
const browser = new WebSocket(standin.replace('http', 'ws') + '/ui');
browser.onmessage = event => {
  const e = JSON.parse(event.data);
  if (e.t === 'home') screen.home = e.view;
  if (e.t === 'view') screen.modals = e.stack ?? e.modalStack ?? e.views ?? [];
  if (e.t === 'view_errors') screen.errors = e.errors;
};
await new Promise((done, fail) => { browser.onopen = done; browser.onerror = () => fail(new Error('the stand-in has no socket for people')); });
const act = (t, body) => browser.send(JSON.stringify({ t, user: alice, ...body }));
const until = async ready => { for (let i = 0; i < 50 && !ready(); i++) await sleep(100); return ready(); };
const elements = view => (view?.blocks ?? []).filter(b => b.type === 'actions').flatMap(b => b.elements);
await post('/_control/open-home', { user: alice });
const appears = await until(() => screen.home);
expect('the App Home', appears && /Choose/.test(JSON.stringify(screen.home)) && elements(screen.home).some(e => e.type === 'external_select'), screen.home);
const submit = question => {
  const { block_id, element } = screen.modals.at(-1).blocks.find(b => b.type === 'input');
  act('view_submit', { values: { [block_id]: { [element.action_id]: { type: 'plain_text_input', value: question } } } });
};
const opener = elements(screen.home).find(e => e.text?.text === 'Ask Backchannel');
if (direct) await skip(direct);
act('block_action', { channel: '', messageTs: '', appId: 'A01APP', action: { type: 'button', action_id: opener?.action_id, block_id: 'b', value: opener?.value } });
expect('the form', await until(() => screen.modals.length === 1), screen.modals);
if (screen.modals.length) {
  submit('  ');
  expect('a form without a question', await until(() => screen.errors) && Object.values(screen.errors)[0]?.startsWith('Type a question'), screen.errors);
  submit('who owns checkout?');
  expect('a form that was sent', await until(() => screen.modals.length === 0), screen.modals);
  const answer = (await fresh(direct))[0];
  expect('the answer to a form', /Checkout Crew/.test(text(answer)), answer);
}
browser.close();

const bad = (await get('/_control/log')).log.filter(l => /HTTP [45]|"ok":false/.test(JSON.stringify(l)));
expect("the stand-in's log", bad.length === 0, bad);
process.exit(failed ? 1 : 0);
