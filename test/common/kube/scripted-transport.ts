/** A transport that answers what a test says, and notes what was asked. */
import { KubeError } from '../../../common/kube/errors';
import type { KubeRequest, KubeTransport, StreamEnd, StreamRequest } from '../../../common/kube/transport';

type Answer = (request: KubeRequest) => unknown;

/** An open watch, in the test's hand. */
export class OpenStream {
  readonly end: Promise<StreamEnd>;
  isOpen = true;
  private resolve!: (end: StreamEnd) => void;
  private reject!: (error: unknown) => void;

  constructor(readonly request: StreamRequest) {
    this.end = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    const aborted = new KubeError('aborted', 'aborted');
    request.signal?.addEventListener('abort', () => this.fail(aborted));
  }

  send(type: string, object: unknown): void {
    this.line(JSON.stringify({ type, object }));
  }

  line(line: string): void {
    if (this.isOpen && !this.request.onLine(line)) this.close();
  }

  close(end: StreamEnd = 'closed'): void {
    this.isOpen = false;
    this.resolve(end);
  }

  fail(error: unknown): void {
    this.isOpen = false;
    this.reject(error);
  }
}

export class ScriptedTransport implements KubeTransport {
  readonly requests: KubeRequest[] = [];
  readonly streams: OpenStream[] = [];
  private readonly answers: Answer[] = [];
  private readonly refusals: Error[] = [];

  /** The next call gets this; an Error rejects. */
  next(...answers: readonly unknown[]): this {
    for (const answer of answers) this.answers.push(typeof answer === 'function' ? (answer as Answer) : () => answer);
    return this;
  }

  /** The next watch does not start. */
  refuseWatch(error: Error): this {
    this.refusals.push(error);
    return this;
  }

  get openStream(): OpenStream {
    const stream = this.streams.at(-1);
    if (stream === undefined || !stream.isOpen) throw new Error('no open watch');
    return stream;
  }

  async request(request: KubeRequest): Promise<unknown> {
    this.requests.push(request);
    const answer = this.answers.shift();
    if (answer === undefined) throw new Error(`nothing scripted for ${request.method} ${request.path}`);
    const result = await answer(request);
    if (result instanceof Error) throw result;
    return result;
  }

  async stream(request: StreamRequest): Promise<StreamEnd> {
    const refusal = this.refusals.shift();
    if (refusal !== undefined) throw refusal;
    const stream = new OpenStream(request);
    this.streams.push(stream);
    return stream.end;
  }

  close(): void {
    for (const stream of this.streams) if (stream.isOpen) stream.close();
  }
}
