/**
 * Names are bytes on disk and strings in JavaScript. A component of a path, here, is a string that stands
 * for bytes one to one: its UTF-8 where the bytes are UTF-8, else NUL and a character for each byte (a
 * name never holds a NUL, so the two cannot meet).
 */
const encoder = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const loose = new TextDecoder('utf-8', { ignoreBOM: true });

const BYTES_MARK = '\0';

/** Most names are short and ASCII; for those this is three times as fast as a TextDecoder. */
function decodeAscii(bytes: Uint8Array): string | undefined {
  let text = '';
  for (const byte of bytes) {
    if (byte >= 0x80) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

/** What a user is shown: UTF-8, with a replacement character where it is not. */
export function nameToText(bytes: Uint8Array): string {
  return decodeAscii(bytes) ?? loose.decode(bytes);
}

export function nameToComponent(bytes: Uint8Array): string {
  const ascii = decodeAscii(bytes);
  if (ascii !== undefined) return ascii;
  try {
    return strict.decode(bytes);
  } catch {
    return BYTES_MARK + Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  }
}

/** What a user is shown for it. */
export function componentText(component: string): string {
  return component.startsWith(BYTES_MARK) ? nameToText(componentToName(component)) : component;
}

export function componentToName(component: string): Uint8Array {
  if (!component.startsWith(BYTES_MARK)) return encoder.encode(component);
  return Uint8Array.from(component.slice(1), (character) => character.charCodeAt(0));
}

/** The components of a path: what lies between slashes, "." left out. */
export function splitPath(path: string | Uint8Array): string[] {
  if (typeof path === 'string')
    return path.split('/').filter((component) => component !== '' && component !== '.');
  const components: string[] = [];
  let start = 0;
  for (let at = 0; at <= path.length; at++) {
    if (at < path.length && path[at] !== 0x2f) continue;
    const component = nameToComponent(path.subarray(start, at));
    if (component !== '' && component !== '.') components.push(component);
    start = at + 1;
  }
  return components;
}

/** The absolute path, in bytes, that these components make. */
export function joinPath(components: readonly string[]): Uint8Array {
  if (components.length === 0) return Uint8Array.of(0x2f);
  const names = components.map(componentToName);
  const path = new Uint8Array(names.reduce((sum, name) => sum + 1 + name.length, 0));
  let at = 0;
  for (const name of names) {
    path[at] = 0x2f;
    path.set(name, at + 1);
    at += 1 + name.length;
  }
  return path;
}
