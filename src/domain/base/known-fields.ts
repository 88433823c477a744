import { z } from 'zod';
import type { FieldPath } from './input-problem.ts';

/** What a schema knows of the fields of one group: all of them, and those that must be there. */
export interface KnownFields {
  readonly names: readonly string[];
  readonly required: readonly string[];
}

/** The fields a schema knows at a path of the data; none when there is no group of fields. */
export function knownFields(schema: z.ZodType, at: FieldPath): KnownFields {
  let schemas = alternatives(schema);
  for (const part of at) schemas = schemas.flatMap((each) => stepInto(each, part)).flatMap(alternatives);
  const shapes = schemas.flatMap((each) => (each instanceof z.ZodObject ? Object.entries(each.shape) : []));
  const required = shapes.filter(([, field]) => !(field as z.ZodType).safeParse(undefined).success);
  return { names: [...new Set(shapes.map(([name]) => name))], required: required.map(([name]) => name) };
}

function stepInto(schema: z.ZodType, part: string | number): readonly z.ZodType[] {
  if (schema instanceof z.ZodArray) return typeof part === 'number' ? [schema.element as z.ZodType] : [];
  if (schema instanceof z.ZodRecord) return [schema.valueType as z.ZodType];
  if (!(schema instanceof z.ZodObject)) return [];
  const { shape } = schema;
  const field = typeof part === 'string' && Object.hasOwn(shape, part) ? shape[part] : schema.def.catchall;
  return field === undefined ? [] : [field as z.ZodType];
}

function alternatives(schema: z.ZodType): readonly z.ZodType[] {
  if (schema instanceof z.ZodUnion)
    return schema.options.flatMap((option) => alternatives(option as z.ZodType));
  if (schema instanceof z.ZodPipe) return alternatives(schema.in as z.ZodType);
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodLazy
  )
    return alternatives(schema.unwrap() as z.ZodType);
  return [schema];
}
