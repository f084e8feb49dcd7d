/** Reads the alerts as Prometheus does, and the pages that they name. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

export const ALERTS = path.join(__dirname, '../../charts/xen-fleet/alerts');
export const RUNBOOKS = path.join(__dirname, '../../docs/runbooks');

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook: string };
}
export interface Group {
  readonly name: string;
  readonly rules: readonly Alert[];
}

export const alertFiles = (): string[] => readdirSync(ALERTS).map((file) => path.join(ALERTS, file));

export const readGroups = (): Group[] =>
  alertFiles().flatMap((file) => (parse(readFileSync(file, 'utf8')) as { groups: Group[] }).groups);

export const readAlerts = (): Alert[] => readGroups().flatMap(({ rules }) => rules);
