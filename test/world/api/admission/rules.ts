/**
 * The rules of a CRD in CEL (x-kubernetes-validations), compiled once. A rule that speaks of
 * oldSelf
 * is asked only where there is an old value of the very same field: in lists that are no maps, and
 * of new fields, there is none.
 */
import type { Environment } from '@marcbachmann/cel-js';
import { compile, environment, problemOf } from './cel';
import type { Program } from './cel';
import { WHOLE, invalid } from './field-error';
import type { FieldError } from './field-error';
import type { SchemaNode } from './schema';
import { isList, isObject } from './types';
import type { Json } from './types';

interface Rule {
  readonly program: Program;
  readonly message: string;
  readonly isTransition: boolean;
}

export interface RuleTree {
  readonly type: string;
  readonly rules: readonly Rule[];
  readonly properties: readonly (readonly [name: string, tree: RuleTree])[];
  readonly items: RuleTree | undefined;
  /** Of a list that is a map, the fields that make an item the same item. */
  readonly keys: readonly string[] | undefined;
}

export function compileRules(
  node: SchemaNode,
  env: Environment = environment(['self', 'oldSelf']),
): RuleTree | undefined {
  if (!node.within.rules) return undefined;
  if (node.values?.within.rules === true) throw new TypeError('the model knows no rules on the values of free keys');
  const properties = [...node.properties].flatMap(([name, part]) => {
    const tree = compileRules(part, env);
    return tree === undefined ? [] : [[name, tree] as const];
  });
  return {
    type: node.types[0] ?? '',
    rules: node.rules.map(({ rule, message = `failed rule: ${rule.trim()}` }) => ({
      program: compile(env, rule),
      message: message.trim(),
      isTransition: /\boldSelf\b/.test(rule),
    })),
    properties,
    items: node.items && compileRules(node.items, env),
    keys: node.listType === 'map' ? node.listKeys : undefined,
  };
}

export interface Pair {
  readonly value: Json | undefined;
  readonly old: Json | undefined;
}

export function checkRules(tree: RuleTree, pair: Pair, path: string, errors: FieldError[]): void {
  const { value, old } = pair;
  if (value === undefined || value === null) return;
  for (const rule of tree.rules) checkRule(tree, rule, pair, { path, errors });
  if (isList(value) && tree.items !== undefined) {
    const { items, keys } = tree;
    value.forEach((item, index) => {
      const before = keys && isList(old) ? sameItem(old, item, keys) : undefined;
      checkRules(items, { value: item, old: before }, `${path}[${index}]`, errors);
    });
  }
  if (!isObject(value)) return;
  for (const [name, part] of tree.properties) {
    const before = isObject(old) ? old[name] : undefined;
    checkRules(part, { value: value[name], old: before }, path === WHOLE ? name : `${path}.${name}`, errors);
  }
}

function checkRule(tree: RuleTree, rule: Rule, pair: Pair, at: { path: string; errors: FieldError[] }): void {
  const { value, old } = pair;
  if (rule.isTransition && (old === undefined || old === null)) return;
  try {
    if (rule.program(rule.isTransition ? { self: value, oldSelf: old } : { self: value }) === true) return;
    at.errors.push(invalid(at.path, typeof value === 'object' ? undefined : value, rule.message));
  } catch (error) {
    at.errors.push(invalid(at.path, tree.type, `${problemOf(error)} evaluating rule: ${rule.message}`));
  }
}

function sameItem(list: readonly Json[], item: Json, keys: readonly string[]): Json | undefined {
  if (!isObject(item)) return undefined;
  return list.find((one) => isObject(one) && keys.every((key) => one[key] === item[key]));
}
