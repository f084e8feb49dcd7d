/**
 * The contract of a host port: every body passes it, on simulated hosts and on real Xen alike.
 * Where they differ, the simulation is wrong. Call it inside a `describe`.
 */
import { execContract, fileContract } from './contract-basics';
import { imageDir, pool, POOL_ID, POOL_NAME } from './contract-calls';
import type { HostUnderTest } from './contract-calls';
import { diskContract } from './contract-disks';
import { domainContract, lockContract } from './contract-domains';
import { endingContract } from './contract-endings';
import { poolContract } from './contract-pools';

export { contractDir } from './contract-calls';
export type { HostUnderTest } from './contract-calls';

/** `slow` is for hosts where one call takes a second. */
export function hostContract(make: () => Promise<HostUnderTest>, slow = false): void {
  let made: HostUnderTest | undefined;
  const under = () => made!;
  const host = () => under().host;

  before(async function () {
    this.timeout(slow ? 1_200_000 : 120_000);
    made = await make();
    await host().putFile(`${pool}/.xenfleet-pool`, `${POOL_NAME} ${POOL_ID}\n`);
    await host().putFile(`${imageDir}/small.raw`, 'an image\n');
  });
  after(async function () {
    this.timeout(60_000);
    await made?.stop();
  });
  beforeEach(function () {
    this.currentTest?.timeout(slow ? 400_000 : 15_000);
  });
  afterEach(async () => {
    await made?.sim?.('clear');
  });

  describe('exec', () => execContract(host));
  describe('files', () => fileContract(host));
  describe('disks', () => diskContract(under));
  describe('pools', () => poolContract(under));
  describe('domains', () => {
    domainContract(under);
    endingContract(under);
  });
  describe('locks', () => lockContract(under));
}
