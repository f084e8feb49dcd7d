/** Whoever places: kube-scheduler, this operator, or nobody (the server alone). */
import type { Batch, Placed } from './scenes';

/** Requests under way at once, of whoever creates. */
export const AT_ONCE = 24;

export interface Contender {
  readonly name: string;
  /** The process that decides; undefined where there is none. */
  pid(): number | undefined;
  start(): Promise<void>;
  /** Creates all of them; resolves with when (performance.now()) the last one was placed. */
  run(batch: Batch): Promise<number>;
  /** Ends it where it is, so that what it wrote so far can be counted. */
  stop(): Promise<void>;
  placed(): Promise<Placed[]>;
  /** Removes everything that was placed. */
  clear(): Promise<void>;
}
