/** Writes the service worker beside the build, with the list of the files that it keeps. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import type { Plugin } from 'vite';

const source = new URL('./service-worker.js', import.meta.url);
/** Of the fonts only what is preloaded; the browser itself keeps the others that it meets. */
const KEPT = /\.(js|css)$|inter-latin-wght-normal.*\.woff2$/;

export function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    generateBundle(_options, bundle) {
      const files = Object.keys(bundle).filter((name) => name.startsWith('assets/') && KEPT.test(name)).map((name) => `/${name}`).sort();
      const code = readFileSync(source, 'utf8');
      const build = createHash('sha256').update(code).update(files.join()).digest('hex').slice(0, 12);
      const head = `const BUILD = ${JSON.stringify(build)};\nconst FILES = ${JSON.stringify(files)};\n`;
      this.emitFile({ type: 'asset', fileName: 'service-worker.js', source: head + code });
    },
  };
}
