/** What the VMs of a namespace may use, and the words for what they may not use. Pure. */
import type { XenNetwork, XenPool, XenVM } from '../../../crds/generated/types';
import { imageRemedy, mayUseImage } from '../../../common/images';
import type { VMReason } from '../../../common/reasons';
import { matchesSelector } from '../../../scheduler';
import type { Problem } from './problem';

/** `allowedNamespaces` of any object. Without it every namespace is allowed. */
type Rule = XenNetwork['spec']['allowedNamespaces'];
type Labels = Readonly<Record<string, string>>;

export class Gate {
  readonly #namespace: string;
  readonly #labels: Labels | undefined;

  /** `labels`: of the namespace. Undefined if nobody knows it. */
  constructor(namespace: string, labels: Labels | undefined) {
    this.#namespace = namespace;
    this.#labels = labels;
  }

  /** `what`: kind and name of the object that has the rule. */
  refuse(rule: Rule | undefined, reason: VMReason, field: string, what: string): Problem | undefined {
    return this.#isOpen(rule) ? undefined : this.#problem(reason, field, what);
  }

  /** Names of the host pools that are for other namespaces, sorted. */
  deniedPools(pools: readonly XenPool[]): string[] {
    const denied = pools.filter(({ spec }) => !this.#isOpen(spec.allowedNamespaces));
    return denied.map(({ metadata }) => metadata.name).sort();
  }

  refusePool({ spec: { placement } }: XenVM, denied: readonly string[]): Problem | undefined {
    const name = placement?.pool;
    if (name === undefined || !denied.includes(name)) return undefined;
    return this.#problem('PoolNotAllowed', 'spec.placement.pool', `XenPool "${name}"`);
  }

  refuseImages({ spec }: XenVM): Problem | undefined {
    const namespace = this.#namespace;
    const images = [
      ['spec.boot.kernel', spec.boot?.kernel],
      ['spec.boot.ramdisk', spec.boot?.ramdisk],
      ...(spec.disks ?? []).map(({ name, image }) => [`spec.disks[${name}].image`, image] as const),
    ] as const;
    for (const [field, image] of images) {
      if (image === undefined || mayUseImage(image, namespace)) continue;
      const message = `${field}: "${image}" is not for namespace "${namespace}": ${imageRemedy(namespace)}`;
      return { reason: 'ImageNotAllowed', message, stalled: true };
    }
    return undefined;
  }

  #isOpen(rule: Rule | undefined): boolean {
    if (rule === undefined || rule.from === 'All') return true;
    const { selector } = rule;
    return selector !== undefined && this.#labels !== undefined && matchesSelector(selector, this.#labels);
  }

  #problem(reason: VMReason, field: string, what: string): Problem {
    const message = `${field}: ${what} does not allow namespace "${this.#namespace}"; ask its administrator, or name another`;
    return { reason, message };
  }
}
