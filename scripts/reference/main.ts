// Writes docs/reference from the code: ts-node scripts/reference/main.ts.
// A test compares (test/house/reference.test.ts).
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { alertsPage } from './alerts';
import { apiPage } from './api';
import { exitCodesPage } from './exit-codes';
import { flagsPage } from './flags';
import { metricsPage } from './metrics';
import { reasonsPage } from './reasons';

export const FOLDER = path.join(__dirname, '../../docs/reference');

/** By file name, what each should hold. */
export const PAGES: Readonly<Record<string, () => string | Promise<string>>> = {
  'alerts.md': alertsPage,
  'api.md': apiPage,
  'exit-codes.md': exitCodesPage,
  'flags.md': flagsPage,
  'metrics.md': metricsPage,
  'reasons.md': reasonsPage,
};

async function main(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  for (const [file, page] of Object.entries(PAGES)) writeFileSync(path.join(FOLDER, file), await page());
}

if (require.main === module) void main();
