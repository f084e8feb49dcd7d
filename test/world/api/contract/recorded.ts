/** What a real kube-apiserver answered to each story, as real.system.test.ts wrote it down. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Told } from './teller';

const FILE = join(__dirname, 'answers.json');

export type Recorded = Record<string, readonly Told[]>;

export const recorded = (): Recorded => (existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Recorded) : {});

/** Those that were not told this time stay as they were; stories that are no more go. */
export function record(answers: Recorded, names: readonly string[]): void {
  const all = { ...recorded(), ...answers };
  const kept = Object.fromEntries(names.flatMap((name) => (name in all ? [[name, all[name]]] : [])));
  writeFileSync(FILE, `${JSON.stringify(kept, null, 2)}\n`);
}
