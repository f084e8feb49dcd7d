/**
 * The Prometheus operator's own CRDs, from its Go module: what judges the monitors and rules of the
 * chart. They are fetched once, into Go's cache.
 */
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findGo } from '../control-plane/go';
import { execute } from './promtool';
import type { Output } from './promtool';

const MODULE = 'github.com/prometheus-operator/prometheus-operator';
const VERSION = 'v0.85.0';
const SUM = 'h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=';
const KINDS = ['podmonitors', 'servicemonitors', 'prometheusrules'];

export type MonitoringCrds = { readonly files: readonly string[] } | { readonly missing: string };

export async function findMonitoringCrds(): Promise<MonitoringCrds> {
  const fetched = await fetchModule();
  if (fetched.code !== 0) return { missing: `${MODULE}: ${fetched.text.trim().replace(/\s+/g, ' ').slice(0, 400)}` };
  const { Dir, Sum } = JSON.parse(fetched.stdout) as { Dir: string; Sum: string };
  if (Sum !== SUM) throw new Error(`${MODULE}@${VERSION} is ${Sum}, not ${SUM}`);
  const folder = path.join(Dir, 'example/prometheus-operator-crd');
  return { files: KINDS.map((kind) => path.join(folder, `monitoring.coreos.com_${kind}.yaml`)) };
}

/** Outside of any module, and for no longer than a bad line should cost. */
async function fetchModule(): Promise<Output> {
  const args = ['mod', 'download', '-json', `${MODULE}@${VERSION}`];
  try {
    return await execute(findGo('monitoring CRDs'), args, { cwd: tmpdir(), timeoutMs: 60_000 });
  } catch (error) {
    return { code: -1, text: String(error), stdout: '' };
  }
}
