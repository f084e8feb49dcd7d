/** Label selectors, expressions and tolerations, as Kubernetes defines them. */
import type { AffinityTerm, Expression, HostSelectorTerm, LabelSelector, Labels, Taint, Toleration } from '../types';

const NONE: Labels = {};

function compareNumbers(expression: Expression, value: string | undefined): boolean {
  const limit = expression.values?.[0];
  if (value === undefined || limit === undefined) return false;
  return expression.operator === 'Gt' ? Number(value) > Number(limit) : Number(value) < Number(limit);
}

export function matchesExpression(expression: Expression, labels: Labels = NONE): boolean {
  const value = labels[expression.key];
  const values = expression.values ?? [];
  switch (expression.operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt':
      return compareNumbers(expression, value);
  }
}

/** No selector selects nothing, an empty one everything. */
export function matchesSelector(selector: LabelSelector | undefined, labels: Labels = NONE): boolean {
  if (!selector) return false;
  for (const [key, value] of Object.entries(selector.matchLabels ?? NONE)) if (labels[key] !== value) return false;
  return (selector.matchExpressions ?? []).every((expression) => matchesExpression(expression, labels));
}

/** A term without expressions selects nothing, as in Kubernetes' NodeSelectorTerm. */
export function matchesHostTerm(term: HostSelectorTerm, labels: Labels = NONE): boolean {
  const expressions = term.matchExpressions ?? [];
  return expressions.length > 0 && expressions.every((expression) => matchesExpression(expression, labels));
}

export function tolerates(tolerations: readonly Toleration[] | undefined, taint: Taint): boolean {
  return (tolerations ?? []).some((toleration) => {
    if (toleration.effect && toleration.effect !== taint.effect) return false;
    if (toleration.key && toleration.key !== taint.key) return false;
    if (toleration.operator === 'Exists') return true;
    return Boolean(toleration.key) && (toleration.value ?? '') === (taint.value ?? '');
  });
}

/**
 * The same text for the same meaning, whatever the order in which labels, expressions and values
 * are written.
 */
export function selectorKey(selector: LabelSelector | undefined): string {
  if (!selector) return '-';
  const labels = Object.entries(selector.matchLabels ?? NONE).sort(([a], [b]) => (a < b ? -1 : 1));
  const expressions = (selector.matchExpressions ?? [])
    .map((expression) => JSON.stringify([expression.key, expression.operator, [...(expression.values ?? [])].sort()]))
    .sort();
  return JSON.stringify([labels, expressions]);
}

export function labelsKey(namespace: string, labels: Labels | undefined): string {
  if (!labels) return namespace;
  const entries = Object.entries(labels);
  if (entries.length > 1) entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, entries]);
}

/** For humans. Terms of one meaning have one text, in whatever order they are written. */
export function termText(term: AffinityTerm): string {
  const labels = Object.entries(term.labelSelector?.matchLabels ?? NONE).map(([key, value]) => `${key}=${value}`);
  const expressions = (term.labelSelector?.matchExpressions ?? []).map(
    ({ key, operator, values }) => `${key} ${operator}${values ? ` (${[...values].sort().join(', ')})` : ''}`,
  );
  return `${[...labels.sort(), ...expressions.sort()].join(', ') || 'every VM'} per ${term.topologyKey}`;
}
