/** docs/reference is what the code says today, and says nothing that the code does not. */
import { deepEqual, equal } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDER, PAGES } from '../../scripts/reference/main';
import { ALL_REASONS } from '../../scripts/reference/reasons';

const ROOT = join(__dirname, '../..');

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.generated.ts'))
    .map((file) => readFileSync(join(ROOT, folder, file), 'utf8'));
}

describe('docs/reference', () => {
  it('holds the pages that are made, and no others', () =>
    deepEqual(readdirSync(FOLDER).sort(), Object.keys(PAGES).sort()));

  for (const [file, page] of Object.entries(PAGES))
    it(`${file} is what the code says`, async () => {
      const remedy = `docs/reference/${file} is stale: run make generate`;
      equal(readFileSync(join(FOLDER, file), 'utf8'), await page(), remedy);
    });

  it('every reason is said somewhere', () => {
    const code = ['operator', 'agents'].flatMap(sources).join('\n');
    deepEqual(
      ALL_REASONS.filter((reason) => !code.includes(`'${reason}'`)),
      [],
      'reasons that nothing says: take them out of common/reason-words',
    );
  });
});
