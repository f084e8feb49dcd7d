// Writes docs/reference from the code: ts-node scripts/reference/main.ts. A test compares (test/house/reference.test.ts).
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { reasonsPage } from './reasons';

export const FOLDER = path.join(__dirname, '../../docs/reference');

/** File name → what it should hold. */
export function referencePages(): Map<string, string> {
  return new Map([['reasons.md', reasonsPage()]]);
}

function main(): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const [file, text] of referencePages()) writeFileSync(path.join(FOLDER, file), text);
}

if (require.main === module) main();
