/** The command line of a bench. What is wrong is told with the option's name. */
import { parseArgs } from 'node:util';

export interface Options<Name extends string> {
  /** A number above 0. */
  number(name: Name, otherwise: number): number;
  /** A whole number above 0. */
  count(name: Name, otherwise: number): number;
  text(name: Name): string | undefined;
}

export function readOptions<Name extends string>(args: string[], names: readonly Name[]): Options<Name> {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' } as const]));
  const values = new Map(Object.entries(parseArgs({ args, options }).values));
  const number = (name: Name, otherwise: number, isGood: (value: number) => boolean, what: string): number => {
    const given = values.get(name);
    const value = Number(given ?? otherwise);
    if (isGood(value)) return value;
    throw new Error(`--${name}: give a ${what} above 0, e.g. ${otherwise}; it is ${JSON.stringify(given)}`);
  };
  return {
    number: (name, otherwise) => number(name, otherwise, (value) => value > 0 && value < Infinity, 'number'),
    count: (name, otherwise) =>
      number(name, otherwise, (value) => Number.isSafeInteger(value) && value > 0, 'whole number'),
    text: (name) => values.get(name),
  };
}
