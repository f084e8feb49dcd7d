/**
 * The expression language of rules and policies. The language itself is a library's; what
 * Kubernetes adds to it, and our rules use, is here. An expression that uses anything else does not
 * compile, which is an error at the start. Numbers are JSON's, so CEL sees each as a double.
 */
import { Environment } from '@marcbachmann/cel-js';
import { CelQuantity, isQuantity, quantity } from './cel-quantity';

export type Bindings = Readonly<Record<string, unknown>>;
export type Program = (bindings: Bindings) => unknown;

interface Optional {
  hasValue(): boolean;
  value(): unknown;
}

const equalOptionals = (a: Optional, b: Optional): boolean =>
  a.hasValue() === b.hasValue() && (!a.hasValue() || sameJson(a.value(), b.value()));

/** Of values as JSON has them; keys in any order. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  const other = b as Record<string, unknown>;
  return keys.every((key) => key in other && sameJson((a as Record<string, unknown>)[key], other[key]));
}

/** With these variables of any type. */
export function environment(variables: readonly string[]): Environment {
  const made = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false });
  made.registerType('Quantity', CelQuantity);
  made.registerFunction('quantity(string): Quantity', quantity);
  made.registerFunction('isQuantity(string): bool', isQuantity);
  made.registerFunction('Quantity.compareTo(Quantity): int', (a: CelQuantity, b: CelQuantity) => a.compareTo(b));
  made.registerOperator('optional<dyn> == optional<dyn>', equalOptionals);
  for (const name of variables) made.registerVariable(name, 'dyn');
  return made;
}

/** Checked: what calls a function that is not known is refused here, not when it is asked. */
export function compile(env: Environment, expression: string): Program {
  const program = env.parse(expression);
  const { valid, error } = program.check();
  if (!valid) throw new TypeError(`cannot compile ${expression}: ${String(error?.message)}`);
  return program;
}

/** What went wrong, as cel-go would say it. */
export function problemOf(error: unknown): string {
  const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return first.replace(/^No such key/, 'no such key');
}
