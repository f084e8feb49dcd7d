/** Reads the dashboard: its queries, and what each asks for. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CHART } from './helm';

interface Target {
  readonly expr: string;
  readonly legendFormat?: string;
}
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
}
export interface Dashboard {
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

export const readDashboard = (): Dashboard =>
  JSON.parse(readFileSync(path.join(CHART, 'dashboards/xen-fleet.json'), 'utf8')) as Dashboard;

export interface Query {
  readonly panel: string;
  readonly expr: string;
  readonly legendLabels: readonly string[];
}

/** Every query, with Grafana's variables replaced by what they would be. */
export function queriesOf(dashboard: Dashboard): Query[] {
  return dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, legendFormat = '' }) => ({
      panel: title,
      expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$host', '.*'),
      legendLabels: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? ''),
    })),
  );
}

/** Names of metrics: what looks like ours, Node's or the process's. */
export const metricsIn = (expr: string): string[] => [
  ...new Set(expr.match(/\b(?:xenfleet|nodejs|process)_\w+/g) ?? []),
];

/** Names of labels in matchers and groupings. */
export function labelsIn(expr: string): string[] {
  const matchers = [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside = '']) => [
    ...inside.matchAll(/(\w+)\s*[!=]~?=?\s*"/g),
  ]);
  const groups = [...expr.matchAll(/\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g)].flatMap(([, inside = '']) => [
    ...inside.matchAll(/(\w+)/g),
  ]);
  return [...new Set([...matchers, ...groups].map((match) => match[1] ?? ''))];
}
