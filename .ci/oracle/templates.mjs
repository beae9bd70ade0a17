// Whole repositories of software templates, run by us and by Backstage's own workflow runner and actions, from the same
// files with the same values: the files that come of it are equal byte for byte, as are steps and output.
// usage: node templates.mjs BACKCHANNEL MODULES NAME=FOLDER...
// MODULES holds @backstage/plugin-scaffolder-backend and RoadieHQ's module of actions with what they need. FOLDER is a
// checkout; every template in it is run with the values that its form asks for, made up here, and once more for each
// choice and switch. Actions that publish are planned by us; on Backstage's side they are stand-ins with the same output,
// and refuse what the real ones refuse. Actions that we do not have are named and, on both sides, replaced by one that
// fetches a file. At the end there is a table: a run is equal, ends on both sides at the same step, or differs.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';
import { spawnSync } from 'node:child_process';

const [binary, modules, ...repos] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), 'package.json'));
const backend = path.join(path.resolve(modules), 'node_modules/@backstage/plugin-scaffolder-backend/dist/scaffolder');
const load = file => require(path.join(backend, file));
const { parseRepoUrl } = require('@backstage/plugin-scaffolder-node');
const { ConfigReader } = require('@backstage/config');
const { ScmIntegrations } = require('@backstage/integration');
const yaml = require('yaml');
const { NunjucksWorkflowRunner } = load('tasks/NunjucksWorkflowRunner.cjs.js');
const roadie = require('@roadiehq/scaffolder-backend-module-utils');

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'templates-'));
process.on('exit', () => fs.rmSync(work, { recursive: true, force: true }));
const hosts = {
  github: [{ host: 'github.com' }, { host: 'ghe.example.com', apiBaseUrl: 'https://ghe.example.com/api/v3' }],
  gitea: [{ host: 'gitea.example.com', username: 'portal', password: 'x' }],
  gitlab: [{ host: 'gitlab.com', apiBaseUrl: 'https://gitlab.com/api/v4' }, { host: 'gitlab.example.com', apiBaseUrl: 'https://gitlab.example.com/api/v4' }],
};
const quiet = () => {};
const logger = { info: quiet, warn: quiet, error: quiet, debug: quiet, child: () => logger };
const meter = { createCounterMetric: () => ({ inc: quiet }), createHistogramMetric: () => ({ startTimer: () => quiet }), createCounter: () => ({ add: quiet }), createHistogram: () => ({ record: quiet }) };

// The addresses under which the checkouts are known on the web: NAME=FOLDER gives https://github.com/NAME.
const checkouts = repos.map(r => {
  const [name, folder] = [r.slice(0, r.indexOf('=')), r.slice(r.indexOf('=') + 1)];
  return { name, folder: path.resolve(folder), web: `https://github.com/${name}` };
});

// A gitea has a host of its own: those that templates name are known to both sides.
for (const c of checkouts) {
  for (const file of templates(c.folder)) {
    for (const s of yaml.parse(fs.readFileSync(file, 'utf8')).spec.steps ?? []) {
      const host = s.action === 'publish:gitea' && String(s.input?.repoUrl).match(/^[\w.-]+(:\d+)?(?=[/?])/)?.[0];
      if (host && !hosts.gitea.some(h => h.host === host)) hosts.gitea.push({ host, username: 'portal', password: 'x' });
    }
  }
}
const integrations = ScmIntegrations.fromConfig(new ConfigReader({ integrations: hosts }));

function local(url) {
  const repo = checkouts.find(c => url === c.web || url.startsWith(`${c.web}/`));
  if (!repo) throw new Error(`${url} cannot be reached`);
  return path.join(repo.folder, decodeURIComponent(url.slice(repo.web.length)).replace(/^\/(?:tree|blob)\/[^/]+/, ''));
}

// reader serves the checkouts in place of the web: regular files, as what a repository's archive is unpacked to.
const reader = {
  readTree: async url => ({
    dir: async ({ targetDir }) => {
      fs.cpSync(local(url), targetDir, { recursive: true, filter: f => path.basename(f) !== '.git' && !fs.lstatSync(f).isSymbolicLink() });
      return targetDir;
    },
  }),
  readUrl: async url => ({ buffer: async () => fs.readFileSync(local(url)) }),
};

// remote is the output of an action that publishes.
function remote(input, branch) {
  const [host, query] = [input.repoUrl.split('?')[0], new URLSearchParams(input.repoUrl.split('?')[1])];
  const page = `https://${host}/${query.get('workspace') ?? query.get('owner')}/${query.get('repo')}`;
  if (query.has('workspace')) return { remoteUrl: page, repoContentsUrl: `${page}/src/${branch}` };
  const tree = host.includes('gitlab') ? `${page}/-/blob/${branch}` : `${page}/blob/${branch}`;
  return { remoteUrl: `${page}.git`, repoContentsUrl: tree };
}

const outside = {
  'publish:github': ctx => Object.entries(remote(ctx.input, ctx.input.defaultBranch ?? 'master')).forEach(e => ctx.output(...e)),
  'publish:gitlab': ctx => Object.entries(remote(ctx.input, ctx.input.defaultBranch ?? 'master')).forEach(e => ctx.output(...e)),
  'publish:bitbucketCloud': ctx => Object.entries(remote(ctx.input, ctx.input.defaultBranch ?? 'master')).forEach(e => ctx.output(...e)),
  'publish:gitea': ctx => {
    const { host, owner, repo } = parseRepoUrl(ctx.input.repoUrl, integrations);
    if (!owner) throw new Error('Unable to create repository, 404 Not Found'); // it asks for the organization "undefined"
    ctx.output('remoteUrl', `https://${host}/${owner}/${repo}.git`);
    ctx.output('repoContentsUrl', `https://${host}/${owner}/${repo}/src/branch/${ctx.input.defaultBranch ?? 'main'}/`);
  },
  'github:repo:create': ctx => ctx.output('remoteUrl', remote(ctx.input, '').remoteUrl),
  'github:repo:push': ctx => Object.entries(remote(ctx.input, ctx.input.defaultBranch ?? 'master')).forEach(e => ctx.output(...e)),
  'publish:github:pull-request': ctx => {
    if (!ctx.input.branchName) throw new Error('no branch');
  },
  'catalog:register': ctx => {
    const { catalogInfoUrl, repoContentsUrl, catalogInfoPath = '/catalog-info.yaml' } = ctx.input;
    if (!catalogInfoUrl && !repoContentsUrl) throw new Error('no address');
    ctx.output('catalogInfoUrl', catalogInfoUrl ?? `${repoContentsUrl}${catalogInfoPath}`);
  },
};

// silent are actions that only have effects.
const silent = new Set(['github:actions:dispatch', 'github:issues:label', 'github:webhook', 'http:backstage:request', 'http', 'notification:send', 'publish:gitlab:merge-request', 'publish:git']);

function actions() {
  const options = { reader, integrations };
  const all = [
    load('actions/builtin/fetch/template.cjs.js').createFetchTemplateAction(options),
    load('actions/builtin/fetch/templateFile.cjs.js').createFetchTemplateFileAction(options),
    load('actions/builtin/fetch/plain.cjs.js').createFetchPlainAction(options),
    load('actions/builtin/fetch/plainFile.cjs.js').createFetchPlainFileAction(options),
    load('actions/builtin/filesystem/delete.cjs.js').createFilesystemDeleteAction(),
    load('actions/builtin/filesystem/rename.cjs.js').createFilesystemRenameAction(),
    load('actions/builtin/debug/log.cjs.js').createDebugLogAction(),
    load('actions/builtin/catalog/write.cjs.js').createCatalogWriteAction(),
    load('actions/builtin/debug/wait.cjs.js').createWaitAction(),
    load('actions/builtin/filesystem/read.cjs.js').createFilesystemReadDirAction(),
    roadie.createWriteFileAction(), roadie.createAppendFileAction(), roadie.createParseFileAction(), roadie.createReplaceInFileAction(),
    roadie.createMergeAction(), roadie.createMergeJSONAction({}), roadie.createSerializeJsonAction(), roadie.createSerializeYamlAction(),
    { id: 'roadiehq:utils:sleep', handler: quiet }, // it takes its time
  ];
  return new Map(all.map(a => [a.id, a]));
}

// theirs runs a template with Backstage's own runner and keeps a copy of the workspace, which the runner removes.
async function theirs(spec, values, templateRef, templateUrl, out) {
  const known = actions();
  const registry = {
    get: async id => {
      if (known.has(id)) return known.get(id);
      if (!outside[id] && !silent.has(id)) throw new Error(`there is no stand-in for ${id}`);
      return { id, handler: async ctx => (outside[id] ?? quiet)(ctx) };
    },
  };
  const directory = path.join(work, 'theirs');
  fs.mkdirSync(directory, { recursive: true });
  fs.rmSync(out, { recursive: true, force: true });
  const statuses = {};
  const task = {
    spec: { apiVersion: 'scaffolder.backstage.io/v1beta3', ...spec, output: spec.output ?? {}, parameters: values, templateInfo: { entityRef: templateRef, baseUrl: templateUrl } },
    secrets: {}, taskId: 'task', isDryRun: false, cancelSignal: new AbortController().signal,
    getWorkspaceName: async () => 'task',
    getInitiatorCredentials: async () => ({}),
    emitLog: async (message, meta) => { if (meta?.stepId && meta.status && meta.status !== 'processing') statuses[meta.stepId] ??= meta.status; },
    serializeWorkspace: async ({ path: from }) => { fs.rmSync(out, { recursive: true, force: true }); fs.cpSync(from, out, { recursive: true }); },
  };
  const runner = new NunjucksWorkflowRunner({ actionRegistry: registry, integrations, logger, workingDirectory: directory, metrics: meter });
  const writes = [process.stdout.write, console.log];
  process.stdout.write = () => true; // winston writes every line of a log
  try {
    const { output } = await runner.execute(task);
    return { ok: true, statuses, output: output ?? {} };
  } catch (e) {
    return { ok: false, statuses, error: String(e.message ?? e) };
  } finally {
    process.stdout.write = writes[0];
  }
}

function ours(file, values, out) {
  fs.rmSync(out, { recursive: true, force: true });
  const given = path.join(work, 'values.json');
  fs.writeFileSync(given, JSON.stringify(values));
  const r = spawnSync(binary, ['template', 'run', file, '--config', path.join(work, 'config.yaml'), '--values', given, '--out', out, '-o', 'json', '--quiet'], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (!r.stdout) throw new Error(r.stderr);
  return JSON.parse(r.stdout);
}

let forge = 'github.com'; // where the template publishes

// made up is a value for a field of a form.
function made(f) {
  const name = f.name.split('.').pop();
  switch (f.kind) {
    case 'number': return 8080;
    case 'toggle': return true;
    case 'choice': return f.options?.[0]?.value ?? 'a';
    case 'choices': return (f.options ?? []).slice(0, 2).map(o => o.value);
    case 'entity': return 'component:default/shop';
    case 'entities': return ['component:default/shop'];
    case 'owner': return 'group:default/platform';
    case 'repo': return `${forge}?owner=acme&repo=shop-service`;
    case 'tags': return ['go', 'service'];
    case 'date': return '2026-11-22';
    case 'list': return f.items ? [Object.fromEntries(f.items.map(i => [i.name, made(i)]))] : ['one', 'two'];
    case 'object': return { a: 'b' };
    default: return /(^|[^a-z])(name|id)$|[a-z]Name$|_id$/.test(name) ? 'shop-service' : `the-${name.toLowerCase().replace(/[^a-z0-9]/g, '-')}`;
  }
}

function put(values, name, value) {
  const keys = name.split('.');
  let at = values;
  for (const k of keys.slice(0, -1)) at = at[k] ??= {};
  at[keys.at(-1)] = value;
}

function form(file, values) {
  const given = path.join(work, 'given.json');
  fs.writeFileSync(given, JSON.stringify(values));
  const r = spawnSync(binary, ['template', 'form', file, '--values', given, '-o', 'json'], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (!r.stdout) throw new Error(r.stderr);
  return JSON.parse(r.stdout);
}

// filled are values for everything that is asked, also for what appears as others are filled in.
function filled(file, start) {
  const values = structuredClone(start);
  for (let round = 0; round < 5; round++) {
    let changed = false;
    for (const f of form(file, values).pages.flatMap(p => p.fields)) {
      const have = f.name.split('.').reduce((v, k) => v?.[k], values);
      if (have !== undefined || f.name.includes('__')) continue;
      const odd = ['line', 'paragraph'].includes(f.kind) && typeof f.default === 'object'; // a default that its own schema refuses
      put(values, f.name, odd ? made(f) : f.default ?? made(f));
      changed = true;
    }
    if (!changed) break;
  }
  return values;
}

// variants are the values of a template, and those with one choice or switch taken differently.
function variants(file) {
  const base = filled(file, {});
  const all = [base];
  for (const f of form(file, base).pages.flatMap(p => p.fields)) {
    const now = f.name.split('.').reduce((v, k) => v?.[k], base);
    const others = f.kind === 'toggle' ? [!now] : f.kind === 'choice' ? (f.options ?? []).map(o => o.value).filter(v => v !== now) : [];
    for (const other of others.slice(0, 6)) {
      const v = {};
      put(v, f.name, other);
      all.push(filled(file, v));
    }
  }
  return all.slice(0, 40);
}

function tree(dir) {
  const files = new Map();
  if (!fs.existsSync(dir)) return files;
  for (const e of fs.readdirSync(dir, { recursive: true, withFileTypes: true })) {
    const full = path.join(e.parentPath ?? e.path, e.name);
    if (e.isFile()) files.set(path.relative(dir, full), { data: fs.readFileSync(full), executable: (fs.statSync(full).mode & 0o100) !== 0 });
  }
  return files;
}

const sorted = v => (v && typeof v === 'object' ? Array.isArray(v) ? v.map(sorted) : Object.fromEntries(Object.keys(v).sort().map(k => [k, sorted(v[k])])) : v);
const json = v => JSON.stringify(sorted(v));

// differences lists where two runs part.
function differences(a, b, ourDir, theirDir, spec) {
  const found = [];
  if (a.ok !== b.ok) found.push(`we ${a.ok ? 'completed' : `failed (${a.error})`}, Backstage ${b.ok ? 'completed' : `failed (${b.error})`}`);
  for (const s of a.steps) {
    const other = b.statuses[s.id];
    if (other && other !== s.status) found.push(`step ${s.id}: ${s.status}, Backstage ${other}`);
  }
  const unknowable = spec.steps.some(s => /^catalog:register$|-request$/.test(s.action)); // entities, numbers of requests
  if (a.ok && b.ok && !unknowable && json(a.output) !== json(b.output)) found.push(`output ${json(a.output)}, Backstage ${json(b.output)}`);
  const [mine, others] = [tree(ourDir), tree(theirDir)];
  for (const [name, f] of others) {
    const m = mine.get(name);
    if (!m && b.ok) found.push(`${name} is missing`);
    else if (!m) continue; // which files a step that fails has written before is chance
    else if (!m.data.equals(f.data)) found.push(`${name} differs`);
    else if (m.executable !== f.executable) found.push(`${name}: mode`);
  }
  for (const name of mine.keys()) if (b.ok && !others.has(name)) found.push(`${name} is too much`);
  return { found, files: others.size, bytes: [...others.values()].reduce((n, f) => n + f.data.length, 0) };
}

function isTemplate(doc) {
  return doc.kind === 'Template' && doc.apiVersion === 'scaffolder.backstage.io/v1beta3';
}

function templates(dir) {
  return fs.readdirSync(dir, { recursive: true })
    .filter(f => /\.ya?ml$/.test(f) && !f.startsWith('.git/') && !f.includes('node_modules') && path.basename(f) !== '.oracle-template.yaml')
    .map(f => path.join(dir, f))
    .filter(f => { try { return isTemplate(yaml.parse(fs.readFileSync(f, 'utf8'))); } catch { return false; } }) // skeletons are no YAML
    .sort();
}

fs.writeFileSync(path.join(work, 'config.yaml'), yaml.stringify({
  integrations: { gitea: hosts.gitea.map(h => ({ host: h.host })), mirrors: checkouts.map(c => ({ url: `https://github.com/${path.dirname(c.name)}/`, dir: path.dirname(c.folder) })) },
}));
const have = new Set(JSON.parse(spawnSync(binary, ['template', 'actions', '-o', 'json'], { encoding: 'utf8' }).stdout || '[]').map(a => a.name));
const sums = () => ({ templates: 0, runs: 0, equal: 0, failed: 0, differ: 0, files: 0, bytes: 0 });
const total = sums(), table = [];
const missing = new Map();
for (const c of checkouts) {
  const here = sums(), ends = new Map();
  table.push({ name: c.name, here, ends });
  for (const file of templates(c.folder)) {
    here.templates++;
    const doc = yaml.parse(fs.readFileSync(file, 'utf8'));
    for (const s of doc.spec.steps ?? []) {
      if (s.input?.copyWithoutRender) { // which Backstage has dropped, and we have not
        s.input.copyWithoutTemplating = s.input.copyWithoutRender;
        delete s.input.copyWithoutRender;
      }
      if (have.has(s.action)) continue;
      missing.set(s.action, (missing.get(s.action) ?? 0) + 1);
      s.action = 'fetch:plain:file';
      s.input = { url: `./${path.basename(file)}`, targetPath: `in-place-of-${missing.size}.yaml` };
    }
    (doc.spec.steps ?? []).forEach((s, i) => { s.id ??= `step-${i + 1}`; s.name ??= s.action; });
    const ref = `template:${doc.metadata.namespace ?? 'default'}/${doc.metadata.name}`.toLowerCase();
    const publishes = name => doc.spec.steps?.some(s => s.action.startsWith(name));
    forge = publishes('publish:gitlab') ? 'gitlab.com' : publishes('publish:gitea') ? 'gitea.example.com' : 'github.com';
    const copy = path.join(path.dirname(file), '.oracle-template.yaml');
    fs.writeFileSync(copy, yaml.stringify(doc));
    try {
      for (const [n, values] of variants(copy).entries()) {
        const [ourDir, theirDir] = [path.join(work, 'out-ours'), path.join(work, 'out-theirs')];
        const a = ours(copy, values, ourDir);
        const b = await theirs({ ...doc.spec }, values, ref, `${c.web}/blob/main/${path.relative(c.folder, file)}`, theirDir);
        const d = differences(a, b, ourDir, theirDir, doc.spec);
        here.runs++; here.files += d.files; here.bytes += d.bytes;
        here[d.found.length ? 'differ' : b.ok ? 'equal' : 'failed']++;
        if (!b.ok && !d.found.length) {
          const why = b.error.replaceAll(/shop-service|"[^"]{40,}"/g, '…').slice(0, 160);
          ends.set(why, (ends.get(why) ?? 0) + 1);
          if (process.env.VERBOSE) console.log(`${path.relative(c.folder, file)}, values ${n}: ${a.error}; Backstage: ${b.error}`);
        }
        if (d.found.length) {
          console.log(`${c.name}: ${path.relative(c.folder, file)}, values ${n}:`);
          for (const f of d.found.slice(0, 10)) console.log(`  ${f}`);
        }
      }
    } finally {
      fs.rmSync(copy);
    }
  }
}
if (missing.size) console.log(`actions that are not here: ${[...missing].sort().map(([a, n]) => `${a} (${n})`).join(', ')}`);
for (const { name, here, ends } of table) {
  for (const key of Object.keys(total)) total[key] += here[key];
  console.log(`${name}: ${here.templates} templates, ${here.runs} runs: ${here.equal} equal, ${here.failed} end at the same step, ${here.differ} differ; ${here.files} files`);
  for (const [why, n] of [...ends].sort((x, y) => y[1] - x[1])) console.log(`  ${n} end at: ${why}`);
}
console.log(`${total.templates} templates, ${total.runs} runs (${total.failed} of them end at the same step of both), ${total.files} files with ${total.bytes} bytes: ${total.differ} runs differ`);
process.exit(total.differ || !total.runs ? 1 : 0);
