/**
 * `make plants`: lives with one planted fault each, to see that the judges notice.
 *
 *     planted.ts NAME                    its story, with the fault
 *     planted.ts NAME --hunt LIVES       lives from seed 1 until one breaks; writes its story
 *     planted.ts NAME --told FILE        the life in that file, told by a person; the same
 *
 * A process has one fault in it, so `plants-all.ts` starts one for each.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type * as Life from './life';
import type { Scenario } from './life';
import { PLANTS } from './plants/index';
import { plant } from './planting';
import { shrink } from './shrink';
import { readStories, writeStory, type Story } from './story';

interface PlantedLife {
  readonly scenarioOf: (seed: number) => Scenario;
  readonly judge: (scenario: Scenario) => Promise<string | undefined>;
}

function plantedLife(name: string): PlantedLife {
  const found = PLANTS[name];
  if (found === undefined) throw new Error(`no such plant: ${name}; there are ${Object.keys(PLANTS).join(', ')}`);
  plant(found);
  // Loaded only now, with the fault in it.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { live, scenarioOf } = require('./life') as typeof Life;
  return { scenarioOf, judge: async (scenario) => (await live(scenario)).violations[0]?.rule };
}

const storyOf = (name: string): Story | undefined => readStories().find((one) => one.plant === name);

async function hunt(name: string, most: number): Promise<string> {
  const { scenarioOf, judge } = plantedLife(name);
  for (let seed = 1; seed <= most; seed += 1) {
    const scenario = scenarioOf(seed);
    const rule = await judge(scenario);
    if (rule === undefined) continue;
    const told = storyOf(name);
    if (told !== undefined) {
      await writeStory({ ...told, lives: seed });
      return `found   ${name}: ${rule}, life ${seed}`;
    }
    const short = await shrink(scenario, rule, judge);
    await writeStory({ plant: name, rule, lives: seed, ...short });
    return `found   ${name}: ${rule}, life ${seed}, ${scenario.acts.length} acts cut down to ${short.acts.length}`;
  }
  return `MISSED  ${name}: ${most} lives`;
}

async function toldIn(name: string, file: string): Promise<string> {
  const { judge } = plantedLife(name);
  const scenario = JSON.parse(readFileSync(file, 'utf8')) as Scenario;
  const rule = await judge(scenario);
  if (rule === undefined) return `MISSED  ${name}: the life in ${file} goes well`;
  await writeStory({ plant: name, rule, lives: 0, ...scenario });
  return `found   ${name}: ${rule}, as a person told it`;
}

async function tell(name: string): Promise<string> {
  const story = storyOf(name);
  if (story === undefined) return `UNKNOWN ${name}: nobody has hunted for it`;
  const rule = await plantedLife(name).judge(story);
  return rule === undefined ? `MISSED  ${name}: its story goes well` : `found   ${name}: ${rule}`;
}

async function main(): Promise<void> {
  const options = { hunt: { type: 'string' }, told: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const [name = ''] = positionals;
  if (values.told !== undefined) return console.log(await toldIn(name, values.told));
  console.log(values.hunt === undefined ? await tell(name) : await hunt(name, Number(values.hunt)));
}

void main();
