// Compares the verdicts of the published Backstage libraries with ours, document by document.
// usage: node descriptors.mjs LABEL THEIRS.jsonl OURS.jsonl
import fs from 'node:fs';

const [label, theirsFile, oursFile] = process.argv.slice(2);
const read = file => fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map(line => JSON.parse(line));
const key = v => `${v.file}#${v.doc}`;
const sorted = triples => JSON.stringify(triples.map(t => JSON.stringify(t)).sort());

// A Template's owner relation is made by a processor that the oracle does not run.
const comparable = v => v.relations.filter(([source, type, target]) =>
  !(type === 'ownedBy' && source.startsWith('template:')) && !(type === 'ownerOf' && target.startsWith('template:')));

function difference(theirs, ours) {
  if (!ours) return 'we give no verdict';
  if (theirs.ok !== ours.ok) return `they say ${theirs.ok ? 'valid' : `invalid (${theirs.error})`}, we say ${ours.ok ? 'valid' : `invalid (${JSON.stringify(ours.errors)})`}`;
  if ((theirs.ref ?? '') !== (ours.ref ?? '')) return `they call it ${theirs.ref}, we ${ours.ref}`;
  if (theirs.relations && sorted(theirs.relations) !== sorted(comparable(ours))) {
    return `relations: theirs ${sorted(theirs.relations)}, ours ${sorted(comparable(ours))}`;
  }
  if (!ours.ok && !ours.errors?.some(e => e.message)) return 'our error says nothing';
  return '';
}

const theirs = read(theirsFile).filter(v => !v.ignored); // an empty document gives no line of ours
const ours = new Map(read(oursFile).map(v => [key(v), v]));
let wrong = 0;
const say = text => { if (++wrong <= 20) console.log(`  ${text.slice(0, 600)}`); };
for (const v of theirs) {
  const d = difference(v, ours.get(key(v)));
  if (d) say(`${key(v)}: ${d}`);
  ours.delete(key(v));
}
for (const k of ours.keys()) say(`${k}: only we see this document`);
const files = new Set(theirs.map(v => v.file)).size;
console.log(`descriptors: ${label}: ${theirs.length} documents in ${files} files, ${wrong === 0 ? 'all agree' : `${wrong} DISAGREE`}`);
process.exit(theirs.length === 0 || wrong > 0 ? 1 : 0);
