/** Labels of manifests, wherever they are, and which of them Kubernetes would refuse. */
import type { Manifest } from './helm';

type Labels = Readonly<Record<string, unknown>>;

const VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const KEY = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** What stands under `labels`, `matchLabels`, `nodeSelector`, or a Service's `selector`. */
export function labelsIn(value: unknown, at = ''): { readonly at: string; readonly labels: Labels }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = `${at}.${key}`;
    const isLabels = ['labels', 'matchLabels', 'nodeSelector'].includes(key) || place === '.spec.selector';
    const own = isLabels && isFlat(inner) ? [{ at: place, labels: inner }] : [];
    return [...own, ...labelsIn(inner, place)];
  });
}

/** `Kind name .path key=value` of each label that is not one. */
export function illegalLabels(manifest: Manifest): string[] {
  // A schema may have a field of that name, and an alert's labels are Prometheus' own.
  if (['CustomResourceDefinition', 'PrometheusRule'].includes(manifest.kind))
    return illegalIn(manifest, { metadata: manifest.metadata });
  return illegalIn(manifest, manifest);
}

function illegalIn({ kind, metadata }: Manifest, value: unknown): string[] {
  return labelsIn(value).flatMap(({ at, labels }) =>
    Object.entries(labels)
      .filter(([key, text]) => !KEY.test(key) || typeof text !== 'string' || !VALUE.test(text))
      .map(([key, text]) => `${kind} ${metadata.name} ${at} ${key}=${JSON.stringify(text)}`),
  );
}

const isFlat = (value: unknown): value is Labels =>
  typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one !== 'object');
