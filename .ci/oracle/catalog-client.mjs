// Reads a running Backchannel with Backstage's own client and compares with what `catalog dump` prints.
// usage: node catalog-client.mjs URL DUMP.jsonl
import fs from 'node:fs';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url); // the packages' modules for bundlers are not for node
const { CatalogClient, CATALOG_FILTER_EXISTS } = require('@backstage/catalog-client');
const model = require('@backstage/catalog-model');
const [base, dumpFile] = process.argv.slice(2);
const client = new CatalogClient({ discoveryApi: { getBaseUrl: async plugin => `${base}/api/${plugin}` }, fetchApi: { fetch } });
const dump = fs.readFileSync(dumpFile, 'utf8').split('\n').filter(Boolean).map(line => JSON.parse(line));
const byRef = new Map(dump.map(d => [d.ref, d]));
const low = s => String(s).toLowerCase();
const refOf = e => model.stringifyEntityRef(e);
const refs = list => list.map(refOf);
const sorted = list => [...list].sort();

// The rows that Backstage's search table would have of an entity: key -> values, lower case.
function rows(d) {
  const out = new Map();
  const put = (key, value) => {
    const k = low(key);
    if (!out.has(k)) out.set(k, []);
    out.get(k).push(value === null || String(value).length > 200 ? null : low(value));
  };
  const skip = ['metadata.name', 'metadata.namespace', 'metadata.uid', 'metadata.etag'];
  const visit = (path, v) => {
    if (skip.includes(path)) return;
    if (v === null || typeof v !== 'object') return void put(path, v);
    if (!Array.isArray(v)) return Object.entries(v).forEach(([k, x]) => visit(path ? `${path}.${k}` : k, x));
    for (const x of v) {
      visit(path, x);
      if (typeof x === 'string') put(`${path}.${x}`, true);
    }
  };
  visit('', d.entity);
  put('metadata.name', d.entity.metadata.name);
  put('metadata.namespace', d.entity.metadata.namespace);
  d.relations.forEach(r => put(`relations.${r.type}`, r.target));
  return out;
}
const table = new Map(dump.map(d => [d.ref, rows(d)]));
const holds = (ref, set) => Object.entries(set).every(([key, wanted]) => {
  const have = table.get(ref).get(low(key));
  return have && [wanted].flat().some(w => w === CATALOG_FILTER_EXISTS || have.includes(low(w)));
});
const selected = filter => dump.map(d => d.ref).filter(ref => [filter].flat().some(set => holds(ref, set)));

const injected = /^backstage\.io\/(managed-by-(origin-)?location|view-url|edit-url|source-location)$/;
function same(served) {
  const d = byRef.get(refOf(served));
  assert.ok(d, `${refOf(served)} is not in the dump`);
  const { relations, ...e } = structuredClone(served);
  const own = d.entity.metadata.annotations ?? {};
  assert.match(e.metadata.uid, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.ok(e.metadata.etag && e.metadata.annotations['backstage.io/managed-by-location'], `${d.ref} lacks an etag or its location`);
  delete e.metadata.uid;
  delete e.metadata.etag;
  for (const key of Object.keys(e.metadata.annotations)) {
    if (injected.test(key) && !(key in own)) delete e.metadata.annotations[key];
  }
  if (!d.entity.metadata.annotations && Object.keys(e.metadata.annotations).length === 0) delete e.metadata.annotations;
  assert.deepEqual(e, d.entity, d.ref);
  assert.deepEqual(relations, d.relations.map(r => ({ type: r.type, targetRef: r.target })), d.ref);
}

const owner = dump.flatMap(d => d.relations).find(r => r.type === 'ownedBy').target;
const tag = dump.flatMap(d => d.entity.metadata.tags ?? [])[0];
const filters = [
  {}, { kind: 'component' }, { kind: ['API', 'resource'] }, [{ kind: 'user' }, { kind: 'group', 'spec.type': 'team' }], { 'metadata.tags': tag },
  { [`metadata.tags.${tag}`]: 'true' }, { 'metadata.tags': CATALOG_FILTER_EXISTS, kind: 'component' }, { 'relations.ownedBy': owner },
  { 'relations.dependsOn': CATALOG_FILTER_EXISTS }, { kind: 'component', 'spec.lifecycle': ['production', 'experimental'], 'spec.type': 'service' },
  { 'metadata.annotations.backstage.io/techdocs-ref': CATALOG_FILTER_EXISTS }, { 'spec.owner': owner.split('/')[1] }, { 'spec.profile.email': CATALOG_FILTER_EXISTS },
  { 'metadata.links.url': CATALOG_FILTER_EXISTS }, { kind: 'nothing' },
];

const checks = {
  async getEntities() {
    const { items } = await client.getEntities();
    assert.deepEqual(sorted(refs(items)), sorted(dump.map(d => d.ref)));
    items.forEach(same);
    for (const filter of filters) {
      const got = await client.getEntities({ filter, fields: ['kind', 'metadata.name', 'metadata.namespace'] });
      assert.deepEqual(sorted(refs(got.items)), sorted(selected(filter)), JSON.stringify(filter));
      got.items.forEach(e => assert.deepEqual(Object.keys(e).sort(), ['kind', 'metadata']));
    }
    const names = (await client.getEntities({ order: [{ field: 'kind', order: 'desc' }, { field: 'metadata.name', order: 'asc' }], offset: 3, limit: 9 })).items;
    const want = dump.map(d => [low(d.kind), low(d.name), d.ref]).sort((a, b) => (a[0] < b[0]) - (a[0] > b[0]) || (a[1] > b[1]) - (a[1] < b[1]));
    assert.deepEqual(refs(names).map(r => byRef.get(r)).map(d => [low(d.kind), low(d.name)]), want.slice(3, 12).map(w => w.slice(0, 2)));
  },
  async queryEntities() {
    for (const filter of [undefined, ...filters]) {
      for (const orderFields of [undefined, { field: 'metadata.name', order: 'asc' }, { field: 'spec.type', order: 'desc' }]) {
        const want = selected(filter ?? {}).filter(ref => !orderFields || table.get(ref).get(orderFields.field)?.[0] != null);
        const limit = Math.max(2, Math.ceil(want.length / 4));
        const pages = [await client.queryEntities({ filter, orderFields, limit })];
        assert.equal(pages[0].pageInfo.prevCursor, undefined);
        while (pages.at(-1).pageInfo.nextCursor) {
          assert.ok(pages.length < 20, 'pages without end');
          pages.push(await client.queryEntities({ cursor: pages.at(-1).pageInfo.nextCursor, limit }));
        }
        const seen = pages.flatMap(p => refs(p.items));
        assert.deepEqual(sorted(seen), sorted(want), JSON.stringify([filter, orderFields]));
        pages.forEach(p => assert.equal(p.totalItems, want.length));
        if (orderFields) {
          const keys = seen.map(ref => table.get(ref).get(orderFields.field)[0]);
          const ordered = [...keys].sort();
          assert.deepEqual(keys, orderFields.order === 'desc' ? ordered.reverse() : ordered);
        }
        for (let i = pages.length - 1, at = pages[i]; i > 0; i--) {
          at = await client.queryEntities({ cursor: at.pageInfo.prevCursor, limit });
          assert.deepEqual(refs(at.items), refs(pages[i - 1].items), 'the way back');
        }
      }
    }
    (await client.queryEntities({ limit: 1000 })).items.forEach(same);
    assert.deepEqual((await client.queryEntities({ limit: 0 })).items, []);
    const text = await client.queryEntities({ filter: { kind: 'component' }, fullTextFilter: { term: 'a', fields: ['metadata.title', 'metadata.name'] }, limit: 1000 });
    const has = ref => ['metadata.title', 'metadata.name'].some(f => table.get(ref).get(f)?.some(v => v?.includes('a')));
    assert.deepEqual(sorted(refs(text.items)), sorted(selected({ kind: 'component' }).filter(has)));
  },
  async queryPredicates() {
    const query = { $all: [{ kind: { $in: ['Component', 'API'] } }, { $not: { 'spec.lifecycle': 'production' } }] };
    const want = selected({ kind: ['component', 'api'] }).filter(ref => !holds(ref, { 'spec.lifecycle': 'production' }));
    const first = await client.queryEntities({ query, limit: 3 });
    assert.equal(first.totalItems, want.length);
    const second = first.pageInfo.nextCursor ? await client.queryEntities({ cursor: first.pageInfo.nextCursor, limit: 1000 }) : { items: [] };
    assert.deepEqual(sorted(refs([...first.items, ...second.items])), sorted(want));
    const related = await client.queryEntities({ query: { relations: { $contains: { type: 'ownedBy', targetRef: owner } } }, filter: { kind: 'component' }, limit: 1000 });
    assert.deepEqual(sorted(refs(related.items)), sorted(selected({ 'relations.ownedBy': owner, kind: 'component' })));
  },
  async getEntityByRef() {
    for (const d of dump) same(await client.getEntityByRef(d.ref));
    assert.equal(await client.getEntityByRef('component:default/there-is-none'), undefined);
  },
  async getEntitiesByRefs() {
    const asked = ['component:default/there-is-none', ...dump.map(d => d.ref), 'group:nowhere/x', dump[0].ref.toUpperCase()];
    const { items } = await client.getEntitiesByRefs({ entityRefs: asked });
    assert.deepEqual(items.map(e => e && refOf(e)), asked.map(r => (byRef.has(low(r)) ? low(r) : undefined)));
    items.filter(Boolean).forEach(same);
    for (const narrowed of [{ filter: { kind: 'user' } }, { query: { kind: 'user' } }]) {
      const some = await client.getEntitiesByRefs({ entityRefs: dump.map(d => d.ref), fields: ['kind', 'metadata.name', 'metadata.namespace'], ...narrowed });
      assert.deepEqual(sorted(refs(some.items.filter(Boolean))), sorted(selected({ kind: 'user' })));
    }
  },
  async getEntityFacets() {
    for (const facet of ['kind', 'spec.type', 'metadata.tags', 'relations.ownedBy', 'spec.lifecycle', 'metadata.namespace', 'spec.owner']) {
      for (const narrowed of [{}, { filter: { kind: 'component' } }, { query: { kind: 'component' } }]) {
        const { facets } = await client.getEntityFacets({ facets: [facet], ...narrowed });
        const counts = {};
        for (const ref of selected(narrowed.filter ?? narrowed.query ?? {})) {
          for (const v of new Set((table.get(ref).get(low(facet)) ?? []).filter(x => x !== null))) counts[v] = (counts[v] ?? 0) + 1;
        }
        const got = {};
        for (const { value, count } of facets[facet]) got[low(value)] = (got[low(value)] ?? 0) + count;
        assert.deepEqual(got, counts, facet);
      }
    }
  },
  async getEntityAncestors() {
    const got = await client.getEntityAncestors({ entityRef: dump[0].ref });
    assert.equal(got.rootEntityRef, dump[0].ref);
    same(got.items[0].entity);
  },
  async streamEntities() {
    const seen = [];
    for await (const page of client.streamEntities({ pageSize: 50, filter: [{ kind: 'component' }, { kind: 'api' }] })) seen.push(...page);
    assert.deepEqual(sorted(refs(seen)), sorted(selected({ kind: ['component', 'api'] })));
    seen.forEach(same);
  },
  async locations() {
    const { items } = await client.getLocations();
    assert.ok(items.length > 0);
    const one = items[0];
    assert.deepEqual(await client.getLocationById(one.id), one);
    assert.deepEqual(await client.getLocationByRef(`${one.type}:${one.target}`), one);
    assert.deepEqual(await client.getLocationByEntity(dump[0].ref), one);
    assert.equal(await client.getLocationById('none'), undefined);
    assert.deepEqual((await client.queryLocations()).items, items);
  },
  async errors() {
    await assert.rejects(client.queryEntities({ cursor: 'nonsense' }), e => e.name === 'ResponseError' && e.statusCode === 400 && e.cause.name === 'InputError');
    await assert.rejects(client.getEntityAncestors({ entityRef: 'component:default/there-is-none' }), e => e.statusCode === 404 && e.cause.name === 'NotFoundError');
  },
  async search() {
    const d = dump.find(x => low(x.kind) === 'component');
    const got = await (await fetch(`${base}/api/search/query?term=${encodeURIComponent(d.name)}&types%5B0%5D=software-catalog&filters%5Bkind%5D=Component`)).json();
    assert.ok(got.results.some(r => r.type === 'software-catalog' && r.document.location === `/catalog/${d.namespace}/component/${low(d.name)}`), d.name);
  },
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
  } catch (e) {
    failed++;
    console.log(`  ${name}: ${e.message.slice(0, 800)}`);
  }
}
console.log(`client: ${Object.keys(checks).length} checks with @backstage/catalog-client over ${dump.length} entities, ${failed === 0 ? 'all agree' : `${failed} FAIL`}`);
process.exit(failed > 0 || dump.length === 0 ? 1 : 0);
