// Validates what is sent to Discord against the schemas of its published OpenAPI.
// usage: node discord-openapi.mjs SCHEMA FILE...   a file is one JSON body after the other, indented, or a list of them
//        node discord-openapi.mjs traffic FILE...  a file is named after the route that its bodies are sent to
import fs from 'node:fs';
import path from 'node:path';
import * as spec from 'discord-api-spec/zod';
import * as z from 'zod/mini';

// The first answers to an interaction, by their type.
const callbacks = {
  1: 'PongInteractionCallbackRequest',
  4: 'CreateMessageInteractionCallbackRequest',
  5: 'CreateMessageInteractionCallbackRequest',
  6: 'UpdateMessageInteractionCallbackRequest',
  7: 'UpdateMessageInteractionCallbackRequest',
  8: 'ApplicationCommandAutocompleteCallbackRequest',
  9: 'ModalInteractionCallbackRequest',
};
const routes = {
  answer: b => callbacks[b.type],
  callback: b => callbacks[b.type],
  direct: () => 'CreatePrivateChannelRequest',
  edit: () => 'IncomingWebhookUpdateForInteractionCallbackRequestPartial',
  follow: () => 'IncomingWebhookRequestPartial',
  post: () => 'MessageCreateRequest',
  'set-commands': () => 'ApplicationCommandUpdateRequest',
  thread: () => 'CreateTextThreadWithMessageRequest',
  update: () => 'MessageEditRequestPartial',
};

const [name, ...files] = process.argv.slice(2);
const bodies = text => (text.startsWith('[') ? JSON.parse(text) : text.split(/(?<=^})\n/m).filter(s => s.trim()).map(s => JSON.parse(s)));
let count = 0, failed = 0;
for (const file of files) {
  const route = path.basename(file, '.golden');
  for (const body of bodies(fs.readFileSync(file, 'utf8'))) {
    count++;
    const wanted = name === 'traffic' ? routes[route]?.(body) : name;
    const schema = spec[`${wanted}Schema`];
    const verdict = schema ? z.safeParse(schema, body) : { error: { issues: `no schema for ${route}` } };
    if (verdict.success) continue;
    failed++;
    console.log(`  ${path.basename(file)}: ${JSON.stringify(verdict.error.issues).slice(0, 400)}`);
  }
}
console.log(`discord: ${count} bodies are ${name} to Discord's OpenAPI, ${failed} FAULTS`);
process.exit(count === 0 || failed > 0 ? 1 : 0);
