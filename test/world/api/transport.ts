/** The way of a call from a process to the model and back, with all that can happen to it. */
import { KubeError } from '../../../common/kube/errors';
import { errorOfAnswer } from '../../../common/kube/status';
import type { KubeRequest, KubeTransport, StreamEnd, StreamRequest } from '../../../common/kube/transport';
import type { Clock } from '../../../common/ports';
import type { Fate, InsteadOfTheAct, Link, User } from './ports';
import { Refused } from './refusals';
import type { ModelServer } from './server';
import type { Watch } from './watches';

const DEADLINE_MS = 15_000;

/** One call: settled once, by whatever comes first. */
class Life<T> {
  readonly settled: Promise<T>;
  isSent = false;
  isOver = false;
  #resolve!: (value: T) => void;
  #reject!: (error: unknown) => void;
  readonly #deadline: { cancel(): void };

  constructor(
    private readonly call: KubeRequest,
    clock: Clock,
  ) {
    this.settled = new Promise((resolve, reject) => ([this.#resolve, this.#reject] = [resolve, reject]));
    const deadlineMs = call.deadlineMs ?? DEADLINE_MS;
    this.#deadline = clock.setTimer(deadlineMs, () =>
      this.fail(this.error('timeout', `no answer within ${deadlineMs} ms`)),
    );
    call.signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (call.signal?.aborted === true) this.#onAbort();
  }

  error(kind: 'aborted' | 'network' | 'timeout', why: string): KubeError {
    const { method, path } = this.call;
    return new KubeError(kind, `${method} ${path}: ${why}`, { mayHaveLanded: this.isSent && method !== 'GET' });
  }

  finish(value: T): void {
    if (this.#over()) this.#resolve(value);
  }

  fail(error: unknown): void {
    if (this.#over()) this.#reject(error);
  }

  /** From here on only the stream's own rules count. */
  answered(): boolean {
    if (this.isOver) return false;
    this.#deadline.cancel();
    return true;
  }

  #over(): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    this.#deadline.cancel();
    this.call.signal?.removeEventListener('abort', this.#onAbort);
    return true;
  }

  readonly #onAbort = (): void => this.fail(this.error('aborted', 'given up by the caller'));
}

export class ModelTransport implements KubeTransport {
  #isClosed = false;

  constructor(
    private readonly server: ModelServer,
    private readonly user: User,
    private readonly link: Link,
    private readonly clock: Clock,
  ) {}

  request(request: KubeRequest): Promise<unknown> {
    const life = new Life<unknown>(request, this.clock);
    this.#sent(request, life, false, (fate) => {
      const { outcome } = fate;
      const instead = typeof outcome === 'object' ? outcome : undefined;
      const answer = instead === undefined || instead.afterTheAct === true ? this.#act(request) : undefined;
      if (outcome === 'mute') return;
      this.clock.setTimer(fate.answerMs ?? 0, () => {
        if (outcome === 'lostAnswer') life.fail(life.error('network', 'the connection broke'));
        else if (instead !== undefined) life.fail(errorInstead(request, instead));
        else if (answer?.error !== undefined) life.fail(answer.error);
        else life.finish(answer?.value);
      });
    });
    return life.settled;
  }

  stream(request: StreamRequest): Promise<StreamEnd> {
    const life = new Life<StreamEnd>(request, this.clock);
    this.#sent(request, life, true, ({ outcome }) => {
      if (outcome === 'mute') return;
      if (outcome === 'lostAnswer') return life.fail(life.error('network', 'the connection broke'));
      if (typeof outcome === 'object') return life.fail(errorInstead(request, outcome));
      this.#listen(request, life);
    });
    return life.settled;
  }

  close(): void {
    this.#isClosed = true;
  }

  #listen(request: StreamRequest, life: Life<StreamEnd>): void {
    if (!life.answered()) return;
    let watch: Watch;
    try {
      watch = this.server.watch(this.user, request, this.link);
    } catch (error) {
      return life.fail(errorOf(request, error));
    }
    const onAbort = (): void => watch.break(life.error('aborted', 'given up by the caller'));
    request.signal?.addEventListener('abort', onAbort, { once: true });
    watch.ended.then(
      (end) => life.finish(end),
      (error: unknown) => life.fail(error),
    );
  }

  /** Until the call is at the server. The guard is asked when the connection stands. */
  #sent<T>(request: KubeRequest, life: Life<T>, isStream: boolean, arrived: (fate: Fate) => void): void {
    const { method, verb, resource, path } = request;
    const fate = this.link.fate({ user: this.user, method, verb, resource, path, isStream });
    const { connectMs = 0, arriveMs = 1, outcome } = fate;
    this.clock.setTimer(connectMs, () => {
      if (life.isOver) return;
      if (outcome === 'refused' || this.#isClosed) return life.fail(life.error('network', 'connection refused'));
      try {
        request.guard?.();
      } catch (error) {
        return life.fail(error);
      }
      life.isSent = true;
      if (outcome === 'deaf') return;
      this.clock.setTimer(arriveMs, () => {
        if (outcome === 'lostRequest') life.fail(life.error('network', 'the connection broke'));
        else arrived(fate);
      });
    });
  }

  /** What was sent is done, whether or not anybody waits for it. */
  #act(request: KubeRequest): { value?: unknown; error?: unknown } {
    try {
      return { value: this.server.answer(this.user, request) };
    } catch (error) {
      return { error: errorOf(request, error) };
    }
  }
}

function errorOf({ method, path }: KubeRequest, error: unknown): unknown {
  if (!(error instanceof Refused)) return error;
  const body = typeof error.status === 'string' ? error.status : JSON.stringify(error.status);
  return errorOfAnswer({ what: `${method} ${path}`, isWrite: method !== 'GET', code: error.code, headers: {}, body });
}

function errorInstead({ method, path }: KubeRequest, { code, reason, retryAfterSeconds }: InsteadOfTheAct): KubeError {
  const details = { ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  const body = JSON.stringify({ kind: 'Status', status: 'Failure', code, ...(reason && { reason }), details });
  return errorOfAnswer({ what: `${method} ${path}`, isWrite: method !== 'GET', code, headers: {}, body });
}
