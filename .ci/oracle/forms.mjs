// What @rjsf/core shows, fills in and keeps, set up as Backstage's scaffolder does it, compared with the cases that our
// own tests have. What a case has under "ours" is where we differ on purpose, and "why". usage: node forms.mjs CASES.json [--write]
import fs from 'node:fs';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import core from '@rjsf/core';
import { createSchemaUtils } from '@rjsf/utils';
import ajv from '@rjsf/validator-ajv8';

const Form = core.default ?? core;
const validator = ajv.default ?? ajv;
const behavior = { allOf: 'populateDefaults' };
const [file, write] = process.argv.slice(2);
console.warn = () => {};
console.error = () => {};

const isGroup = schema => schema.properties || (schema.type === 'object' && (schema.oneOf || schema.anyOf));
const constant = option => typeof option === 'object' && ('const' in option || option.enum?.length === 1);
const undecided = schema => [schema.oneOf, schema.anyOf].some(list => Array.isArray(list) && !list.every(constant));

// plain reports whether a list is asked in one piece by us: its elements are a text or a number each.
function plain(schema) {
  const item = schema.items;
  return !Array.isArray(item) && item?.type !== 'array' && !isGroup(item ?? {}) && !item?.$ref && !undecided(item ?? {});
}

// shown renders a form, and lists the fields that can be seen in it, and in the elements of its lists.
function shown(schema, uiSchema, formData) {
  const names = [], rows = [];
  const lists = [], plains = [];
  const add = name => {
    const to = /(^|\.)\d+(\.|_|\*|$)/.test(name) ? rows : names;
    if (!to.some(n => n.replace('*', '') === name.replace('*', ''))) to.push(name);
  };
  const FieldTemplate = ({ id, schema: s, hidden, required, children }) => {
    const name = id.replace(/^root\.?/, '');
    const element = lists.some(l => name.startsWith(`${l}.`) && /^\d+$/.test(name.slice(l.length + 1)));
    if (name && !hidden && !plains.some(l => name.startsWith(`${l}.`))) {
      if (!isGroup(s) && !undecided(s) && s.type !== 'null') add(name + (required && !element ? '*' : ''));
      if (s.type === 'array') (plain(s) ? plains : lists).push(name);
    }
    return children;
  };
  const MultiSchemaFieldTemplate = ({ selector, optionSchemaField, fieldPathId, schema: s }) => {
    const id = selector?.props?.id ?? `${fieldPathId?.$id}__${s.oneOf ? 'oneof' : 'anyof'}_select`;
    add(id.replace(/^root\.?/, ''));
    return [optionSchemaField];
  };
  renderToStaticMarkup(createElement(Form, {
    schema, uiSchema, formData, validator, idSeparator: '.', templates: { FieldTemplate, MultiSchemaFieldTemplate },
    experimental_defaultFormStateBehavior: behavior, noHtml5Validate: true,
  }));
  return { shown: names, ...(rows.length > 0 && { rows }) };
}

// settled is the values once defaults bring no more fields, as they are after a few changes in the browser.
function settled(utils, schema, values) {
  let state = values;
  for (let i = 0; i < 5; i++) {
    const next = utils.getDefaultFormState(schema, state, false);
    if (JSON.stringify(next) === JSON.stringify(state)) break;
    state = next;
  }
  return state;
}

const sorted = v => (v && typeof v === 'object' && !Array.isArray(v)
  ? Object.fromEntries(Object.keys(v).sort().map(k => [k, sorted(v[k])])) : Array.isArray(v) ? v.map(sorted) : v);
const same = (a, b) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

const cases = JSON.parse(fs.readFileSync(file, 'utf8'));
let wrong = 0;
for (const c of cases) {
  const utils = createSchemaUtils(validator, c.schema, behavior);
  const state = settled(utils, c.schema, c.values);
  const theirs = { ...shown(c.schema, c.ui ?? {}, state), state: JSON.parse(JSON.stringify(state)) };
  try {
    theirs.kept = JSON.parse(JSON.stringify(utils.omitExtraData(c.schema, state)));
  } catch { // it gives up on an allOf that contradicts itself, where the form goes on
    delete theirs.kept;
  }
  if (write) Object.assign(c, theirs);
  for (const key of Object.keys(theirs)) {
    if (same(theirs[key], c[key])) continue;
    wrong++;
    console.log(`  ${c.name}: ${key}: they have ${JSON.stringify(theirs[key])}, we ${JSON.stringify(c[key])}`);
  }
}
if (write) fs.writeFileSync(file, `[\n${cases.map(c => `  ${JSON.stringify(c)}`).join(',\n')}\n]\n`);
console.log(`forms: ${cases.length} forms, ${wrong === 0 ? 'all as @rjsf/core has them' : `${wrong} DIFFERENCES`}`);
process.exit(cases.length < 40 || wrong > 0 ? 1 : 0);
