/** What is said of one reason to people. */
export interface ReasonWords {
  /** The conditions that carry it, with their status where it is always the same. */
  readonly on: string;
  readonly means: string;
  readonly remedy: string;
}

/** The reasons are the keys: there is none without words, and no list of them elsewhere. */
export const wordsOf = <R extends string>(words: Record<R, ReasonWords>): Record<R, ReasonWords> => words;
