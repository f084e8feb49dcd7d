/**
 * A claim whose write fails, or is not answered: room stays reserved until it is known whether the
 * claim stands, and a claim is never written on another state than the one it was decided on.
 */
import { deepEqual, equal, throws } from 'node:assert/strict';
import { KubeError } from '../../../../common/kube/errors';
import type { XenVM } from '../../../../crds/generated/types';
import { ClaimWriter } from '../../../../operator/controllers/placement/claim-writer';
import { writeClaim } from '../../../../operator/controllers/placement/claim';
import { Writer } from '../../../../operator/controllers/frame/writer';
import { NOTHING } from '../../../../operator/plan/vm/reservation';
import { settle } from '../../../common/kube/fake-clock';
import { claimed, UID, vm } from '../../plan/builders';
import { ApiInMemory } from '../api-in-memory';
import { FleetInMemory } from '../fleet-in-memory';
import { Recording } from '../recording';

const reserved = { ...NOTHING, vcpus: 1, memoryMiB: 1024 };
const claim = { host: 'h1', epoch: 2, uuid: UID, bootID: 'boot-h1', reserved };
const KEY = 'acme/web';
const spec = { className: undefined as never, resources: { vcpus: 1, memory: '1Gi' } };

class Rig extends FleetInMemory {
  readonly api = new ApiInMemory(this);
  readonly told = new Recording();
  readonly writer = new Writer({ caches: this.caches, client: this.api.client, log: this.told.log });
  readonly outcomes: string[] = [];
  readonly vouched: (string | undefined)[] = [];
  readonly pauses: (() => void)[] = [];
  readonly claims = new ClaimWriter({
    caches: this.caches,
    ledger: this.ledger,
    client: this.api.client,
    writer: this.writer,
    metrics: this.told.metrics,
    log: this.told.log,
    onClaimed: (written) => void this.vouched.push(written.status?.placement?.host),
    onOutcome: (key) => void this.outcomes.push(key),
    pause: () => new Promise((resolve) => void this.pauses.push(resolve)),
  });
  readonly web: XenVM;

  constructor(status?: XenVM['status']) {
    super('h1');
    this.web = this.vm(vm({ spec, ...(status && { status }) }));
  }

  /** As the placement loop does: counted first, then written. */
  async claim(over: Partial<typeof claim> = {}): Promise<void> {
    this.ledger.flush();
    this.ledger.assume(this.web, 'h1', reserved);
    this.claims.write(KEY, this.web, { ...claim, ...over });
    await this.turns();
  }

  async turns(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) await settle();
  }

  async paused(): Promise<void> {
    for (const goOn of this.pauses.splice(0)) goOn();
    await this.turns();
  }

  get isCounted(): boolean {
    return this.countedMiB('h1').guests > 0;
  }

  /** [being written, what was told, who was looked at again, whether it is counted] */
  get now(): unknown[] {
    return [this.claims.isWriting(KEY), this.told.measured.join(), this.outcomes.join(), this.isCounted];
  }
}

describe('a claim that is written', () => {
  it('carries host, epoch, boot, UUID and what is reserved, on the state that was decided on', async () => {
    const here = new Rig();
    await here.claim();
    const [call] = here.api.calls;
    deepEqual(call?.body, {
      metadata: { resourceVersion: here.web.metadata.resourceVersion },
      status: {
        placement: { host: 'h1', epoch: 2, bootID: 'boot-h1' },
        domainUUID: UID,
        reserved: { vcpus: 1, memoryMiB: 1024, dedicated: false, hvm: false, disks: [] },
      },
    });
    const { subresource, fieldManager } = call?.options ?? {};
    deepEqual([subresource, fieldManager, call?.key], ['status', 'xenfleet-claim', KEY]);
    deepEqual([here.now, here.vouched], [[false, 'placement placed', KEY, true], ['h1']]);
    deepEqual(here.told.logged, [{ level: 'info', message: 'placed', fields: { vm: KEY, host: 'h1', epoch: 2 } }]);
  });

  it('takes away the boot of an earlier claim if none is known', async () => {
    const here = new Rig(claimed('h1', 1));
    await here.claim({ bootID: undefined as never });
    deepEqual(here.caches.vms.get(KEY)?.status?.placement, { host: 'h1', epoch: 2 });
  });

  it('under the epoch in force is growth', async () => {
    const here = new Rig(claimed('h1', 2));
    await here.claim();
    equal(here.told.measured.join(), 'placement grown');
  });

  it('is refused where no state is named that it was decided on', () => {
    const { resourceVersion: _version, ...metadata } = vm().metadata;
    throws(() => writeClaim(new Rig().writer, { ...vm(), metadata }, claim), /needs the resourceVersion/);
  });
});

describe('a claim that is not written', () => {
  it('because the VM is not what it was gives the room back at once, and is no fault', async () => {
    const here = new Rig();
    here.api.before = ({ verb }) => {
      if (verb === 'patch') here.vm({ ...here.web });
    };
    await here.claim();
    deepEqual([here.now, here.vouched], [[false, 'placement conflict', KEY, false], []]);
    deepEqual(here.told.logged, []);
  });

  it('because the VM is gone gives the room back at once', async () => {
    const here = new Rig();
    here.remove(here.caches.vms, here.web);
    await here.claim();
    deepEqual(here.now, [false, 'placement conflict', KEY, false]);
  });

  it('for another reason is told, and waits for a moment', async () => {
    const here = new Rig();
    here.api.before = () => {
      throw new KubeError('throttled', 'not now');
    };
    await here.claim();
    deepEqual(here.now, [true, 'placement error', '', true]);
    deepEqual(here.told.lines(/./), ['warn claim not written']);
    await here.paused();
    deepEqual(here.now, [false, 'placement error', KEY, false]);
  });
});

describe('a claim whose write was not answered', () => {
  const lost = new KubeError('network', 'the answer is lost', { mayHaveLanded: true });
  const down = new KubeError('network', 'down');

  it('keeps its room until the API says that it stands', async () => {
    const here = new Rig();
    here.api.after = ({ verb }) => {
      if (verb === 'patch') throw lost;
    };
    here.api.before = ({ verb }) => {
      if (verb === 'get') throw down;
    };
    await here.claim();
    await here.paused();
    await here.paused();
    deepEqual(here.now, [true, 'placement error', '', true]);
    deepEqual(here.vouched, [], 'nobody has said yet that it is the newest');
    here.api.before = () => undefined;
    await here.paused();
    deepEqual(here.now, [false, 'placement error', KEY, true]);
    equal(here.caches.vms.get(KEY)?.status?.placement?.host, 'h1');
    deepEqual(
      here.api.calls.filter(({ verb }) => verb === 'get').map(({ kind, key }) => `${kind} ${key}`),
      [`XenVM ${KEY}`],
    );
  });

  it('gives the room back once the API says that it does not', async () => {
    const here = new Rig();
    here.api.before = ({ verb }) => {
      if (verb === 'patch') throw lost;
    };
    await here.claim();
    deepEqual(here.now, [false, 'placement error', KEY, false]);
  });

  it('gives the room back if the VM is gone', async () => {
    const here = new Rig();
    here.api.before = ({ verb }) => {
      if (verb === 'patch') throw lost;
      here.remove(here.caches.vms, here.web);
    };
    await here.claim();
    deepEqual(here.now, [false, 'placement error', KEY, false]);
  });

  it('is asked for no more after the end of the term', async () => {
    const here = new Rig();
    here.api.before = ({ verb }) => {
      throw verb === 'patch' ? lost : down;
    };
    await here.claim();
    let isStopped = false;
    void here.claims.stop().then(() => (isStopped = true));
    await here.turns();
    equal(isStopped, false, 'what is under way is waited for');
    await here.paused();
    deepEqual([isStopped, here.pauses.length], [true, 0]);
  });
});
