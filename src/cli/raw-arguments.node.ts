/**
 * Arguments as the bytes that they were. Node decodes them as UTF-8 and puts U+FFFD where they are
 * not; Linux still has the bytes.
 */
import { readFileSync } from 'node:fs';

const REPLACEMENT = '\ufffd';

export function rawArgument(argument: string): Buffer {
  const bytes = Buffer.from(argument);
  if (!argument.includes(REPLACEMENT)) return bytes;
  return commandLine().find((raw) => raw.toString() === argument) ?? bytes;
}

function commandLine(): Buffer[] {
  let line: Buffer;
  try {
    line = readFileSync('/proc/self/cmdline');
  } catch {
    return [];
  }
  const raw: Buffer[] = [];
  for (let start = 0; start < line.length;) {
    const end = line.indexOf(0, start);
    raw.push(line.subarray(start, end));
    start = end + 1;
  }
  return raw;
}
