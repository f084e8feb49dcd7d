/**
 * Judges of manifests that others have made: kube-score, built from its Go module as helm is, and
 * checkov from PyPI, in a folder of its own. One that does not come is missing, with the reason.
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureTools } from '../control-plane/build';
import { withLock } from '../control-plane/lock';
import type { Progress } from '../control-plane/types';
import { execute } from './promtool';

/** Answers `check Kind/name` for each fault that it finds in a file. */
export interface Judge {
  judge(file: string): Promise<string[]>;
}
export type FoundJudge = Judge | { readonly missing: string };

const CHECKOV = '3.3.30';
const COMES_WITHIN_MS = 180_000;

/** A judge ends with another code than 0 where it finds fault. */
async function told(binary: string, args: string[]): Promise<string> {
  const { stdout, text } = await execute(binary, args, { env: { ...process.env, LOG_LEVEL: 'ERROR' } });
  if (!/^\s*[[{]/.test(stdout)) throw new Error(`${binary} gave no verdict: ${text.slice(0, 1000)}`);
  return stdout;
}

async function soon<T>(coming: Promise<T>): Promise<T> {
  const late = sleep(COMES_WITHIN_MS, undefined, { ref: false }).then(() => {
    throw new Error(`did not come within ${COMES_WITHIN_MS / 1000} s`);
  });
  return Promise.race([coming, late]);
}

const inOneLine = (error: unknown): string =>
  String(error instanceof Error ? error.message : error)
    .replace(/\s+/g, ' ')
    .slice(0, 400);

export async function findKubeScore(progress?: Progress): Promise<FoundJudge> {
  const tool = { name: 'kube-score', package: 'github.com/zegl/kube-score/cmd/kube-score' };
  const set = { label: 'kube-score', moduleDir: path.join(__dirname, 'judges'), ldflags: '-s -w', tools: [tool] };
  try {
    const binary = path.join(await soon(ensureTools(set, progress)), tool.name);
    return { judge: async (file) => scores(await told(binary, ['score', '--output-format', 'json', file])) };
  } catch (error) {
    return { missing: inOneLine(error) };
  }
}

interface Score {
  readonly object_meta: { readonly name: string };
  readonly type_meta: { readonly kind: string };
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
  }[];
}

/** 10 is the best grade; 5 is a warning, 1 is critical. */
function scores(text: string): string[] {
  return (JSON.parse(text) as Score[]).flatMap(({ object_meta, type_meta, checks }) =>
    checks
      .filter(({ grade, skipped }) => grade <= 5 && !skipped)
      .map(({ check }) => `${check.id} ${type_meta.kind}/${object_meta.name}`),
  );
}

export async function findCheckov(): Promise<FoundJudge> {
  const base = process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache');
  const dir = path.join(base, 'xen-fleet', `checkov-${CHECKOV}`);
  const binary = path.join(dir, 'bin/checkov');
  mkdirSync(path.dirname(dir), { recursive: true });
  const failed = await withLock(
    `${dir}.lock`,
    () => undefined,
    () => (existsSync(binary) ? Promise.resolve(undefined) : installCheckov(dir)),
  );
  if (failed !== undefined) return { missing: failed };
  return {
    async judge(file) {
      const framework = path.basename(file).startsWith('Dockerfile') ? 'dockerfile' : 'kubernetes';
      const args = ['--file', file, '--framework', framework, '--output', 'json', '--compact', '--quiet'];
      return failures(await told(binary, [...args, '--skip-download', '--skip-results-upload']), framework);
    },
  };
}

/** pip makes checkov's own program last, so that one that is there is whole. */
async function installCheckov(dir: string): Promise<string | undefined> {
  rmSync(dir, { recursive: true, force: true });
  const steps: readonly (readonly [string, readonly string[]])[] = [
    ['python3', ['-m', 'venv', dir]],
    [path.join(dir, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', `checkov==${CHECKOV}`]],
  ];
  for (const [command, args] of steps) {
    const { code, text } = await execute(command, [...args], { timeoutMs: COMES_WITHIN_MS });
    if (code === 0) continue;
    rmSync(dir, { recursive: true, force: true });
    return `checkov ${CHECKOV} cannot be installed: ${command} ended with ${code}: ${text.trim().split('\n').at(-1) ?? ''}`;
  }
  return undefined;
}

interface Report {
  readonly results?: { readonly failed_checks: readonly { readonly check_id: string; readonly resource: string }[] };
}

function failures(text: string, framework: string): string[] {
  const { results } = JSON.parse(text) as Report;
  return (results?.failed_checks ?? []).map(({ check_id, resource }) => {
    if (framework === 'dockerfile') return `${check_id} Dockerfile`;
    // Deployment.namespace.name, and for some checks Pod.namespace.name.label-value….
    const [kind = '', , name = ''] = resource.split('.');
    return `${check_id} ${kind}/${name}`;
  });
}
