import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { current, mark } from '../site/site.js';

const site = fileURLToPath(new URL('../site/', import.meta.url));
const pages = fs.readdirSync(site).filter(name => name.endsWith('.html'));

test('every page has a language, a title and one heading', () => {
  assert.ok(pages.includes('index.html'));
  for (const name of pages) {
    const html = fs.readFileSync(path.join(site, name), 'utf8');
    assert.match(html, /<html lang="[a-z]+">/, name);
    assert.match(html, /<title>[^<]+<\/title>/, name);
    assert.equal(html.match(/<h1>/g)?.length, 1, name);
  }
});

test('links lead to files that are there', () => {
  for (const name of pages) {
    const html = fs.readFileSync(path.join(site, name), 'utf8');
    for (const [, target] of html.matchAll(/(?:href|src)="([^":#]+)"/g)) {
      assert.ok(fs.existsSync(path.join(site, target)), `${name} links to ${target}`);
    }
  }
});

test('the page that is shown is marked', () => {
  assert.equal(current('/a/'), 'index.html');
  const link = href => ({ href, getAttribute: () => href, setAttribute(k, v) { this[k] = v; } });
  const links = [link('index.html'), link('about.html')];
  mark(links, '/site/about.html');
  assert.equal(links[0]['aria-current'], undefined);
  assert.equal(links[1]['aria-current'], 'page');
});
