/** The server's refusals, in its own words. */
import type { ResourceType } from '../../../common/kube/types';
import type { Refusal } from './ports';

/** Thrown inside the model; becomes a KubeError at its edge. */
export class Refused extends Error implements Refusal {
  override readonly name = 'Refused';

  constructor(
    readonly code: number,
    readonly status: object | string,
  ) {
    super(typeof status === 'string' ? status : String((status as { message?: string }).message));
  }
}

export const isRefusal = (answer: object): answer is Refusal => 'code' in answer && 'status' in answer;

interface Words {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: object;
  readonly metadata?: object;
}

export function refusal({ code, reason, message, details, metadata = {} }: Words): Refused {
  const status = { kind: 'Status', apiVersion: 'v1', metadata, status: 'Failure', message, reason, code };
  return new Refused(code, details === undefined ? status : { ...status, details });
}

export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

const qualified = ({ plural, group }: ResourceType): string => (group === '' ? plural : `${plural}.${group}`);

const about = ({ group, plural }: ResourceType, name: string, more: object = {}): object => ({
  name,
  ...(group !== '' && { group }),
  kind: plural,
  ...more,
});

export const notFound = (type: ResourceType, name: string): Refused =>
  refusal({
    code: 404,
    reason: 'NotFound',
    message: `${qualified(type)} "${name}" not found`,
    details: about(type, name),
  });

/** Not in JSON, as the server's router says it. */
export const noSuchPath = (): Refused => new Refused(404, '404 page not found\n');

export const unauthorized = (): Refused => refusal({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });

export const alreadyExists = (type: ResourceType, name: string, isGoing = false): Refused =>
  refusal({
    code: 409,
    reason: 'AlreadyExists',
    message: `${isGoing ? 'object is being deleted: ' : ''}${qualified(type)} "${name}" already exists`,
    details: about(type, name),
  });

const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export const conflict = (type: ResourceType, name: string, why = MODIFIED): Refused =>
  refusal({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${qualified(type)} "${name}": ${why}`,
    details: about(type, name),
  });

export const badRequest = (message: string): Refused => refusal({ code: 400, reason: 'BadRequest', message });

export const managerNeeded = (): Refused =>
  invalid({ kind: 'PatchOptions', group: 'meta.k8s.io', version: 'v1', plural: '', namespaced: false }, '', [
    {
      reason: 'FieldValueRequired',
      message: 'Required value: is required for apply patch',
      field: 'fieldManager',
    },
  ]);

/** `causes` as field errors: `metadata.name: Required value: …`. */
export function invalid(type: ResourceType, name: string, causes: readonly Cause[]): Refused {
  const errors = causes.map(({ field, message }) => `${field ?? ''}: ${message}`);
  const list = errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]`;
  const kind = type.group === '' ? type.kind : `${type.kind}.${type.group}`;
  return refusal({
    code: 422,
    reason: 'Invalid',
    message: `${kind} "${name}" is invalid: ${list}`,
    details: { name, ...(type.group !== '' && { group: type.group }), kind: type.kind, causes },
  });
}

export function namespaceTerminating(type: ResourceType, name: string, namespace: string): Refused {
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  return refusal({
    code: 403,
    reason: 'Forbidden',
    message: `${qualified(type)} "${name}" is forbidden: ${why}`,
    details: about(type, name, { causes: [cause] }),
  });
}

export function forbidden(type: ResourceType, name: string, why: string): Refused {
  const message = `${qualified(type)} "${name}" is forbidden: ${why}`;
  return refusal({ code: 403, reason: 'Forbidden', message, details: about(type, name) });
}

/** What its code and message alone tell: an error that the server did not foresee. */
export const unforeseen = (message: string): Refused =>
  new Refused(500, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code: 500 });

/** An update that names another UID than what is stored; `uid` is empty where nothing is. */
export function otherUid(type: ResourceType, key: string, name: string, uid: readonly [string, string]): Refused {
  const words = `Precondition failed: UID in precondition: ${uid[0]}, UID in object meta: ${uid[1]}`;
  const why = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${words}`;
  return conflict(type, name, why);
}

/** The same of a deletion, which names the kind instead of the resource. */
export function otherThanMeant(type: ResourceType, name: string, why: string): Refused {
  const { kind, group } = type;
  const message = `Operation cannot be fulfilled on ${group === '' ? kind : `${kind}.${group}`} "${name}": ${why}`;
  return refusal({ code: 409, reason: 'Conflict', message, details: { ...about(type, name), kind } });
}

/** What is there cannot be replaced blindly. */
export function versionNeeded(type: ResourceType, name: string): Refused {
  const message = 'Invalid value: 0: must be specified for an update';
  const cause = { reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' };
  return invalid({ ...type, kind: type.plural }, name, [cause]);
}

/** A watch or a list from a version that is forgotten. */
export const expired = (message: string, continueToken?: string): Refused =>
  refusal({
    code: 410,
    reason: 'Expired',
    message,
    ...(continueToken !== undefined && { metadata: { continue: continueToken } }),
  });

export const serverError = (message: string): Refused => refusal({ code: 500, reason: 'InternalError', message });
