/** The answers to requests that are refused, as the API server writes them. */
import type { ResourceType } from '../../../../common/kube/types';
import { bodyOf } from './field-error';
import type { FieldError } from './field-error';
import type { Refusal, Status, StatusCause } from './types';

interface Words {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: NonNullable<Status['details']>;
}

function refusal({ code, reason, message, details }: Words): Refusal {
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason } as const;
  return { code, status: details === undefined ? { ...body, code } : { ...body, details, code } };
}

const qualified = (name: string, group: string): string => (group === '' ? name : `${name}.${group}`);

const about = (kind: string, { group }: ResourceType, name: string | undefined): NonNullable<Status['details']> => ({
  ...(name !== undefined && name !== '' && { name }),
  ...(group !== '' && { group }),
  kind,
});

export const badRequest = (message: string): Refusal => refusal({ code: 400, reason: 'BadRequest', message });

export function forbidden(type: ResourceType, name: string | undefined, why: string): Refusal {
  const subject = qualified(type.plural, type.group) + (name === undefined || name === '' ? '' : ` "${name}"`);
  const details = about(type.plural, type, name);
  return refusal({ code: 403, reason: 'Forbidden', message: `${subject} is forbidden: ${why}`, details });
}

/** Something that the object names is not there; told as if it were of the object's own kind. */
export function notFound(type: ResourceType, name: string): Refusal {
  const message = `${qualified(type.plural, type.group)} "${name}" not found`;
  return refusal({ code: 404, reason: 'NotFound', message, details: about(type.plural, type, name) });
}

/** Refused by a policy, which names the reason. */
export function denied(type: ResourceType, name: string | undefined, why: string, reason: string): Refusal {
  const { status } = forbidden(type, name, why);
  const code = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413 }[reason] ?? 422;
  const details = { ...status.details, causes: [{ message: why }] };
  return refusal({ code, reason, message: status.message, details });
}

/**
 * All that is wrong at once; what is said twice stands once in the message, and twice in the
 * causes.
 */
export function invalidObject(type: ResourceType, name: string | undefined, errors: readonly FieldError[]): Refusal {
  const causes: StatusCause[] = errors.map((error) => ({
    reason: error.type,
    message: bodyOf(error),
    field: error.field,
  }));
  const texts = [...new Set(causes.map(({ field = '', message }) => `${field}: ${message}`))];
  const all = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const message = `${qualified(type.kind, type.group)} "${name ?? ''}" is invalid: ${all}`;
  return refusal({ code: 422, reason: 'Invalid', message, details: { ...about(type.kind, type, name), causes } });
}
