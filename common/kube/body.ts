/** Reading an answer: whole and bounded, or line by line with an eye on silence. */
import type { IncomingMessage } from 'node:http';
import { StringDecoder } from 'node:string_decoder';

/** An answer longer than allowed. */
export class TooLong extends Error {
  override readonly name = 'TooLong';
}

/** The whole body as text; rejects with TooLong, or with the connection's error. */
export function readAll(response: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > maxBytes) response.destroy(new TooLong(`the answer is longer than ${maxBytes} bytes`));
    });
    response.on('end', () => resolve(Buffer.concat(chunks, bytes).toString('utf8')));
    response.on('error', reject);
    response.on('close', () => reject(new Error('the connection closed in the middle of the answer')));
  });
}

/** Splits chunks into lines. A character or a line may lie across chunks. */
export class LineSplitter {
  private readonly decoder = new StringDecoder('utf8');
  private parts: string[] = [];
  private length = 0;

  constructor(private readonly maxLineLength: number) {}

  /** False: a line is too long, or `onLine` has had enough. */
  push(chunk: Buffer, onLine: (line: string) => boolean): 'more' | 'enough' | 'overflow' {
    const text = this.decoder.write(chunk);
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const line = this.parts.join('') + text.slice(from, end);
      this.parts = [];
      this.length = 0;
      from = end + 1;
      if (line.trim() !== '' && !onLine(line)) return 'enough';
    }
    if (from < text.length) this.keep(text.slice(from));
    return this.length > this.maxLineLength ? 'overflow' : 'more';
  }

  /** True where the stream ended in the middle of a line. */
  get hasRest(): boolean {
    return this.parts.some((part) => part.trim() !== '');
  }

  private keep(text: string): void {
    this.parts.push(text);
    this.length += text.length;
  }
}

export interface LineReading {
  readonly idleMs: number;
  readonly maxLineLength: number;
  readonly onLine: (line: string) => boolean;
}

/**
 * Reads lines until the server ends (`closed`), falls silent (`idle`), or a line overflows; rejects
 * where the connection breaks.
 */
export function readLines(response: IncomingMessage, reading: LineReading): Promise<'closed' | 'idle' | 'overflow'> {
  return new Promise((resolve, reject) => {
    const lines = new LineSplitter(reading.maxLineLength);
    const finish = (end: 'closed' | 'idle' | 'overflow'): void => {
      clearTimeout(idle);
      resolve(end);
      response.destroy();
    };
    const fail = (error: Error): void => {
      clearTimeout(idle);
      reject(error);
    };
    const idle = setTimeout(() => finish('idle'), reading.idleMs);
    let over = false;
    response.on('data', (chunk: Buffer) => {
      if (over) return;
      idle.refresh();
      const next = lines.push(chunk, reading.onLine);
      if (next === 'more') return;
      over = true;
      finish(next === 'enough' ? 'closed' : 'overflow');
    });
    response.on('end', () => (lines.hasRest ? fail(new Error('the stream ended inside a line')) : finish('closed')));
    response.on('error', fail);
    response.on('close', () => fail(new Error('the connection closed')));
  });
}
