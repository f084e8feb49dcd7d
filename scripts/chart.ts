// Copies the CRDs into the chart's templates: ts-node scripts/chart.ts [--check]. The originals are
// in crds/; a test runs --check.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';

const ROOT = path.dirname(__dirname);
const FROM = path.join(ROOT, 'crds');
const TO = path.join(ROOT, 'charts/xen-fleet/templates/crds');

interface Crd {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
}

/**
 * What `helm install` gets to see of one CRD: anchors spelled out, kept when the release goes,
 * Helm's own braces escaped, and the labels of the release.
 */
export function chartTemplate(file: string, text: string): string {
  const crd = parse(text, { version: '1.1', merge: true }) as Crd;
  const annotations = { ...crd.metadata.annotations, 'helm.sh/resource-policy': 'keep' };
  const kept = { ...crd, metadata: { ...crd.metadata, annotations } };
  const yaml = stringify(kept, { aliasDuplicateObjects: false, lineWidth: 0, version: '1.1' });
  const labels = 'metadata:\n  labels:\n    {{- include "xen-fleet.labels" (list . dict) | nindent 4 }}\n';
  const body = yaml.replace(/\{\{/g, '{{ "{{" }}').replace(/^metadata:\n/m, labels);
  return `{{- /* Made from crds/${file} by "npm run generate:chart": change that. */}}\n{{- if .Values.crds.install }}\n${body}{{- end }}\n`;
}

/** File name → what it should hold. */
export function chartCrds(): Map<string, string> {
  const files = readdirSync(FROM).filter((file) => file.endsWith('.yaml'));
  return new Map(files.map((file) => [file, chartTemplate(file, readFileSync(path.join(FROM, file), 'utf8'))]));
}

/** Files of the chart that are not as `crds/` would have them. */
export function staleCrds(): string[] {
  const wanted = chartCrds();
  const found = new Map(readdirSync(TO).map((file) => [file, readFileSync(path.join(TO, file), 'utf8')]));
  const names = new Set([...wanted.keys(), ...found.keys()]);
  return [...names].filter((name) => wanted.get(name) !== found.get(name));
}

function main(args: readonly string[]): void {
  if (args.includes('--check')) {
    const stale = staleCrds();
    for (const file of stale) process.stderr.write(`${path.join(TO, file)} is stale: npm run generate:chart\n`);
    process.exitCode = stale.length > 0 ? 1 : 0;
    return;
  }
  rmSync(TO, { recursive: true, force: true });
  mkdirSync(TO, { recursive: true });
  for (const [file, text] of chartCrds()) writeFileSync(path.join(TO, file), text);
}

if (require.main === module) main(process.argv.slice(2));
