/** The checked-in answers to quantities are what Kubernetes' own ParseQuantity gives today. */
import { equal } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findGo } from './go';

describe('quantities as Kubernetes reads them', function () {
  this.timeout(120_000);

  it('are those of test/common/quantities.txt', function () {
    let go: string;
    try {
      go = findGo('quantities');
    } catch {
      return this.skip(); // KUBEBUILDER_ASSETS serves a machine without Go
    }
    const env = { ...process.env, GOWORK: 'off', GOFLAGS: '-mod=readonly' };
    const answers = execFileSync(go, ['run', './quantities', '1'], { cwd: __dirname, encoding: 'utf8', env });
    const known = readFileSync(join(__dirname, '../common/quantities.txt'), 'utf8');
    equal(answers, known, 'stale: `go run ./quantities > ../common/quantities.txt` in test/control-plane');
  });
});
