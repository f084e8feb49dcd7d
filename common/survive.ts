/** For loops and watches that must outlive a bug in what they call. Pure. */

/**
 * Hears of an exception that nobody expected: `where` it was caught, out of a small set, and the
 * error with its stack.
 */
export type OnFault = (where: string, error: unknown) => void;

/** Calls `act`; what it throws is told and goes no further. */
export function survive(where: string, onFault: OnFault, act: () => void): void {
  try {
    act();
  } catch (error) {
    onFault(where, error);
  }
}
