/**
 * Faults that are planted to see whether the world finds them: each takes one rule out of the code,
 * as its module is loaded. A plant that nothing finds is a hole in the net.
 */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** More than one edit if the rule is kept twice. */
export type Plant = readonly Edit[];
export type Plants = Readonly<Record<string, Plant>>;
