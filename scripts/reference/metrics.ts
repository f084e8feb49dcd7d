/** docs/reference/metrics.md: every metric of the operator, from the instruments themselves. */
import { Registry } from 'prom-client';
import { LABEL_WORDS } from '../../operator/adapters/metric-labels';
import { createMetrics } from '../../operator/adapters/metrics';
import { code, heading, table } from './markdown';

/** What prom-client keeps of an instrument. */
interface Instrument {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labelNames?: readonly string[];
}

const INTRO = `
The operator serves these at \`/metrics\` (\`--listen\`). Those that count hosts, pools and VMs are told by the process that leads, and absent in
one that stands by. Beside them are prom-client's own of the process: \`process_*\` and \`nodejs_*\`. A histogram has \`_bucket\`, \`_sum\` and \`_count\`.
Agents serve no metrics: they log what they do.
`;

async function instruments(): Promise<Instrument[]> {
  const registry = new Registry();
  createMetrics(undefined, undefined, registry);
  const names = registry.getMetricsAsArray().map(({ name }) => name);
  const own = names.filter((name) => name.startsWith('xenfleet_')).sort();
  const types = new Map((await registry.getMetricsAsJSON()).map(({ name, type }) => [name, String(type)]));
  return own.map((name) => {
    const { help, labelNames = [] } = registry.getSingleMetric(name) as unknown as Instrument;
    return { name, help, labelNames, type: types.get(name) ?? '' };
  });
}

function labelWords(metric: string, label: string): string {
  const words = LABEL_WORDS[`${metric}/${label}`] ?? LABEL_WORDS[label];
  if (words === undefined)
    throw new Error(`label ${label} of ${metric} has no words in operator/adapters/metric-labels.ts`);
  return words.replace('(reasons.md)', '([reasons](reasons.md))');
}

function row({ name, type, help, labelNames = [] }: Instrument): string[] {
  const labels = labelNames.map((label) => `${code(label)}: ${labelWords(name, label)}`);
  return [code(name), type, labels.join('<br>'), help];
}

export async function metricsPage(): Promise<string> {
  const rows = (await instruments()).map(row);
  const source = 'operator/adapters/metrics.ts, fleet-gauges.ts, pool-gauges.ts and metric-labels.ts';
  return `${heading('Metrics', source)}${INTRO}\n${table(['name', 'type', 'labels', 'meaning'], rows)}\n`;
}
