/**
 * Every feature bit of XFS, and what daxkit does with it. The matrix of the README is checked against
 * this table, so a bit changes here and there together.
 */
import { FsError } from '../../core/index.js';
import { Feature2Bit, VersionBit, type Superblock } from './superblock.js';

export type Support =
  /** Read in full. */
  | 'supported'
  /** Read in full; never to be written. */
  | 'read-only'
  /** Not opened: the error names it. */
  | 'refused';

export type FeatureSet = 'version' | 'features2' | 'ro_compat' | 'incompat' | 'log_incompat';

export interface Feature {
  readonly set: FeatureSet;
  readonly bit: number;
  readonly name: string;
  readonly support: Support;
}

const feature = (set: FeatureSet, bit: number, name: string, support: Support): Feature => ({
  set,
  bit,
  name,
  support,
});

export const FEATURES: readonly Feature[] = [
  feature('version', VersionBit.attr, 'attr', 'supported'),
  feature('version', VersionBit.nlink, 'nlink', 'supported'),
  feature('version', VersionBit.quota, 'quota', 'supported'),
  feature('version', VersionBit.align, 'align', 'supported'),
  feature('version', VersionBit.dalign, 'dalign', 'supported'),
  feature('version', VersionBit.shared, 'shared', 'refused'),
  feature('version', VersionBit.logv2, 'logv2', 'supported'),
  feature('version', VersionBit.sector, 'sector', 'supported'),
  feature('version', VersionBit.extflg, 'extflg', 'supported'),
  feature('version', VersionBit.dirv2, 'dirv2', 'supported'),
  feature('version', VersionBit.asciiCi, 'ascii-ci', 'read-only'),
  feature('version', VersionBit.moreBits, 'morebits', 'supported'),
  feature('features2', Feature2Bit.lazysbcount, 'lazysbcount', 'supported'),
  feature('features2', Feature2Bit.attr2, 'attr2', 'supported'),
  feature('features2', Feature2Bit.parent, 'sgi-parent', 'refused'),
  feature('features2', Feature2Bit.projid32, 'projid32', 'supported'),
  feature('features2', Feature2Bit.crc, 'crc', 'supported'),
  feature('features2', Feature2Bit.ftype, 'ftype', 'supported'),
  feature('ro_compat', 0x1, 'finobt', 'supported'),
  feature('ro_compat', 0x2, 'rmapbt', 'supported'),
  feature('ro_compat', 0x4, 'reflink', 'supported'),
  feature('ro_compat', 0x8, 'inobtcount', 'supported'),
  feature('incompat', 0x1, 'ftype', 'supported'),
  feature('incompat', 0x2, 'sparse', 'supported'),
  feature('incompat', 0x4, 'metauuid', 'supported'),
  feature('incompat', 0x8, 'bigtime', 'supported'),
  feature('incompat', 0x10, 'needsrepair', 'refused'),
  feature('incompat', 0x20, 'nrext64', 'supported'),
  feature('incompat', 0x40, 'exchange', 'supported'),
  feature('incompat', 0x80, 'parent', 'read-only'),
  feature('incompat', 0x100, 'metadir', 'refused'),
  feature('incompat', 0x200, 'zoned', 'refused'),
  feature('incompat', 0x400, 'zone-gaps', 'refused'),
  feature('log_incompat', 0x1, 'log-xattrs', 'supported'),
];

/** The bits of one set; v4 has only the first two sets, and v5 keeps those as constants. */
function bitsOf(sb: Superblock, set: FeatureSet): number {
  const isV5 = (sb.versionNumber & 0xf) === 5;
  switch (set) {
    case 'version':
      return sb.versionNumber & 0xfff0;
    case 'features2':
      return sb.versionNumber & VersionBit.moreBits ? sb.features2 : 0;
    case 'ro_compat':
      return isV5 ? sb.featuresRoCompat : 0;
    case 'incompat':
      return isV5 ? sb.featuresIncompat : 0;
    case 'log_incompat':
      return isV5 ? sb.featuresLogIncompat : 0;
  }
}

export function hasFeature(sb: Superblock, set: FeatureSet, name: string): boolean {
  const known = FEATURES.find((entry) => entry.set === set && entry.name === name);
  return known !== undefined && (bitsOf(sb, set) & known.bit) !== 0;
}

/** Names of all that is on, in the order of the table. */
export function featureNames(sb: Superblock): string[] {
  const names = FEATURES.filter(({ set, bit }) => bitsOf(sb, set) & bit).map(({ name }) => name);
  return [...new Set(names)];
}

/** The lowest set bit that the table does not know, or `undefined`. */
function unknownBit(sb: Superblock, set: FeatureSet): number | undefined {
  const known = FEATURES.reduce((bits, entry) => (entry.set === set ? bits | entry.bit : bits), 0);
  const unknown = bitsOf(sb, set) & ~known;
  return unknown === 0 ? undefined : 31 - Math.clz32(unknown & -unknown);
}

function refuse(detail: string): FsError {
  return new FsError('ENOTSUP', { detail });
}

/** @throws FsError ENOTSUP naming the feature that stands in the way of reading this image. */
export function refuseUnreadable(sb: Superblock): void {
  for (const { set, bit, name, support } of FEATURES) {
    if (support !== 'refused' || (bitsOf(sb, set) & bit) === 0) continue;
    if (name === 'needsrepair') throw refuse('the image is marked "needs repair": run xfs_repair');
    throw refuse(`the image has the feature "${name}" (${set} bit ${31 - Math.clz32(bit)})`);
  }
  for (const set of ['incompat', 'features2'] as const) {
    const unknown = unknownBit(sb, set);
    if (unknown !== undefined)
      throw refuse(`the image has an unknown feature, ${set} bit ${unknown}`);
  }
  if ((sb.versionNumber & VersionBit.dirv2) === 0)
    throw refuse('the image has version 1 directories');
  if (sb.realtimeBlocks !== 0 || sb.realtimeExtents !== 0)
    throw refuse('the image has a realtime section');
  if (sb.logStart === 0) throw refuse('the image has an external log');
}

/** Why this image must never be written, or `undefined`. */
export function readOnlyReason(sb: Superblock): string | undefined {
  if ((sb.versionNumber & 0xf) === 4) return 'version 4 is read-only';
  const unknown = unknownBit(sb, 'ro_compat');
  if (unknown !== undefined) return `unknown feature, ro_compat bit ${unknown}`;
  const fixed = FEATURES.find(
    ({ set, bit, support }) => support === 'read-only' && bitsOf(sb, set) & bit,
  );
  return fixed === undefined ? undefined : `the feature "${fixed.name}" is read-only`;
}
