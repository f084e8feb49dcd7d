/**
 * Stories: short lives that are kept as files. Each was the life in which a fault showed, cut down
 * to the fewest acts, and goes well now.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import type { Scenario } from './life';

export interface Story extends Scenario {
  /** The planted fault (`plants.ts`) that shows in it. */
  readonly plant: string;
  /** The rule that breaks then. */
  readonly rule: string;
  /** How many lives were needed to find it, from seed 1 on; 0 if a person told this one. */
  readonly lives: number;
}

const FOLDER = join(__dirname, 'stories');
const fileOf = (plant: string): string => join(FOLDER, `${plant.replaceAll(/[^A-Za-z0-9]+/g, '-')}.json`);

export function readStories(): Story[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  return files.sort().map((name) => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Story);
}

export async function writeStory(story: Story): Promise<void> {
  const text = await format(JSON.stringify(story), { parser: 'json', printWidth: 120 });
  writeFileSync(fileOf(story.plant), text);
}
