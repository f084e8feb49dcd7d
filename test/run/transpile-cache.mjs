/**
 * ts-node's transpiler (tsconfig.json names it): TypeScript's own, with its output kept by the hash of the source, so that a process starts
 * in a fifth of the time. `make test` starts some hundred. Types are checked by tsc, not here.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';

const require = createRequire(import.meta.url);
const { version } = require('typescript/package.json');
export const cacheDir = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'xen-fleet', 'transpiled');

export function create({ service }) {
  const compilerOptions = service.config.options;
  const setting = `${version}\0${JSON.stringify({ ...compilerOptions, rootDir: '', outDir: '', configFilePath: '' })}`;
  return {
    transpile(source, { fileName }) {
      const hash = createHash('sha256')
        .update(`${setting}\0${basename(fileName)}\0${source}`)
        .digest('hex');
      const file = join(cacheDir, `${hash.slice(0, 32)}.json`);
      return read(file) ?? keep(file, transpile(source, { fileName, compilerOptions }));
    },
  };
}

function transpile(source, options) {
  const { outputText, sourceMapText } = require('typescript').transpileModule(source, options);
  return { outputText, sourceMapText };
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Where nothing can be kept, nothing is. */
function keep(file, output) {
  const temp = `${file}.${process.pid}`;
  try {
    mkdirSync(cacheDir, { recursive: true });
    writeFileSync(temp, JSON.stringify(output));
    renameSync(temp, file);
  } catch {
    // A read-only home, a full disk: slower, not wrong.
  }
  return output;
}
