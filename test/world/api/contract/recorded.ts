/** What a real kube-apiserver answered to each story, as real.system.test.ts wrote it down. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Told } from './teller';

const FILE = join(__dirname, 'answers.json');

export type Recorded = Record<string, readonly Told[]>;

export const recorded = (): Recorded => (existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Recorded) : {});

export function record(answers: Recorded): void {
  writeFileSync(FILE, `${JSON.stringify({ ...recorded(), ...answers }, null, 2)}\n`);
}
