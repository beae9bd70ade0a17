// Renders Discord messages with a renderer and a Markdown parser that are not ours, checks that no text of theirs
// becomes a mention, and photographs them in a headless Chromium.
// usage: node discord-picture.mjs CHROMIUM OUT.png GOLDEN...
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { createRequire } from 'node:module';
import * as markdown from '@odiffey/discord-markdown';
import * as esbuild from 'esbuild-wasm';
import { chromium } from 'playwright-core';

const [executablePath, out, ...files] = process.argv.slice(2);
const bodies = text => text.split(/(?<=^})\n/m).filter(s => s.trim()).map(s => JSON.parse(s));
const escape = s => String(s ?? '').replace(/[&<>"]/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);

let faults = 0;
// text renders a text display. Small print is newer than the parser, so its lines are taken apart first.
function text(content) {
  return content.split(/(^-# .*$)/m).map(part => {
    const small = part.startsWith('-# ');
    const html = markdown.toHTML(small ? part.slice(3) : part, { discordCallback: { user: n => { faults++; return '@' + n.id; }, everyone: () => { faults++; return '@everyone'; }, here: () => { faults++; return '@here'; }, timestamp: n => new Date(n.timestamp * 1000).toISOString().slice(11, 16) } });
    return part.trim() ? `<div class="${small ? 'small' : 'text'}">${html.replace(/^(<br>)+|(<br>)+$/g, '')}</div>` : '';
  }).join('');
}

const styles = { 1: 'primary', 2: 'secondary', 4: 'destructive', 5: 'secondary' };
const button = c => `<discord-button type="${styles[c.style]}"${c.url ? ` url="${escape(c.url)}"` : ''}>${escape(c.label)}</discord-button>`;
function component(c) {
  switch (c.type) {
    case 1: return `<discord-action-row>${c.components.map(component).join('')}</discord-action-row>`;
    case 2: return button(c);
    case 3: return `<discord-string-select-menu placeholder="${escape(c.placeholder)}"></discord-string-select-menu>`;
    case 9: return `<div class="section"><div>${c.components.map(component).join('')}</div><discord-action-row>${button(c.accessory)}</discord-action-row></div>`;
    case 10: return text(c.content);
    case 12: return c.items.map(i => `<div class="picture">${escape(i.description)}</div>`).join('');
    case 14: return '<hr>';
    case 17: return `<div class="card" style="${c.accent_color ? `border-left: 4px solid #${c.accent_color.toString(16).padStart(6, '0')}` : ''}">${c.components.map(component).join('')}</div>`;
    default: faults++; return `<b>component of type ${c.type}</b>`;
  }
}

// modal draws a form, which the renderer has no components for.
function field(c) {
  if (c.type === 10) return text(c.content);
  const inner = c.component, chosen = (inner.options ?? []).filter(o => o.default).map(o => o.label).join(', ');
  const shown = escape(inner.value || chosen) || `<i>${escape(inner.placeholder)}&nbsp;</i>`;
  return `<label><b>${escape(c.label)}${inner.required ? ' <em>*</em>' : ''}</b>${c.description ? `<small>${escape(c.description)}</small>` : ''}<span class="${inner.style === 2 ? 'tall' : ''}">${shown}${inner.options ? '<u>⌄</u>' : ''}</span></label>`;
}
const modal = b => `<div class="modal"><h3>${escape(b.title)}</h3>${b.components.map(field).join('')}<div class="submit">Submit</div></div>`;

const avatar = 'data:image/svg+xml,' + encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" fill="#1f6feb"/><text x="20" y="28" font-size="22" text-anchor="middle" fill="#fff" font-family="sans-serif">B</text></svg>');
const message = b => `<discord-message author="Backchannel" avatar="${avatar}" bot timestamp="10:00">${b.components.map(component).join('')}</discord-message>`;
const messages = files.flatMap(f => bodies(fs.readFileSync(f, 'utf8')).map(b => (b.title ? modal(b) : message(b))));
const core = createRequire(import.meta.url).resolve('@skyra/discord-components-core');
const bundle = await esbuild.build({ entryPoints: [core], bundle: true, write: false, format: 'iife', logLevel: 'error' });
const page = `<!doctype html><meta charset="utf-8"><style>
body { margin: 0; width: 720px; background: #1a1a1e; font-family: "Noto Sans", "Noto Sans CJK SC", sans-serif }
.card { background: #242429; border: 1px solid #3a3a40; border-radius: 8px; padding: 16px; max-width: 560px; display: flex; flex-direction: column; gap: 8px; margin: 4px 0 }
.small { font-size: 13px; color: #94959c } a { color: #6ea1ff; text-decoration: none }
.section { display: flex; justify-content: space-between; gap: 12px; align-items: start }
pre { background: #1a1a1e; border: 1px solid #3a3a40; border-radius: 6px; padding: 8px; margin: 0; font: 14px/1.3 "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace; overflow: hidden } pre code { font: inherit }
code { background: #1a1a1e; border-radius: 4px; padding: 0 3px; font: 14px monospace } hr { width: 100%; border: 0; border-top: 1px solid #3a3a40 }
discord-string-select-menu { min-width: 320px } ul, ol { margin: 0; padding-left: 20px }
.modal { background: #242429; border: 1px solid #3a3a40; border-radius: 12px; padding: 20px; margin: 12px 72px; width: 440px; display: flex; flex-direction: column; gap: 16px; color: #dfe0e2; font-size: 16px } .modal h3 { margin: 0; font-size: 20px }
.modal label { display: flex; flex-direction: column; gap: 4px } .modal small { color: #94959c; font-size: 14px } .modal em { color: #f38688; font-style: normal } .modal i { color: #74757c; font-style: normal } .modal u { float: right; text-decoration: none }
.modal span { background: #1a1a1e; border: 1px solid #3a3a40; border-radius: 8px; padding: 8px 10px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis } .modal .tall { min-height: 64px; white-space: pre-wrap } .submit { background: #5865f2; border-radius: 8px; padding: 8px; text-align: center; color: #fff }
</style><discord-messages>${messages.join('')}</discord-messages><script>${bundle.outputFiles[0].text.replaceAll('</script', '<\\/script')}</script>`;
const server = http.createServer((_, w) => w.setHeader('Content-Type', 'text/html').end(page));
await new Promise(done => server.listen(0, '127.0.0.1', done));
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const tab = await browser.newPage({ viewport: { width: 720, height: 800 } });
await tab.goto(`http://127.0.0.1:${server.address().port}/`);
await tab.waitForTimeout(500);
const hidden = await tab.evaluate(() => [...document.querySelectorAll('discord-button, discord-string-select-menu')].filter(b => b.getBoundingClientRect().width === 0).length);
faults += hidden;
const shown = await tab.evaluate(() => document.body.innerText.length);
await tab.screenshot({ path: path.resolve(out), fullPage: true });
await browser.close();
server.close();
console.log(`discord: ${messages.length} messages rendered, ${shown} characters, ${faults} faults`);
process.exit(faults > 0 || shown === 0 ? 1 : 0);
