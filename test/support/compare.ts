/** The first difference between two trees, named by path and field. */
import { pathKey, sortEntries, type Entry } from './entry.js';

type Field = keyof Entry;

export interface CompareOptions {
  /** Fields that one side cannot know. */
  ignore?: readonly Field[];
}

/** @returns undefined when the trees are equal. */
export function firstDifference(
  expected: readonly Entry[],
  actual: readonly Entry[],
  options: CompareOptions = {},
): string | undefined {
  const ignore = new Set<string>(options.ignore);
  const wanted = sortEntries([...expected]);
  const got = sortEntries([...actual]);
  for (let index = 0; index < Math.max(wanted.length, got.length); index++) {
    const difference = entryDifference(wanted[index], got[index], ignore);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function entryDifference(
  wanted: Entry | undefined,
  got: Entry | undefined,
  ignore: ReadonlySet<string>,
): string | undefined {
  if (wanted === undefined || got === undefined || pathKey(wanted) !== pathKey(got)) {
    const missing = got === undefined || (wanted !== undefined && pathKey(wanted) < pathKey(got));
    const entry = missing ? wanted : got;
    return entry && `${nameOf(entry)}: ${missing ? 'missing' : 'unexpected'}`;
  }
  const fields = new Set([...Object.keys(wanted), ...Object.keys(got)]) as Set<Field>;
  for (const field of fields) {
    if (ignore.has(field)) continue;
    const difference = valueDifference(field, wanted[field], got[field]);
    if (difference !== undefined) return `${nameOf(wanted)}: ${difference}`;
  }
  return undefined;
}

/** Down to the leaf that differs: 'extents.3.1: expected 4096, got 8192'. */
function valueDifference(name: string, wanted: unknown, got: unknown): string | undefined {
  if (isContainer(wanted) && isContainer(got)) {
    for (const key of new Set([...Object.keys(wanted), ...Object.keys(got)])) {
      const difference = valueDifference(`${name}.${key}`, wanted[key], got[key]);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  if (wanted === got) return undefined;
  return `${name}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`;
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function nameOf(entry: Entry): string {
  return entry.path ?? JSON.stringify(entry.pathLatin1);
}
