// Validates rendered messages, modals and commands against the schemas of Discord's published OpenAPI.
// usage: node discord-openapi.mjs SCHEMA FILE...   a file is one JSON body after the other, indented, or a list of them
import fs from 'node:fs';
import path from 'node:path';
import * as spec from 'discord-api-spec/zod';
import * as z from 'zod/mini';

const [name, ...files] = process.argv.slice(2);
const schema = spec[`${name}Schema`];
const bodies = text => (text.startsWith('[') ? JSON.parse(text) : text.split(/(?<=^})\n/m).filter(s => s.trim()).map(s => JSON.parse(s)));
let count = 0, failed = 0;
for (const file of files) {
  for (const body of bodies(fs.readFileSync(file, 'utf8'))) {
    count++;
    const verdict = z.safeParse(schema, body);
    if (verdict.success) continue;
    failed++;
    console.log(`  ${path.basename(file)}: ${JSON.stringify(verdict.error.issues).slice(0, 400)}`);
  }
}
console.log(`discord: ${count} bodies are ${name} to Discord's OpenAPI, ${failed} FAULTS`);
process.exit(count === 0 || failed > 0 ? 1 : 0);
