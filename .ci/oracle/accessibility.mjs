// Runs axe on the pages of a running demo: in English and Chinese, light and dark, and in a window as narrow as a phone.
// usage: node accessibility.mjs BASE CHROMIUM
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const [base, executablePath] = process.argv.slice(2);
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pages = [
  '/', '/chat', '/catalog', '/catalog?kind=component&type=service&tag=java', '/catalog/default/component/checkout', '/catalog/default/group/checkout-crew',
  '/catalog/default/user/mei.lin', '/catalog/default/api/checkout-api', '/catalog/default/component/checkout/descriptor', '/docs/default/component/checkout',
  '/docs/default/component/backchannel', '/docs/default/component/backchannel/configuration', '/docs/default/component/backchannel/architecture',
  '/docs', '/docs?of=api', '/docs/default/api/checkout-api', '/search?q=', '/search?q=roll+back', '/search?q=runbook&in=component:default/checkout', '/radar', '/templates',
];
const lost = ['/nothing/here', '/catalog/default/component/chekout', '/docs/default/component/none'];
const questions = {
  en: ['who owns checkout', 'which services are on spring boot', 'who owns the gateway', 'how do I roll back a deploy'],
  zh: ['checkout 谁负责', '哪些服务在用 spring boot', 'gateway 谁负责', '订单卡住了怎么办'],
};

async function ready() {
  for (let i = 0; i < 120; i++) {
    try { if ((await fetch(`${base}/readyz`)).ok) return; } catch { /* not listening yet */ }
    await new Promise(done => setTimeout(done, 500));
  }
  throw new Error('the demo does not get ready');
}

let wrong = 0;
async function check(page, what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document));
  for (const v of violations) {
    wrong++;
    console.log(`  ${what}: ${v.impact}: ${v.id}: ${v.help}`);
    for (const n of v.nodes.slice(0, 3)) console.log(`    ${n.target.join(' ')}: ${(n.failureSummary ?? '').replace(/\s+/g, ' ').slice(0, 300)}`);
  }
}

await ready();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
let runs = 0;
for (const locale of ['en', 'zh']) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1200, 380]) await look(locale, colorScheme, width);
  }
}

// look visits every page in one language, theme and width, and holds a conversation.
async function look(locale, colorScheme, width) {
  // The pages allow no foreign script; axe is one.
  const context = await browser.newContext({ locale, colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
  const page = await context.newPage();
  const at = `${locale}, ${colorScheme}, ${width} wide`;
  for (const path of [...pages, ...lost]) {
    const response = await page.goto(base + path);
    if (response.ok() === lost.includes(path)) { wrong++; console.log(`  ${path} (${at}): status ${response.status()}`); continue; }
    if (await page.getAttribute('html', 'lang') !== locale) { wrong++; console.log(`  ${path} (${at}) is in another language`); }
    await check(page, `${path} (${at})`);
    runs++;
  }
  await page.goto(`${base}/chat`);
  for (const q of questions[locale]) {
    const before = await page.locator('#log .exchange').count();
    await page.fill('#question', q);
    await page.press('#question', 'Enter');
    await page.waitForFunction(n => document.querySelectorAll('#log .exchange').length > n && !document.querySelector('#log .thinking'), before, { timeout: 20000 });
  }
  await check(page, `a conversation (${at})`);
  await page.goto(`${base}/templates`);
  await page.locator('main button').first().click();
  await page.waitForSelector('form.long');
  await check(page, `the form of a template (${at})`);
  await page.locator('form.long button.primary').click();
  await page.waitForSelector('form.long [aria-invalid=true]');
  await check(page, `a form that is to be mended (${at})`);
  runs += 3;
  await context.close();
}
await browser.close();
console.log(`accessibility: axe on ${runs} views, ${wrong === 0 ? 'no violation' : `${wrong} VIOLATIONS`}`);
process.exit(wrong > 0 ? 1 : 0);
