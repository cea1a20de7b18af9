/** `daxkit mkfs`: make a file system in an image file, which is made too when it is not there, or on a device. */
import { closeSync, ftruncateSync, openSync, statSync, truncateSync, unlinkSync } from 'node:fs';
import { openDevice } from '../device/index.node.js';
import {
  mkfs,
  MKFS_TARGETS,
  type MkfsFeatures,
  type MkfsOptions,
  type MkfsTarget,
} from '../xfs/index.js';
import { complain } from './complain.node.js';
import { Failure, UsageError } from './failure.js';
import { Output } from './output.node.js';
import { rawArgument } from './raw-arguments.node.js';
import { countText, sizeText } from './units.js';

/** As they are typed. */
export interface MkfsArguments {
  readonly size?: number;
  readonly blockSize?: number;
  readonly sectorSize?: number;
  readonly inodeSize?: number;
  readonly dirBlockSize?: number;
  readonly logSize?: number;
  readonly groups?: number;
  readonly imaxpct?: number;
  readonly stripeUnit?: number;
  readonly stripeWidth?: number;
  readonly label?: string;
  readonly uuid?: string;
  readonly target?: string;
  readonly with?: string;
  readonly without?: string;
  readonly force?: true;
  readonly json?: true;
}

const FEATURE_NAMES = [
  'finobt',
  'sparse',
  'rmapbt',
  'reflink',
  'bigtime',
  'inobtcount',
  'nrext64',
] as const satisfies readonly (keyof MkfsFeatures)[];

export async function makeFileSystem(argument: string, given: MkfsArguments): Promise<number> {
  const path = rawArgument(argument).toString();
  const options = toOptions(given);
  const isNew = prepareFile(path, given.size);
  try {
    if (!isNew && given.size !== undefined) await resize(path, given.size, given.force === true);
    const device = await openDevice(path, { readOnly: false });
    try {
      report(await mkfs(device, options), path, given.json === true);
    } finally {
      await device.close();
    }
  } catch (error) {
    if (isNew) unlinkSync(path);
    throw new Failure(path, error);
  }
  return 0;
}

function toOptions(given: MkfsArguments): MkfsOptions {
  const {
    dirBlockSize,
    groups,
    imaxpct,
    target,
    with: on,
    without: off,
    json: _json,
    ...same
  } = given;
  const epoch = process.env['SOURCE_DATE_EPOCH'];
  return {
    ...same,
    ...(dirBlockSize === undefined ? {} : { directoryBlockSize: dirBlockSize }),
    ...(groups === undefined ? {} : { groupCount: groups }),
    ...(imaxpct === undefined ? {} : { inodeMaxPercent: imaxpct }),
    ...(target === undefined ? {} : { target: targetOf(target) }),
    ...(epoch === undefined ? {} : { time: epochTime(epoch) }),
    features: { ...featuresOf(on, true), ...featuresOf(off, false) },
  };
}

function targetOf(text: string): MkfsTarget {
  const target = MKFS_TARGETS.find((known) => known === text);
  if (target === undefined)
    throw new UsageError(`mkfs: --target is one of ${MKFS_TARGETS.join(', ')}`);
  return target;
}

function featuresOf(list: string | undefined, value: boolean): Partial<MkfsFeatures> {
  if (list === undefined) return {};
  return Object.fromEntries(
    list.split(',').map((text) => {
      const name = FEATURE_NAMES.find((known) => known === text);
      if (name === undefined)
        throw new UsageError(
          `mkfs: "${text}" is no feature; there are ${FEATURE_NAMES.join(', ')}`,
        );
      return [name, value];
    }),
  );
}

/** Seconds since 1970, as the convention for reproducible builds has it. */
function epochTime(text: string): number {
  if (!/^\d{1,11}$/.test(text))
    throw new UsageError(`mkfs: SOURCE_DATE_EPOCH "${text}" is no number of seconds`);
  return Number(text) * 1000;
}

/** @returns whether the image was not there, and has been made: all holes */
function prepareFile(path: string, size: number | undefined): boolean {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return false;
  if (size === undefined)
    throw new UsageError(`mkfs: ${path} is not there: give --size to make it`);
  const descriptor = openSync(path, 'wx');
  try {
    ftruncateSync(descriptor, size);
  } finally {
    closeSync(descriptor);
  }
  return true;
}

/** Gives an image file another size. One that holds bytes only loses them when forced, and when nobody uses it. */
async function resize(path: string, size: number, force: boolean): Promise<void> {
  const stat = statSync(path);
  if (!stat.isFile() || stat.size === size) return;
  if (stat.size > 0 && !force)
    throw new Error(
      `it is there and has ${countText(stat.size)} bytes: --force gives it another size`,
    );
  const device = await openDevice(path, { readOnly: false }); // refuses what somebody uses
  try {
    truncateSync(path, size);
  } finally {
    await device.close();
  }
}

function report(result: Awaited<ReturnType<typeof mkfs>>, path: string, json: boolean): void {
  const output = new Output();
  if (json) output.json({ image: path, ...result });
  else {
    const { size, blockSize, groups, groupSize, logSize, uuid } = result;
    output.line(
      'made  ',
      `${path}: XFS of ${sizeText(size)}, blocks of ${countText(blockSize)} bytes`,
    );
    output.line(
      'with  ',
      `${groups} groups of ${sizeText(groupSize)}, a log of ${sizeText(logSize)}`,
    );
    output.line('uuid  ', uuid);
  }
  output.flush();
  for (const warning of result.warnings) complain(`warning: ${warning}`);
}
