/**
 * Rights, schemas and policies of the model of the API server, put together. Of kinds that are not
 * ours only rights and policies are asked.
 */
import type { KubeObject, ResourceType } from '../../../../common/kube/types';
import { CustomResource } from './custom-resource';
import type { Crd } from './custom-resource';
import { escalation } from './escalation';
import { refusedByPolicy } from './policies';
import { decide, whyNot } from './rbac';
import { badRequest, forbidden, invalidObject } from './refusals';
import type { Admission, AdmissionRequest, JsonObject, Lookup, Refusal } from './types';

const keyOf = ({ group, plural }: { group: string; plural: string }): string => `${plural}.${group}`;

function authorize(request: AdmissionRequest, lookup: Lookup): Refusal | undefined {
  const { user, verb, resource, subresource, namespace, name } = request;
  const place = { ...(subresource && { subresource }), ...(namespace && { namespace }), ...(name && { name }) };
  const asked = { user, verb, group: resource.group, resource: resource.plural, ...place };
  const { allowed, reason } = decide(asked, lookup);
  return allowed ? undefined : forbidden(resource, name, whyNot(asked, reason));
}

/** Reads, prepares and validates as one call does. */
function admitCustom(kind: CustomResource, request: AdmissionRequest): { object: KubeObject } | Refusal {
  const { resource, oldObject: old, subresource, fieldValidation } = request;
  const dropped: string[] = [];
  const read = kind.read(request.object as unknown as JsonObject, dropped);
  const words = `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}`;
  if (read.malformed !== undefined) return badRequest(`${words}: ${read.malformed}`);
  if (fieldValidation === 'Strict' && dropped.length > 0) {
    const unknown = dropped.sort().map((field) => `unknown field "${field}"`);
    return badRequest(`${words}: strict decoding error: ${unknown.join(', ')}`);
  }
  const object = prepared(read.object, old as unknown as JsonObject | undefined, { kind, subresource });
  const errors =
    old === undefined ? kind.created(resource, object) : kind.updated(object, old, subresource === 'status');
  if (errors.length > 0) return invalidObject(resource, object.metadata.name, errors);
  return { object: kind.read(object as unknown as JsonObject).object as unknown as KubeObject };
}

/** A write of the object leaves its status alone, and the reverse. */
function prepared(
  object: JsonObject,
  old: JsonObject | undefined,
  { kind, subresource }: { kind: CustomResource; subresource: 'status' | undefined },
): KubeObject {
  if (!kind.hasStatus) return object as unknown as KubeObject;
  const { status, ...rest } = object;
  if (subresource === 'status' && old !== undefined) {
    const { status: _old, ...others } = old;
    return { ...others, metadata: object.metadata, ...(status !== undefined && { status }) } as unknown as KubeObject;
  }
  return { ...rest, ...(old?.status !== undefined && { status: old.status }) } as unknown as KubeObject;
}

function makeKinds(crds: readonly Crd[]): Map<string, CustomResource> {
  return new Map(
    crds.map((crd) => [keyOf({ group: crd.spec.group, plural: crd.spec.names.plural }), new CustomResource(crd)]),
  );
}

export function createAdmission(crds: readonly Crd[]): Admission {
  const kinds = makeKinds(crds);
  const kindOf = (resource: ResourceType): CustomResource | undefined => kinds.get(keyOf(resource));
  return {
    authorize,
    admit(request, lookup) {
      const { resource, object, oldObject } = request;
      if (object === undefined) return refusedByPolicy(request, lookup) ?? { object: oldObject as KubeObject };
      const refused = escalation(request, lookup);
      if (refused !== undefined) return refused;
      const kind = kindOf(resource);
      const admitted = kind === undefined ? { object } : admitCustom(kind, request);
      if (!('object' in admitted)) return admitted;
      return refusedByPolicy({ ...request, object: admitted.object }, lookup) ?? admitted;
    },
  };
}
