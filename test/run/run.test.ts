import { equal, match } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { floorOf, planRuns } from './plan';

describe('make test: the plan', () => {
  it('knows the floor of a file by its name', () => {
    equal(floorOf('test/operator/plan/vm.test.ts'), 'pure');
    equal(floorOf('test/system/sample.system.test.ts'), 'system');
    equal(floorOf('test/control-plane/build.test.ts'), 'system');
    equal(floorOf('test/xen-lab/lab.test.ts'), 'xen');
    equal(floorOf('test/agents/first.xen.test.ts'), 'xen');
  });

  it('starts first what took longest, and before that what is new', () => {
    const files = ['test/a.system.test.ts', 'test/b.system.test.ts', 'test/c.system.test.ts', 'test/d.test.ts'];
    const names = planRuns(files, { a: 10, b: 2000, pure: 500 }).map(({ name }) => name);
    equal(names.join(), 'c,b,pure,a');
  });
});

describe('make test: the sum', function () {
  this.timeout(60_000);
  const dir = mkdtempSync(join(tmpdir(), 'xen-fleet-run-test-'));
  after(() => rmSync(dir, { recursive: true, force: true }));

  function run(...bodies: string[]): { code: number | null; lines: string[]; text: string } {
    const files = bodies.map((body, index) => {
      const file = join(dir, `case-${index}.test.js`);
      writeFileSync(file, `describe('case ${index}', function () { ${body} });`);
      return file;
    });
    const { TEST_RESULT: _, ...env } = process.env;
    const args = ['-r', 'ts-node/register/transpile-only', join(__dirname, 'main.ts'), ...files];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', env, timeout: 50_000 });
    return { code: status, lines: stdout.trimEnd().split('\n'), text: stdout };
  }

  it('ends with the sum alone on a line', () => {
    const { code, lines } = run(`it('a', () => {}); it('b', () => {}); it.skip('c', () => {});`);
    equal(lines.at(-1), '2 passed, 0 failed');
    match(lines.at(-2) ?? '', /1 tests skipped/);
    equal(code, 0);
  });

  it('fails when a test fails, and prints it in full', () => {
    const { code, lines, text } = run(
      `it('a', () => {}); it('broken', () => { throw new Error('because of this'); });`,
    );
    equal(lines.at(-1), '1 passed, 1 failed');
    match(text, /FAILED {2}case 0 › broken\n {4}Error: because of this\n {8}at /);
    equal(code, 1);
  });

  it('fails when a hook fails, when nothing ran, and when the process dies', () => {
    equal(run(`before(() => { throw new Error('no'); }); it('a', () => {});`).lines.at(-1), '0 passed, 1 failed');
    const nothing = run(`it.skip('a', () => {});`);
    equal(`${nothing.code} ${nothing.lines.at(-1)}`, '1 0 passed, 0 failed');
    const dead = run(`it('a', () => {}); it('b', () => process.exit(0));`);
    equal(`${dead.code} ${dead.lines.at(-1)}`, '1 0 passed, 1 failed');
    match(dead.text, /ended without a result/);
  });
});
