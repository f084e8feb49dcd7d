/**
 * `make plants`: every planted fault in a process of its own, by its story; with HUNT=lives those
 * that have none are hunted for. Fails if one is missed.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify, parseArgs } from 'node:util';
import { PLANTS } from './plants/index';
import { readStories } from './story';

const run = promisify(execFile);
const PARALLEL = Number(process.env['JOBS'] ?? 2);

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string', default: '' }, hunt: { type: 'string' } } });
  const hunted = new Set(readStories().flatMap(({ plant, lives }) => (lives > 0 ? [plant] : [])));
  const left = Object.keys(PLANTS).filter((name) => name.includes(values.only));
  const lines: string[] = [];
  const work = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const hunt = values.hunt === undefined || hunted.has(name) ? [] : ['--hunt', values.hunt];
      const args = ['-r', 'ts-node/register/transpile-only', join(__dirname, 'planted.ts'), name, ...hunt];
      const { stdout } = await run(process.execPath, args).catch((error: Error) => ({
        stdout: `BROKEN  ${name}: ${error.message}`,
      }));
      console.log(stdout.trim());
      lines.push(stdout);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  const found = lines.filter((line) => line.startsWith('found')).length;
  console.log(`${found} of ${lines.length} planted faults are found`);
  if (found < lines.length) process.exitCode = 1;
}

void main();
