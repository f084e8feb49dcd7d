/** What schemas and rules make of a manifest. */
import { OURS } from '../../../../common/kube/resources';
import type { ResourceType } from '../../../../common/kube/types';
import { REFUSED, disk, pvh } from '../../../crds/refused';
import type { Stories } from './stories';
import { object, type Loose } from './things';

const kinds = Object.values(OURS) as readonly ResourceType<Loose>[];
const typeOf = (kind: string): ResourceType<Loose> => kinds.find((type) => type.kind === kind) as ResourceType<Loose>;
const VMS = typeOf('XenVM');
const CLASSES = typeOf('XenVMClass');

export const ADMISSIONS: Stories = {
  'refuses wrong manifests': async (t) => {
    for (const [what, kind, spec] of REFUSED) {
      const type = typeOf(kind);
      const metadata = { name: `bad-${t.namespace}`.slice(0, 50), ...(type.namespaced && { namespace: t.namespace }) };
      const made = await t.tell(what, t.admin.create(type, object(type, metadata, { spec })));
      if (made !== undefined) await t.admin.delete(type, made.metadata);
    }
  },
  'accepts manifests that are right': async (t) => {
    const ref = (n: number): { namespace: string; name: string } => ({ namespace: t.namespace, name: `sane-${n}` });
    const sizes = ['1Gi', '.5Gi', '1.Gi', '0.5Gi', '512Mi', '500M', '1e9', '1E+9', 1073741824, '8Mi', '8Ti'];
    for (const [n, memory] of sizes.entries()) {
      const spec = { resources: { vcpus: 1, memory }, type: 'hvm' };
      await t.tellWhether(String(memory), t.admin.create(VMS, object(VMS, ref(n), { spec })));
    }
    const specs: readonly object[] = [
      pvh({ type: 'hvm', boot: {} }),
      pvh({ type: 'hvm', boot: { firmware: 'uefi' } }),
      pvh({ type: 'pv' }),
      pvh({ disks: [disk(), disk({ name: 'b', device: 'xvdb' })] }),
      pvh({ disks: [disk({ size: '64Ti' })] }),
      pvh({ networks: [{ name: 'e', network: 'p', mac: '02:00:00:00:00:01' }] }),
      pvh({ disks: undefined, networks: undefined }),
    ];
    for (const [n, spec] of specs.entries())
      await t.tell(`spec ${n}`, t.admin.create(VMS, object(VMS, ref(100 + n), { spec })));
    const others: readonly [string, object][] = [
      ['XenHost', {}],
      ['XenHost', { connection: { mode: 'agent' }, reserved: { memory: '1Gi' } }],
      ['XenPool', {}],
      ['XenPool', { vcpuRatio: 64, hostFailuresToTolerate: 2, allowedNamespaces: { from: 'All' } }],
      ['XenNetwork', { bridge: 'br0', allowedNamespaces: { from: 'Selector', selector: {} } }],
      ['XenStoragePool', { driver: 'file', path: '/a/b', locality: 'local' }],
      ['XenVMClass', { vcpus: 4, memory: '16Gi' }],
    ];
    for (const [n, [kind, spec]] of others.entries()) {
      const type = typeOf(kind);
      await t.tell(`${kind} ${n}`, t.admin.create(type, object(type, { name: `${t.namespace}-${n}` }, { spec })));
    }
    for (const kind of ['XenHost', 'XenPool']) {
      const type = typeOf(kind);
      await t.tell(
        `a long name of a ${kind}`,
        t.admin.create(type, object(type, { name: 'a'.repeat(64) }, { spec: {} })),
      );
    }
  },
  'fills in defaults and drops what it does not know': async (t) => {
    const vm = (name: string, spec: object, more: object = {}): Loose =>
      object(VMS, { name, namespace: t.namespace }, { spec, ...more });
    await t.tell('defaults', t.admin.create(VMS, vm('a', pvh())));
    await t.tell(
      'unknown fields',
      t.admin.create(VMS, vm('b', pvh({ unknown: 1, disks: [disk({ more: { deep: true } })] }), { top: 1 })),
    );
    await t.tell('nulls', t.admin.create(VMS, vm('c', pvh({ runPolicy: null, networks: null }))));
    const labels = { metadata: { labels: {} } };
    await t.tell('nothing by patch', t.admin.mergePatch(VMS, { namespace: t.namespace, name: 'c' }, labels));
    await t.tell('nothing again', t.admin.mergePatch(VMS, { namespace: t.namespace, name: 'c' }, labels));
    const applied = vm('by-apply', pvh());
    for (const what of ['by apply', 'the same', 'the same again'])
      await t.tell(what, t.admin.apply(VMS, applied, { fieldManager: 'm' }));
    await t.tell(
      'a null by patch',
      t.admin.mergePatch(VMS, { namespace: t.namespace, name: 'a' }, { spec: { runPolicy: null } }),
    );
    await t.tell(
      'an unknown field by patch',
      t.admin.mergePatch(VMS, { namespace: t.namespace, name: 'a' }, { spec: { unknown: 1 } }),
    );
    await t.tell('a number for a text', t.admin.create(VMS, vm('d', pvh({ className: 7 }))));
    await t.tell('a text for a list', t.admin.create(VMS, vm('e', pvh({ disks: 'x' }))));
    await t.tell('no spec', t.admin.create(VMS, object(VMS, { name: 'f', namespace: t.namespace })));
    await t.tell(
      'a label that is none',
      t.admin.create(VMS, object(VMS, { name: 'g', namespace: t.namespace, labels: { a: 'b c' } }, { spec: pvh() })),
    );
    await t.tell(
      'a label of a wrong type',
      t.admin.create(
        VMS,
        object(VMS, { name: 'h', namespace: t.namespace, labels: { a: 1 } as never }, { spec: pvh() }),
      ),
    );
    await t.tell(
      'a quantity as a number',
      t.admin.create(VMS, vm('i', { type: 'hvm', resources: { vcpus: 1, memory: 1073741824 } })),
    );
    await t.tell('a name that is too long', t.admin.create(VMS, vm('a'.repeat(64), pvh())));
  },
  'compares edits with what was': async (t) => {
    const identity = { uuid: '11111111-2222-4333-8444-555555555555' };
    const ref = { namespace: t.namespace, name: 'vm' };
    await t.admin.create(VMS, object(VMS, ref, { spec: pvh({ identity }) }));
    const edit = (what: string, spec: object): Promise<unknown> => t.tell(what, t.admin.mergePatch(VMS, ref, { spec }));
    await edit('another type', { type: 'pv' });
    await edit('another image', { disks: [disk({ image: 'other.raw' })] });
    await edit('a smaller disk', { disks: [disk({ size: '10Gi' })] });
    await edit('a larger disk', { disks: [disk({ size: '30Gi' })] });
    await edit('another identity', { identity: { uuid: '11111111-2222-4333-8444-555555555556' } });
    await edit('no identity', { identity: null });
    await edit('halted', { runPolicy: 'Halted' });
    await edit('another type once halted', { type: 'pv' });
    await edit('another name of a disk, larger', { disks: [disk({ name: 'other', size: '1Gi' })] });
    const name = `class-${t.namespace}`;
    await t.admin.create(CLASSES, object(CLASSES, { name }, { spec: { vcpus: 4, memory: '16Gi' } }));
    await t.tell('another size of a class', t.admin.mergePatch(CLASSES, { name }, { spec: { vcpus: 8 } }));
    await t.tell(
      'a class for others',
      t.admin.mergePatch(
        CLASSES,
        { name },
        { spec: { allowedNamespaces: { from: 'Selector', selector: { matchLabels: { tier: 'gold' } } } } },
      ),
    );
    await t.tell(
      'the same size in other words',
      t.admin.mergePatch(CLASSES, { name }, { spec: { memory: '16384Mi' } }),
    );
  },
};
