/**
 * What somebody does to the world. Acts are data, so a life can be told, repeated and shortened.
 */
import type { Random } from '../../common/ports';
import type { World } from './world';

export type Args = Readonly<Record<string, number | string | boolean>>;

export interface Act {
  /** Milliseconds after the beginning. */
  readonly atMs: number;
  readonly actor: string;
  readonly act: string;
  readonly args: Args;
}

export interface ActKind {
  /** How likely it is beside the others of its actor. */
  readonly weight: number;
  readonly draw: (draw: Draw) => Args;
  /** Targets that are not there any more are no error. What it returns goes into the story. */
  readonly perform: (world: World, args: Args) => Promise<string | void> | string | void;
}

export type Actor = Readonly<Record<string, ActKind>>;

/** Choices by one source of chance. */
export class Draw {
  constructor(private readonly random: Random) {}

  /** An integer from `least` to `most`, both included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.random.next() * (most - least + 1));
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.int(0, choices.length - 1)]!;
  }

  chance(share: number): boolean {
    return this.random.next() < share;
  }

  kind(actor: Actor): string {
    const kinds = Object.entries(actor);
    let left = this.random.next() * kinds.reduce((sum, [, { weight }]) => sum + weight, 0);
    for (const [name, { weight }] of kinds) if ((left -= weight) < 0) return name;
    return kinds[0]![0];
  }
}
