/** The commands of `daxkit` and their options. What a command does is loaded when it is called. */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { readFileSync, writeSync } from 'node:fs';
import { complain, isBrokenPipe } from './complain.node.js';
import { UsageError, describeFailure } from './failure.js';
import type { MkfsArguments } from './mkfs.node.js';
import type { ImageOptions } from './open-place.node.js';

const PLACE_HELP = `
PLACE is IMAGE or IMAGE:/path. An argument that exists as a file is an image as a whole; any other is
split at its first ":/".`;

/** @returns the status that the process ends with */
export async function runProgram(args: readonly string[]): Promise<number> {
  let status = 0;
  const program = makeProgram((result) => (status = result));
  try {
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    if (isBrokenPipe(error)) return 0;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    complain(describeFailure(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

function makeProgram(finish: (status: number) => void): Command {
  const program = new Command('daxkit')
    .description('Read XFS images without mounting them, and map files inside them into memory.')
    .option('-V, --version', 'print the version')
    .on('option:version', printVersion)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => writeSync(1, text),
      outputError: (text, write) => write(text.replace(/^error: /, 'daxkit: ')),
    });
  program
    .command('doctor')
    .description('what works on this machine, and why the rest does not')
    .option('--json', 'as JSON')
    .action(async (options: { json?: true }) => {
      finish(await (await import('./doctor.node.js')).doctor(options));
    });
  program
    .command('demo')
    .description('open an image that comes with daxkit, and map three files inside it')
    .action(async () => finish(await (await import('./demo.node.js')).demo()));
  imageCommand(program, 'info <image>', 'geometry, features and space')
    .option('--json', 'as JSON')
    .action(async (image: string, options: ImageOptions & { json?: true }) => {
      finish(await (await import('./info.node.js')).info(image, options));
    });
  imageCommand(program, 'ls <place>', 'list a directory, one name a line')
    .option('-l', 'with type, mode, links, owner, group, size and time')
    .option('--json', 'as JSON')
    .action(async (place: string, options: ImageOptions & { l?: true; json?: true }) => {
      finish(await (await import('./ls.node.js')).ls(place, options));
    });
  imageCommand(program, 'tree <place>', 'list all that lies under a directory')
    .option('--json', 'as JSON')
    .action(async (place: string, options: ImageOptions & { json?: true }) => {
      finish(await (await import('./tree.node.js')).tree(place, options));
    });
  imageCommand(program, 'stat <place>', 'all that the inode of a file says')
    .option('--json', 'as JSON')
    .action(async (place: string, options: ImageOptions & { json?: true }) => {
      finish(await (await import('./stat.node.js')).stat(place, options));
    });
  imageCommand(
    program,
    'cat <places...>',
    'write files to standard output, straight from the image',
  ).action(async (places: string[], options: ImageOptions) => {
    finish(await (await import('./cat.node.js')).cat(places, options));
  });
  imageCommand(
    program,
    'extents <place>',
    'where a file lies: logical and physical place of each run',
  )
    .option('--json', 'as JSON')
    .action(async (place: string, options: ImageOptions & { json?: true }) => {
      finish(await (await import('./extents.node.js')).extents(place, options));
    });
  imageCommand(program, 'cp <places...>', 'copy files and trees out, with all attributes')
    .usage('[options] PLACE... TARGET')
    .option('-r', 'copy directories with all that is in them')
    .action(async (places: string[], options: ImageOptions & { r?: true }) => {
      const target = places.pop()!;
      if (places.length === 0) throw new UsageError('cp: a TARGET is missing after the PLACE');
      finish(await (await import('./cp.node.js')).cp(places, target, options));
    });
  imageCommand(program, 'log <image>', 'what the log holds that a mount would replay')
    .option('--json', 'as JSON')
    .action(async (image: string, options: ImageOptions & { json?: true }) => {
      finish(await (await import('./log.node.js')).log(image, options));
    });
  mkfsCommand(program).action(async (image: string, options: MkfsArguments) => {
    finish(await (await import('./mkfs.node.js')).makeFileSystem(image, options));
  });
  return program;
}

/** Sizes are typed with k, M, G or T, powers of 1,024. */
function mkfsCommand(program: Command): Command {
  return program
    .command('mkfs <image>')
    .description('make a file system, by the rules of mkfs.xfs')
    .option('--size <size>', 'of the file system; makes the image when it is not there', parseSize)
    .option('--block-size <size>', 'default 4k', parseSize)
    .option('--sector-size <size>', 'default 512', parseSize)
    .option('--inode-size <size>', 'default 512', parseSize)
    .option('--dir-block-size <size>', 'default 4k, or a block', parseSize)
    .option('--log-size <size>', 'default by the size', parseSize)
    .option('--groups <number>', 'allocation groups', parseNumber)
    .option('--imaxpct <percent>', 'most of the space that inodes may take', parseNumber)
    .option('--stripe-unit <size>', 'of the storage, with --stripe-width', parseSize)
    .option('--stripe-width <size>', 'of the storage, with --stripe-unit', parseSize)
    .option('--label <text>', 'at most 12 bytes')
    .option('--uuid <uuid>', 'default random')
    .option('--target <kernel>', 'newest features that linux-4.19 ... linux-6.12 mounts')
    .option('--with <features>', 'turn on, as in --with rmapbt,nrext64')
    .option('--without <features>', 'turn off')
    .option('--force', 'overwrite what is there')
    .option('--json', 'as JSON');
}

function imageCommand(program: Command, nameAndArguments: string, description: string): Command {
  return program
    .command(nameAndArguments)
    .description(description)
    .option('--partition <number>', 'of a disk with several that hold XFS', parseNumber)
    .option('--norecovery', 'open in spite of a dirty log, without what only the log holds')
    .addHelpText('after', PLACE_HELP);
}

function parseNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It is a number from 1 on.');
  return Number(text);
}

const SIZE_UNITS: Record<string, number> = {
  '': 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
};

function parseSize(text: string): number {
  const [, digits, unit] = /^(\d{1,15})([kmgt]?)$/i.exec(text) ?? [];
  const size = Number(digits) * (SIZE_UNITS[unit?.toLowerCase() ?? ''] ?? Number.NaN);
  if (!Number.isSafeInteger(size))
    throw new InvalidArgumentError('It is a size, as 512, 4k, 300M or 1G.');
  return size;
}

/** @throws CommanderError, as commander's own --version does: nothing else is to be done */
function printVersion(): never {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  writeSync(1, `${(JSON.parse(text) as { version: string }).version}\n`);
  throw new CommanderError(0, 'commander.version', '');
}
