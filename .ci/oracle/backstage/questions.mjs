// The questions that compare.mjs asks. Those whose answers differ on purpose are not among them; the handbook's chapter
// on the read API names them: wildcards in full-text filters, references of another case in by-refs, ancestry, and
// entities without the field that they are ordered by.
const entities = '/api/catalog/entities';
const byQuery = `${entities}/by-query`;
const enc = encodeURIComponent;

// Kinds but locations: Backstage has some that it generated, and counts them.
const kinds = ['component', 'api', 'user', 'group', 'system', 'domain', 'resource', 'template'];
const counted = kinds.map(k => `filter=kind=${k}`).join('&');

const filters = [
  'kind=component', 'kind=Component', 'kind=component,spec.type=service', 'kind=component,spec.type=SERVICE', 'kind=user',
  'kind=component,kind=api', 'kind=component,kind=api,spec.lifecycle=production', 'kind=,spec.type=service', 'kind=component,', 'kind==x', '=x',
  ' kind = component ', 'kind=component, spec.type=service', 'kind=component,spec.owner',
  'spec.nothing', 'spec.custom', 'spec.custom.nothing', 'spec.custom.flag=true', 'spec.custom.off=false', 'spec.custom.zero=0',
  'spec.custom.float=1.5', 'spec.custom.float=1.50', 'spec.custom.big', 'spec.custom.big=12345678901234567890',
  'spec.custom.list=two', 'spec.custom.list=1', 'spec.custom.list=true', 'spec.custom.list.two=true', 'spec.custom.list.two',
  'spec.custom.list.deep=x', 'spec.custom.list.deep', 'spec.custom.list.nested', 'spec.custom.Case=mixed', 'spec.custom.case=MIXED',
  'spec.custom.empty', 'spec.custom.empty=', 'spec.custom.emptyList', 'spec.custom.emptyMap', 'spec.custom.dotted.key=here',
  'spec.custom.date', 'spec.custom.date=2024-01-02', 'spec.custom.date=2024-01-02T00:00:00.000Z',
  'metadata.name=second', 'metadata.name=Odd_One.v2', 'metadata.name=more-1,metadata.name=more-2', 'metadata.namespace=other-ns',
  'metadata.title=éclair', 'metadata.title=ÉCLAIR', 'metadata.tags=java', 'metadata.tags.java', 'metadata.tags.java=true',
  'metadata.tags.java=false', 'metadata.tags.c++', 'metadata.tags=c#', 'metadata.labels.example.com/tier=gold', 'metadata.labels.plain',
  'metadata.labels.plain=', 'metadata.annotations.example.com/long', 'metadata.annotations.number-like=0012',
  'metadata.annotations.number-like=12', 'metadata.annotations.backstage.io/techdocs-ref=dir:.', 'metadata.annotations',
  'metadata.annotations.backstage.io/orphan=true', 'metadata.links.url=https://example.com/2', 'metadata.links.title', 'metadata.description',
  'relations', 'relations.ownedBy=group:default/nobody', 'relations.ownedby=group:default/nobody', 'relations.hasMember', 'relations.partOf',
  'relations.dependsOn=component:default/more-3', 'relations.partOf=system:default/odd-system', 'status', 'spec', 'metadata',
  'spec.profile.displayName=nobody', 'spec.profile.email=me@example.com', 'spec.memberOf=nobody', 'spec.parameters.title',
  'spec.parameters.properties.x.type=string', 'spec.steps.id=a', 'spec.definition', 'spec.owner=  ', 'spec.targets',
  'spec.targets=./more.yaml', 'spec.type=team', 'spec.children=kid', 'spec.children.kid=true', 'apiVersion=backstage.io/v1beta1',
];

const fields = [
  'metadata.name', 'metadata.name,kind', 'metadata', 'spec.custom', 'spec.custom.list', 'relations', 'relations.type', 'metadata.tags', 'nothing',
  'metadata.annotations.backstage.io/techdocs-ref', 'metadata.links.url', 'spec.profile.displayName', 'Metadata.Name', 'spec.custom.list.deep',
  'spec.custom.dotted.key', ' metadata.name', 'metadata.name,', 'spec.custom.nothing', 'kind,metadata.nothing,spec',
];

const predicates = [
  { kind: 'component' }, { kind: 'Component' }, { kind: { $in: ['api', 'user'] } }, { kind: { $in: [] } },
  { $all: [{ kind: 'component' }, { 'spec.type': 'service' }] }, { $any: [{ kind: 'api' }, { kind: 'user' }] }, { $not: { kind: 'component' } },
  { $all: [{ kind: 'component' }, { $not: { 'spec.type': { $in: ['service', 'library'] } } }] }, { kind: 'component', 'spec.type': 'website' },
  { 'spec.custom.flag': true }, { 'spec.custom.flag': 'true' }, { 'spec.custom.zero': 0 }, { 'spec.custom.zero': '0' },
  { 'spec.custom.float': 1.5 }, { 'spec.custom.nothing': null }, { 'metadata.tags': { $contains: 'java' } }, { 'metadata.tags': { $contains: 'JAVA' } },
  { 'metadata.tags': 'java' }, { 'metadata.name': { $hasPrefix: 'se' } }, { 'metadata.name': { $hasPrefix: 'SE' } }, { 'metadata.name': { $hasPrefix: '' } },
  { 'metadata.title': { $exists: true }, kind: 'component' }, { 'metadata.title': { $exists: false }, kind: 'component' },
  { relations: { $contains: { type: 'ownedBy', targetRef: 'group:default/kid' } } },
  { relations: { $contains: { type: 'ownedBy', targetRef: { $in: ['group:default/kid', 'group:default/boss'] } } } },
  { relations: { $contains: { type: 'ownedBy' } } }, { 'relations.ownedBy': 'group:default/kid' }, { $all: [] }, { $any: [] }, {}, { $not: {} },
  { kind: {} }, { kind: { $foo: 1 } }, { $foo: [] }, { kind: ['component'] }, { kind: { $in: 'api' } }, { kind: { $in: [1] } },
  { 'metadata.tags': { $contains: { x: 1 } } }, { 'metadata.annotations.number-like': '0012' }, { 'metadata.annotations.number-like': 12 },
  { 'spec.custom.list': { $contains: 1 } }, { 'spec.custom.list': { $contains: 'two' } }, { 'spec.custom.list': { $contains: true } },
  { 'spec.custom.case': 'mixed' }, { kind: { $exists: 'yes' } }, { kind: { $hasPrefix: 1 } }, { $all: [{ kind: 'user' }], $any: [{ 'metadata.name': 'me' }] },
  { $all: [{ kind: 'user' }], 'metadata.name': 'me' }, { $not: [{ kind: 'user' }] }, { kind: { $not: 'user' } }, { 'metadata.labels.plain': '' },
  { 'spec.custom.emptyList': { $exists: true } }, { 'spec.custom': { $exists: true } }, { $all: [{ $all: [{ $all: [{ kind: 'api' }] }] }] },
  { 'metadata.description': { $hasPrefix: '100%' } }, { 'metadata.description': { $hasPrefix: '100%_' } }, { 'metadata.description': { $hasPrefix: '1%' } },
];

/** One entity, some by their references, and those that filters, full text and fields select. */
export function entityQuestions(all) {
  const list = [];
  const named = ['component/other-ns/Odd_One.v2', 'component/other-ns/odd_one.v2', 'COMPONENT/OTHER-NS/second', 'component/default/nope', 'x/y/z'];
  for (const e of all.filter((e, i) => i % 25 === 0 && !e.metadata.name.startsWith('generated-'))) named.push(`${e.kind}/${e.metadata.namespace}/${e.metadata.name}`);
  for (const n of named) list.push({ path: `${entities}/by-name/${n}`, how: 'whole' });
  list.push({ path: `${entities}/by-uid/nope`, how: 'whole' });

  const refs = ['component:default/second', 'group:default/nobody', 'x:y/z', 'component:default/second'];
  for (const body of [
    { entityRefs: refs }, { entityRefs: [] }, { entityRefs: refs, fields: ['metadata.name', 'kind'] }, { entityRefs: refs, query: { kind: 'group' } },
    { entityRefs: ['second'] }, { entityRefs: [':'] }, { entityRefs: 'second' }, { entityRefs: [1] }, {}, [1], { entityRefs: refs, fields: ['relations'] },
  ]) list.push({ path: `${entities}/by-refs`, body, how: 'whole' });
  list.push({ path: `${entities}/by-refs?filter=kind=group`, body: { entityRefs: refs }, how: 'whole' });

  for (const f of filters) {
    list.push({ path: `${entities}?filter=${enc(f)}`, how: 'set' });
    for (const k of ['component', 'user', 'template']) list.push({ path: `${byQuery}?limit=9999&filter=${enc(`${f},metadata.namespace,kind=${k}`)}`, how: 'set' });
  }
  list.push({ path: `${byQuery}?limit=9999&filter=kind=user&filter=kind=group`, how: 'set' }, { path: `${entities}?filter=kind=nope&filter=kind=api`, how: 'set' });

  const odd = 'filter=kind=component,metadata.namespace=other-ns';
  for (const f of fields) {
    list.push({ path: `${byQuery}?${odd}&orderField=metadata.name,asc&fields=${enc(f)}`, how: 'whole' }, { path: `${entities}?${odd}&fields=${enc(f)}`, how: 'set' });
  }
  list.push({ path: `${byQuery}?${odd}&orderField=metadata.name,asc&fields=metadata.name&fields=kind`, how: 'whole' });

  for (const term of ['second', 'SECOND', 'sec', 'zzz', ' x', 'odd', 'service', 'éclair', 'ÉCL', '服务', 'a b', "'", '"', '-', '.', 'openapi', 'team']) {
    const words = `${counted}&limit=9999&fullTextFilterTerm=${enc(term)}`;
    for (const f of ['metadata.name', 'metadata.title', 'metadata.name,metadata.title', 'spec.type', 'metadata.description', 'kind', 'relations.ownedBy', 'metadata.tags', 'spec', 'metadata.annotations.example.com/long']) {
      list.push({ path: `${byQuery}?${words}&fullTextFilterFields=${enc(f)}`, how: 'set' });
    }
    for (const f of ['metadata.title', 'metadata.name', 'spec.type']) list.push({ path: `${byQuery}?${words}&orderField=${f},asc`, how: 'set' });
  }
  return list;
}

/** Orders. */
export function orderedQuestions() {
  const list = [];
  for (const by of ['metadata.name', 'metadata.title', 'spec.type', 'kind', 'metadata.namespace', 'spec.owner', 'metadata.description', 'spec.custom.zero', 'spec.lifecycle']) {
    for (const direction of ['asc', 'desc']) {
      list.push({ path: `${byQuery}?limit=9999&${counted}&orderField=${by},${direction}`, how: 'order', by });
      list.push({ path: `${entities}?limit=9999&${counted}&order=${direction}:${by}`, how: 'order', by });
    }
    list.push({ path: `${byQuery}?limit=9999&${counted}&orderField=${by}`, how: 'order', by });
  }
  return list;
}

/** Questions whose pages are walked, in orders without equal values. */
export function pagedQuestions() {
  const list = [];
  for (const [kind, field] of [['component', 'metadata.name'], ['api', 'metadata.name'], ['user', 'metadata.name']]) {
    for (const direction of ['asc', 'desc']) {
      for (const limit of [1, 7, 50]) list.push(`${byQuery}?limit=${limit}&filter=kind=${kind},metadata.namespace=default&orderField=${field},${direction}`);
    }
  }
  return list.filter(path => !path.includes('limit=1&') || path.includes('kind=api'));
}

/** Values of fields and how many have each. */
export function facetQuestions() {
  const list = [];
  for (const f of [
    'kind', 'spec.type', 'metadata.tags', 'metadata.namespace', 'spec.lifecycle', 'relations.ownedBy', 'relations.partOf', 'spec.custom.list', 'spec.custom.flag', 'spec.custom',
    'spec.custom.float', 'spec.custom.big', 'spec.custom.nothing', 'spec.custom.empty', 'metadata.title', 'metadata.labels.example.com/tier', 'metadata.annotations.example.com/long',
    'metadata.annotations', 'spec.owner', 'spec.memberOf', 'metadata.links.url', 'spec.nope', 'Kind', 'metadata.tags.java', 'spec.parameters.title', 'spec.custom.date', 'relations',
  ]) {
    for (const filter of ['filter=kind=component', 'filter=kind=component,metadata.namespace=other-ns', 'filter=kind=user&filter=kind=group', 'filter=kind=nope', counted]) {
      list.push({ path: `/api/catalog/entity-facets?facet=${enc(f)}&${filter}`, how: 'facets' });
    }
  }
  list.push({ path: '/api/catalog/entity-facets?facet=kind&facet=spec.type&filter=kind=api', how: 'facets' });
  for (const body of [{}, { facets: [] }, { facets: 'kind' }, { facets: [1] }, { facets: ['kind', 'kind'], query: { kind: 'api' } }]) list.push({ path: '/api/catalog/entity-facets', body, how: 'facets' });
  return list;
}

/** Parameters that are missing, empty, doubled, unknown or of another type: the words of the refusal are the same. */
export function parameterQuestions() {
  return [
    'entities/by-query?limit=', 'entities/by-query?limit=x', 'entities/by-query?limit=1.5', 'entities/by-query?limit=-1', 'entities/by-query?limit=1&limit=2',
    'entities/by-query?offset=', 'entities/by-query?offset=x', 'entities/by-query?offset=-1', 'entities/by-query?cursor=', 'entities/by-query?cursor=a&cursor=b',
    'entities/by-query?filter=', 'entities/by-query?fields=', 'entities/by-query?orderField=', 'entities/by-query?fullTextFilterTerm=', 'entities/by-query?totalItems=',
    'entities/by-query?totalItems=x', 'entities/by-query?fullTextFilterTerm=a&fullTextFilterTerm=b', 'entities/by-query?filters=kind=api', 'entities?limit=0',
    'entities?limit=x', 'entities?after=', 'entities?order=', 'entities?filter=', 'entities?cursor=x', 'entity-facets', 'entity-facets?facet=',
    'entity-facets?facet=kind&filter=', 'entity-facets?facet=kind&limit=1', 'entities/by-name/a/b/c', 'entities/by-name/a/b/c?fields=kind', 'entities/by-uid/x', 'locations?x=1',
  ].map(path => ({ path: `/api/catalog/${path}`, how: 'message' }));
}

/** Questions in a body. */
export function postedQuestions() {
  const list = [];
  for (const p of predicates) {
    const query = { $all: [p, { $not: { kind: 'location' } }] };
    list.push({ path: byQuery, body: { query, limit: 9999 }, how: 'set' });
    list.push({ path: '/api/catalog/entity-facets', body: { facets: ['kind'], query }, how: 'facets' });
    list.push({ path: `${entities}/by-refs`, body: { entityRefs: ['component:default/second', 'user:default/me', 'api:default/api-x'], query: p }, how: 'whole' });
  }
  const order = { field: 'metadata.name', order: 'desc' };
  for (const body of [
    { query: 'x' }, { query: 1 }, { query: [] }, { query: true }, { limit: 'x' }, { orderBy: [{ field: 'metadata.name' }] }, { orderBy: order }, { orderBy: [{ ...order, order: 'up' }] }, { fields: 'kind' },
    { fullTextFilter: 'x' }, { cursor: '' }, { cursor: 'x' }, { totalItems: 'x' }, [],
    { query: { kind: 'api' }, limit: 2, orderBy: [order] }, { query: { kind: 'api' }, limit: 2, offset: 3, orderBy: [order], fields: ['kind', 'metadata.name'] },
    { query: { kind: 'api' }, limit: 0 }, { query: { kind: 'api' }, limit: 1, totalItems: 'exclude', orderBy: [order] },
    { query: { kind: 'component' }, limit: 9999, fullTextFilter: { term: 'second', fields: ['metadata.name'] }, orderBy: [order] },
  ]) list.push({ path: byQuery, body, how: 'set' });
  return list;
}
