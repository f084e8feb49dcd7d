/** Exit codes of the scripts on the Dom0; what they mean is in agents/host/scripts/lib.sh. */
export const RETIRED = 40;
export const UNKNOWN = 41;
export const EXISTS = 42;
export const BAD_INPUT = 43;
export const ABSENT = 44;
/** The code that flock(1) is asked to give if the lock was not free in time: nothing was run. */
export const BUSY = 45;
export const NO_POOL = 46;
export const MISSING = 47;
export const NOT_YOURS = 48;
export const NOT_RAW = 49;
