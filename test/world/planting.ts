/** Takes a rule out of the source while it is loaded. */
import Module from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plant } from './plants/plant';

const ROOT = join(__dirname, '../..');

type Compiling = Module & { _compile: (code: string, filename: string) => unknown };
type Loader = (module: Module, filename: string) => void;

/** The files that a plant changes, as they are with it. Throws if the source has changed. */
export function plantedSources(edits: Plant): ReadonlyMap<string, string> {
  const planted = new Map<string, string>();
  for (const { file, from, to } of edits) {
    const path = join(ROOT, file);
    const source = planted.get(path) ?? readFileSync(path, 'utf8');
    if (source.split(from).length !== 2) throw new Error(`${file} does not hold this once: ${from}`);
    const changed = source.replace(from, () => to);
    planted.set(path, changed);
  }
  return planted;
}

export function plant(edits: Plant): void {
  const planted = plantedSources(edits);
  const extensions = (Module as unknown as { _extensions: Record<'.ts', Loader> })._extensions;
  const load = extensions['.ts'];
  extensions['.ts'] = (module, filename) => {
    const source = planted.get(filename);
    if (source === undefined) return load(module, filename);
    (module as Compiling)._compile(tsNode().compile(source, filename), filename);
  };
}

const tsNode = (): { compile: (code: string, file: string) => string } =>
  (process as unknown as Record<symbol, ReturnType<typeof tsNode>>)[Symbol.for('ts-node.register.instance')]!;
