/** Every on-disk record of this folder, for the tests of all of them. */
import { readdirSync } from 'node:fs';

export interface RecordClass {
  new (view: DataView, at?: number): { [field: string]: unknown };
  readonly bytes: number;
  readonly offsets: Readonly<{ [field: string]: number }>;
}

/** By name. */
export async function recordClasses(): Promise<Map<string, RecordClass>> {
  const found = new Map<string, RecordClass>();
  const here = new URL('.', import.meta.url);
  for (const file of readdirSync(here)) {
    if (!file.endsWith('.js') || file.includes('.test.')) continue;
    const module = (await import(new URL(file, here).href)) as { [name: string]: unknown };
    for (const [name, value] of Object.entries(module))
      if (typeof value === 'function' && 'offsets' in value)
        found.set(name, value as unknown as RecordClass);
  }
  return found;
}
