/** Names in JSON, which has no bytes. */

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * `{ name }`, and where the name is not UTF-8 its bytes in hexadecimal too: `{ name, nameHex }`.
 *
 * @param key what to call it instead of `name`
 */
export function nameFields(bytes: Uint8Array, key = 'name'): Record<string, string> {
  try {
    return { [key]: strict.decode(bytes) };
  } catch {
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return { [key]: new TextDecoder().decode(bytes), [`${key}Hex`]: hex };
  }
}
