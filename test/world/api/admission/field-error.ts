/** What is wrong with one field, in the API server's own words (apimachinery: validation/field). */
import { goJson, goQuote } from './go-text';

const HEADS = {
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTypeInvalid: 'Invalid value',
} as const;

export type FieldErrorType = keyof typeof HEADS;

export interface FieldError {
  readonly type: FieldErrorType;
  /** e.g. `spec.disks[0].size`; `<nil>` for the object as a whole. */
  readonly field: string;
  /** Absent where the message shows none. */
  readonly value?: unknown;
  readonly detail: string;
}

export const WHOLE = '<nil>';

/** A field within another one. */
export const child = (path: string, name: string): string => (path === '' || path === WHOLE ? name : `${path}.${name}`);

export const invalid = (field: string, value: unknown, detail: string): FieldError => ({
  type: 'FieldValueInvalid',
  field,
  value,
  detail,
});
export const required = (field: string, detail = ''): FieldError => ({ type: 'FieldValueRequired', field, detail });
export const forbiddenField = (field: string, detail: string): FieldError => ({
  type: 'FieldValueForbidden',
  field,
  detail,
});
export const duplicate = (field: string, value: unknown): FieldError => ({
  type: 'FieldValueDuplicate',
  field,
  value,
  detail: '',
});
export const notSupported = (field: string, value: unknown, supported: readonly unknown[]): FieldError => {
  const quoted = supported.map((one) => goQuote(typeof one === 'string' ? one : goJson(one)));
  return { type: 'FieldValueNotSupported', field, value, detail: `supported values: ${quoted.join(', ')}` };
};
export const tooLong = (field: string, max: number): FieldError => ({
  type: 'FieldValueTooLong',
  field,
  detail: `may not be more than ${max} ${max === 1 ? 'byte' : 'bytes'}`,
});
export const tooMany = (field: string, value: number, max: number): FieldError => ({
  type: 'FieldValueTooMany',
  field,
  value,
  detail: `must have at most ${max} ${max === 1 ? 'item' : 'items'}`,
});

/** Without the field's name. */
export function bodyOf({ type, value, detail }: FieldError): string {
  const shown = value === undefined ? '' : `: ${typeof value === 'string' ? goQuote(value) : goJson(value)}`;
  return `${HEADS[type]}${shown}${detail === '' ? '' : `: ${detail}`}`;
}
