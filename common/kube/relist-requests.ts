/** Who asked for a relist, and which list serves whom: only one that began after the question. */

interface Waiter {
  readonly number: number;
  readonly done: () => void;
  readonly fail: (error: Error) => void;
}

export class RelistRequests {
  private asked = 0;
  private begun = 0;
  private waiters: Waiter[] = [];
  private closed: Error | undefined;

  ask(): Promise<void> {
    if (this.closed !== undefined) return Promise.reject(this.closed);
    this.asked += 1;
    const number = this.asked;
    return new Promise((done, fail) => this.waiters.push({ number, done, fail }));
  }

  /** Somebody asked after the last list began. */
  get isPending(): boolean {
    return this.asked > this.begun;
  }

  /** A list begins. */
  begin(): void {
    this.begun = this.asked;
  }

  /** The list that began last is told. */
  finish(): void {
    const served = this.waiters.filter((waiter) => waiter.number <= this.begun);
    this.waiters = this.waiters.filter((waiter) => waiter.number > this.begun);
    for (const waiter of served) waiter.done();
  }

  /** There will be no more lists. */
  close(error: Error): void {
    this.closed = error;
    for (const waiter of this.waiters.splice(0)) waiter.fail(error);
  }
}
