/** Prints what the browser loads, gzipped, and fails when the first load outgrows its budget (DESIGN §8). */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET_KB = 250;
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));
const gzipKb = (file) => gzipSync(readFileSync(new URL(file, dist))).length / 1024;

/** Adds the files of a chunk and of everything that it imports statically. */
function collect(key, files) {
  const chunk = manifest[key];
  if (files.has(chunk.file)) return files;
  files.add(chunk.file);
  for (const next of chunk.imports ?? []) collect(next, files);
  return files;
}

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const sum = (files) => [...files].reduce((total, file) => total + gzipKb(file), 0);
const shell = collect(entry, new Set());
const line = (name, kb) => console.log(`${kb.toFixed(1).padStart(8)} kB  ${name}`);

line('entry: shell and everything it imports', sum(shell));
let worst = 0;
const name = (key) => key.replace('src/features/', '');
const dynamic = Object.keys(manifest).filter((key) => manifest[key].isDynamicEntry);
const pages = new Set(Object.values(manifest).filter(({ file }) => shell.has(file)).flatMap((chunk) => chunk.dynamicImports ?? []));
// Who reads another language loads its catalogue with the first page.
const catalogues = dynamic.filter((key) => key.startsWith('src/shared/i18n/'));
const language = Math.max(...catalogues.map((key) => gzipKb(manifest[key].file)));
for (const key of dynamic.filter((key) => pages.has(key) && !catalogues.includes(key))) {
  const first = sum(collect(key, new Set(shell)));
  worst = Math.max(worst, first);
  line(`first load with ${name(key)}`, first);
}
line('another language', language);
worst += language;
// What a page itself loads when it stands already is no part of the first load, but worth to be seen.
for (const key of dynamic.filter((key) => !pages.has(key))) line(`later: ${name(key)}`, sum(collect(key, new Set(shell))) - sum(shell));
if (worst > BUDGET_KB) {
  console.error(`The first load is ${worst.toFixed(1)} kB of gzipped script; the budget is ${BUDGET_KB} kB.`);
  process.exit(1);
}
