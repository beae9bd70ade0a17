// Expressions of templates as we read them and as Backstage does: its engine with its filters, from npm, and our
// `template eval` give the same results, and fail on the same, for every operator, filter, test, method and statement
// beside data of every kind. usage: node expressions.mjs BACKCHANNEL MODULES [SEED]
// MODULES holds @backstage/plugin-scaffolder-backend with what it needs.
import path from 'node:path';
import { createRequire } from 'node:module';
import { spawnSync } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';

const [binary, modules, chosen] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), 'package.json'));
const dist = path.join(path.resolve(modules), 'node_modules/@backstage/plugin-scaffolder-backend/dist');
const nunjitsu = createRequire(path.join(dist, 'index.cjs.js'))('nunjitsu');
const { createDefaultFilters } = require(path.join(dist, 'lib/templating/filters/createDefaultFilters.cjs.js'));
const { convertFiltersToRecord } = require(path.join(dist, 'util/templating.cjs.js'));
const { ConfigReader } = require('@backstage/config');
const { ScmIntegrations } = require('@backstage/integration');

let seed = Number(chosen ?? 20261122);
const random = n => {
  seed = (seed * 1103515245 + 12345) & 0x7fffffff;
  return (seed >>> 8) % n;
};
const pick = list => list[random(list.length)];

// The data that every case sees.
const data = {
  word: 'harbour', words: 'The Quick  brown\tfox', blank: '', spaces: '  lead and trail  ', digits: '42', decimal: '3.5', lines: 'one\ntwo\n\nthree', html: '<a href="x?y=1&z=2">it\'s</a>',
  wide: 'Grüße 世界 😀', link: 'see https://example.com/a_b and me@example.com.', n: 7, zero: 0, minus: -4, part: 2.5, huge: 1e21, yes: true, no: false, nothing: null,
  list: [3, 1, 2], names: ['pear', 'Apple', 'fig', 'apple'], mixed: [1, '2', null, true, 'x'], empty: [], deep: [[1, 2], [3]],
  people: [{ name: 'Ada', age: 36, team: { id: 'b' }, on: true }, { name: 'bob', age: 7, team: { id: 'a' }, on: false }, { name: 'Cy', age: 36, team: { id: 'b' } }],
  map: { b: 2, a: 1, c: { d: 'e' } }, none: {}, repo: 'github.com?owner=acme&repo=pay', lab: 'gitlab.com?owner=acme%2Fshop&repo=pay', bad: 'github.com?repo=pay', ref: 'component:default/pay', short: 'pay',
};
const names = Object.keys(data);
const literals = ['1', '0', '-3', '2.5', '"a"', "'B'", '""', 'true', 'false', 'none', '[]', '[1, "x"]', '{a: 1}', 'missing', 'map.c.d', 'map["a"]', 'list[0]', 'people[1].name', 'list.length', 'missing.deep'];
const value = () => 'v.' + pick(names);
const operand = () => (random(3) ? value() : pick(literals));

const expressions = [];
const add = (...all) => expressions.push(...all);

// Operators beside every kind of operand, and with each other.
for (const op of ['+', '-', '*', '/', '//', '%', '~', '==', '!=', '===', '!==', '<', '<=', '>', '>=', 'and', 'or', 'in', 'not in']) {
  for (let i = 0; i < 14; i++) add(`${operand()} ${op} ${operand()}`);
  for (let i = 0; i < 4; i++) add(`${operand()} ${op} ${operand()} ${pick(['+', '==', 'and', 'or', '~', '<'])} ${operand()}`);
}
for (const name of names) add(`not v.${name}`, `-v.${name}`, `+v.${name}`, `"yes" if v.${name} else "no"`, `v.${name}`, `v.${name}.length`, `v.${name}[0]`, `v.${name}.a`, `v.${name}[1:]`);
add('2 ** 3', '2 ** 3 ** 2', '-2 ** 2', '1 ~ 2 + 3', 'not v.n == 7', '(1, 2)', '[1, [2, 3]][1][0]', '{"a": {"b": 1}}.a.b', 'v.people[0]["name"]', '1 if v.no', 'v["word"]', '"a" "b"', '1 +', '(1', 'v.list[-1]', 'v.list[::2]', 'v.word[1:3]', 'range(3)', 'range(1, 9, 3)', 'r/ab+/i.test("xABBy")', 'r/a/g', 'joiner(",")()', 'cycler(1, 2).next()', 'undefinedFunction()', 'v.word()', 'v.map.keys()');

// Filters, with arguments that they take and some that they do not.
const filters = {
  abs: [''], batch: ['(2)', '(2, "-")', '(0)'], capitalize: [''], center: ['(12)', ''], default: ['("d")', '("d", true)'], dictsort: ['', '(true)', '(false, "value")', '(false, "x")'], dump: ['', '(2)'],
  e: [''], escape: [''], first: [''], float: ['', '(1.5)'], forceescape: [''], groupby: ['("age")', '("team.id")', '("no")'], indent: ['', '(2)', '(2, true)'], int: ['', '(9)', '(0, 2)'], join: ['', '(", ")', '("-", "name")'],
  last: [''], length: [''], list: [''], lower: [''], nl2br: [''], pick: ['("a")', '("owner")', '(0)'], parseEntityRef: ['', '({defaultKind: "group"})', '({defaultKind: "user", defaultNamespace: "x"})'], parseRepoUrl: [''], projectSlug: [''],
  reject: ['', '("odd")'], rejectattr: ['("on")'], replace: ['("a", "b")', '("a", "b", 1)', '(1, 2)', '("", "-")'], reverse: [''], round: ['', '(1)', '(0, "ceil")', '(1, "floor")'], safe: [''], select: ['', '("even")', '("string")'],
  selectattr: ['("on")'], slice: ['(2)', '(2, "-")'], sort: ['', '(true)', '(false, true)', '(false, false, "name")', '(attribute="age")'], string: [''], striptags: ['', '(true)'], sum: ['', '("age")', '("age", 1)'], title: [''],
  trim: [''], truncate: ['(5)', '(5, true)', '(5, true, "!")', ''], upper: [''], urlencode: [''], urlize: ['', '(10)', '(10, true)'], wordcount: [''], nosuch: [''],
};
for (const [filter, all] of Object.entries(filters)) {
  for (const args of all) for (let i = 0; i < 9; i++) add(`${operand()} | ${filter}${args}`);
  for (let i = 0; i < 3; i++) add(`(${operand()} | ${filter}${pick(all)}) | ${pick(['length', 'string', 'upper', 'first', 'join(",")', 'dump', 'default("d", true)'])}`);
}

// Tests.
for (const test of ['defined', 'undefined', 'odd', 'even', 'number', 'string', 'mapping', 'iterable', 'sequence', 'none', 'null', 'lower', 'upper', 'falsy', 'truthy', 'callable', 'divisibleby(7)', 'eq("42")', 'equalto(7)', 'sameas(v.map)', 'ne(7)', 'gt(3)', 'ge(7)', 'lt(3)', 'le(7)', 'in(v.list)', 'nosuch']) {
  for (let i = 0; i < 6; i++) add(`${operand()} is ${random(4) ? '' : 'not '}${test}`);
}

// Methods.
for (const call of ['split(" ")', 'split("")', 'replace("a", "b")', 'replace(r/[a-z]/g, "_")', 'includes("a")', 'indexOf("a")', 'startsWith("h")', 'endsWith("r")', 'slice(1)', 'slice(-2)', 'substring(1, 3)', 'toUpperCase()', 'toLowerCase()', 'trim()', 'charAt(1)', 'concat("!")', 'toString()', 'toFixed(2)', 'join("-")', 'reverse()', 'sort()', 'push(1)', 'pop()', 'map(1)', 'repeat(3)', 'padStart(9)', 'constructor', 'at(0)', 'length', 'items()']) {
  for (const name of ['word', 'words', 'wide', 'n', 'part', 'list', 'names', 'map', 'nothing']) add(`v.${name}.${call}`);
}

// Statements and white space.
const texts = [
  '{% for x in v.list %}${{ loop.index }}/${{ loop.length }}:${{ x }}{% if not loop.last %},{% endif %}{% else %}none{% endfor %}', '{% for x in v.empty %}x{% else %}none{% endfor %}',
  '{% for k, x in v.map %}${{ k }}=${{ x }};{% endfor %}', '{% for a, b in v.deep %}${{ a }}-${{ b }};{% endfor %}', '{% for c in v.word %}${{ loop.revindex0 }}${{ c }}{% endfor %}', '{% for x in v.nothing %}x{% endfor %}', '{% for x in v.n %}x{% endfor %}',
  '{% for p in v.people %}{% for k, x in p %}${{ loop.first }}${{ k }}{% endfor %}|{% endfor %}', '{% if v.n > 3 %}a{% elif v.n %}b{% else %}c{% endif %}', '{% if v.empty %}a{% elseif v.none %}b{% else %}c{% endif %}', '{% set x = v.n %}${{ x + 1 }}', '{% set x, y = 2 %}${{ x }}${{ y }}',
  '{% set x %}a${{ v.n }}{% endset %}${{ x | upper }}', '{% macro m(a, b=2) %}${{ a }}-${{ b }}{% endmacro %}${{ m(1) }} ${{ m(1, b=3) }} ${{ m(1, 4) }}', '{% macro m() %}<${{ caller() }}>{% endmacro %}{% call m() %}in{% endcall %}', '{% filter upper %}a${{ v.word }}{% endfilter %}',
  '{% switch v.n %}{% case 1 %}one{% case 7 %}seven{% default %}other{% endswitch %}', '{% raw %}${{ x }}{% endraw %}', '{% verbatim %}{% if %}{% endverbatim %}', '{# no #}a{#- no -#} b', ' {%- if true -%} a {%- endif -%} b', '${{- v.word -}} x', '{% if true %}\n  a\n{% endif %}\nb',
  '  {% for x in v.list %}\n  ${{ x }}\n  {% endfor %}\n', '{% block b %}x{% endblock %}', '{% include "x" %}', '{% extends "x" %}', '{% import "x" as y %}', '{% nosuch %}', '{% if %}', '{% endif %}', '{% for x in v.list %}', '${{ v.word', '{{ v.word }}', '${{ }}', 'plain $ {{ text', '${{ v.html }}', '${{ v.html | safe }}',
  '{% set v = 1 %}${{ v }}', '{% for x in v.list %}{% set y = x %}{% endfor %}[${{ y }}]', '{% if v.list is iterable and "x" not in v.names %}ok{% endif %}', '${{ v.people | selectattr("on") | first | dump }}',
];

const cases = [];
const put = c => cases.push({ id: String(cases.length), ...c });
for (const x of expressions) {
  put({ mode: 'file', template: `[\${{ ${x} }}]`, context: { v: data } });
  put({ mode: 'step', template: random(4) ? `\${{ ${x} }}` : { a: `\${{ ${x} }}`, b: [`x \${{ ${x} }}`] }, context: { v: data } });
}
for (const t of texts) {
  for (const options of [{}, { trimBlocks: true }, { lstripBlocks: true }, { trimBlocks: true, lstripBlocks: true }]) put({ mode: 'file', template: t, context: { v: data }, options });
  put({ mode: 'file', template: t.replaceAll('${{', '{{').replaceAll('v.', 'cookiecutter.'), values: data, options: { cookiecutterCompat: true } });
  put({ mode: 'step', template: t, context: { v: data } });
}

const hosts = { github: [{ host: 'github.com' }], gitlab: [{ host: 'gitlab.com', apiBaseUrl: 'https://gitlab.com/api/v4' }] };
const fresh = () => convertFiltersToRecord(createDefaultFilters({ integrations: ScmIntegrations.fromConfig(new ConfigReader({ integrations: hosts })) }));

// theirs is what Backstage's fetch:template does with a text, and the engine with a step's value as Backstage always took
// it: what is empty is no value, and one statement may write JSON.
function theirs(c) {
  const renderer = nunjitsu.createTemplateRenderer({ allowRegexExecution: true, filters: fresh(), ...c.options });
  const context = renderer.prepareContext(structuredClone(c.context ?? { [c.options?.cookiecutterCompat ? 'cookiecutter' : 'values']: c.values }));
  if (c.mode === 'step') {
    const result = JSON.parse(JSON.stringify(c.template), (_key, v) => {
      try {
        return typeof v === 'string' ? renderer.renderValue(v, context, { coercion: 'json' }) : v;
      } catch {
        return v;
      }
    });
    const json = JSON.stringify(result);
    return json === undefined ? { ok: true } : { ok: true, result: JSON.parse(json) };
  }
  try {
    return { ok: true, result: renderer.render(c.template, context) };
  } catch {
    return { ok: false };
  }
}

const run = spawnSync(binary, ['template', 'eval'], { input: cases.map(c => JSON.stringify(c)).join('\n') + '\n', encoding: 'utf8', maxBuffer: 1 << 29 });
const answers = run.stdout.trimEnd().split('\n').map(l => JSON.parse(l));
if (run.status !== 0 || answers.length !== cases.length) {
  console.log(`expressions: template eval ends with ${run.status} after ${answers.length} of ${cases.length} lines: ${run.stderr}`);
  process.exit(1);
}
let wrong = 0;
let failing = 0;
cases.forEach((c, i) => {
  const want = theirs(c);
  const { ok, result } = answers[i];
  if (!want.ok) failing++;
  if (ok === want.ok && (!ok || isDeepStrictEqual(result, want.result))) return;
  if (wrong++ < 40) console.log(`${c.mode} ${JSON.stringify(c.template)} ${JSON.stringify(c.options ?? {})}\n  ours   ${JSON.stringify({ ok, result, error: answers[i].error })}\n  theirs ${JSON.stringify(want)}`);
});
console.log(`expressions: ${cases.length - wrong} of ${cases.length} cases are as Backstage's engine has them, ${failing} of which fail`);
process.exit(wrong ? 1 : 0);
