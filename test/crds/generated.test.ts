/** Checked-in generated files are what the generator makes of the CRDs today. */
import { equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateBounds, generateResources, generateTypes, generateValidators } from '../../crds/generate';

const read = (file: string): string => readFileSync(join(__dirname, '../../crds/generated', file), 'utf8');
const REMEDY = 'crds/generated is stale: run `npm run generate`';

describe('generated from the CRDs', function () {
  this.timeout(60_000);
  it('types.ts', async () => equal(read('types.ts'), await generateTypes(), REMEDY));
  it('resources.ts', () => equal(read('resources.ts'), generateResources(), REMEDY));
  it('bounds.ts', () => equal(read('bounds.ts'), generateBounds(), REMEDY));
  it('validators', () => {
    const { js, dts } = generateValidators();
    equal(read('validators.js'), js, REMEDY);
    equal(read('validators.d.ts'), dts, REMEDY);
  });
});
