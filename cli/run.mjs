// Starts xenfleet from its sources: bundled once into the cache of node_modules, again when a source is newer.
import { buildSync } from 'esbuild';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bundle = join(root, 'node_modules/.cache/xenfleet.cjs');
const sources = ['cli', 'common', 'operator/plan', 'scheduler'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(root, folder, name)),
);
const builtAt = existsSync(bundle) ? statSync(bundle).mtimeMs : 0;
if (sources.some((path) => statSync(path).mtimeMs >= builtAt)) {
  buildSync({ entryPoints: [join(root, 'cli/main.ts')], bundle: true, platform: 'node', outfile: bundle });
}
createRequire(import.meta.url)(bundle);
