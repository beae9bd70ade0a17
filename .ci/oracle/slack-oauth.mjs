// Installs the app as a person does, in a browser, and asks it something.
// usage: node slack-oauth.mjs STAND-IN OURS CHROMIUM PICTURES-FOLDER
import { createHmac } from 'node:crypto';
import path from 'node:path';
import { chromium } from 'playwright-core';

const [standin, ours, executablePath, pictures] = process.argv.slice(2);
const pause = ms => new Promise(done => setTimeout(done, ms));
let failed = 0;
const expect = (what, ok, got) => { if (!ok) { failed++; console.log(`${what}: unexpected ${JSON.stringify(got)?.slice(0, 400)}`); } };
const parts = async () => (await (await fetch(ours + '/readyz')).json()).parts;
const slack = async () => (await parts()).find(p => p.name === 'slack');

for (let i = 0; ; i++) {
  try { if ((await slack())?.ok && (await fetch(standin)).status) break; } catch { /* not listening yet */ }
  if (i === 300) throw new Error('not ready within 30 s');
  await pause(100);
}
expect('before anybody installed it', /no workspace/.test((await slack()).detail), await slack());

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const person = await browser.newContext();
const page = await person.newPage();
let callback = '';
page.on('request', r => { if (r.url().startsWith(ours + '/slack/oauth')) callback = r.url(); });
await page.goto(ours + '/slack/install');
expect('the stand-in asks who it is', new URL(page.url()).pathname.startsWith('/oauth/v2/authorize'), page.url());
await page.locator('button[type=submit], form button').first().click();
await page.waitForURL(url => url.pathname === '/slack/oauth');
const said = await page.locator('p.what').textContent();
expect('the app is installed', /is installed in/.test(said), said);
await page.screenshot({ path: path.join(pictures, 'slack-installed.png') });
expect('readyz', /ready in 1/.test((await slack()).detail), await slack());

await page.goto(callback);
const again = await page.locator('p.what').textContent();
expect('coming back twice', /too old/.test(again), again);
await page.screenshot({ path: path.join(pictures, 'slack-expired.png') });
const other = await (await browser.newContext({ locale: 'zh-CN' })).newPage();
const refused = await other.goto(callback);
expect('another browser', refused.status() === 400 && /过期/.test(await other.locator('p.what').textContent()), refused.status());
await browser.close();

const api = async (method, args) => (await fetch(`${standin}/api/${method}`, {
  method: 'POST', headers: { authorization: 'Bearer test_token_admin', 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(args),
})).json();
const { channels } = await api('conversations.list', {});
const channel = channels.find(c => c.name === 'general').id;
const { team_id: team } = await api('auth.test', {});
const root = await api('chat.postMessage', { channel, text: 'who owns checkout?' });
const body = JSON.stringify({
  type: 'event_callback', team_id: team, api_app_id: 'A000000001', event_id: 'Ev1', event_time: Math.floor(Date.now() / 1000),
  event: { type: 'app_mention', channel, user: 'U000000001', text: '<@U0> who owns checkout?', ts: root.ts },
});
const now = String(Math.floor(Date.now() / 1000));
const signed = await fetch(ours + '/slack/events', {
  method: 'POST', body, headers: {
    'content-type': 'application/json', 'x-slack-request-timestamp': now,
    'x-slack-signature': 'v0=' + createHmac('sha256', 'test-secret').update(`v0:${now}:${body}`).digest('hex'),
  },
});
expect('the event is taken', signed.status === 200, signed.status);
let answer;
for (let i = 0; i < 50 && !answer; i++) {
  await pause(100);
  answer = (await api('conversations.replies', { channel, ts: root.ts })).messages?.find(m => /Checkout Crew/.test(m.text));
}
expect('an answer with the token of the installation', answer, answer);
console.log(failed ? `oauth: ${failed} faults` : 'oauth: installed in a browser, refused twice, answered with its own token');
process.exit(failed ? 1 : 0);
