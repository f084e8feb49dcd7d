/** The contract of a host port: a domain is ended only if it is the one that was meant. */
import { strict as assert } from 'node:assert';
import { assertExited, domainCalls } from './contract-calls';
import type { HostUnderTest } from './contract-calls';

export function endingContract(under: () => HostUnderTest): void {
  it('destroys only the domain that was meant, and only while it is still so', async () => {
    const vm = domainCalls(under());
    await vm.write();
    assertExited(await vm.create(1), 0);
    const domid = (await under().host.exec(['xl', 'domid', vm.name])).stdout.trim();
    const { destroy } = vm;
    for (const args of [
      [domid, 's'],
      [domid, 'p'],
      ['9999', 's'],
    ]) {
      const spared = await destroy(...args);
      assertExited(spared, 0);
      assert.equal(spared.stdout, 'absent\n');
    }
    for (const args of [[domid], [domid, 'x'], ['x', 's']]) assertExited(await destroy(...args), 43);
    assert.equal((await vm.rows()).length, 1);
    assertExited(await under().host.exec(['xl', 'pause', domid]), 0);
    // A paused guest does not take the request: nobody waits longer than asked.
    assertExited(await vm.shutdown('1'), 124);
    assertExited(await destroy(domid, 'p'), 0);
    assert.deepEqual(await vm.rows(), []);
  });
  it('ends nothing that is marked as somebody else’s by the time the lock is had', async () => {
    const vm = domainCalls(under());
    await vm.write();
    assertExited(await vm.create(1), 0);
    const mark = (text: string) => under().host.exec(['xenstore-write', `/xenfleet/${vm.uuid}`, text]);
    for (const other of [`other 1 contract/${vm.uuid}`, 'f 1 contract/other', `f 1 other/${vm.uuid}`]) {
      assertExited(await mark(other), 0);
      for (const refused of [await vm.destroy(), await vm.shutdown('1')]) assertExited(refused, 48);
    }
    assert.equal((await vm.rows()).length, 1);
    // A later epoch is the same owner; what is no mark proves nothing.
    assertExited(await mark(`f 7 contract/${vm.uuid}`), 0);
    assertExited(await vm.shutdown('60'), 0);
    assertExited(await mark('rubbish'), 0);
    assertExited(await vm.destroy(), 0);
    assert.deepEqual(await vm.rows(), []);
  });
}
