/** `planted.ts NAME [--runs N]`: lives with one planted fault, until one is found to be wrong. */
import Module from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as Life from './life';
import { PLANTS, type Plant } from './plants';

const ROOT = join(__dirname, '../..');

/** Takes the rule out of the source as it is loaded. Throws if the source has changed. */
function plant({ file, from, to }: Plant): void {
  const path = join(ROOT, file);
  if (readFileSync(path, 'utf8').split(from).length !== 2) throw new Error(`${file} does not hold this once: ${from}`);
  type Compiling = Module & { _compile: (code: string, filename: string) => unknown };
  const prototype = Module.prototype as unknown as Compiling;
  const compile = prototype._compile;
  // ts-node hands over what it has compiled, so the change is made to its input.
  const extensions = (Module as unknown as { _extensions: Record<string, (m: Module, f: string) => void> })._extensions;
  const load = extensions['.ts']!;
  extensions['.ts'] = (module, filename) => {
    if (filename !== path) return load(module, filename);
    const service = (process as unknown as Record<symbol, { compile: (code: string, file: string) => string }>)[
      Symbol.for('ts-node.register.instance')
    ]!;
    const source = readFileSync(path, 'utf8').replace(from, () => to);
    compile.call(module as Compiling, service.compile(source, filename), filename);
    return undefined;
  };
}

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
