/** Writes as the API server itself counts them. Pure. */

const WRITES = new Set(['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE']);
/** Not of the work that is measured. */
const APART = new Set(['leases', 'xenagents', 'xenhosts', 'nodes']);

/** `PATCH xenvms/status 200` → how many so far, from the text of /metrics. */
export function writeCounters(metrics: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [, labels = '', value] of metrics.matchAll(/^apiserver_request_total\{([^}]*)\} (\S+)$/gm)) {
    const label = (name: string): string => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
    const verb = label('verb');
    if (!WRITES.has(verb) || APART.has(label('resource'))) continue;
    const subresource = label('subresource');
    const what = `${verb} ${label('resource')}${subresource === '' ? '' : `/${subresource}`} ${label('code')}`;
    counts.set(what, (counts.get(what) ?? 0) + Number(value));
  }
  return counts;
}

/** What was written in between, by falling number. */
export function difference(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Record<string, number> {
  const grown = [...after].map(([what, count]) => [what, count - (before.get(what) ?? 0)] as const);
  return Object.fromEntries(grown.filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]));
}
