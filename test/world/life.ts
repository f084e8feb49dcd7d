/** One life of a world: a beginning, acts and faults, calm, and the judgement. */
import { createHash } from 'node:crypto';
import { XENHOSTS } from '../../common/kube/resources';
import { seeded } from '../seeded';
import { Draw, type Act, type ActKind, type Actor } from './act';
import { ADMINISTRATOR } from './actors/administrator';
import { ENVIRONMENT } from './actors/environment';
import { THIEF } from './actors/thief';
import { TENANT } from './actors/tenant';
import { config } from './oracles/config';
import { copies } from './oracles/copies';
import { data } from './oracles/data';
import { endings } from './oracles/endings';
import type { NewOracle, Oracle, Violation } from './oracles/oracle';
import { memory } from './oracles/memory';
import { operations } from './oracles/operations';
import { placement } from './oracles/placement';
import { policy } from './oracles/policy';
import { outcome } from './oracles/outcome';
import { World, type Note, type WorldOptions } from './world';

const ACTORS: Readonly<Record<string, Actor>> = {
  tenant: TENANT,
  administrator: ADMINISTRATOR,
  environment: ENVIRONMENT,
  thief: THIEF,
};
const ORACLES: readonly NewOracle[] = [copies, endings, data, memory, operations, policy, placement, config, outcome];

export interface Scenario {
  readonly seed: number;
  readonly hosts: number;
  readonly acts: readonly Act[];
}

export interface Verdict {
  readonly violations: readonly Violation[];
  readonly notes: readonly Note[];
  /** Of all that was written and all that happened: the same seed has the same. */
  readonly digest: string;
  readonly world: World;
}

const BEGIN_MS = 20_000;
const FAULTS_MS = 300_000;
const CALM_MS = 480_000;

/**
 * Some kinds of acts come often in this life and some never: rare acts meet each other so, which a
 * fair mixture hides.
 */
function swarm(actor: Actor, draw: Draw): Actor {
  const weigh = ([name, kind]: [string, ActKind]): [string, ActKind] => [
    name,
    { ...kind, weight: kind.weight * draw.of([0, 1, 1, 8]) },
  ];
  const weighed = Object.fromEntries(Object.entries(actor).map(weigh));
  return Object.values(weighed).some(({ weight }) => weight > 0) ? weighed : actor;
}

/** What a seed means. */
export function scenarioOf(seed: number): Scenario {
  const draw = new Draw({ next: seeded(seed ^ 0x5eed) });
  const hosts = draw.int(2, 8);
  const acts: Act[] = [];
  const add = (actor: string, act: string, atMs: number): void => {
    acts.push({ atMs, actor, act, args: ACTORS[actor]![act]!.draw(draw) });
  };
  const creates = draw.int(4, 24);
  for (let n = 0; n < creates; n += 1) add('tenant', 'create', BEGIN_MS + draw.int(0, FAULTS_MS / 4));
  for (const [actor, most] of [
    ['tenant', 30],
    ['administrator', draw.of([8, 8, 24])],
    ['environment', 24],
    ['thief', draw.of([0, 0, 0, 0, 12])],
  ] as const) {
    const count = draw.int(0, most);
    const kinds = swarm(ACTORS[actor]!, draw);
    for (let n = 0; n < count; n += 1) add(actor, draw.kind(kinds), BEGIN_MS + draw.int(0, FAULTS_MS));
  }
  return { seed, hosts, acts: acts.sort((a, b) => a.atMs - b.atMs) };
}

export interface Listeners {
  readonly onLog?: WorldOptions['onLog'];
  readonly onWorld?: (world: World) => void;
}

export async function live({ seed, hosts, acts }: Scenario, { onLog, onWorld }: Listeners = {}): Promise<Verdict> {
  const violations: Violation[] = [];
  const oracles: Oracle[] = [];
  const world = new World({
    seed,
    hosts,
    operators: 2,
    onEvent: (it, event) => {
      const machine = it.servers.find(({ name }) => name === event.host);
      if (machine !== undefined) for (const oracle of oracles) oracle.onEvent?.(event, machine);
    },
    ...(onLog && { onLog }),
  });
  onWorld?.(world);
  const accuse = (rule: string, what: string): void => void violations.push({ atMs: world.time.nowMs, rule, what });
  oracles.push(...ORACLES.map((make) => make(world, accuse)));
  await world.begin();
  for (const act of acts) {
    await world.time.run(act.atMs);
    void world.perform(ACTORS[act.actor]![act.act]!, act);
  }
  await world.time.run(BEGIN_MS + FAULTS_MS + 1000);
  await calm(world);
  await world.time.run(world.time.nowMs + CALM_MS);
  for (const oracle of oracles) oracle.atEnd?.();
  world.end();
  return { violations, notes: world.notes, digest: digestOf(world), world };
}

/** The environment comes to rest, and the administrator takes back what stands in the way. */
async function calm(world: World): Promise<void> {
  world.note('calm', '');
  world.calm();
  const spec = { unschedulable: false, taints: [], declaredDead: null, quarantined: null };
  for (const { name } of world.machines)
    void world.admin.mergePatch(XENHOSTS, { name }, { spec }).catch(() => world.addHost(name));
  await world.time.run(world.time.nowMs + 100);
}

function digestOf({ server, events }: World): string {
  const hash = createHash('sha256');
  for (const { revision, type, user, object } of server.history)
    hash.update(`${revision} ${type} ${user} ${JSON.stringify(object)}\n`);
  for (const event of events) hash.update(`${JSON.stringify(event)}\n`);
  return hash.digest('hex');
}
