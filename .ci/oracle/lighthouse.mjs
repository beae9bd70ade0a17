// Runs lighthouse, as on a phone and as on a desktop, on pages of a running demo: 95 of 100 in every category. A run
// in which the machine was busy with other things is measured again, up to three times: performance is what a page can do.
// usage: node lighthouse.mjs BASE CHROMIUM
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';
import lighthouse, { desktopConfig } from 'lighthouse';

const [base, chromium] = process.argv.slice(2);
const least = 95;
const pages = ['/', '/catalog/default/component/checkout', '/docs/default/component/backchannel/configuration'];

async function ready() {
  for (let i = 0; i < 120; i++) {
    try { if ((await fetch(`${base}/readyz`)).ok) return; } catch { /* not listening yet */ }
    await new Promise(done => setTimeout(done, 500));
  }
  throw new Error('the demo does not get ready');
}

// start opens a browser and returns the port it is driven by.
async function start(profile) {
  const child = spawn(chromium, ['--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const port = await new Promise((done, fail) => {
    let said = '';
    child.stderr.on('data', data => {
      said += data;
      const m = /DevTools listening on ws:\/\/[^:]+:(\d+)/.exec(said);
      if (m) done(Number(m[1]));
    });
    child.on('exit', () => fail(new Error(`the browser ended: ${said}`)));
    setTimeout(() => fail(new Error('the browser does not start')), 30000).unref();
  });
  return { child, port };
}

await ready();
const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'lighthouse-'));
const { child, port } = await start(profile);
let wrong = 0;
try {
  for (const [form, config] of [['phone', undefined], ['desktop', desktopConfig]]) {
    for (const page of pages) {
      let lhr, scores;
      for (let n = 0; n < 3; n++) {
        ({ lhr } = await lighthouse(base + page, { port, logLevel: 'error', output: 'json' }, config));
        scores = Object.values(lhr.categories).map(c => [c.title, Math.round(100 * (c.score ?? 0))]);
        if (lhr.runtimeError) console.log(`  ${page} (${form}): ${lhr.runtimeError.code}`);
        if (scores.every(([, score]) => score >= least)) break;
      }
      console.log(`  ${page} (${form}): ${scores.map(([name, n]) => `${name} ${n}`).join(', ')}`);
      for (const [name, n] of scores) {
        if (n >= least) continue;
        wrong++;
        const category = Object.values(lhr.categories).find(c => c.title === name);
        for (const ref of category.auditRefs) {
          const audit = lhr.audits[ref.id];
          if (ref.weight > 0 && audit.score !== null && audit.score < 0.9) console.log(`    ${audit.id}: ${audit.title} ${audit.displayValue ?? ''}`);
        }
      }
    }
  }
} finally {
  child.kill();
  await new Promise(done => child.exitCode === null ? child.once('exit', done) : done());
  fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
console.log(`lighthouse: ${pages.length} pages, ${wrong === 0 ? `all at least ${least}` : `${wrong} scores BELOW ${least}`}`);
process.exit(wrong > 0 ? 1 : 0);
