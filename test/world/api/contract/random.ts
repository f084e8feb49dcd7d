/** Long stories that nobody thought of: what chance writes, and what each write came to. */
import { isKubeError } from '../../../../common/kube/errors';
import type { KubeObject } from '../../../../common/kube/types';
import { seeded } from '../../../seeded';
import type { Stories, Story } from './stories';
import type { Teller } from './teller';
import { AGENTS, DOMAINS, agent, condition, domain, object, orderSpec, type Loose } from './things';

class Chance {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = seeded(seed);
  }

  of<T>(...choices: readonly T[]): T {
    return choices[Math.floor(this.#next() * choices.length)] as T;
  }

  some<T>(...choices: readonly T[]): T[] {
    return choices.filter(() => this.#next() < 0.5);
  }

  /** Some of the fields. */
  part(fields: Readonly<Record<string, unknown>>): object {
    return Object.fromEntries(this.some(...Object.entries(fields)));
  }

  is(share: number): boolean {
    return this.#next() < share;
  }
}

const linesBefore = new WeakMap<Teller, ReadonlySet<string>>();

/** Tells only what is not as it was after the last step, so that a recording can be read. */
async function step(t: Teller, what: string, call: Promise<KubeObject | undefined>): Promise<Loose | undefined> {
  const answer = await call.catch((error: unknown) => error);
  if (isKubeError(answer)) {
    const causes = [...new Set(answer.causes)].join(' ');
    t.note(what, { refused: `${answer.kind} ${causes}`.trim() });
    return undefined;
  }
  if (answer instanceof Error) throw answer;
  const { metadata, spec, status } = t.normal(answer ?? {}) as Record<string, Record<string, unknown> | undefined>;
  const { managedFields = [], ...rest } = metadata ?? {};
  const parts = Object.entries({ ...rest, spec, ...status });
  const lines = [...(managedFields as string[]), ...parts.map(([name, part]) => `${name} ${JSON.stringify(part)}`)];
  const before = linesBefore.get(t);
  linesBefore.set(t, new Set(lines));
  t.note(what, { lines: lines.length, new: lines.filter((line) => before?.has(line) !== true) });
  return answer as Loose | undefined;
}

const statusOf = (chance: Chance): object =>
  chance.part({
    nonce: chance.of('x', 'y'),
    bootID: chance.of('x', 'y'),
    cpus: chance.of(1, 2),
    roster: chance.some('a', 'b', 'c'),
    xen: chance.part({ version: chance.of('4.17', '4.18'), guestTypes: chance.some('pv', 'pvh', 'hvm') }),
    conditions: chance.some('A', 'B', 'C', 'D').map((type) => condition(type, chance.of('True', 'False'))),
  });

const mainOf = (chance: Chance): { metadata: object; spec: object } => ({
  metadata: chance.part({
    labels: chance.part({ one: chance.of('x', 'y'), two: chance.of('x', 'y') }),
    annotations: chance.part({ one: chance.of('x', 'y') }),
    finalizers: chance.some('xenfleet.io/a', 'xenfleet.io/b'),
  }),
  spec: chance.part({
    fleetID: 'f',
    nonce: chance.of('x', 'y'),
    roster: chance.some('a', 'b'),
    networks: chance.some('n', 'm').map((name) => ({ name, bridge: chance.of('br0', 'br1') })),
  }),
});

const managers =
  (seed: number): Story =>
  async (t) => {
    const chance = new Chance(seed);
    const ref = { namespace: t.namespace, name: 'one' };
    await step(t, 'create', t.admin.create(AGENTS, agent(t.namespace)));
    for (let n = 0; n < 60; n += 1) {
      const fieldManager = chance.of('a', 'b', 'c');
      const force = chance.is(0.5);
      const main = mainOf(chance);
      const status = statusOf(chance);
      const onStatus = { fieldManager, force, subresource: 'status' } as const;
      const how = chance.of('status', 'status', 'patch of status', 'main', 'patch');
      const what = `${n} ${how} by ${fieldManager}${force ? ' with force' : ''}`;
      const whole = object(AGENTS, { ...main.metadata, ...ref }, { spec: main.spec });
      if (how === 'status') await step(t, what, t.admin.apply(AGENTS, object(AGENTS, ref, { status }), onStatus));
      if (how === 'patch of status') await step(t, what, t.admin.mergePatch(AGENTS, ref, { status }, onStatus));
      if (how === 'main') await step(t, what, t.admin.apply(AGENTS, whole, { fieldManager, force }));
      if (how === 'patch') await step(t, what, t.admin.mergePatch(AGENTS, ref, { ...main }, { fieldManager }));
    }
  };

/** One write by chance, perhaps of something that was read long ago. */
function write(t: Teller, chance: Chance, seen: Loose): [string, Promise<KubeObject | undefined>] {
  const { name, uid = '', resourceVersion = '' } = seen.metadata;
  const ref = { namespace: t.namespace, name };
  const epoch = chance.of(1, 2, 3, 4, 5, 6);
  const finalizers = chance.some('xenfleet.io/a', 'xenfleet.io/b');
  const version = chance.is(0.5) ? { resourceVersion } : {};
  const at = { subresource: 'status' } as const;
  const acts: readonly (() => [string, Promise<KubeObject | undefined>])[] = [
    () => ['create', t.admin.create(DOMAINS, domain(t.namespace, epoch, { name, finalizers }))],
    () => ['create', t.admin.create(DOMAINS, domain(t.namespace, epoch, { name, finalizers }))],
    () => ['update', t.admin.update(DOMAINS, { ...seen, spec: orderSpec(epoch) })],
    () => ['update', t.admin.update(DOMAINS, { ...seen, metadata: { ...seen.metadata, finalizers } })],
    () => ['patch', t.admin.mergePatch(DOMAINS, ref, { metadata: version, spec: { epoch } })],
    () => ['finalizers', t.admin.mergePatch(DOMAINS, ref, { metadata: { ...version, finalizers } })],
    () => ['status', t.admin.mergePatch(DOMAINS, ref, { metadata: version, status: { phase: 'Absent' } }, at)],
    () => ['update of status', t.admin.update(DOMAINS, { ...seen, status: { retiredEpoch: epoch } }, at)],
    () => [
      'apply',
      t.admin.apply(DOMAINS, domain(t.namespace, epoch, { name, ...version }), {
        fieldManager: 'm',
        force: chance.is(0.7),
      }),
    ],
    () => ['delete', t.admin.delete(DOMAINS, ref, { ...version, ...(chance.is(0.3) && { uid }) })],
    () => ['get', t.admin.get(DOMAINS, ref)],
  ];
  return chance.of(...acts)();
}

const writers =
  (seed: number): Story =>
  async (t) => {
    const chance = new Chance(seed);
    const scope = { namespace: t.namespace };
    const { resourceVersion } = await t.admin.list(DOMAINS, scope);
    const watch = t.watch(DOMAINS, scope, resourceVersion);
    const seen = ['a', 'b'].map((name) => [domain(t.namespace, 1, { name, uid: 'none', resourceVersion: '1' })]);
    for (let n = 0; n < 80; n += 1) {
      const of = chance.of(0, 1);
      const known = seen[of] as Loose[];
      const [what, call] = write(t, chance, chance.is(0.6) ? (known.at(-1) as Loose) : chance.of(...known));
      const answer = await step(t, `${n} ${what} ${of}`, call);
      if (answer !== undefined) known.push(answer);
    }
    await t.admin.create(DOMAINS, domain(t.namespace, 1, { name: 'last' }));
    await t.until(() => watch.events.some(({ object: { metadata } }) => metadata.name === 'last'));
    const texts = watch.events.map(({ type, object: one }) => {
      const { managedFields: _, ...metadata } = one.metadata;
      return `${type} ${JSON.stringify(t.normal({ ...one, metadata }))}`;
    });
    t.note('seen', { texts });
  };

export const RANDOM: Stories = {
  ...Object.fromEntries([1, 2, 3, 4, 13].map((seed) => [`managers by chance ${seed}`, managers(seed)])),
  ...Object.fromEntries([1, 2, 3].map((seed) => [`writers by chance ${seed}`, writers(seed)])),
};
