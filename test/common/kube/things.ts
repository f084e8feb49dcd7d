/**
 * A kind of their own for the tests of the API floor, so that they depend on no kind of the
 * product.
 */
import type { ControlPlane } from '../../control-plane/control-plane';
import { createTransport } from '../../../common/kube/https-transport';
import type { TransportOptions } from '../../../common/kube/transport';
import { KubeClient } from '../../../common/kube/client';
import { isKubeError } from '../../../common/kube/errors';
import type { KubeErrorKind } from '../../../common/kube/errors';
import type { KubeObject, ObjectMeta, ResourceType } from '../../../common/kube/types';

export interface Thing extends KubeObject {
  readonly spec?: { readonly size?: number; readonly color?: string };
  readonly status?: { readonly phase?: string; readonly note?: string };
}
export const THINGS: ResourceType<Thing> = {
  group: 'test.xenfleet.io',
  version: 'v1',
  plural: 'things',
  kind: 'Thing',
  namespaced: true,
};
export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}
export const CONFIGMAPS: ResourceType<ConfigMap> = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};

export const thing = (
  name: string,
  more: Partial<Omit<Thing, 'metadata'>> & { metadata?: Partial<ObjectMeta> } = {},
): Thing => ({
  apiVersion: 'test.xenfleet.io/v1',
  kind: 'Thing',
  ...more,
  metadata: { namespace: 'default', name, ...more.metadata },
});
export const configMap = (name: string, data: Record<string, string> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'default', name },
  data,
});

const CRD = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.test.xenfleet.io}
spec:
  group: test.xenfleet.io
  scope: Namespaced
  names: {plural: things, singular: thing, kind: Thing}
  versions:
    - name: v1
      served: true
      storage: true
      subresources: {status: {}}
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {type: object, properties: {size: {type: integer, minimum: 0}, color: {type: string}}}
            status: {type: object, properties: {phase: {type: string}, note: {type: string}}}
`;

export async function installThings(plane: ControlPlane): Promise<void> {
  await plane.kubectl(['apply', '-f', '-'], { stdin: CRD });
  await plane.kubectl(['wait', '--for=condition=Established', 'crd/things.test.xenfleet.io', '--timeout=20s']);
}

/** An administrator's client, straight or through the fault proxy. */
export function adminClient(
  plane: ControlPlane,
  server = plane.server,
  more: Partial<TransportOptions> = {},
): KubeClient {
  const token = (): Promise<string> => Promise.resolve(plane.adminToken);
  return new KubeClient(createTransport({ target: { server, ca: plane.caPem, token }, ...more }));
}

/** Asks again and again until it holds; rejects with what it saw last. */
export async function eventually(check: () => void | Promise<void>, timeoutMs = 50_000): Promise<void> {
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > untilMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** For assert.rejects: one of these kinds; anything else is thrown on, to be seen. */
export const is =
  (...kinds: KubeErrorKind[]) =>
  (error: unknown): boolean => {
    if (isKubeError(error, ...kinds)) return true;
    throw error;
  };

/** Does it for 0, 1, … `count` − 1, forty at a time. */
export async function many(count: number, act: (n: number) => Promise<unknown>): Promise<void> {
  const numbers = Array.from({ length: count }, (_, n) => n);
  while (numbers.length > 0) await Promise.all(numbers.splice(0, 40).map(act));
}
