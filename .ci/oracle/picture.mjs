// Takes the picture of the README: asks a running service by signed slash commands, as Slack does, renders its answers
// with a renderer that is not ours and photographs them in a headless Chromium.
// usage: node picture.mjs BINARY DEMO-FOLDER LOGO.svg CHROMIUM OUT.png QUESTION...
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { chromium } from 'playwright-core';
import { Message } from 'slack-blocks-to-jsx';

const [binary, demo, mark, executablePath, out, ...questions] = process.argv.slice(2);
const secret = 'a-secret-of-this-run';
const pause = ms => new Promise(done => setTimeout(done, ms));

// standIn answers what the service asks Slack: who it is, and who asks.
const standIn = http.createServer((request, response) => {
  const said = request.url.endsWith('users.info')
    ? { user: { id: 'U1', name: 'mei.lin', tz: 'Europe/Berlin', locale: 'en-US', profile: {} } }
    : { team_id: 'T1', team: 'Harborlane', user_id: 'U0', user: 'backchannel', bot_id: 'B0', url: 'https://harborlane.example/' };
  request.resume().on('end', () => response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ ok: true, ...said })));
});
const listen = server => new Promise(done => server.listen(0, '127.0.0.1', () => done(server.address().port)));
const api = await listen(standIn);
const probe = http.createServer();
const port = await listen(probe);
probe.close();

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'picture-'));
fs.cpSync(demo, folder, { recursive: true });
const config = path.join(folder, 'backchannel.yaml');
fs.appendFileSync(config, `
store: {data_dir: ./data}
web: {listen: "127.0.0.1:${port}", base_url: "http://localhost:7007", auth: {open: true}}
slack: {mode: http, bot_token: xoxb-stand-in, signing_secret: ${secret}, api_url: "http://127.0.0.1:${api}/api/"}
`);
const service = spawn(binary, ['serve', '--config', config], { stdio: 'ignore' });

async function ask(text) {
  const body = new URLSearchParams({ command: '/backchannel', text, team_id: 'T1', channel_id: 'C1', channel_name: 'general', user_id: 'U1', user_name: 'mei.lin', trigger_id: `${Math.random()}`, response_url: `http://127.0.0.1:${api}/later` }).toString();
  const timestamp = `${Math.floor(Date.now() / 1000)}`;
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
  const response = await fetch(`http://127.0.0.1:${port}/slack/commands`, { method: 'POST', body, headers: {
    'Content-Type': 'application/x-www-form-urlencoded', 'X-Slack-Request-Timestamp': timestamp, 'X-Slack-Signature': signature } });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

// parsed leaves out "verbatim", for which this renderer shows links as their source; Slack only stops guessing at links.
const parsed = blocks => JSON.parse(JSON.stringify(blocks, (name, value) => (name === 'verbatim' ? undefined : value)));

// answers asks the questions once the service knows its people, docs and versions.
async function answers() {
  for (let i = 0; i < 120; i++) {
    try { if ((await fetch(`http://127.0.0.1:${port}/readyz`)).ok) break; } catch { /* not listening yet */ }
    await pause(500);
  }
  await ask('help');
  await pause(30_000);
  const said = [];
  for (const question of questions) said.push([question, await ask(question)]);
  return said;
}

try {
  const logo = 'data:image/svg+xml,' + encodeURIComponent(fs.readFileSync(mark, 'utf8'));
  const exchanges = (await answers()).map(([question, body]) => `<p class="asked"><b>/backchannel</b> ${question}</p>` +
    renderToStaticMarkup(createElement(Message, { blocks: parsed(body.blocks), name: 'Backchannel', logo, time: new Date() })));
  const css = fs.readFileSync(createRequire(import.meta.url).resolve('slack-blocks-to-jsx/dist/style.css'), 'utf8');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 });
  await page.setContent(`<!doctype html><meta charset="utf-8"><style>${css}
    body { margin: 0; padding: 14px 20px 20px; background: #fff; font-family: Arial, "Liberation Sans", sans-serif }
    .asked { margin: 14px 0 8px 44px; padding: 6px 12px; background: #f4f4f6; border-radius: 8px; font-size: 15px; color: #1d1c1d; width: fit-content }
  </style>${exchanges.join('')}`);
  await page.waitForTimeout(500);
  await page.screenshot({ path: out, fullPage: true });
  await browser.close();
  console.log(`picture: ${out}, ${Math.round(fs.statSync(out).size / 1024)} kB`);
} finally {
  service.kill('SIGTERM');
  await new Promise(done => (service.exitCode === null ? service.once('exit', done) : done()));
  standIn.close();
  fs.rmSync(folder, { recursive: true, force: true });
}
