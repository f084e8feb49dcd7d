/** docs/reference is what the code says today, and says nothing that the code does not. */
import { deepEqual, equal } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDER, referencePages } from '../../scripts/reference/main';
import { ALL_REASONS } from '../../scripts/reference/reasons';

const ROOT = join(__dirname, '../..');

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.generated.ts'))
    .map((file) => readFileSync(join(ROOT, folder, file), 'utf8'));
}

describe('docs/reference', () => {
  const pages = referencePages();

  it('holds the pages that are made, and no others', () =>
    deepEqual(readdirSync(FOLDER).sort(), [...pages.keys()].sort()));

  for (const [file, text] of pages)
    it(`${file} is what the code says`, () =>
      equal(readFileSync(join(FOLDER, file), 'utf8'), text, `docs/reference/${file} is stale: run make generate`));

  it('every reason is said somewhere', () => {
    const code = ['operator', 'agents'].flatMap(sources).join('\n');
    deepEqual(
      ALL_REASONS.filter((reason) => !code.includes(`'${reason}'`)),
      [],
      'reasons that nothing says: take them out of common/reasons.ts',
    );
  });
});
