/**
 * The Prometheus operator's own CRDs, from its Go module: what judges the monitors and rules of the
 * chart. They are fetched once, into Go's cache.
 */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findGo } from '../control-plane/go';
import { execute } from './promtool';

const MODULE = 'github.com/prometheus-operator/prometheus-operator';
const VERSION = 'v0.85.0';
const SUM = 'h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=';
const KINDS = ['podmonitors', 'servicemonitors', 'prometheusrules'];

export type MonitoringCrds = { readonly files: readonly string[] } | { readonly missing: string };

export async function findMonitoringCrds(): Promise<MonitoringCrds> {
  const args = ['mod', 'download', '-json', `${MODULE}@${VERSION}`];
  // Outside of any module, and for no longer than a bad line should cost.
  const { code, text } = await execute(findGo('monitoring CRDs'), args, { cwd: tmpdir(), timeoutMs: 60_000 });
  if (code !== 0) return { missing: `${MODULE} cannot be fetched: ${text.trim().slice(0, 300)}` };
  const { Dir, Sum } = JSON.parse(text) as { Dir: string; Sum: string };
  if (Sum !== SUM) throw new Error(`${MODULE}@${VERSION} is ${Sum}, not ${SUM}`);
  const files = KINDS.map((kind) =>
    path.join(Dir, `example/prometheus-operator-crd/monitoring.coreos.com_${kind}.yaml`),
  );
  const absent = files.find((file) => !existsSync(file));
  return absent === undefined ? { files } : { missing: `no ${absent}` };
}
