/**
 * Makes mutations: which structures, which of their fields, and values that lead somewhere.
 *
 * Values are the edges of their width, neighbours of the value that is there, and numbers that mean
 * something in this image: inodes, blocks, places in files. So pointers end up in cycles and cross-links,
 * lengths end up one too long, and counts claim what is not there.
 */
import type { Random } from '#src/core/index.js';
import { readExtent, writeExtent } from '#src/xfs/format/extent.js';
import { LEAF_SPACE } from '#src/xfs/format/dir-data.js';
import type { Edit, Mutation } from './edits.js';
import { fieldsOf, type Field } from './fields.js';
import type { ImageModel } from './model.js';
import type { Site } from './site.js';

type Maker = (random: Random, model: ImageModel, site: Site) => Edit[];

/** How often each kind is made, of 100. */
const KINDS: readonly { weight: number; repaired: boolean; make: Maker }[] = [
  { weight: 18, repaired: false, make: flipBits },
  { weight: 10, repaired: true, make: flipBits },
  { weight: 56, repaired: true, make: setField },
  { weight: 4, repaired: true, make: fillRun },
  { weight: 4, repaired: false, make: copySite },
  { weight: 5, repaired: true, make: moveSite },
  { weight: 3, repaired: false, make: fillSite },
];

export function makeMutation(random: Random, model: ImageModel): Mutation {
  if (random.below(200) === 0) return { edits: [], repaired: false, size: cutAt(random, model) };
  const { make, repaired } = weighted(random);
  const count = random.pick([1, 1, 1, 1, 1, 2, 2, 3, 6]);
  const edits: Edit[] = [];
  let site = anySite(random, model);
  for (let i = 0; i < count; i++) {
    edits.push(...make(random, model, site));
    if (random.below(2) === 0) site = anySite(random, model);
  }
  return { edits, repaired };
}

function weighted(random: Random): (typeof KINDS)[number] {
  let at = random.below(KINDS.reduce((sum, { weight }) => sum + weight, 0));
  return KINDS.find(({ weight }) => (at -= weight) < 0)!;
}

/** By structure first, so that rare ones are met as often as inodes are. */
function anySite(random: Random, model: ImageModel): Site {
  return random.pick(model.sitesByStructure.get(random.pick([...model.sitesByStructure.keys()]))!);
}

function cutAt(random: Random, { image, sitesByName }: ImageModel): number {
  const { address } = random.pick([...sitesByName.values()]).pieces[0]!;
  return random.pick([
    0,
    1,
    511,
    512,
    4096,
    image.size - 1,
    image.size - 512,
    address,
    random.below(image.size),
  ]);
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function flipBits(random: Random, model: ImageModel, site: Site): Edit[] {
  const bytes = model.bytesOf(site);
  // Half of the time near the front, where headers are: blocks are long, and mostly entries.
  const limit = random.below(2) === 0 ? Math.min(128, bytes.length) : bytes.length;
  const at = random.below(limit);
  return [{ site: site.name, at, hex: hexOf(Uint8Array.of(bytes[at]! ^ (1 << random.below(8)))) }];
}

function fillRun(random: Random, model: ImageModel, site: Site): Edit[] {
  const bytes = model.bytesOf(site);
  const at = random.below(bytes.length);
  const length = 1 + random.below(Math.min(64, bytes.length - at));
  const value = random.pick([0, 0xff, undefined]);
  const run = Uint8Array.from({ length }, () => value ?? random.below(256));
  return [{ site: site.name, at, hex: hexOf(run) }];
}

function fillSite(random: Random, model: ImageModel, site: Site): Edit[] {
  const run = model.bytesOf(site).fill(random.pick([0, 0xff]));
  return [{ site: site.name, at: 0, hex: hexOf(run) }];
}

/** Another site of the same length; of the same structure, mostly. */
function peer(random: Random, model: ImageModel, site: Site): Site {
  const { length } = model.bytesOf(site);
  const same = model.sitesByStructure.get(site.structure)!;
  const other = random.below(4) === 0 ? anySite(random, model) : random.pick(same);
  return model.bytesOf(other).length === length ? other : site;
}

/** One structure put over another, or the two swapped. */
function copySite(random: Random, model: ImageModel, site: Site): Edit[] {
  const other = peer(random, model, site);
  const swap: Edit[] = [{ site: other.name, from: site.name }];
  return [{ site: site.name, from: other.name }, ...(random.below(2) === 0 ? swap : [])];
}

/** Where v5 blocks keep their own address, in units of 512 bytes: 8 bytes wide. */
const BLKNO_AT: Readonly<{ [structure: string]: number }> = {
  'directory data block': 8,
  'directory index block': 16,
  'attribute block': 16,
  'attribute value block': 32,
  'symbolic link block': 32,
  'block map block': 24,
};
const BLKNO_AT_SHORT_TREE = 16;
const INO_AT = 152;

/** A copy that says that it belongs where it was put. */
function moveSite(random: Random, model: ImageModel, site: Site): Edit[] {
  const other = peer(random, model, site);
  const edits: Edit[] = [{ site: site.name, from: other.name }];
  if (!model.geometry.hasCrc) return edits;
  const isTree = site.structure.endsWith('tree block');
  const at =
    site.structure === 'inode'
      ? INO_AT
      : (BLKNO_AT[site.structure] ?? (isTree ? BLKNO_AT_SHORT_TREE : undefined));
  if (at !== undefined)
    edits.push({ site: site.name, at, hex: hexOf(model.bytesOf(site).subarray(at, at + 8)) });
  return edits;
}

function setField(random: Random, model: ImageModel, site: Site): Edit[] {
  const bytes = model.bytesOf(site);
  const fields = fieldsOf(site.structure, bytes, model.geometry);
  if (fields.length === 0) return flipBits(random, model, site);
  const field = random.pick(fields);
  const view = new DataView(bytes.buffer);
  if (field.bytes === 16) editExtent(random, model, view, field.at);
  else setNumber(view, field, newValue(random, model, view, field, fields));
  return [
    { site: site.name, at: field.at, hex: hexOf(bytes.subarray(field.at, field.at + field.bytes)) },
  ];
}

function getNumber(view: DataView, { at, bytes }: Field): bigint {
  let number = 0n;
  for (let i = 0; i < bytes; i++) number = number * 256n + BigInt(view.getUint8(at + i));
  return number;
}

function setNumber(view: DataView, { at, bytes }: Field, number: bigint): void {
  for (let i = 0; i < bytes; i++)
    view.setUint8(at + bytes - 1 - i, Number((number >> BigInt(8 * i)) & 0xffn));
}

function newValue(
  random: Random,
  model: ImageModel,
  view: DataView,
  field: Field,
  fields: readonly Field[],
): bigint {
  const old = getNumber(view, field);
  const max = 2n ** BigInt(8 * field.bytes) - 1n;
  switch (random.below(6)) {
    case 0:
      return random.pick([0n, 1n, 2n, max, max - 1n, max / 2n, max / 2n + 1n]);
    case 1:
      return old + random.pick([1n, -1n, 8n, -8n]);
    case 2:
      return random.pick([old * 2n, old / 2n, old ^ (1n << BigInt(random.below(8 * field.bytes)))]);
    case 3:
      return getNumber(view, random.pick(fields.filter(({ bytes }) => bytes <= field.bytes)));
    case 4:
      return BigInt(random.next());
    default:
      return meaningful(random, model, view);
  }
}

/** A number that leads somewhere in this image. */
function meaningful(random: Random, model: ImageModel, view: DataView): bigint {
  const { geometry } = model;
  const address = random.pick([...model.sitesByName.values()]).pieces[0]!.address;
  const block = Math.floor(address / geometry.blockBytes);
  const agno = Math.floor(block / geometry.agBlocks);
  const agblock = block % geometry.agBlocks;
  const leafBlock = LEAF_SPACE / geometry.blockBytes;
  return BigInt(
    random.pick([
      agblock,
      agno,
      Math.floor(
        geometry.inodeNumber(agno, agblock * geometry.inodesPerBlock) / geometry.inodesPerBlock,
      ),
      geometry.inodeNumber(agno, agblock * geometry.inodesPerBlock) +
        random.below(geometry.inodesPerBlock),
      geometry.rootIno,
      leafBlock + random.below(4) * geometry.dirBlocks,
      random.below(8) * geometry.dirBlocks,
      geometry.dirBlockBytes,
      geometry.blockBytes,
      view.byteLength,
      random.below(view.byteLength),
      geometry.agBlocks,
      geometry.dataBlocks,
      Math.floor(address / 512),
    ]),
  );
}

/** One of the four parts of a packed extent, so that it overlaps, leaves the volume, or leads elsewhere. */
function editExtent(random: Random, model: ImageModel, view: DataView, at: number): void {
  const extent = { ...readExtent(view, at) };
  const near = (old: number, limit: number): number =>
    Math.abs(
      random.pick([0, 1, old + 1, old - 1, old * 2, limit, limit - 1, random.below(limit)]),
    ) %
    (limit + 1);
  switch (random.below(5)) {
    case 0:
      extent.block = near(
        extent.block,
        random.pick([16, LEAF_SPACE / model.geometry.blockBytes, 2 ** 53]),
      );
      break;
    case 1:
      extent.start = near(extent.start, random.pick([model.geometry.dataBlocks, 2 ** 52 - 1]));
      break;
    case 2:
      extent.length = near(extent.length, 0x1f_ffff);
      break;
    case 3:
      extent.unwritten = !extent.unwritten;
      break;
    default:
      extent.start = Number(meaningful(random, model, view)) % 2 ** 52;
  }
  writeExtent(view, at, extent);
}
