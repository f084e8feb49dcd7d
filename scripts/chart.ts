// Copies the CRDs into the chart's templates, their names into Chart.yaml, the values into its
// README: ts-node scripts/chart.ts [--check]. Originals are crds/ and values.yaml; tests compare.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { withValues } from './chart-readme';

const ROOT = path.dirname(__dirname);
const FROM = path.join(ROOT, 'crds');
const CHART = path.join(ROOT, 'charts/xen-fleet');
const TO = path.join(CHART, 'templates/crds');
const README = path.join(CHART, 'README.md');
const METADATA = path.join(CHART, 'Chart.yaml');

interface Crd {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly names: { readonly kind: string }; readonly versions: readonly { readonly name: string }[] };
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

const files = (): string[] => readdirSync(FROM).filter((file) => file.endsWith('.yaml'));
const read = (file: string): Crd =>
  parse(readFileSync(path.join(FROM, file), 'utf8'), { version: '1.1', merge: true }) as Crd;

/** Chart.yaml with the CRDs as Artifact Hub shows them, described by their first comments. */
export function chartMetadata(): string {
  const crds = files().map((file) => {
    const [, description = ''] = /^# (.*)/.exec(readFileSync(path.join(FROM, file), 'utf8')) ?? [];
    const { metadata, spec } = read(file);
    const { kind } = spec.names;
    return { kind, version: spec.versions[0]?.name ?? '', name: metadata.name, displayName: kind, description };
  });
  const lines = stringify(crds, { lineWidth: 0 }).trimEnd().replace(/^/gm, '    ');
  return readFileSync(METADATA, 'utf8').replace(/(?<=artifacthub\.io\/crds: \|\n)( {4}.*\n)*/, () => `${lines}\n`);
}

/** File name → what it should hold. */
export function chartCrds(): Map<string, string> {
  return new Map(files().map((file) => [file, chartTemplate(file, readFileSync(path.join(FROM, file), 'utf8'))]));
}

/** Files of the chart that are not as `crds/` would have them. */
export function staleCrds(): string[] {
  const wanted = chartCrds();
  const found = new Map(readdirSync(TO).map((file) => [file, readFileSync(path.join(TO, file), 'utf8')]));
  const names = new Set([...wanted.keys(), ...found.keys()]);
  return [...names].filter((name) => wanted.get(name) !== found.get(name));
}

/** What the README should be; it is what it is only after "npm run generate:chart". */
export const chartReadme = (): string =>
  withValues(readFileSync(README, 'utf8'), readFileSync(path.join(CHART, 'values.yaml'), 'utf8'));

const MADE: readonly (readonly [file: string, text: () => string])[] = [
  [README, chartReadme],
  [METADATA, chartMetadata],
];

function main(args: readonly string[]): void {
  if (args.includes('--check')) {
    const others = MADE.filter(([file, text]) => readFileSync(file, 'utf8') !== text());
    const stale = [...staleCrds().map((file) => path.join(TO, file)), ...others.map(([file]) => file)];
    for (const file of stale) process.stderr.write(`${file} is stale: npm run generate:chart\n`);
    process.exitCode = stale.length > 0 ? 1 : 0;
    return;
  }
  rmSync(TO, { recursive: true, force: true });
  mkdirSync(TO, { recursive: true });
  for (const [file, text] of chartCrds()) writeFileSync(path.join(TO, file), text);
  for (const [file, text] of MADE) writeFileSync(file, text());
}

if (require.main === module) main(process.argv.slice(2));
