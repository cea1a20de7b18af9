/**
 * Names as GNU ls shows them on a terminal, so that a name can be read, pasted into a shell, and do no
 * harm to either: `plain`, `'with blanks'`, `"it's"`, `'line'$'\n''break'`.
 *
 * No byte of a name that could steer a terminal gets through: control characters, bytes that are not
 * UTF-8, and characters that turn the direction of text come as `$'\ooo'`.
 */

/** Needs quotes wherever it stands. */
const SPECIAL = /[ !"$&()*;<=>?[\\^`|]/;

/** Would a shell read this as more than a word? */
function needsQuotes(text: string): boolean {
  return text === '' || SPECIAL.test(text) || /^[#~]/.test(text) || text === '{' || text === '}';
}

/** What may stand in double quotes as itself, beside a single quote. */
const PLAIN = /^['A-Za-z0-9 %+,\-./:\]_]*$/;

const UNSHOWABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/u;

const LETTERS: Record<string, string> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
};

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A name, or a string, in quotes where it needs them. */
export function quote(name: Uint8Array | string): string {
  const pieces = typeof name === 'string' ? [name] : decode(name);
  const text = pieces.join('');
  const isShowable = pieces.every((piece) => typeof piece === 'string') && !UNSHOWABLE.test(text);
  if (!isShowable) return quoteEscaped(pieces);
  if (!text.includes("'")) return needsQuotes(text) ? `'${text}'` : text;
  return PLAIN.test(text) ? `"${text}"` : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** `'shown'$'\001''shown'` */
function quoteEscaped(pieces: readonly (string | number)[]): string {
  let quoted = "'";
  let isEscaping = false;
  for (const piece of pieces) {
    for (const character of typeof piece === 'number' ? [piece] : piece) {
      const escaped = escape(character);
      if (escaped !== undefined) quoted += isEscaping ? escaped : `'$'${escaped}`;
      else {
        quoted += isEscaping ? "''" : '';
        quoted += character === "'" ? `'\\''` : character;
      }
      isEscaping = escaped !== undefined;
    }
  }
  return `${quoted}'`;
}

/** In `$'...'`, or `undefined` for what can be shown. A number is a byte that is not UTF-8. */
function escape(character: string | number): string | undefined {
  if (typeof character === 'number') return octal(character);
  if (!UNSHOWABLE.test(character)) return undefined;
  return LETTERS[character] ?? Array.from(new TextEncoder().encode(character), octal).join('');
}

const octal = (byte: number): string => `\\${byte.toString(8).padStart(3, '0')}`;

/** Stretches of UTF-8, and single bytes that are none. */
function decode(bytes: Uint8Array): (string | number)[] {
  const pieces: (string | number)[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    pieces.push(length === 0 ? bytes[at]! : strict.decode(bytes.subarray(at, at + length)));
    at += Math.max(length, 1);
  }
  return pieces;
}

/** Bytes of the well-formed UTF-8 sequence at `at`; 0 for none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  try {
    strict.decode(bytes.subarray(at, at + length));
    return length;
  } catch {
    return 0;
  }
}
