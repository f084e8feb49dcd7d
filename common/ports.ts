/**
 * The two things no decision may take from the outside by itself: time and chance. Both come in as
 * arguments, so that tests own them.
 */

export interface Timer {
  /** After this the callback does not run; harmless when it already has. */
  cancel(): void;
}

export interface Clock {
  /**
   * Milliseconds of a clock that never goes back and that nobody sets; its zero means nothing.
   * Every duration is measured by it.
   */
  monotonicMs(): number;
  /**
   * Milliseconds since 1970, for time stamps that people and other machines read; never for
   * durations.
   */
  wallMs(): number;
  setTimer(delayMs: number, fire: () => void): Timer;
}

export interface Random {
  /** A number in [0, 1). */
  next(): number;
}
