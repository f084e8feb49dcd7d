/**
 * make mutate: ts-node test/mutate/main.ts [folder or file]. Changes the code in small ways, one at
 * a time, and asks the tests that answer for it whether they notice. What survives is printed:
 * either a test is missing, or the line is not needed.
 */
import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { summaryOf, type Mutant } from './summary';
import { chosen, type Target } from './targets';

const projectDir = resolve(__dirname, '../..');
const workDir = '.local/mutate';
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(only: string | undefined): Promise<number> {
  process.chdir(projectDir);
  const targets = chosen(only);
  if (targets.length === 0) {
    say(`ONLY=${only}: no tests are named for it in test/mutate/targets.ts; name a folder or file in there`);
    return 1;
  }
  const mutants: Mutant[] = [];
  for (const target of targets) mutants.push(...(await mutate(target)));
  const summary = summaryOf(mutants);
  mkdirSync(resolve(projectDir, '.local'), { recursive: true });
  writeFileSync(resolve(projectDir, '.local/mutants.json'), `${JSON.stringify(summary, null, 1)}\n`);
  for (const { file, line, was, became, coveredBy } of summary.survivors)
    say(`${file}:${line}  ${was} → ${became}${coveredBy === 0 ? '  (no test reaches it)' : ''}`);
  say('');
  for (const { file, killed, total, percent } of summary.files)
    say(`${percent.padStart(4)}  ${`${killed}/${total}`.padStart(9)}  ${file}`);
  say('survivors and scores are in .local/mutants.json');
  return 0;
}

async function mutate({ code, tests, without = [] }: Target): Promise<Mutant[]> {
  const { Stryker } = await import('@stryker-mutator/core');
  const testFiles = tests
    .flatMap((path) => (path.endsWith('.ts') ? [path] : globSync(`${path}/**/*.test.ts`)))
    .filter((file) => !/\.(system|xen)\.test\.ts$/.test(file) && !without.includes(file))
    .sort();
  say(`${code}: ${testFiles.length} test files`);
  const stryker = new Stryker({
    mutate: [code.endsWith('.ts') ? code : `${code}/**/*.ts`],
    plugins: [resolve(projectDir, 'test/mutate/runner.mjs')],
    testRunner: 'mocha-12',
    testRunnerNodeArgs: ['-r', 'ts-node/register'],
    ignorers: ['words'],
    coverageAnalysis: 'perTest',
    concurrency: Number(process.env['JOBS'] ?? 2),
    reporters: ['progress-append-only'],
    warnings: { unknownOptions: false },
    tempDirName: `${workDir}/sandbox`,
    ignorePatterns: ['.local', 'dist', 'coverage', 'docs', 'charts', 'examples'],
    allowConsoleColors: false,
    fileLogLevel: 'off',
    logLevel: 'warn',
    // Ours, read by the runner.
    ...({ xenfleet: { testFiles } } as object),
  } as ConstructorParameters<typeof Stryker>[0]);
  return stryker.runMutationTest();
}

main(process.argv[2]).then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
  },
);
