#!/usr/bin/env node
// An example of a process plugin in JavaScript, without any dependency: a register of port numbers. It shows the port
// of a component, and brings a template action that reserves one and a form field that offers free ones.
//
//   plugins:
//     process:
//       - command: [node, ./ports.mjs]
//         config: {from: 8000, to: 8999, given: {billing: 8001}}
//
// One message a line on standard input and output; what is logged goes to standard error.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

let config = { from: 8000, to: 8999 };
let next = 0;
const waiting = new Map(); // our requests, by id

const write = (m) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...m }) + '\n');

// ask asks the program.
const ask = (method, params) =>
  new Promise((resolve, reject) => {
    const id = ++next;
    waiting.set(id, { resolve, reject });
    write({ id, method, params });
  });

// problem is an error with a kind: not_found, forbidden, invalid or upstream.
const problem = (kind, message) => Object.assign(new Error(message), { kind });

// The register: port by owner, kept by the program; what the configuration says was given before comes first.
async function register() {
  const given = Object.fromEntries(Object.entries(config.given ?? {}).map(([owner, port]) => [owner, { port }]));
  try {
    return { ...given, ...(await ask('host.kept', { name: 'ports' })).state };
  } catch (e) {
    if (e.kind === 'not_found') return given;
    throw e;
  }
}

// One change of the register at a time, in whatever replica: it is read, changed and kept. The change is given a function
// that says whether the turn is still ours.
let turns = 0;
const lost = new Set();
async function inTurn(change) {
  const turn = String(++turns);
  await ask('host.turn.take', { name: 'register', turn });
  try {
    return await change(() => !lost.has(turn));
  } finally {
    lost.delete(turn);
    await ask('host.turn.done', { turn });
  }
}

function free(ports) {
  const taken = new Set(Object.values(ports).map((p) => p.port));
  const out = [];
  for (let port = config.from; port <= config.to && out.length < 25; port++) if (!taken.has(port)) out.push(port);
  return out;
}

const say = (lang, en, zh) => (lang === 'zh' ? zh : en);

const handlers = {
  initialize({ versions, config: given }) {
    if (!versions.includes(1)) throw problem('invalid', 'this plugin speaks version 1 of the contract');
    config = { ...config, ...given };
    if (!(Number.isInteger(config.from) && Number.isInteger(config.to) && config.from <= config.to))
      throw problem('invalid', 'config: from and to are port numbers, from the lower one');
    return {
      version: 1,
      about: { name: 'ports', title: 'Ports', description: 'A register of port numbers.', version: '1.0.0' },
      views: [
        {
          name: 'port', title: { en: 'Port', zh: '端口' }, card: true, match: { kinds: ['component'] }, freshSeconds: 60,
          phrases: [{ lang: 'en', pattern: 'which port .. @' }, { lang: 'zh', pattern: '@ 的? 端口' }],
        },
      ],
      actions: [
        {
          id: 'acme:port:reserve',
          description: 'Reserves a free port number for a service.',
          input: {
            type: 'object', required: ['owner'], additionalProperties: false,
            properties: { owner: { type: 'string', minLength: 1, description: 'name of the service' }, port: { type: 'integer', description: 'the one that is wished for' } },
          },
          output: { type: 'object', properties: { port: { type: 'integer' } } },
        },
      ],
      fields: [{ name: 'PortPicker', options: true, check: true }],
    };
  },
  start: () => null,
  ping: () => null,

  async view({ entity, lang }) {
    const name = entity?.metadata?.name;
    const found = (await register())[name];
    if (!found) return {};
    return { message: { lang, blocks: [{ type: 'text', spans: [say(lang, 'Listens on ', '监听端口 '), { type: 'strong', text: String(found.port) }] }] } };
  },

  async 'action.plan'({ input }) {
    const ports = await register();
    const port = ports[input.owner]?.port ?? input.port ?? free(ports)[0];
    return { summary: `reserve port ${port} for ${input.owner}`, output: { port } };
  },

  // The key names run, step and iteration: whoever asks again with it gets what was reserved.
  'action.apply'({ input, key }) {
    return inTurn(async (ours) => {
      const ports = await register();
      const mine = ports[input.owner];
      if (mine) return { output: { port: mine.port } };
      const port = input.port ?? free(ports)[0];
      if (port === undefined) throw problem('invalid', `no port between ${config.from} and ${config.to} is free`);
      if (Object.values(ports).some((p) => p.port === port)) throw problem('invalid', `port ${port} is taken`);
      if (!ours()) throw problem('upstream', 'somebody else may be changing the register, try again');
      ports[input.owner] = { port, key };
      await ask('host.keep', { name: 'ports', state: ports });
      return { output: { port } };
    });
  },

  async 'field.options'({ typed }) {
    return { options: free(await register()).filter((p) => String(p).startsWith(typed ?? '')).map((p) => ({ value: String(p), label: String(p) })) };
  },
  async 'field.check'({ typed, lang }) {
    const taken = Object.values(await register()).some((p) => String(p.port) === typed);
    return { problem: taken ? say(lang, `Port ${typed} is taken.`, `端口 ${typed} 已被占用。`) : '' };
  },
};

async function take(m) {
  if (m.method === undefined) {
    const w = waiting.get(m.id);
    waiting.delete(m.id);
    if (!w) return;
    if (m.error) w.reject(problem(m.error.data?.kind ?? 'upstream', m.error.message));
    else w.resolve(m.result);
    return;
  }
  if (m.method === 'shutdown') process.exit(0);
  if (m.method === 'turn.lost') lost.add(m.params.turn);
  const handler = handlers[m.method];
  if (m.id === undefined) return; // a notification that means nothing to us, such as $/cancel
  try {
    if (!handler) throw Object.assign(new Error(`there is no method ${m.method}`), { code: -32601 });
    write({ id: m.id, result: (await handler(m.params ?? {})) ?? null });
  } catch (e) {
    write({ id: m.id, error: { code: e.code ?? -32000, message: e.message, data: { kind: e.kind ?? 'internal' } } });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  createInterface({ input: process.stdin }).on('line', (line) => take(JSON.parse(line))).on('close', () => process.exit(0));
}
