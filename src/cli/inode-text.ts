/** Parts of an inode in the words of ls and stat. */
import { FileType, fileType, type Inode, type Timespec } from '../vfs/index.js';

const TYPES: Record<number, { readonly letter: string; readonly name: string }> = {
  [FileType.regular]: { letter: '-', name: 'file' },
  [FileType.directory]: { letter: 'd', name: 'directory' },
  [FileType.symlink]: { letter: 'l', name: 'symlink' },
  [FileType.character]: { letter: 'c', name: 'character' },
  [FileType.block]: { letter: 'b', name: 'block' },
  [FileType.fifo]: { letter: 'p', name: 'fifo' },
  [FileType.socket]: { letter: 's', name: 'socket' },
};

/** 'file', 'directory', 'symlink' ... */
export function typeName(inode: Inode): string {
  return TYPES[fileType(inode)]?.name ?? 'unknown';
}

/** As the first column of ls -l: 'drwxr-xr-x'. */
export function modeText(inode: Inode): string {
  const { mode } = inode;
  const letter = TYPES[fileType(inode)]?.letter ?? '?';
  const bits = (shift: number, special: number, name: string): string => {
    const executes = ((mode >> shift) & 1) !== 0;
    const last =
      (mode & special) === 0 ? (executes ? 'x' : '-') : executes ? name : name.toUpperCase();
    return `${(mode >> shift) & 4 ? 'r' : '-'}${(mode >> shift) & 2 ? 'w' : '-'}${last}`;
  };
  return letter + bits(6, 0o4000, 's') + bits(3, 0o2000, 's') + bits(0, 0o1000, 't');
}

/** Permissions in octal, four digits at least: '0644'. */
export function permissionDigits({ mode }: Inode): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}

const twoDigits = (number: number): string => String(number).padStart(2, '0');

/** In the time zone of the host, as ls --time-style=long-iso: '2026-11-22 12:34'. */
export function minuteText({ seconds }: Timespec): string {
  const date = new Date(seconds * 1000);
  const day = [date.getFullYear(), twoDigits(date.getMonth() + 1), twoDigits(date.getDate())];
  return `${day.join('-')} ${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
}

/** In the time zone of the host, as stat(1): '2026-11-22 12:34:55.885777463 +0100'. */
export function exactTimeText(time: Timespec): string {
  const date = new Date(time.seconds * 1000);
  const east = -date.getTimezoneOffset();
  const zone = `${east < 0 ? '-' : '+'}${twoDigits(Math.floor(Math.abs(east) / 60))}${twoDigits(Math.abs(east) % 60)}`;
  return `${minuteText(time)}:${twoDigits(date.getSeconds())}.${fraction(time)} ${zone}`;
}

/** For machines: '2026-11-22T11:34:55.885777463Z'. */
export function utcText(time: Timespec): string {
  return `${new Date(time.seconds * 1000).toISOString().slice(0, -5)}.${fraction(time)}Z`;
}

function fraction({ nanoseconds }: Timespec): string {
  return String(nanoseconds).padStart(9, '0');
}
