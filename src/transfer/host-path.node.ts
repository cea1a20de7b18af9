/** Paths of the host, as bytes: a name of the image need not be UTF-8. */

/** Bytes with which a name would be more than one component; Windows has drives and streams, too. */
export const HOST_SEPARATORS: Uint8Array = Buffer.from(process.platform === 'win32' ? '/\\:' : '/');

const SLASH = 0x2f;

/** `directory`/`name` */
export function joinPaths(directory: Uint8Array, name: Uint8Array): Buffer {
  const path = Buffer.allocUnsafe(directory.length + 1 + name.length);
  path.set(directory);
  path[directory.length] = SLASH;
  path.set(name, directory.length + 1);
  return path;
}
