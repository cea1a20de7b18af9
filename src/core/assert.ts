/** A programmer's error. Never caught: the file system shuts down. Media errors are `CorruptError` instead. */
export function assert(condition: boolean, rule: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${rule}`);
}
