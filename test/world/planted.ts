/** `planted.ts NAME [--runs N]`: lives with one planted fault, until one is found to be wrong. */
import Module from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as Life from './life';
import { PLANTS, type Plant } from './plants';

const ROOT = join(__dirname, '../..');

type Compiling = Module & { _compile: (code: string, filename: string) => unknown };
type Loader = (module: Module, filename: string) => void;

/** Takes the rule out of the source as it is loaded. Throws if the source has changed. */
function plant(edits: Plant): void {
  const planted = new Map<string, string>();
  for (const { file, from, to } of edits) {
    const path = join(ROOT, file);
    const source = planted.get(path) ?? readFileSync(path, 'utf8');
    if (source.split(from).length !== 2) throw new Error(`${file} does not hold this once: ${from}`);
    planted.set(
      path,
      source.replace(from, () => to),
    );
  }
  const extensions = (Module as unknown as { _extensions: Record<'.ts', Loader> })._extensions;
  const load = extensions['.ts'];
  extensions['.ts'] = (module, filename) => {
    const source = planted.get(filename);
    if (source === undefined) return load(module, filename);
    const compiled = tsNode().compile(source, filename);
    (module as Compiling)._compile(compiled, filename);
  };
}

const tsNode = (): { compile: (code: string, file: string) => string } =>
  (process as unknown as Record<symbol, ReturnType<typeof tsNode>>)[Symbol.for('ts-node.register.instance')]!;

async function main(): Promise<void> {
  const [name = '', most = '40'] = process.argv.slice(2);
  const names = name === 'all' ? Object.keys(PLANTS) : [name];
  if (name === 'all') return console.log(names.join('\n'));
  const found = PLANTS[name];
  if (found === undefined) throw new Error(`no such plant: ${name}; there are ${Object.keys(PLANTS).join(', ')}`);
  plant(found);
  // Loaded only now, with the fault in it.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { live, scenarioOf } = require('./life') as typeof Life;
  for (let seed = 1; seed <= Number(most); seed += 1) {
    const { violations } = await live(scenarioOf(seed));
    const [first] = violations;
    if (first === undefined) continue;
    return console.log(`FOUND  ${name}: seed ${seed}: ${first.rule}: ${first.what}`);
  }
  console.log(`MISSED ${name}: ${most} lives`);
}

void main();
