/** `daxkit info`: geometry, features, space and log of a file system, and the disk that it is on. */
import type { FileSystemInfo, Volume } from '../api/index.js';
import { PartitionDevice, readPartitions, type Partition } from '../device/index.js';
import { openDevice } from '../device/index.node.js';
import { Failure } from './failure.js';
import { withImage, type ImageOptions } from './open-place.node.js';
import { Output } from './output.node.js';
import { quote } from './quote.js';
import { rawArgument } from './raw-arguments.node.js';
import { countText, sizeText } from './units.js';

export interface Facts {
  readonly image: string;
  readonly info: FileSystemInfo;
  readonly access: 'mapped' | 'read';
  /** Byte of the disk at which the file system begins. */
  readonly offset: number;
  readonly partitions: readonly Partition[];
}

export async function info(
  argument: string,
  { json = false, ...options }: ImageOptions & { readonly json?: boolean },
): Promise<number> {
  const image = rawArgument(argument).toString();
  const facts = await withImage(image, options, async (fs, volume) => {
    try {
      return { image, info: await fs.info(), ...(await diskOf(image, volume)) };
    } catch (error) {
      throw new Failure(image, error);
    }
  });
  const output = new Output();
  if (json) output.json(toJson(facts));
  else writeInfo(output, facts);
  output.flush();
  return 0;
}

async function diskOf(
  image: string,
  { driver: { device } }: Volume,
): Promise<Omit<Facts, 'image' | 'info'>> {
  const access = device.direct === undefined ? 'read' : 'mapped';
  if (!(device instanceof PartitionDevice)) return { access, offset: 0, partitions: [] };
  const disk = await openDevice(image);
  try {
    return { access, offset: device.offset, partitions: await readPartitions(disk) };
  } finally {
    await disk.close();
  }
}

export function writeInfo(output: Output, facts: Facts): void {
  for (const [key, value] of toText(facts)) output.line(key.padEnd(13), value);
}

function* toText({
  image,
  info: fs,
  access,
  offset,
  partitions,
}: Facts): Generator<[string, string]> {
  const blocks = (count: number): string =>
    `${sizeText(count * fs.blockSize)}, ${countText(count)} blocks`;
  yield [
    'file system',
    `XFS version ${fs.version}, label ${fs.label === '' ? 'none' : quote(fs.label)}`,
  ];
  yield ['uuid', fs.uuid];
  yield ['size', `${blocks(fs.blocks)} of ${countText(fs.blockSize)} bytes`];
  yield ['free', blocks(fs.freeBlocks)];
  yield [
    'inodes',
    `${countText(fs.inodes)} of ${fs.inodeSize} bytes, ${countText(fs.freeInodes)} of them free`,
  ];
  yield ['groups', `${fs.groups}, each ${blocks(fs.groupBlocks)}`];
  yield ['log', `${fs.log}, ${blocks(fs.logBlocks)}`];
  yield ['sectors', `${countText(fs.sectorSize)} bytes`];
  yield ['directories', `in blocks of ${countText(fs.directoryBlockSize)} bytes`];
  if (fs.stripeUnit > 0)
    yield ['stripe', `unit ${sizeText(fs.stripeUnit)}, width ${sizeText(fs.stripeWidth)}`];
  yield ['features', fs.features.join(' ')];
  if (fs.readOnlyReason !== undefined) yield ['read-only', fs.readOnlyReason];
  yield [
    'device',
    `${quote(image)}, ${access === 'mapped' ? 'can be mapped' : 'can be read, not mapped'}`,
  ];
  if (partitions.length > 0) yield ['starts at', `byte ${countText(offset)} of the device`];
  for (const { number, name, type, offset: start, size, table } of partitions) {
    const words = name === '' ? '' : `${quote(name)}, `;
    const place = `${sizeText(size)} at byte ${countText(start)}`;
    yield [`${table} ${number}`, `${words}${place}, type ${type}`];
  }
}

function toJson({ image, info: fs, access, offset, partitions }: Facts): unknown {
  const { readOnlyReason, device, ...rest } = fs;
  return {
    ...rest,
    readOnlyReason: readOnlyReason ?? null,
    device: { path: image, offset, size: device.size, access },
    partitions,
  };
}
