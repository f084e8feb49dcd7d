/** Bounded capture of a command's output: everything is drained, only the first bytes are kept. */
import { fstatSync, readSync } from 'node:fs';
import type { Readable } from 'node:stream';

export class Capture {
  truncated = false;
  private readonly chunks: Buffer[] = [];
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  /**
   * Reads the stream to its end; errors of a stream (a broken connection) show as the end of the
   * call, not here.
   */
  drain(stream: Readable): void {
    stream.on('data', (chunk: Buffer) => this.add(chunk));
    stream.on('error', () => undefined);
  }

  add(chunk: Buffer): void {
    const room = this.maxBytes - this.bytes;
    if (chunk.length > room) this.truncated = true;
    if (room <= 0) return;
    const kept = chunk.subarray(0, room);
    this.chunks.push(kept);
    this.bytes += kept.length;
  }

  /** Adds what an open file holds now, read from its start. */
  addFile(fd: number): void {
    const size = fstatSync(fd).size;
    const buffer = Buffer.alloc(Math.min(size, this.maxBytes));
    this.add(buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, 0)));
    this.truncated ||= size > this.maxBytes;
  }

  text(): string {
    return Buffer.concat(this.chunks).toString('utf8');
  }
}
