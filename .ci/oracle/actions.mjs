// Makes examples of what the npm packages yaml, isbinaryfile and globby answer: `node actions.mjs FOLDER [SEED]` writes
// yaml.jsonl, binary.jsonl and globs.jsonl, which tests of scaffold/action compare with.
import fs from 'node:fs'
import path from 'node:path'
import YAML from 'yaml'
import { isBinaryFileSync } from 'isbinaryfile'
import globby from 'globby'

const folder = process.argv[2]
let seed = Number(process.argv[3] ?? 12345)
const random = (n) => {
  seed = (seed * 1103515245 + 12345) & 0x7fffffff
  return (seed >>> 8) % n
}
const lines = (name, all) => fs.writeFileSync(path.join(folder, name), all.map((x) => JSON.stringify(x)).join('\n') + '\n')

const words = [
  'a', 'the quick', 'brown: fox', '# no', ' lead', 'trail ', 'true', 'null', '12', '1e3', '0x1f', '- dash', '? q', 'key:', '"dq"', "it's", 'both " and \'', 'multi\nline text',
  'end\n', 'two\n\n', '\n start', 'tab\there', '日本語 テキスト', 'very long line of words that goes on and on and on until it is surely longer than eighty characters in all',
  'averyveryveryverylongwordwithoutanyspacesatallthatgoesonandonandonuntilitislongerthaneightycharacters', '', '~', '.5', '+1', '...', '---', '--- x', '@at', '`tick', '%pct',
  '{curly}', '[sq]', 'a, b', 'x #y', 'x: y', '\u0007bell', 'a\u00a0b', 'line\n  indented more\nback', 'end with spaces  \nnext', '\u2028sep', 'emoji 😀 text', '2026-11-22', 'yes',
  'long line one that is certainly longer than eighty characters because it has many words in it\nsecond line', '0o14', 'Infinity', '.inf', '*star', '&anchor', '!tag', '|pipe',
  '>gt', 'a\\b', 'a\\nb "q" and more text that is long enough to be folded because it exceeds eighty characters',
  "single ' long long long long long long long long long long long long long long long long long long long",
]
const text = () => Array.from({ length: 1 + random(4) }, () => words[random(words.length)]).join(random(3) ? ' ' : '\n')
const value = (depth) => {
  const kind = random(10)
  if (depth > 3 || kind < 5) return text()
  if (kind === 5) return random(1000) / 8
  if (kind === 6) return [true, false, null][random(3)]
  if (kind === 7) return Array.from({ length: random(4) }, () => value(depth + 1))
  return Object.fromEntries(Array.from({ length: random(5) }, () => [random(2) ? words[random(words.length)] : 'k' + random(99), value(depth + 1)]))
}
const values = words.flatMap((w) => [w, { k: w }, [w], { a: { b: { c: w } } }, [{ x: w, y: 1 }], { [w]: 1 }])
for (let i = 0; i < 40000; i++) values.push(value(0))
lines('yaml.jsonl', values.map((v) => {
  const options = [{}, { indent: 4 }, { lineWidth: 0 }, { lineWidth: 40 }, { indentSeq: false }][random(5)]
  return { value: v, options, yaml: YAML.stringify(v, options) }
}))

const some = [0xe6, 0x97, 0xa5, 0xc3, 0xa9, 0x20, 0x61, 0xf0, 0x9f, 0x98, 0x80, 0x08, 0x12]
const bytes = [
  () => random(256), () => 32 + random(95), () => (random(20) ? 32 + random(95) : 128 + random(128)), () => (random(12) ? 32 + random(95) : 1 + random(255)),
  () => some[random(some.length)], () => (random(9) ? 7 + random(120) : random(256)),
]
const binaries = []
for (let i = 0; i < 60000; i++) {
  const one = bytes[random(bytes.length)]
  const data = Buffer.from(Array.from({ length: random(700) }, one))
  try {
    binaries.push({ data: data.toString('base64'), binary: isBinaryFileSync(data, data.length) })
  } catch {} // it fails on some
}
lines('binary.jsonl', binaries)

const names = ['a.md', '.env', 'b.MD', 'docs/a.md', 'docs/sub/b.md', '.github/workflows/ci.yaml', '.github/dependabot.yml', 'x/y.png', 'x/y/z.png', 'src/[id]/p.ts', 'src/{a}.ts', 'empty/']
const tree = path.join(folder, 'tree')
for (const n of names) {
  fs.mkdirSync(path.join(tree, path.dirname(n + 'x')), { recursive: true })
  if (!n.endsWith('/')) fs.writeFileSync(path.join(tree, n), n)
}
const parts = ['*', '**', '*.md', 'docs', 'docs/', './docs/**', '**/*.md', '!docs/**', '!**/*.png', '.github/workflows/*', '.github', '**/*.{png,yaml}', 'x/**', 'x/*', '**/y*', '.*', '**/.*', 'src/**/*.ts', '?.md', '[ab].*', 'none', '!docs', 'x/**/z.png', '*/', '**/sub']
const all = await globby('**/*', { cwd: tree, dot: true, onlyFiles: false, markDirectories: true, followSymbolicLinks: false })
const globs = []
for (let i = 0; i < 1500; i++) {
  const patterns = Array.from({ length: 1 + random(3) }, () => parts[random(parts.length)])
  const matched = await globby(patterns, { cwd: tree, dot: true, onlyFiles: false, markDirectories: true, followSymbolicLinks: false })
  globs.push({ patterns, all: all.sort(), matched: [...new Set(matched)].sort() })
}
for (const g of globs) g.matched = g.matched.filter((x) => g.all.includes(x)) // Backstage looks for the names that it knows
lines('globs.jsonl', globs)
console.log(`actions: ${values.length} values as YAML, ${binaries.length} files, ${globs.length} lists of patterns asked`)
