/** docs/reference/alerts.md: every alert, from the rule files themselves. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { heading, table } from './markdown';

const FOLDER = path.join(__dirname, '../../charts/xen-fleet/alerts');

interface Rule {
  readonly alert: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly description: string };
}

const INTRO = `
Rules for Prometheus, made of the operator's [metrics](metrics.md). Where the Prometheus operator is, the chart brings them as a PrometheusRule
(\`prometheusRule\` in its values). A Prometheus without it takes the files themselves; one outside of the cluster also needs credentials for the API server
and a way to the pods:

    scrape_configs:
      - job_name: xen-fleet
        kubernetes_sd_configs: [{ role: pod, namespaces: { names: [xen-fleet-system] } }]
        relabel_configs:
          - { source_labels: [__meta_kubernetes_pod_container_port_name], regex: metrics, action: keep }
          - { source_labels: [__meta_kubernetes_pod_name], target_label: pod }
    rule_files: [charts/xen-fleet/alerts/*.yaml]

One Prometheus may watch several clusters, if each has a label \`cluster\`; XenFleetNoLeader then tells only of those that it scrapes. Each alert has a page
that says what it means, who is hurt, what to look at and how to mend it.
`;

/** What Prometheus fills in, by its name. */
const plain = (text: string): string =>
  text.replace(/\{\{ \$labels\.(\w+) \}\}/g, '*$1*').replace(/\{\{ \$value [^}]*\}\}B?/g, '*value*');

function section(file: string): string {
  const text = readFileSync(path.join(FOLDER, file), 'utf8');
  const { groups } = parse(text) as { groups: { rules: Rule[] }[] };
  const rows = groups
    .flatMap(({ rules }) => rules)
    .map(({ alert, for: wait = 'at once', labels, annotations }) => [
      `[${alert}](../runbooks/${alert}.md)`,
      labels.severity,
      wait,
      plain(annotations.description),
    ]);
  return `## ${path.basename(file, '.yaml')}\n\n${table(['alert', 'severity', 'after', 'meaning'], rows)}\n`;
}

export function alertsPage(): string {
  const sections = readdirSync(FOLDER).sort().map(section);
  return `${heading('Alerts', 'charts/xen-fleet/alerts')}${INTRO}\n${sections.join('\n')}`;
}
