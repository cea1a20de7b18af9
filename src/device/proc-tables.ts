/** Lines of /proc/self/mountinfo and /proc/locks, as far as they say who uses an image. */

export interface Mount {
  /** 'major:minor' of what is mounted. */
  readonly device: string;
  readonly mountPoint: string;
}

/**
 * A line: `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw`; the third field is the
 * device, the fifth the mount point, with blanks written as \040.
 */
export function parseMounts(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [, , device, , mountPoint] = line.split(' ');
    if (device === undefined || mountPoint === undefined) return [];
    return [{ device, mountPoint: unescapeOctal(mountPoint) }];
  });
}

function unescapeOctal(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

export interface FileLock {
  /** 'FLOCK', 'POSIX', 'OFDLCK' or 'LEASE'. */
  readonly kind: string;
  readonly exclusive: boolean;
  /** -1 where the kernel does not know one. */
  readonly pid: number;
  readonly major: number;
  readonly minor: number;
  readonly inode: string;
}

/** A line: `1: FLOCK  ADVISORY  WRITE 1234 08:01:131 0 EOF`, and `1: -> ...` for one who waits. */
const LOCK = /^\d+: (\w+) +\w+ +(\w+) +(-?\d+) +([0-9a-f]+):([0-9a-f]+):(\d+) /;

export function parseLocks(locks: string): FileLock[] {
  return locks.split('\n').flatMap((line) => {
    const [, kind, mode, pid, major, minor, inode] = LOCK.exec(line) ?? [];
    if (kind === undefined || major === undefined || minor === undefined || inode === undefined)
      return [];
    return [
      {
        kind,
        exclusive: mode === 'WRITE',
        pid: Number(pid),
        major: Number.parseInt(major, 16),
        minor: Number.parseInt(minor, 16),
        inode,
      },
    ];
  });
}
