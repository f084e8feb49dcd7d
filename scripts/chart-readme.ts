/** The table of values in the chart's README: its words are the comments of values.yaml. Pure. */
import { isMap, isNode, isScalar, parseDocument } from 'yaml';
import type { Pair, Scalar, YAMLMap } from 'yaml';
import { code, table } from './reference/markdown';

const BEGIN = '<!-- Made from values.yaml by "npm run generate:chart": change that. -->';
const END = '<!-- End of what is made. -->';

/** `value` is empty for a group, whose values have rows of their own. */
interface Row {
  readonly name: string;
  readonly value: string;
  readonly words: string;
}

/** The README with a new table. Throws where it has no place for one, or a value has no words. */
export function withValues(readme: string, values: string): string {
  const [before, rest] = readme.split(`${BEGIN}\n`);
  const [, after] = rest?.split(END) ?? [];
  if (after === undefined) throw new Error(`charts/xen-fleet/README.md needs these two lines:\n${BEGIN}\n${END}`);
  const { contents } = parseDocument(values);
  if (!isMap(contents)) throw new Error('values.yaml is no map');
  const rows = rowsOf(contents as YAMLMap).map(({ name, value, words }) => [code(name), code(value), words]);
  return `${before}${BEGIN}\n\n${table(['value', 'default', 'meaning'], rows)}\n\n${END}${after}`;
}

function rowsOf(map: YAMLMap, path = ''): Row[] {
  return map.items.flatMap((item, index) => {
    const { key, value } = item as Pair<Scalar<string>, unknown>;
    const name = `${path}${key.value}`;
    // The parser gives what stands above the first key of a map to the map.
    const above = key.commentBefore ?? (index === 0 ? map.commentBefore : undefined);
    const words = sentence(above);
    if (isMap(value) && isGroup(value)) {
      const group = words === '' ? [] : [{ name, value: '', words }];
      return [...group, ...rowsOf(value, `${name}.`)];
    }
    if (words === '') throw new Error(`values.yaml: ${name} has no comment that says what it does`);
    const choices = isScalar(value) && typeof value.comment === 'string' ? ` (${value.comment.trim()})` : '';
    return [{ name, value: isNode(value) ? JSON.stringify(value.toJSON()) : '', words: `${words}${choices}` }];
  });
}

/** A map of values of ours, each with words; any other map is one value. */
function isGroup({ commentBefore, items }: YAMLMap): boolean {
  return commentBefore !== undefined || items.some(({ key }) => (key as Scalar).commentBefore !== undefined);
}

/** The last paragraph: those before it are of the page. */
function sentence(comment: string | null | undefined): string {
  const paragraphs = (comment ?? '').split(/\n\s*\n/);
  return (paragraphs.at(-1) ?? '').replace(/\s+/g, ' ').trim();
}
