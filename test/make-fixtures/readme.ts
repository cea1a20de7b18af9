/** Writes fixtures/README.md from the manifests, so that it cannot say anything else than they do. */
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIXTURES, fixtureNames, loadManifest } from '../support/fixtures.js';

const HEAD = `# Fixtures

Real XFS images, each packed by gzip (\`gunzip -k NAME.img.gz\`), and what they hold (\`NAME.json\`).

- The images were made by {mkfs} and filled by Linux {kernel} through a loop mount; those of
  formats that this kernel does not mount (v4, case-insensitive names) by mkfs.xfs from a protofile and
  edited with xfs_db.
- A manifest is what the kernel answered on a read-only mount of the finished image: lstat, readlink,
  listxattr and getxattr as root, FS_IOC_FIEMAP, FS_IOC_FSGETXATTR, XFS_IOC_GETPARENTS, and SHA-256 of contents.
  For the formats it does not mount: the protofile and xfs_db. \`test/support/entry.ts\` explains each field.
  \`xfs.data\` and \`xfs.attr\` name the form of a fork on disk (\`test/support/forms.ts\`).
- \`--unsupported\` lets mkfs.xfs make images below 300 MiB; the kernel mounts them like any other.
- Features that mkfs.xfs 6.1 does not know were switched on in the empty image, in every superblock; the
  kernel then mounted it and wrote everything else. The commands below say where.
- Before packing, free space was trimmed, and log records from before the last unmount were blanked
  (\`test/make-fixtures/dead-log.ts\`): they are half of a packed image and mean nothing any more.
  The dirty log of \`dirty-log\` is as the kernel left it.
- To make them anew, as root: \`npx tsc -p test/tsconfig.json && node scripts/make-fixtures.mjs [NAME...]\`.
  The trees are the same each time; inode numbers of the few that the kernel places by chance, times, and so
  checksums are not.

What could not be made with these tools: v4 images with reflinks, hard links, B+tree extent maps or
sockets (a protofile knows none; xfs_db sets no empty attribute, and crashes on attributes with attr=1);
realtime and metadir images with anything in them (the kernel has CONFIG_XFS_RT off); quotas.

| image | what it is there for | packed, KiB | unpacked, MiB | how it was made |
| --- | --- | --- | --- | --- |
`;

export function writeReadme(): void {
  const manifests = fixtureNames().map(loadManifest);
  const { mkfs = '', kernel = '' } = manifests[0]?.made ?? {};
  const rows = manifests.map(({ name, about, image, made }) => {
    const packedKib = Math.ceil(statSync(join(FIXTURES, `${name}.img.gz`)).size / 1024);
    const commands = shorten(made.commands).map((command) => `\`${command}\``);
    return `| ${name} | ${about} | ${packedKib} | ${image.bytes / 2 ** 20} | ${commands.join('; ')} |\n`;
  });
  const head = HEAD.replace('{mkfs}', mkfs).replace('{kernel}', kernel);
  writeFileSync(join(FIXTURES, 'README.md'), head + rows.join(''));
}

/** Long lists of edits are in the manifests. */
function shorten(commands: readonly string[]): string[] {
  if (commands.length <= 4) return [...commands];
  return [...commands.slice(0, 3), `... ${commands.length - 3} more`];
}
