/** The real helm as functions. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ensureHelm } from '../control-plane/assets';

export const CHART = path.join(__dirname, '../../charts/xen-fleet');
/** What helm takes the cluster for where it does not ask one. */
export const KUBE_VERSION = '1.35.4';

export interface HelmResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Helm {
  /** A failure is a result too. */
  run(args: readonly string[], options?: { kubeconfig?: string }): Promise<HelmResult>;
  /** Renders the chart, as objects. `values` as for `--set-json`. */
  render(values?: Readonly<Record<string, unknown>>, more?: readonly string[]): Promise<Manifest[]>;
  /** Renders any chart (a folder or a package), with further arguments of `helm template`. */
  template(chart: string, more?: readonly string[]): Promise<Manifest[]>;
  stop(): void;
}

/** What every manifest has; the rest is looked at where it is needed. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- many kinds, in tests only
  readonly [field: string]: any;
}

export async function startHelm(): Promise<Helm> {
  const binary = await ensureHelm();
  const home = mkdtempSync(path.join(tmpdir(), 'xenfleet-helm-'));
  const run: Helm['run'] = (args, { kubeconfig = '/dev/null' } = {}) =>
    new Promise((resolve) => {
      const env = { PATH: process.env['PATH'], HOME: home, KUBECONFIG: kubeconfig };
      execFile(binary, [...args], { env, timeout: 120_000, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr });
      });
    });
  const template: Helm['template'] = async (chart, more = []) => {
    const where = ['--namespace', 'fleet', '--kube-version', KUBE_VERSION];
    const { code, stdout, stderr } = await run(['template', 'xen-fleet', chart, ...where, ...more]);
    if (code !== 0) throw new Error(stderr);
    return manifestsIn(stdout);
  };
  const render: Helm['render'] = (values = {}, more = []) => template(CHART, [...setAll(values), ...more]);
  return { run, render, template, stop: () => rmSync(home, { recursive: true, force: true }) };
}

export function manifestsIn(yaml: string): Manifest[] {
  return parseAllDocuments(yaml, { version: '1.1' })
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}

export function one(manifests: readonly Manifest[], kind: string, name = 'xen-fleet-operator'): Manifest {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  assert.ok(
    found,
    `no ${kind} ${name} among ${manifests.map((each) => `${each.kind} ${each.metadata.name}`).join(', ')}`,
  );
  return found;
}

export function setAll(values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['--set-json', `${name}=${JSON.stringify(value)}`]);
}
