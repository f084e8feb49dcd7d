/** What is said of one reason to people. Every reason has such words, or nothing compiles. */
export interface ReasonWords {
  /** The conditions that carry it, with their status where it is always the same. */
  readonly on: string;
  readonly means: string;
  readonly remedy: string;
}
