// Asks a Backstage and a Backchannel with the same catalog the same questions and compares the answers.
// usage: node compare.mjs THEIRS OURS
import { isDeepStrictEqual } from 'node:util';
import { entityQuestions, facetQuestions, orderedQuestions, pagedQuestions, parameterQuestions, postedQuestions } from './questions.mjs';

const [theirs, ours] = process.argv.slice(2);

async function ask(base, { path, body }) {
  const init = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(base + path, { ...init, signal: AbortSignal.timeout(60_000) });
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) };
  } catch {
    return { status: response.status, body: text };
  }
}

const low = value => (value === null || typeof value === 'object' ? undefined : String(value).toLowerCase());
const refOf = e => e?.kind && `${e.kind}:${e.metadata?.namespace}/${e.metadata?.name}`.toLowerCase();
const text = value => JSON.stringify(value, (_, v) => (v && typeof v === 'object' && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort()) : v));

// What Backstage makes of its own configuration is no part of the catalog.
const generated = e => e?.metadata?.name?.startsWith('generated-');

// plain leaves out what is rightly different: identifiers, cursors, the address that an error repeats.
function plain(value) {
  if (Array.isArray(value)) return value.filter(v => !generated(v)).map(plain);
  if (value === null || typeof value !== 'object') return value;
  const { uid, etag, nextCursor, prevCursor, logId, ...rest } = value;
  if (rest.error) return { name: rest.error.name };
  if (nextCursor) rest.nextCursor = 'more';
  if (prevCursor) rest.prevCursor = 'more';
  return Object.fromEntries(Object.entries(rest).map(([k, v]) => [k, plain(v)]));
}

// at is the value of a field, as far as an order goes by it.
function at(entity, field) {
  let value = entity;
  for (const part of field.split('.')) value = value?.[part];
  return low(value);
}

// The ways of comparing two bodies: each returns what must be equal.
const views = {
  whole: body => plain(body),
  // Without an order the two differ, each as its handbook says.
  set: body => {
    const items = Array.isArray(body) ? body : body.items;
    return items ? { ...(Array.isArray(body) ? {} : plain({ ...body, items: [] })), items: plain(items).map(text).sort() } : plain(body);
  },
  // Entities with equal values have an order of their own in each.
  order: (body, { by }) => {
    const items = plain(Array.isArray(body) ? body : (body.items ?? []));
    return { total: body.totalItems, values: items.map(e => at(e, by)), items: items.map(refOf).sort() };
  },
  facets: body => (body.facets ? Object.entries(body.facets).map(([k, list]) => [k, list.map(text).sort()]) : plain(body)),
  message: body => plain(body).name && [body.error.name, body.error.message],
};

const differences = [];
let asked = 0;
async function compare(question) {
  asked++;
  const [a, b] = await Promise.all([ask(theirs, question), ask(ours, question)]);
  const view = a.status === 200 && b.status === 200 ? views[question.how] : question.how === 'message' ? views.message : views.whole;
  const [x, y] = [[a.status, view(a.body, question)], [b.status, view(b.body, question)]];
  if (!isDeepStrictEqual(x, y)) differences.push({ question, theirs: text(x).slice(0, 400), ours: text(y).slice(0, 400) });
}

// walk goes through all pages of an order to the end, and back to the start.
async function walk(base, path) {
  const seen = [];
  let page = (await ask(base, { path })).body;
  for (const cursor of ['nextCursor', 'prevCursor']) {
    for (let n = 0; n < 200; n++) {
      seen.push({ items: page.items.map(refOf), total: page.totalItems, has: Object.keys(page.pageInfo).sort() });
      if (!page.pageInfo[cursor]) break;
      const limit = new URL(path, base).searchParams.get('limit');
      page = (await ask(base, { path: `/api/catalog/entities/by-query?limit=${limit}&cursor=${encodeURIComponent(page.pageInfo[cursor])}` })).body;
    }
  }
  return seen;
}

// every entity, whole, is what both serve.
async function everyEntity() {
  const [a, b] = await Promise.all([theirs, ours].map(async base => (await ask(base, { path: '/api/catalog/entities' })).body));
  const mine = new Map(b.map(e => [refOf(e), plain(e)]));
  for (const e of a.filter(e => !generated(e))) {
    asked++;
    if (!isDeepStrictEqual(plain(e), mine.get(refOf(e)))) {
      differences.push({ question: refOf(e), theirs: text(plain(e)).slice(0, 800), ours: (text(mine.get(refOf(e))) ?? 'nothing').slice(0, 800) });
    }
    mine.delete(refOf(e));
  }
  for (const ref of mine.keys()) differences.push({ question: ref, theirs: 'nothing', ours: 'an entity' });
  return a;
}

const all = await everyEntity();
for (const list of [entityQuestions(all), orderedQuestions(), facetQuestions(), parameterQuestions(), postedQuestions()]) {
  for (const question of list) await compare(question);
}
for (const path of pagedQuestions()) {
  const [a, b] = [await walk(theirs, path), await walk(ours, path)];
  asked += a.length;
  if (!isDeepStrictEqual(a, b)) {
    const at = a.findIndex((page, i) => !isDeepStrictEqual(page, b[i]));
    differences.push({ question: path, theirs: text(a[at]), ours: text(b[at]) });
  }
}
for (const d of differences.slice(0, 40)) console.log(`${text(d.question)}\n  theirs ${d.theirs}\n  ours   ${d.ours}`);
console.log(`backstage: ${asked} answers compared, ${differences.length} differ`);
process.exit(differences.length > 0 ? 1 : 0);
