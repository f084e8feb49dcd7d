/** What a scrape shows, read back. */

/** What a scrape adds to every series. */
const SCRAPE_LABELS = ['job', 'instance', 'pod', 'namespace', 'container'];

/** Series name → its labels. */
export function seriesOf(exposition: string): Map<string, Set<string>> {
  const series = new Map<string, Set<string>>();
  for (const [, name = '', labels = ''] of exposition.matchAll(/^([a-zA-Z_]\w*)(?:\{(.*)\})? \S+$/gm)) {
    const known = series.get(name) ?? new Set(SCRAPE_LABELS);
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
    series.set(name, known);
  }
  return series;
}
