/**
 * Stryker's test runner for mocha 12. Stryker's own asks mocha for files that version 12 has renamed, so this one drives mocha by its
 * public interface alone. The mutants are all in the code at once, and a number in a global switches one of them on: a run costs the
 * tests that reach the mutant, and no start of a process.
 */
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import Mocha from 'mocha';
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import { commonTokens, declareClassPlugin, declareValuePlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import {
  determineHitLimitReached,
  DryRunStatus,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';

const TEST_MS = 10_000;

class MochaRunner {
  static inject = tokens(commonTokens.options);
  #files;
  #mocha;
  #require = createRequire(join(process.cwd(), 'package.json'));
  #context = (globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {});

  constructor(options) {
    this.#files = options.xenfleet.testFiles.map((file) => join(process.cwd(), file));
  }

  /** Modules are CommonJS and can be loaded again: what a mutant changes while a module loads is seen without a new process. */
  capabilities() {
    return { reloadEnvironment: true };
  }

  async dryRun({ coverageAnalysis }) {
    const result = await this.#run({ bail: false, all: true });
    return coverageAnalysis === 'off' ? result : { ...result, mutantCoverage: this.#context.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, mutantActivation, reloadEnvironment }) {
    this.#context.hitLimit = hitLimit;
    this.#context.hitCount = hitLimit === undefined ? undefined : 0;
    if (reloadEnvironment) this.#unload();
    const { id } = activeMutant;
    const result = await this.#run({ bail: true, testFilter, id, whileLoading: mutantActivation === 'static' });
    return toMutantRunResult(result);
  }

  #unload() {
    this.#mocha = undefined;
    const ours = (file) => file.startsWith(process.cwd() + sep) && !file.includes(`${sep}node_modules${sep}`);
    for (const file of Object.keys(this.#require.cache)) if (ours(file)) delete this.#require.cache[file];
  }

  #load() {
    this.#require('./test/properties.ts');
    const mocha = new Mocha({ timeout: TEST_MS, reporter: class {} });
    mocha.cleanReferencesAfterRun(false);
    for (const file of this.#files) mocha.addFile(file);
    mocha.loadFiles();
    return mocha;
  }

  async #run({ bail, testFilter, id, whileLoading }) {
    try {
      this.#context.currentTestId = undefined;
      this.#context.activeMutant = whileLoading ? id : undefined;
      this.#mocha ??= this.#load();
      this.#context.activeMutant = id;
      setBail(this.#mocha.suite, bail);
      this.#mocha.grep(
        testFilter === undefined ? /(?:)/ : new RegExp(testFilter.map((one) => `^${escape(one)}$`).join('|')),
      );
      const tests = await this.#runMocha();
      return (
        determineHitLimitReached(this.#context.hitCount, this.#context.hitLimit) ?? {
          status: DryRunStatus.Complete,
          tests,
        }
      );
    } catch (error) {
      // A mutant that no module can be loaded with is seen by everybody.
      if (id === undefined) return { status: DryRunStatus.Error, errorMessage: String(error?.stack ?? error) };
      const failed = { id: 'loading', name: 'loading', timeSpentMs: 0, status: TestStatus.Failed };
      return { status: DryRunStatus.Complete, tests: [{ ...failed, failureMessage: String(error) }] };
    }
  }

  #runMocha() {
    const tests = [];
    const say = (test, rest) => {
      const name = test.fullTitle();
      tests.push({ id: name, name, timeSpentMs: test.duration ?? 0, fileName: test.file, ...rest });
    };
    return new Promise((done) => {
      const run = this.#mocha.run(() => done(tests));
      // What a `before` computes belongs to every test of its suite, so it is counted for none and asked of all.
      run.on('suite', () => (this.#context.currentTestId = undefined));
      run.on('test', (test) => (this.#context.currentTestId = test.fullTitle()));
      run.on('pass', (test) => say(test, { status: TestStatus.Success }));
      run.on('pending', (test) => say(test, { status: TestStatus.Skipped }));
      run.on('fail', (test, error) =>
        say(test, { status: TestStatus.Failed, failureMessage: error?.message ?? 'failed' }),
      );
    });
  }
}

function setBail(suite, bail) {
  suite.bail(bail);
  for (const child of suite.suites) setBail(child, bail);
}

const escape = (text) => text.replace(/[\\^$.*+?()[\]{}|\-/]/g, '\\$&');

/** Words for people are not mutated: tests that repeat every sentence only say that nobody may improve one. */
const words = {
  shouldIgnore(path) {
    const { node } = path;
    const text = path.isStringLiteral()
      ? node.value
      : path.isTemplateLiteral()
        ? node.quasis.map(({ value }) => value.raw).join('…')
        : '';
    return /[\w,:;)…] [\w(…]/.test(text) && !/[=%]/.test(text) ? 'words for people' : undefined;
  },
};

export const strykerPlugins = [
  declareClassPlugin(PluginKind.TestRunner, 'mocha-12', MochaRunner),
  declareValuePlugin(PluginKind.Ignore, 'words', words),
];
