/** Label and field selectors, as far as anybody here uses them. */
import type { KubeObject } from '../../../common/kube/types';
import { partOf } from './json';
import { badRequest } from './refusals';

export type Matcher = (object: KubeObject) => boolean;

const EVERYTHING: Matcher = () => true;

/** `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`, joined by commas. */
function labelTerm(term: string): Matcher {
  const set = /^([^\s!=,()]+)\s+(in|notin)\s+\(([^()]*)\)$/.exec(term);
  if (set !== null) {
    const [, key = '', word, list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    const isIn: Matcher = ({ metadata }) => values.has(metadata.labels?.[key] ?? '\0');
    return word === 'in' ? isIn : (object) => !isIn(object);
  }
  const equal = /^([^\s!=,()]+)\s*(==|=|!=)\s*([^\s!=,()]*)$/.exec(term);
  if (equal !== null) {
    const [, key = '', sign, value = ''] = equal;
    if (sign === '!=') return ({ metadata }) => metadata.labels?.[key] !== value;
    return ({ metadata }) => metadata.labels?.[key] === value;
  }
  const key = /^(!?)\s*([^\s!=,()]+)$/.exec(term);
  if (key === null) throw badRequest(`unable to parse requirement: ${term}`);
  const [, isAbsent, name = ''] = key;
  return ({ metadata }) => (metadata.labels?.[name] === undefined) === (isAbsent === '!');
}

const fieldTerm =
  (selectable: readonly string[]) =>
  (term: string): Matcher => {
    const equal = /^([^=!]+)(==|=|!=)(.*)$/.exec(term);
    const [, field = '', sign, value = ''] = equal ?? [];
    if (!['metadata.name', 'metadata.namespace', ...selectable].includes(field))
      throw badRequest(`field label not supported: ${field === '' ? term : field}`);
    const steps = field.split('.');
    const read = (object: KubeObject): string => {
      const found = steps.reduce<unknown>(partOf, object);
      return typeof found === 'string' ? found : '';
    };
    return sign === '!=' ? (object) => read(object) !== value : (object) => read(object) === value;
  };

/** Commas outside of parentheses. */
const termsOf = (text: string): string[] => text.split(/,(?![^(]*\))/).map((term) => term.trim());

function all(text: string | undefined, matcherOf: (term: string) => Matcher): Matcher {
  if (text === undefined || text === '') return EVERYTHING;
  const matchers = termsOf(text).map(matcherOf);
  return matchers.length === 1 ? (matchers[0] ?? EVERYTHING) : (object) => matchers.every((matches) => matches(object));
}

export interface Selectors {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export function matcherOf({ labelSelector, fieldSelector }: Selectors, selectable: readonly string[]): Matcher {
  const labels = all(labelSelector, labelTerm);
  const fields = all(fieldSelector, fieldTerm(selectable));
  if (labels === EVERYTHING) return fields;
  return fields === EVERYTHING ? labels : (object) => labels(object) && fields(object);
}
