/**
 * How many objects a page of a list may have: fewer after an answer that was too long, down to one,
 * and slowly more again.
 */
import { isKubeError } from './errors';

export const PAGE_SIZE = 500;

export class PageLimit {
  private limit = PAGE_SIZE;

  get current(): number {
    return this.limit;
  }

  /** True: the page was too long, so ask for the same one again, which is smaller now. */
  shrink(error: unknown): boolean {
    if (!isKubeError(error, 'tooLong') || this.limit === 1) return false;
    this.limit = Math.max(1, Math.floor(this.limit / 2));
    return true;
  }

  /** A whole list was read. */
  grow(): void {
    this.limit = Math.min(PAGE_SIZE, this.limit * 2);
  }
}
