/**
 * `make bench-peers`: the scheduler library against an exact solver, on comings and goings, under
 * rules, and beside htools; see README.md.
 */
import { besideHtools } from './beside-htools';
import { constraints } from './constraints';
import { quality } from './quality';
import type { Section } from './section';
import { trace } from './trace';

const SEED = 7;
const SECTIONS: Readonly<Record<string, Section>> = { constraints, quality, trace, htools: besideHtools };

async function main(only: string | undefined): Promise<number> {
  const names = only ? [only] : Object.keys(SECTIONS);
  const low: string[] = [];
  for (const name of names) {
    const section = SECTIONS[name];
    if (!section) {
      process.stderr.write(
        `ONLY=${name}: there is no such section; choose one of ${Object.keys(SECTIONS).join(', ')}\n`,
      );
      return 2;
    }
    low.push(...(await section(Number(process.env.SEED ?? SEED))));
  }
  for (const what of low) process.stdout.write(`below the floor: ${what}\n`);
  return low.length > 0 ? 1 : 0;
}

void main(process.env.ONLY).then((code) => {
  process.exitCode = code;
});
