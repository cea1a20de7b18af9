/**
 * What a new file system is to be: options, their defaults (those of mkfs.xfs 6.1), and the sets of features
 * that releases of Linux mount.
 */
import { FsError } from '../../core/index.js';

/** Features that can be turned on and off. */
export interface MkfsFeatures {
  readonly finobt: boolean;
  readonly sparse: boolean;
  readonly rmapbt: boolean;
  readonly reflink: boolean;
  readonly bigtime: boolean;
  readonly inobtcount: boolean;
  readonly nrext64: boolean;
}

/** Sizes in bytes, unless the name says otherwise. */
export interface MkfsOptions {
  /** Of the file system. Default: the device. */
  readonly size?: number;
  readonly blockSize?: number;
  readonly sectorSize?: number;
  readonly inodeSize?: number;
  readonly directoryBlockSize?: number;
  /** At most 12 bytes. */
  readonly label?: string;
  /** Default: random. */
  readonly uuid?: string;
  readonly groupCount?: number;
  readonly logSize?: number;
  /** Most of the space that inodes may take, percent. */
  readonly inodeMaxPercent?: number;
  /** Stripe unit and width, both or none. */
  readonly stripeUnit?: number;
  readonly stripeWidth?: number;
  /** The newest set of features that this kernel mounts. Default linux-6.1. */
  readonly target?: MkfsTarget;
  /** Single features, over those of the target. */
  readonly features?: Partial<MkfsFeatures>;
  /** Time stamps of what is made, milliseconds since 1970. Default: now. */
  readonly time?: number;
  /** Overwrite what is there. */
  readonly force?: boolean;
}

export const MKFS_TARGETS = [
  'linux-4.19',
  'linux-5.4',
  'linux-5.10',
  'linux-5.15',
  'linux-6.1',
  'linux-6.12',
] as const;

export type MkfsTarget = (typeof MKFS_TARGETS)[number];

const LINUX_4_19: MkfsFeatures = {
  finobt: true,
  sparse: true,
  rmapbt: false,
  reflink: true,
  bigtime: false,
  inobtcount: false,
  nrext64: false,
};
const LINUX_5_10: MkfsFeatures = { ...LINUX_4_19, bigtime: true, inobtcount: true };

/** Inode tree counts and big timestamps came with 5.10, and large extent counts are on by default from 6.5. */
const FEATURES_OF: Record<MkfsTarget, MkfsFeatures> = {
  'linux-4.19': LINUX_4_19,
  'linux-5.4': LINUX_4_19,
  'linux-5.10': LINUX_5_10,
  'linux-5.15': LINUX_5_10,
  'linux-6.1': LINUX_5_10,
  'linux-6.12': { ...LINUX_5_10, rmapbt: true, nrext64: true },
};

/** Every option decided. Bytes. */
export interface MkfsPlan {
  readonly size: number;
  readonly blockSize: number;
  readonly sectorSize: number;
  readonly inodeSize: number;
  readonly directoryBlockSize: number;
  readonly label: Uint8Array;
  readonly uuid: Uint8Array;
  readonly groupCount: number | undefined;
  readonly logSize: number | undefined;
  readonly inodeMaxPercent: number | undefined;
  readonly stripeUnit: number;
  readonly stripeWidth: number;
  readonly features: MkfsFeatures;
  readonly time: number;
}

const LABEL_BYTES_MAX = 12;

function refuse(detail: string): FsError {
  return new FsError('EINVAL', { detail });
}

function powerOfTwo(what: string, value: number, min: number, max: number): number {
  if (value < min || value > max || !Number.isInteger(Math.log2(value)))
    throw refuse(`${what} ${value} is not a power of two from ${min} to ${max}`);
  return value;
}

/** @throws FsError EINVAL that names the option */
export function planOf(options: MkfsOptions, deviceBytes: number): MkfsPlan {
  const blockSize = powerOfTwo('block size', options.blockSize ?? 4096, 1024, 65536);
  const sectorSize = powerOfTwo('sector size', options.sectorSize ?? 512, 512, 32768);
  const inodeSize = powerOfTwo('inode size', options.inodeSize ?? 512, 512, 2048);
  const directoryBlockSize = powerOfTwo(
    'directory block size',
    options.directoryBlockSize ?? Math.max(4096, blockSize),
    Math.max(4096, blockSize),
    65536,
  );
  if (sectorSize > blockSize)
    throw refuse(`sector size ${sectorSize} exceeds block size ${blockSize}`);
  if (inodeSize * 2 > blockSize)
    throw refuse(`two inodes of ${inodeSize} do not fit a block of ${blockSize}`);
  const size = options.size ?? deviceBytes;
  if (!Number.isSafeInteger(size) || size > deviceBytes)
    throw refuse(`size ${size} exceeds the device's ${deviceBytes}`);
  const label = new TextEncoder().encode(options.label ?? '');
  if (label.length > LABEL_BYTES_MAX) throw refuse(`label is longer than ${LABEL_BYTES_MAX} bytes`);
  const { stripeUnit = 0, stripeWidth = 0 } = options;
  const isStriped = stripeUnit > 0 && stripeWidth > 0;
  if (stripeUnit !== 0 || stripeWidth !== 0) {
    if (!isStriped || stripeWidth % stripeUnit !== 0 || stripeUnit % blockSize !== 0)
      throw refuse('stripe unit and width: whole blocks, and the width a multiple of the unit');
  }
  const { inodeMaxPercent } = options;
  if (inodeMaxPercent !== undefined && !(inodeMaxPercent >= 0 && inodeMaxPercent <= 100))
    throw refuse(`inode percentage ${inodeMaxPercent} is not from 0 to 100`);
  return {
    size,
    blockSize,
    sectorSize,
    inodeSize,
    directoryBlockSize,
    label,
    uuid: parseUuid(options.uuid),
    groupCount: options.groupCount,
    logSize: options.logSize,
    inodeMaxPercent,
    stripeUnit,
    stripeWidth,
    features: { ...FEATURES_OF[options.target ?? 'linux-6.1'], ...options.features },
    time: options.time ?? Date.now(),
  };
}

function parseUuid(text: string | undefined): Uint8Array {
  const digits = (text ?? crypto.randomUUID()).replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/i.test(digits)) throw refuse(`"${text}" is not a UUID`);
  return Uint8Array.from(digits.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}
